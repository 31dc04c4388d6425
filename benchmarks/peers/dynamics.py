"""The NumPy side of dynamics.mjs: RK4 of many scalar modes, vectorised over trajectories, whole or in chunks."""

import base64
import json
import sys
import time

import numpy as np


def fixed(w, p, eta, a):
    """dw/dt and dp/dt of a linear predictor at tau = 1, alpha_p = 1."""
    error = w - a * p * w
    return p * error - eta * w, error * w - eta * p


def averaged(w, p, v, eta, a, beta):
    """The same with a moving average v as target."""
    error = v - a * p * w
    return p * error - eta * w, error * w - eta * p, beta * (w - v)


def rk4(state, slope, h, steps):
    for _ in range(steps):
        k1 = slope(*state)
        k2 = slope(*(y + h / 2 * k for y, k in zip(state, k1)))
        k3 = slope(*(y + h / 2 * k for y, k in zip(state, k2)))
        k4 = slope(*(y + h * k for y, k in zip(state, k3)))
        state = [y + h / 6 * (a + 2 * (b + c) + d) for y, a, b, c, d in zip(state, k1, k2, k3, k4)]
    return state


def grid(columns, rows):
    p0 = 1.2 * (np.arange(columns) + 0.5) / columns
    eta = 0.25 * (np.arange(rows) + 0.5) / rows
    return np.tile(p0, rows), np.repeat(eta, columns)


def run(request):
    p0, eta = grid(request["columns"], request["rows"])
    a, beta, h, steps = 1.1, request["beta"], request["step"], request["steps"]
    start = time.process_time()
    ends = []
    for at in range(0, len(p0), request["chunk"]):
        p, e = p0[at : at + request["chunk"]], eta[at : at + request["chunk"]]
        if beta is None:
            ends.append(rk4([p, p], lambda w, q: fixed(w, q, e, a), h, steps))
        else:
            ends.append(rk4([p, p, np.zeros_like(p)], lambda w, q, v: averaged(w, q, v, e, a, beta), h, steps))
    w, p = (np.concatenate([end[i] for end in ends]) for i in (0, 1))
    seconds = time.process_time() - start
    return {"seconds": seconds, "p": encode(p), "s": encode(w * w)}


def encode(values):
    return base64.b64encode(values.tobytes()).decode()


for line in sys.stdin:
    print(json.dumps(run(json.loads(line))), flush=True)
