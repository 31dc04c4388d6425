"""torchvision's residual networks on the weights and images of the test: JSON on stdin, JSON on stdout."""
import json
import struct
import sys

import numpy
import torch
import torchvision

torch.set_num_threads(1)
TYPES = {'F32': numpy.float32, 'I64': numpy.int64}


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


def build(name, stem):
    model = getattr(torchvision.models, name)(weights=None)
    if stem in ('cifar', 'tiny'):
        model.conv1 = torch.nn.Conv2d(3, 64, 3, stride=1, padding=1, bias=False)
    if stem == 'cifar':
        model.maxpool = torch.nn.Identity()
    model.fc = torch.nn.Identity()
    return model


answers = []
for case in json.load(sys.stdin):
    model = build(case['name'], case['stem'])
    answer = {'shapes': [[key, list(value.shape)] for key, value in model.state_dict().items()]}
    if 'weights' in case:
        model.load_state_dict(read_safetensors(case['weights']))
        images = read_safetensors(case['images'])['images']
        with torch.no_grad():
            answer['train'] = model.train()(images).flatten().tolist()
            answer['eval'] = model.eval()(images).flatten().tolist()
        answer['runningVariance'] = model.layer4[-1].bn2.running_var.tolist()
    answers.append(answer)
json.dump(answers, sys.stdout)
