"""The Python side of whitening.mjs: the same whitening by plain autograd, through the decomposition."""

import json
import sys
import time

import torch
import torch.nn.functional as F

torch.set_num_threads(1)


def covariance(x):
    centred = x - x.mean(0)
    return centred, centred.T @ centred / len(x)


def eigh(x):
    centred, s = covariance(x)
    values, vectors = torch.linalg.eigh(s)
    return centred @ (vectors * values.rsqrt() @ vectors.T)


def cholesky(x):
    centred, s = covariance(x)
    return torch.linalg.solve_triangular(torch.linalg.cholesky(s), centred.T, upper=False).T


def newton_schulz(x, iterations=15):
    centred, s = covariance(x)
    identity = torch.eye(len(s), dtype=s.dtype)
    trace = s.trace()
    y, z = s / trace, identity
    for _ in range(iterations):
        t = 1.5 * identity - 0.5 * z @ y
        y, z = y @ t, t @ z
    return centred @ z * trace.rsqrt()


ways = {
    "bn": lambda x: F.batch_norm(x, None, None, training=True, eps=0),
    "eigh": eigh,
    "cholesky": cholesky,
    "newtonSchulz": newton_schulz,
}

for line in sys.stdin:
    request = json.loads(line)
    shape = request["samples"], request["axes"]
    dtype = getattr(torch, request["dtype"])
    x = torch.randn(shape, dtype=dtype, requires_grad=True)
    weights = torch.randn(shape, dtype=dtype)
    way = ways[request["solver"]]
    torch.autograd.grad((way(x) * weights).sum(), x)
    start = time.process_time()
    for _ in range(request["calls"]):
        torch.autograd.grad((way(x) * weights).sum(), x)
    print(json.dumps((time.process_time() - start) * 1e3 / request["calls"]), flush=True)
