"""The probes computed independently with PyTorch, for pytorch.test.ts.

Reads {"train", "trainLabels", "test", "testLabels", "l2", "alpha"} from standard input and writes the optimum of
logistic regression (torch.optim.LBFGS on autograd's gradient) and the ridge classifier (the normal equations with an
explicit column of ones), both on features standardised by the training set.
"""

import json
import sys

import torch
from torch.nn import functional as F

request = json.load(sys.stdin)
train, test = (torch.tensor(request[name], dtype=torch.float64) for name in ("train", "test"))
labels, test_labels = (torch.tensor(request[name]) for name in ("trainLabels", "testLabels"))
mean, std = train.mean(0), train.std(0, unbiased=False)
train, test = (train - mean) / std, (test - mean) / std
n, d = train.shape
classes = int(labels.max()) + 1

weight = torch.zeros(classes, d, dtype=torch.float64, requires_grad=True)
bias = torch.zeros(classes, dtype=torch.float64, requires_grad=True)
optimizer = torch.optim.LBFGS(
    [weight, bias], max_iter=2000, tolerance_grad=1e-9, tolerance_change=1e-16, line_search_fn="strong_wolfe"
)


def loss():
    return F.cross_entropy(train @ weight.T + bias, labels) + request["l2"] / 2 * (weight**2).sum()


def closure():
    optimizer.zero_grad()
    value = loss()
    value.backward()
    return value


optimizer.step(closure)
logistic = test @ weight.T + bias

# Ridge with a free bias: the column of ones is not penalised.
x = torch.cat([train, torch.ones(n, 1, dtype=torch.float64)], 1)
penalty = request["alpha"] * torch.eye(d + 1, dtype=torch.float64)
penalty[d, d] = 0
y = 2.0 * F.one_hot(labels, classes).double() - 1
solution = torch.linalg.solve(x.T @ x + penalty, x.T @ y)
ridge = torch.cat([test, torch.ones(len(test), 1, dtype=torch.float64)], 1) @ solution

json.dump(
    {
        "loss": loss().item(),
        "weight": weight.flatten().tolist(),
        "logistic": logistic.argmax(1).tolist(),
        "ridge": ridge.argmax(1).tolist(),
        "accuracy": (logistic.argmax(1) == test_labels).double().mean().item(),
    },
    sys.stdout,
)
