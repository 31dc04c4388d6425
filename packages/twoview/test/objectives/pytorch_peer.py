"""The objectives computed independently with PyTorch, for pytorch.test.ts.

Reads {"a": rows, "b": rows, "queue": rows, "temperature": t} from standard input and writes
{name: {"value": number, "gradients": [flat, ...]}} to standard output, in float64. The losses are written with
torch.nn.functional's own normalize, cosine_similarity, cross_entropy and mse_loss.
"""

import json
import sys

import torch
from torch.nn import functional as F

request = json.load(sys.stdin)
t = request["temperature"]


def leaf(name):
    return torch.tensor(request[name], dtype=torch.float64, requires_grad=True)


def nt_xent(a, b):
    z = F.normalize(torch.cat([a, b]), dim=1)
    n = len(a)
    logits = z @ z.T / t
    # Every anchor's candidates without itself, in a matrix of 2B - 1 columns; the partner's column shifts accordingly.
    keep = ~torch.eye(2 * n, dtype=torch.bool)
    candidates = logits[keep].view(2 * n, 2 * n - 1)
    target = torch.cat([torch.arange(n, 2 * n) - 1, torch.arange(n)])
    return F.cross_entropy(candidates, target)


def info_nce(q, k):
    logits = F.cosine_similarity(q[:, None], k[None], dim=-1) / t
    return F.cross_entropy(logits, torch.arange(len(q)))


def moco(q, k, queue):
    q, k, queue = (F.normalize(x, dim=1) for x in (q, k, queue))
    logits = torch.cat([torch.einsum("nc,nc->n", q, k)[:, None], torch.einsum("nc,kc->nk", q, queue)], 1) / t
    return F.cross_entropy(logits, torch.zeros(len(q), dtype=torch.long))


losses = {
    "cosine": (lambda a, b: -F.cosine_similarity(a, b, dim=1).mean(), 2),
    "byol": (lambda a, b: ((F.normalize(a, dim=1) - F.normalize(b, dim=1)) ** 2).sum(1).mean(), 2),
    "mse": (F.mse_loss, 2),
    "ntXent": (nt_xent, 2),
    "infoNce": (info_nce, 2),
    "infoNceQueue": (moco, 3),
}

answer = {}
for name, (loss, count) in losses.items():
    inputs = [leaf(x) for x in ("a", "b", "queue")[:count]]
    value = loss(*inputs)
    value.backward()
    answer[name] = {"value": value.item(), "gradients": [x.grad.flatten().tolist() for x in inputs]}
json.dump(answer, sys.stdout)
