"""torchvision's PIL pipeline, for augmentation.mjs: one process, one thread.

Images come as a file of uint8 [N, 3, H, W] and become PIL images before any clock starts. For every line on standard input,
which names a number of views, makes that many and prints the seconds it took. The first line printed describes the peer.
"""

import argparse
import json
import sys
import time

import numpy as np
import PIL
import torch
import torchvision
from PIL import Image
from torchvision import transforms as T

parser = argparse.ArgumentParser()
parser.add_argument("images")
parser.add_argument("--count", type=int, required=True)
parser.add_argument("--side", type=int, required=True)
parser.add_argument("--size", type=int, required=True)
parser.add_argument("--kernel", type=int, required=True)
parser.add_argument("--policy", required=True, help="the policy as JSON")
args = parser.parse_args()

torch.set_num_threads(1)
torch.manual_seed(0)
policy = json.loads(args.policy)
jitter, blur, normalize = policy["colorJitter"], policy["gaussianBlur"], policy["normalize"]
color = T.ColorJitter(jitter["brightness"], jitter["contrast"], jitter["saturation"], jitter["hue"])
steps = [
    T.RandomResizedCrop(args.size, tuple(policy["crop"]["scale"]), tuple(policy["crop"]["ratio"])),
    T.RandomHorizontalFlip(policy["horizontalFlip"]["probability"]),
    T.RandomApply([color], jitter["probability"]),
    T.RandomGrayscale(policy["grayscale"]["probability"]),
]
if blur["probability"] > 0:
    steps.append(T.RandomApply([T.GaussianBlur(args.kernel, tuple(blur["sigma"]))], blur["probability"]))
if policy["solarize"]["probability"] > 0:
    steps.append(T.RandomSolarize(128, policy["solarize"]["probability"]))
steps.append(T.ToTensor())
if normalize["mean"] != [0, 0, 0] or normalize["std"] != [1, 1, 1]:
    steps.append(T.Normalize(normalize["mean"], normalize["std"]))
transform = T.Compose(steps)

raw = np.fromfile(args.images, dtype=np.uint8).reshape(args.count, 3, args.side, args.side)
images = [Image.fromarray(np.ascontiguousarray(x.transpose(1, 2, 0))) for x in raw]

print(json.dumps({"torch": torch.__version__, "torchvision": torchvision.__version__, "PIL": PIL.__version__}), flush=True)
for line in sys.stdin:
    views = int(line)
    start = time.perf_counter()
    torch.stack([transform(images[i % len(images)]) for i in range(views)])
    print(time.perf_counter() - start, flush=True)
