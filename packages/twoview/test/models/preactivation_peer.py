"""Pre-activation networks written anew in PyTorch, on the weights and images of the test: JSON on stdin, JSON on stdout."""
import json
import struct
import sys

import numpy
import torch
from torch import nn

torch.set_num_threads(1)
TYPES = {'F32': numpy.float32, 'F64': numpy.float64, 'I64': numpy.int64}


def read_safetensors(path):
    with open(path, 'rb') as file:
        length = struct.unpack('<Q', file.read(8))[0]
        header = json.loads(file.read(length))
        data = file.read()
    return {
        name: torch.from_numpy(
            numpy.frombuffer(data[entry['data_offsets'][0]:entry['data_offsets'][1]], dtype=TYPES[entry['dtype']])
            .reshape(entry['shape']).copy())
        for name, entry in header.items() if name != '__metadata__'
    }


class Unit(nn.Module):
    def __init__(self, a, b, stride, wide):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(a)
        self.conv1 = nn.Conv2d(a, b, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(b)
        self.conv2 = nn.Conv2d(b, b, 3, 1, 1, bias=False)
        self.skip = None
        if a != b or stride != 1:
            projection = nn.Conv2d(a, b, 1, stride, bias=False)
            self.skip = 'convShortcut' if wide else 'shortcut'
            self.add_module(self.skip, projection if wide else nn.Sequential(projection))

    def forward(self, x):
        h = torch.clamp(self.bn1(x), min=0)
        residual = self.conv2(torch.clamp(self.bn2(self.conv1(h)), min=0))
        return residual + (getattr(self, self.skip)(h) if self.skip else x)


def units(count, a, b, stride, wide):
    return nn.Sequential(*[Unit(b if i else a, b, 1 if i else stride, wide) for i in range(count)])


class Wide(nn.Module):
    def __init__(self, depth, width):
        super().__init__()
        sizes = [16, 16 * width, 32 * width, 64 * width]
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        for i in range(3):
            group = nn.Module()
            group.layer = units((depth - 4) // 6, sizes[i], sizes[i + 1], 2 if i else 1, True)
            self.add_module('block%d' % (i + 1), group)
        self.bn1 = nn.BatchNorm2d(sizes[3])

    def forward(self, x):
        for group in (self.block1, self.block2, self.block3):
            x = group.layer(self.conv1(x) if group is self.block1 else x)
        return nn.functional.avg_pool2d(torch.clamp(self.bn1(x), min=0), 8).flatten(1)


class PreAct(nn.Module):
    def __init__(self, base):
        super().__init__()
        sizes = [base, base, 2 * base, 4 * base, 8 * base]
        self.conv1 = nn.Conv2d(3, base, 3, 1, 1, bias=False)
        for i in range(4):
            self.add_module('layer%d' % (i + 1), units(2, sizes[i], sizes[i + 1], 2 if i else 1, False))

    def forward(self, x):
        x = self.layer4(self.layer3(self.layer2(self.layer1(self.conv1(x)))))
        return nn.functional.avg_pool2d(x, 4).flatten(1)


answers = []
for case in json.load(sys.stdin):
    model = Wide(case['depth'], case['width']) if case['name'] == 'wrn' else PreAct(round(64 * case['width']))
    answer = {'shapes': [[key, list(value.shape)] for key, value in model.state_dict().items()]}
    if 'weights' in case:
        model.double().load_state_dict(read_safetensors(case['weights']))
        inputs = read_safetensors(case['inputs'])
        images = inputs['images'].requires_grad_()
        for mode in ('train', 'eval'):
            features = model.train(mode == 'train')(images)
            names, parameters = zip(*model.named_parameters())
            loss = (features * inputs['cotangent']).sum()
            gradients = torch.autograd.grad(loss, [images, *parameters])
            answer[mode] = {
                'features': features.flatten().tolist(),
                'gradients': {
                    name: gradient.flatten().tolist() for name, gradient in zip(['images', *names], gradients)
                },
            }
    answers.append(answer)
json.dump(answers, sys.stdout)
