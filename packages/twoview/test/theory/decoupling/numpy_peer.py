# Phases I and II of the thresholded network on given views, written in NumPy from the equations.
import json
import sys

import numpy as np

given = json.load(sys.stdin)
W = np.array(given["weights"])
eta, lam, tau, rho, growth = (given[k] for k in ("eta", "lambda", "tau", "rho", "growth"))
d = given["atoms"]
start = np.linalg.norm(W, axis=1)
b = np.zeros(len(W))
phase, t1, t2, losses = 1, None, None, []


def h(U):
    return np.maximum(U - b, 0) - np.maximum(-U - b, 0)


for step, (first, second) in enumerate(given["views"], 1):
    xa, xb = np.array(first), np.array(second)
    U, F2 = xa @ W.T, h(xb @ W.T)
    S = h(U) @ F2.T / tau
    P = np.exp(S - S.max(axis=1, keepdims=True))
    P /= P.sum(axis=1, keepdims=True)
    losses.append(float(-np.log(np.diag(P)).mean()))
    G = (F2 - P @ F2) * (np.abs(U) >= b)
    old = np.linalg.norm(W, axis=1)
    W = W + eta * ((G.T @ xa) / (len(xa) * tau) - lam * W)
    new = np.linalg.norm(W, axis=1)
    if phase == 1:
        if (new >= 2 * start).all():
            phase, t1, middle = 2, step, np.median(new)
            b = np.sqrt(2 * np.log(d) / d) * new
    elif phase == 2:
        b = np.maximum(b * (1 + rho), b * new / old)
        if np.median(new) >= growth * middle:
            phase, t2 = 3, step

json.dump({"weights": W.tolist(), "thresholds": b.tolist(), "t1": t1, "t2": t2, "losses": losses}, sys.stdout)
