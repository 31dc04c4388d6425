"""The Python side of adversarial-step.mjs: the same networks, start, images, attack and step."""

import json
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

from residual import ResNet18

torch.set_num_threads(int(sys.argv[1]))
EPS, STEP_SIZE, STEPS = 0.031, 0.007, 10


class SmallCnn(nn.Module):
    def __init__(self):
        super().__init__()
        layers, width = [], 3
        for channels, stride in ((32, 2), (32, 1), (64, 2), (64, 1)):
            layers += [nn.Conv2d(width, channels, 3, stride, 1, bias=False), nn.BatchNorm2d(channels), nn.ReLU(True)]
            width = channels
        self.body = nn.Sequential(*layers)
        self.head = nn.Sequential(nn.Linear(64 * 8 * 8, 128, bias=False), nn.BatchNorm1d(128), nn.ReLU())

    def forward(self, x):
        return self.head(self.body(x).flatten(1))


class Classifier(nn.Module):
    def __init__(self, name):
        super().__init__()
        self.encoder = ResNet18() if name == "resnet18" else SmallCnn()
        self.classifier = nn.Linear(512 if name == "resnet18" else 128, 10)
        self.mean = torch.tensor([0.4914, 0.4822, 0.4465]).view(1, 3, 1, 1)
        self.std = torch.tensor([0.2471, 0.2435, 0.2616]).view(1, 3, 1, 1)

    def forward(self, x):
        return self.classifier(self.encoder((x - self.mean) / self.std))


def project(candidates, images):
    return (images + (candidates - images).clamp(-EPS, EPS)).clamp(0, 1)


def attack(model, images, labels):
    """The last iterate of PGD; the loss is evaluated once more there, as the authors of ASCL do."""
    points = project(images + (torch.rand(images.shape) * 2 - 1) * EPS, images)
    for _ in range(STEPS):
        points.requires_grad_()
        loss = F.cross_entropy(model(points), labels, reduction="sum")
        (gradient,) = torch.autograd.grad(loss, [points])
        points = project(points.detach() + STEP_SIZE * gradient.sign(), images)
    with torch.no_grad():
        F.cross_entropy(model(points), labels, reduction="sum")
    return points


def start(name, batch):
    torch.manual_seed(1)
    model = Classifier(name).to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)
    images = torch.rand(batch, 3, 32, 32).contiguous(memory_format=torch.channels_last)
    labels = torch.randint(10, (batch,))

    def step():
        adversarial = attack(model, images, labels)
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(model(images), labels) + F.cross_entropy(model(adversarial), labels)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


current = None
for line in sys.stdin:
    request = json.loads(line)
    case = request["name"], request["batch"]
    if current is None or current[0] != case:
        current = case, start(*case)
    steps = request["steps"]
    began, used = time.perf_counter(), time.process_time()
    for _ in range(steps):
        loss = current[1]()
    milliseconds = (time.perf_counter() - began) * 1e3 / steps
    processor = (time.process_time() - used) * 1e3 / steps
    print(json.dumps({"milliseconds": milliseconds, "processor": processor, "loss": loss}), flush=True)
