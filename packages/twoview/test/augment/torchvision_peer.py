"""Applies torchvision's transforms to PIL images for torchvision.test.ts.

usage: torchvision_peer.py FOLDER

Reads FOLDER/request.json and FOLDER/images.u8, and writes
- for each of request["cases"], the views with the given parameters, as float32 [B, 3, S, S] in NAME.f32 (a case with
  "floats" is computed on float tensors instead of PIL images, without rounding in between);
- the images of FOLDER/wide.u8 resized and centre-cropped as request["evaluation"] says, in evaluation.f32;
- for each of request["policies"], statistics of random views (see `statistics`) in statistics.json.
"""

import json
import random
import sys
from itertools import permutations
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torchvision import transforms as T
from torchvision.transforms import functional as F

ORDERS = list(permutations(range(4)))


def apply_row(image, row, size, kernel, floats):
    """One row of parameters, in the order of src/augment/params.ts."""
    if floats:
        image = F.to_tensor(image)
    top, left, height, width, flip, order, brightness, contrast, saturation, hue, gray, sigma, solarize = row
    image = F.resized_crop(image, int(top), int(left), int(height), int(width), [size, size], antialias=True)
    if flip:
        image = F.hflip(image)
    if order >= 0:
        jitter = [
            lambda x: F.adjust_brightness(x, brightness),
            lambda x: F.adjust_contrast(x, contrast),
            lambda x: F.adjust_saturation(x, saturation),
            lambda x: F.adjust_hue(x, hue),
        ]
        neutral = [1, 1, 1, 0]
        for operation in ORDERS[int(order)]:
            if [brightness, contrast, saturation, hue][operation] != neutral[operation]:
                image = jitter[operation](image)
    if gray:
        image = F.rgb_to_grayscale(image, 3)
    if sigma > 0:
        image = F.gaussian_blur(image, [kernel, kernel], [sigma, sigma])
    if solarize:
        image = F.solarize(image, 0.5 if floats else 128)
    return image if floats else F.to_tensor(image)


def transform_of(policy, size, kernel):
    jitter, blur = policy["colorJitter"], policy["gaussianBlur"]
    color = T.ColorJitter(jitter["brightness"], jitter["contrast"], jitter["saturation"], jitter["hue"])
    return T.Compose([
        T.RandomResizedCrop(size, tuple(policy["crop"]["scale"]), tuple(policy["crop"]["ratio"])),
        T.RandomHorizontalFlip(policy["horizontalFlip"]["probability"]),
        T.RandomApply([color], jitter["probability"]),
        T.RandomGrayscale(policy["grayscale"]["probability"]),
        T.RandomApply([T.GaussianBlur(kernel, tuple(blur["sigma"]))], blur["probability"]),
        T.RandomSolarize(128, policy["solarize"]["probability"]),
        T.ToTensor(),
    ])


def statistics(views):
    """Shares of ten equal bins of values, of chroma (max - min over channels) and of steps between neighbours."""
    def shares(x):
        return (torch.histc(x.clamp(0, 1), 10, 0, 1) / x.numel()).tolist()

    return {
        "means": views.mean([0, 2, 3]).tolist(),
        "values": shares(views),
        "chroma": shares(views.amax(1) - views.amin(1)),
        "steps": shares((views[..., 1:] - views[..., :-1]).abs() * 4),
    }


def read_images(file, shape):
    raw = np.fromfile(file, dtype=np.uint8).reshape(shape)
    return [Image.fromarray(np.ascontiguousarray(x.transpose(1, 2, 0))) for x in raw]


def main(folder):
    request = json.loads((folder / "request.json").read_text())
    images = read_images(folder / "images.u8", request["shape"])
    for case in request["cases"]:
        rows = zip(images, case["params"])
        views = [apply_row(image, row, case["size"], case["kernel"], case["floats"]) for image, row in rows]
        torch.stack(views).numpy().tofile(folder / f"{case['name']}.f32")
    evaluation = request["evaluation"]
    wide = read_images(folder / "wide.u8", evaluation["shape"])
    resized = [F.center_crop(F.resize(x, evaluation["resize"]), evaluation["size"]) for x in wide]
    torch.stack([F.to_tensor(x) for x in resized]).numpy().tofile(folder / "evaluation.f32")
    torch.manual_seed(0)
    random.seed(0)
    results = {}
    for policy in request["policies"]:
        transform = transform_of(policy["policy"], policy["size"], policy["kernel"])
        views = [transform(image) for _ in range(policy["repeats"]) for image in images]
        results[policy["name"]] = statistics(torch.stack(views))
    (folder / "statistics.json").write_text(json.dumps(results))


main(Path(sys.argv[1]))
