"""The measures of embeddings computed independently with numpy, for numpy.test.ts.

Reads {"z": rows, "partner": rows, "predictor": rows} from standard input, writes the measures as JSON.
"""

import json
import sys

import numpy as np

request = json.load(sys.stdin)
z, partner, predictor = (np.array(request[name]) for name in ("z", "partner", "predictor"))
n, d = z.shape


def rank(weights):
    p = weights / weights.sum()
    p = p[p > 0]
    return float(np.exp(-(p * np.log(p)).sum()))


def unit(x):
    return x / np.linalg.norm(x, axis=1, keepdims=True)


singular = np.linalg.svd(z - z.mean(0), compute_uv=False)
values, vectors = np.linalg.eigh(np.einsum("ni,nj->ij", z, z) / n)
u = unit(z)
distances = [np.sum((u[i] - u[j]) ** 2) for i in range(n) for j in range(i)]
cosines = [
    float(v @ predictor @ v / np.linalg.norm(predictor @ v)) for v in vectors.T[::-1][:3]
]

json.dump(
    {
        "eigenvalues": values[::-1].tolist(),
        "effectiveRank": rank(values),
        "rankMe": rank(singular),
        "participationRatio": float((singular**2).sum() ** 2 / (singular**4).sum()),
        "normalizedStd": float(np.sqrt(d) * u.std(0).mean()),
        "alignment": float(((u - unit(partner)) ** 2).sum(1).mean()),
        "uniformity": float(np.log(np.mean(np.exp(-2 * np.array(distances))))),
        "cosines": cosines,
        "asymmetry": float(np.linalg.norm(predictor - predictor.T) / np.linalg.norm(predictor)),
    },
    sys.stdout,
)
