"""The Python side of resnet-step.mjs: the same network, start, data and step."""

import json
import resource
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

from residual import ResNet18

torch.set_num_threads(int(sys.argv[1]))
BATCH = 64


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
