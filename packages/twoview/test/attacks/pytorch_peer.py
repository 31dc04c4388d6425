"""The attacks computed independently with PyTorch, for pytorch.test.ts.

Reads {"weights": {name: rows}, "images": rows, "labels": [...], "cases": {name: settings}} from standard input and
writes {name: {"images": flat, "statistics": flat}} to standard output, in float64. Perturbations are kept instead of images
and gradients come from backward(), as in training programs; starts are drawn again from the seed.
"""

import json
import sys

import torch
from torch import nn
from torch.nn import functional as F

request = json.load(sys.stdin)
x = torch.tensor(request["images"], dtype=torch.float64)
y = torch.tensor(request["labels"])


def network():
    net = nn.Sequential(
        nn.Conv2d(3, 6, 3, stride=2, padding=1),
        nn.BatchNorm2d(6),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(96, 16),
        nn.ReLU(),
        nn.Linear(16, 4),
    ).double()
    state = {name: torch.tensor(value, dtype=torch.float64) for name, value in request["weights"].items()}
    net.load_state_dict(state)
    return net


def per_image(values):
    return values.view(-1, 1, 1, 1)


def start(case):
    generator = torch.Generator().manual_seed(case["seed"])
    eps = case["eps"]
    if case["start"] == "gaussian":
        return 0.001 * torch.randn(x.shape, generator=generator, dtype=x.dtype)
    if case["norm"] == "linf":
        return eps * (2 * torch.rand(x.shape, generator=generator, dtype=x.dtype) - 1)
    direction = F.normalize(torch.randn(x.shape, generator=generator, dtype=x.dtype).flatten(1))
    radius = torch.rand([len(x), 1], generator=generator, dtype=x.dtype) ** (1 / x[0].numel())
    return (eps * radius * direction).view_as(x)


def into(delta, case):
    if case["norm"] == "linf":
        delta = torch.clip(delta, -case["eps"], case["eps"])
    else:
        length = delta.flatten(1).norm(dim=1).clamp(max=case["eps"])
        delta = per_image(length) * F.normalize(delta.flatten(1)).view_as(x)
    return torch.clip(x + delta, 0, 1) - x


def objective(net, case, adversarial, clean):
    logits = net(adversarial)
    if case["loss"] == "crossEntropy":
        return F.cross_entropy(logits, y, reduction="sum")
    if case["loss"] == "kl":
        return F.kl_div(F.log_softmax(logits, 1), F.softmax(clean, 1), reduction="sum")
    total = 0
    for row, label in zip(logits, y):
        others = torch.cat([row[:label], row[label + 1 :]])
        total = total + others.max() - row[label]
    return total


def attack(case):
    net = network().train(case["mode"] == "train")
    clean = None
    if case["loss"] == "kl":
        with torch.no_grad():
            clean = net(x)
    delta = into(start(case), case)
    velocity = torch.zeros_like(x)
    for _ in range(case["steps"]):
        delta = delta.detach().requires_grad_()
        objective(net, case, x + delta, clean).backward()
        step = delta.grad
        if case["momentum"]:
            velocity = case["momentum"] * velocity + step / per_image(step.abs().flatten(1).sum(1))
            step = velocity
        if case["norm"] == "linf":
            step = torch.sign(step)
        else:
            step = F.normalize(step.flatten(1)).view_as(x)
        delta = into(delta.detach() + case["stepSize"] * step, case)
    with torch.no_grad():
        net(x + delta)  # the last evaluation of the loss
    statistics = torch.cat([net[1].running_mean, net[1].running_var])
    return {"images": (x + delta).flatten().tolist(), "statistics": statistics.tolist()}


json.dump({name: attack(case) for name, case in request["cases"].items()}, sys.stdout)
