"""The Python side of resnet-step.mjs: the same network, start, data and step."""

import json
import resource
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_num_threads(int(sys.argv[1]))
BATCH = 64


def conv(inputs, outputs, kernel, stride):
    layer = nn.Conv2d(inputs, outputs, kernel, stride, padding=(kernel - 1) // 2, bias=False)
    nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
    return layer


class Block(nn.Module):
    """torchvision's BasicBlock."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1, self.bn1 = conv(inputs, outputs, 3, stride), nn.BatchNorm2d(outputs)
        self.conv2, self.bn2 = conv(outputs, outputs, 3, 1), nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(conv(inputs, outputs, 1, stride), nn.BatchNorm2d(outputs))

    def forward(self, x):
        out = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        out += x if self.downsample is None else self.downsample(x)
        return self.relu(out)


class ResNet18(nn.Module):
    """torchvision's resnet18 without `fc`, with the CIFAR stem."""

    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = conv(3, 64, 3, 1), nn.BatchNorm2d(64)
        widths = [64, 64, 128, 256, 512]
        for i in range(1, 5):
            stride = 1 if i == 1 else 2
            layer = nn.Sequential(Block(widths[i - 1], widths[i], stride), Block(widths[i], widths[i], 1))
            setattr(self, f"layer{i}", layer)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)), inplace=True)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return x.mean([2, 3])


class SimSiam(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = ResNet18()
        self.projector = nn.Sequential(
            nn.Linear(512, 2048, bias=False), nn.BatchNorm1d(2048), nn.ReLU(),
            nn.Linear(2048, 2048, bias=False), nn.BatchNorm1d(2048, affine=False),
        )
        self.predictor = nn.Sequential(
            nn.Linear(2048, 512, bias=False), nn.BatchNorm1d(512), nn.ReLU(), nn.Linear(512, 2048),
        )

    def forward(self, view):
        z = self.projector(self.encoder(view))
        return self.predictor(z), z.detach()


torch.manual_seed(1)
model = SimSiam().to(memory_format=torch.channels_last)
optimizer = torch.optim.SGD(model.parameters(), lr=0.03, momentum=0.9, weight_decay=5e-4)
views = [torch.randn(BATCH, 3, 32, 32).contiguous(memory_format=torch.channels_last) for _ in range(2)]


def step():
    optimizer.zero_grad(set_to_none=True)
    (p1, z1), (p2, z2) = (model(view) for view in views)
    loss = -0.5 * (F.cosine_similarity(p1, z2, dim=1).mean() + F.cosine_similarity(p2, z1, dim=1).mean())
    loss.backward()
    optimizer.step()
    return loss.item()


for line in sys.stdin:
    steps = json.loads(line)["steps"]
    start = time.perf_counter()
    for _ in range(steps):
        loss = step()
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"viewsPerSecond": 2 * BATCH * steps / seconds, "loss": loss, "peakResident": peak}), flush=True)
