"""Whitening computed independently with PyTorch, for pytorch.test.ts.

Reads {"x": rows, "y": rows, "weights": rows, "permutation": axes, "samples": permutation} from standard input and writes
{name: {"outputs": [flat, ...], "gradients": [flat, ...]}} to standard output, in float64. ZCA's S^(-1/2) comes from the
Denman-Beavers iteration by matrix inversion, Cholesky's matrix from torch.linalg.cholesky, both differentiated by
autograd; groups and slices are loops.
"""

import json
import sys

import torch
from torch.nn import functional as F

request = json.load(sys.stdin)
weights = torch.tensor(request["weights"], dtype=torch.float64)
axes = request["permutation"]
samples = request["samples"]


def zca_matrix(s):
    y, z = s, torch.eye(len(s), dtype=s.dtype)
    for _ in range(40):
        y, z = (y + torch.linalg.inv(z)) / 2, (z + torch.linalg.inv(y)) / 2
    return z


def cholesky_matrix(s):
    return torch.linalg.inv(torch.linalg.cholesky(s)).T


def whiten(u, matrix=zca_matrix, correction=0, shrink=0.0):
    s = torch.cov(u.T, correction=correction)
    s = (1 - shrink) * s + shrink * torch.eye(len(s), dtype=s.dtype)
    return (u - u.mean(0)) @ matrix(s)


def grouped(u, order, groups):
    out = [None] * u.shape[1]
    for group in torch.tensor(order).chunk(groups):
        white = whiten(u[:, group])
        for column, axis in enumerate(group.tolist()):
            out[axis] = white[:, column]
    return torch.stack(out, 1)


def sliced(views, slices, shrink):
    out = [[None] * len(view) for view in views]
    for chosen in torch.tensor(samples).view(slices, -1):
        for rows, view in zip(out, views):
            white = whiten(view[chosen], cholesky_matrix, correction=1, shrink=shrink)
            for row, sample in zip(white, chosen.tolist()):
                rows[sample] = row
    return [torch.stack(rows) for rows in out]


ways = {
    "eigh": lambda x, y: [whiten(x)],
    "cholesky": lambda x, y: [whiten(x, cholesky_matrix)],
    "newtonSchulz": lambda x, y: [whiten(x)],
    "groups": lambda x, y: [grouped(x, list(range(x.shape[1])), 2)],
    "permutedGroups": lambda x, y: [grouped(x, axes, 2)],
    "bn": lambda x, y: [F.batch_norm(x, None, None, training=True, eps=1e-3)],
    "slices": lambda x, y: sliced([x, y], 2, 0.0),
    "shrunkSlices": lambda x, y: sliced([x, y], 2, 0.1),
}

answer = {}
for name, way in ways.items():
    inputs = [torch.tensor(request[key], dtype=torch.float64, requires_grad=True) for key in ("x", "y")]
    outputs = way(*inputs)
    sum((z**3 * weights + z * weights**2).sum() for z in outputs).backward()
    answer[name] = {
        "outputs": [z.flatten().tolist() for z in outputs],
        "gradients": [u.grad.flatten().tolist() for u in inputs[: len(outputs)]],
    }
json.dump(answer, sys.stdout)
