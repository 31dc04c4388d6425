"""Latent divergences computed independently with numpy, for latent-divergence.test.ts.

Reads {"benign": rows, "other": rows, "labels": numbers} from standard input, writes the measures of both distances as JSON.
"""

import json
import sys

import numpy as np

request = json.load(sys.stdin)
benign, other, labels = (np.array(request[name]) for name in ("benign", "other", "labels"))
pairs = ~np.eye(len(labels), dtype=bool)
same = labels[:, None] == labels[None, :]
classes = range(labels.max() + 1)


def measures(distances):
    intra = distances[pairs & same].mean()
    inter = distances[pairs & ~same].mean()
    return {
        "intra": intra,
        "inter": inter,
        "relative": intra / inter,
        "byClass": [
            [distances[pairs & (labels[:, None] == a) & (labels[None, :] == b)].mean() for b in classes]
            for a in classes
        ],
    }


norms = np.linalg.norm(other, axis=1)[:, None] * np.linalg.norm(benign, axis=1)
json.dump(
    {
        "cosine": measures(1 - other @ benign.T / norms),
        "l2": measures(np.linalg.norm(other[:, None] - benign[None], axis=2)),
    },
    sys.stdout,
)
