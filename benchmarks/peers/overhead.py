"""The Python side of overhead.mjs: the same calls, microseconds each."""

import json
import sys
import time

import torch

torch.set_num_threads(1)
a = torch.ones(2, 2)
b = torch.ones(2, 2)
w = torch.ones(2, 2, requires_grad=True)
operators = {
    "add": lambda: a.add(b),
    "mul_ (in place)": lambda: a.mul_(b),
    "relu": lambda: a.relu(),
    "matmul 2x2": lambda: a.matmul(b),
    "view": lambda: a.view(4),
    "sum(dim, keepdim)": lambda: a.sum(1, True),
    "add, recorded": lambda: w.add(b),
}


def measure(operator, windows, calls):
    """Microseconds a call, the least of the windows."""
    least = float("inf")
    for _ in range(windows):
        start = time.perf_counter()
        for _ in range(calls):
            operator()
        least = min(least, (time.perf_counter() - start) * 1e6 / calls)
    return least


for line in sys.stdin:
    size = json.loads(line)
    print(json.dumps({name: measure(operator, **size) for name, operator in operators.items()}), flush=True)
