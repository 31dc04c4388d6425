"""Siamese training steps written in plain PyTorch from the papers' pseudo-code, for the test to compare with.

JSON on stdin: files with initial state and views, slots, optimiser. JSON on stdout: losses and final state.
"""
import json
import math
import struct
import sys

import numpy
import torch
from torch import nn
from torch.nn import functional as F

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


def part(state, prefix):
    return {key[len(prefix):]: value for key, value in state.items() if key.startswith(prefix)}


class ConvNet(nn.Module):
    def __init__(self, channels):
        super().__init__()
        layers, last = [], 3
        for width in channels:
            layers += [nn.Conv2d(last, width, 3, 2, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
            last = width
        self.body = nn.Sequential(*layers)

    def forward(self, x):
        return self.body(x).mean((2, 3))


def projector(sizes):
    return nn.Sequential(
        nn.Linear(sizes[0], sizes[1]), nn.BatchNorm1d(sizes[1], affine=False), nn.ReLU(), nn.Linear(sizes[1], sizes[2]))


def branch(task):
    return nn.Sequential(ConvNet(task['channels']), projector(task['projector']))


def load(net, state, prefix=''):
    net[0].load_state_dict(part(state, prefix + 'encoder.'))
    net[1].load_state_dict(part(state, prefix + 'projector.'))


def regression(q, t):
    q = F.normalize(q, dim=1)
    t = F.normalize(t, dim=1)
    return -2 * (q * t).sum(1).mean()


def set_predictor(weight, correlation, slots):
    if slots['predictor'] == 'directCopy':
        largest = torch.linalg.eigvalsh(correlation.double())[-1].float()
        weight.copy_(correlation / largest + slots['epsilon'] * torch.eye(len(correlation)))
        return
    # The authors use the general eigensolver and take real parts.
    values, vectors = torch.linalg.eig(correlation.double())
    values, vectors = values.real.clamp(min=0), vectors.real
    p = torch.clamp((values / values.max()).sqrt() + slots['epsilon'], min=1e-4)
    weight.copy_((vectors @ torch.diag(p) @ vectors.T).float())


def train(task):
    state, views, slots = read_safetensors(task['state']), read_safetensors(task['views']), task['slots']
    size = task['projector'][2]
    online = branch(task)
    load(online, state)
    if slots['predictor'] == 'mlp':
        predictor = nn.Sequential(
            nn.Linear(size, slots['hidden']), nn.BatchNorm1d(slots['hidden'], affine=False), nn.ReLU(),
            nn.Linear(slots['hidden'], size))
    else:
        predictor = nn.Linear(size, size, bias=False)
    names = set(predictor.state_dict())
    predictor.load_state_dict({k: v for k, v in part(state, 'predictor.').items() if k in names})
    target = None
    if slots['target'] == 'ema':
        target = branch(task)
        load(target, state, 'target.')
    options = {'momentum': task['momentum'], 'weight_decay': task['weightDecay']}
    optimizer = torch.optim.SGD(online.parameters(), lr=task['lr'], **options)
    options['weight_decay'] = task['predictorWeightDecay']
    predictor_optimizer = torch.optim.SGD(predictor.parameters(), lr=task['lr'] * task['predictorFactor'], **options)

    correlation, seen, losses = None, 0, []
    for step in range(task['steps']):
        view1, view2 = views[f'{step}.0'], views[f'{step}.1']
        online.train(), predictor.train()
        f1, f2 = online(view1), online(view2)
        with torch.no_grad():
            rows = torch.cat([f1, f2])
            outer = torch.einsum('bi,bj->ij', rows, rows) / len(rows)
            if correlation is None:
                correlation = outer
            elif slots['rho'] is None:
                correlation = (correlation * seen + outer) / (seen + 1)
            else:
                correlation = slots['rho'] * correlation + (1 - slots['rho']) * outer
            seen += 1
        q1, q2 = predictor(f1), predictor(f2)
        if target is not None:
            with torch.no_grad():
                target.train()
                t1, t2 = target(view1), target(view2)
        else:
            t1, t2 = f1.detach(), f2.detach()
        loss = regression(q1, t2) + regression(q2, t1)
        losses.append(loss.item())
        optimizer.zero_grad(), predictor_optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        predictor_optimizer.step()
        with torch.no_grad():
            if slots['predictor'].startswith('direct') and step % slots['every'] == 0:
                set_predictor(predictor.weight, correlation, slots)
            if slots['symmetric'] and slots['predictor'] == 'linear':
                predictor.weight.copy_((predictor.weight + predictor.weight.T) / 2)
            if slots['symmetric'] and slots['predictor'] == 'mlp':
                first = (predictor[0].weight + predictor[3].weight.T) / 2
                predictor[0].weight.copy_(first)
                predictor[3].weight.copy_(first.T)
            if target is not None:
                gamma = slots['gamma']
                if slots['cosine']:
                    gamma = 1 - (1 - gamma) * (math.cos(math.pi * step / task['steps']) + 1) / 2
                for a, b in zip(target.parameters(), online.parameters()):
                    a.copy_(gamma * a + (1 - gamma) * b)

    final = {f'encoder.{k}': v for k, v in online[0].state_dict().items()}
    final.update({f'projector.{k}': v for k, v in online[1].state_dict().items()})
    final.update({f'predictor.{k}': v for k, v in predictor.state_dict().items()})
    if slots['predictor'].startswith('direct'):
        final.update({'predictor.correlation': correlation, 'predictor.batches': torch.tensor(seen)})
    if target is not None:
        final.update({f'target.encoder.{k}': v for k, v in target[0].state_dict().items()})
        final.update({f'target.projector.{k}': v for k, v in target[1].state_dict().items()})
    return {'losses': losses, 'state': {k: v.flatten().tolist() for k, v in final.items()}}


json.dump([train(task) for task in json.load(sys.stdin)], sys.stdout)
