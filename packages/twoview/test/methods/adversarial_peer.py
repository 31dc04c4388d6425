"""Adversarial training steps in plain PyTorch, from the papers' equations, for the test to compare with.

JSON on stdin: files with initial state, batches and noise; objective, attack and optimiser. JSON on stdout: losses, terms,
gradients of the first step, predictions, shares of pairs, and the final state. Float64; pairs are chosen one by one.
"""
import json
import struct
import sys

import numpy
import torch
from torch import nn
from torch.nn import functional as F

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


class Encoder(nn.Module):
    def __init__(self, net):
        super().__init__()
        layers, last = [], 3
        for width, stride in zip(net['channels'], net['strides']):
            layers += [nn.Conv2d(last, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
            last = width
        self.body = nn.Sequential(*layers)
        size = net['features']
        self.head = nn.Sequential(nn.Linear(last * net['grid'] ** 2, size, bias=False), nn.BatchNorm1d(size), nn.ReLU())
        self.mean = torch.tensor(net['normalize']['mean'], dtype=torch.float64).view(1, 3, 1, 1)
        self.std = torch.tensor(net['normalize']['std'], dtype=torch.float64).view(1, 3, 1, 1)

    def forward(self, x):
        return self.head(self.body((x - self.mean) / self.std).flatten(1))


class Net(nn.Module):
    def __init__(self, net):
        super().__init__()
        self.encoder = Encoder(net)
        self.projector = nn.Sequential(nn.Linear(net['features'], net['latents']))
        self.classifier = nn.Linear(net['features'], net['classes'])

    def logits(self, x):
        return self.classifier(self.encoder(x))


def size_of(v):
    return v.pow(2).sum((1, 2, 3), keepdim=True).sqrt()


def into_ball(candidate, x, attack):
    delta = candidate - x
    if attack['norm'] == 'linf':
        delta = delta.clamp(-attack['eps'], attack['eps'])
    else:
        delta = delta * torch.clamp(attack['eps'] / size_of(delta).clamp(min=1e-300), max=1)
    return torch.clamp(x + delta, 0, 1)


def per_image_kl(o, o_adv):
    p = torch.softmax(o, 1)
    return (p * (torch.log(p) - F.log_softmax(o_adv, 1))).sum(1)


def make_adversarial(net, x, y, noise, attack):
    net.train(attack['mode'] == 'train')
    reference = None
    if attack['loss'] == 'kl':
        with torch.no_grad():
            reference = net.logits(x)

    def loss(adversarial):
        o = net.logits(adversarial)
        return F.cross_entropy(o, y, reduction='sum') if reference is None else per_image_kl(reference, o).sum()

    adversarial = into_ball(x + noise, x, attack)
    for _ in range(attack['steps']):
        adversarial.requires_grad_()
        gradient, = torch.autograd.grad(loss(adversarial), [adversarial])
        step = gradient.sign() if attack['norm'] == 'linf' else gradient / size_of(gradient)
        adversarial = into_ball(adversarial.detach() + attack['stepSize'] * step, x, attack)
    with torch.no_grad():
        loss(adversarial)  # the loss of the last iterate: one more pass for the running statistics
    net.train()
    return adversarial


def distance(u, v, name):
    """Of single latents."""
    u, v = u / u.norm(), v / v.norm()
    return {
        'linf': lambda: (u - v).abs().max(), 'l2': lambda: (u - v).norm(), 'l1': lambda: (u - v).abs().sum(),
        'cosine': lambda: -u @ v, 'matmul': lambda: -u @ v,
    }[name]()


def pairs_of(strategy, y, p):
    n = len(y)
    positives, negatives = [[] for _ in range(n)], [[] for _ in range(n)]
    for i in range(n):
        for j in range(n):
            if i == j:
                continue
            same, agree, confused = y[i] == y[j], p[i] == p[j], y[i] == p[j]
            if same and (strategy != 'leaked' or agree):
                positives[i].append(j)
            keep = {'global': True, 'hard': confused, 'soft': agree, 'merged': confused or agree, 'leaked': agree}
            if not same and keep[strategy]:
                negatives[i].append(j)
    return positives, negatives


def contrast(z, y, p, objective):
    positives, negatives = pairs_of(objective['selection'], y, p)
    total = 0
    for i in range(len(y)):
        if not positives[i]:
            continue
        s = {j: -distance(z[i], z[j], objective['distance']) / objective['temperature']
             for j in positives[i] + negatives[i]}
        denominator = sum(torch.exp(value) for value in s.values())
        total = total - sum(torch.log(torch.exp(s[j]) / denominator) for j in positives[i]) / len(positives[i])
    every = pairs_of('global', y, y)
    shares = [sum(map(len, kept)) / sum(map(len, full)) for kept, full in zip((positives, negatives), every)]
    return total / len(y), shares


def terms_of(task, outputs, y):
    """outputs: (h, z, o) of every view, adversarial ones after the others. Returns the loss, its terms, shares of pairs."""
    objective = task['objective']
    name = objective['name']
    if name == 'crossEntropy':
        o = torch.cat([o for _, _, o in outputs])
        return F.cross_entropy(o, y.repeat(len(outputs))), {}, None
    views = len(outputs) // 2
    h, z, o = (torch.cat(parts) for parts in zip(*outputs[:views]))
    h_adv, z_adv, o_adv = (torch.cat(parts) for parts in zip(*outputs[views:]))
    labels = y.repeat(views)
    terms = {'natural': F.cross_entropy(o, labels)}
    if name == 'adr':
        terms['robust'] = F.cross_entropy(o_adv, labels)
        h, o = h.detach(), o.detach()
        terms['localCompactness'] = (h - h_adv).abs().mean()
        terms['localSmoothness'] = -(torch.softmax(o, 1) * F.log_softmax(o_adv, 1)).sum(1).mean()
        terms['confidence'] = -(torch.softmax(o_adv, 1) * F.log_softmax(o_adv, 1)).sum(1).mean()
        weighted = [
            (1 if labels[i] == labels[j] else 1 - 1 / .99) * (h[j] - h_adv[i]).abs().mean()
            for i in range(len(labels)) for j in range(len(labels))]
        terms['globalCompactness'] = sum(weighted) / len(weighted)
        return sum(objective[key] * value for key, value in terms.items()), terms, None
    kl = per_image_kl(o, o_adv)
    classes = o.shape[1]
    terms['robust'] = {
        'crossEntropy': lambda: F.cross_entropy(o_adv, labels), 'kl': lambda: kl.mean(),
        'klPerElement': lambda: kl.mean() / classes,
    }[objective['robustLoss']]()
    if objective['divergence'] > 0:
        terms['divergence'] = kl.mean() / classes
    if objective['compactness'] > 0:
        terms['compactness'] = sum(
            distance(a, b, objective['distance']) for a, b in zip(z, z_adv)) / len(z)
    p = [o.argmax(1).tolist() for _, _, o in outputs]
    groups = {
        'all': [range(2 * views)], 'perVersion': [range(views), range(views, 2 * views)],
        'perView': [(v, v + views) for v in range(views)],
    }[objective['combine']]
    parts = [
        contrast(torch.cat([outputs[v][1] for v in group]), y.tolist() * len(group), sum((p[v] for v in group), []),
                 objective)
        for group in groups]
    if objective['contrastive'] > 0:
        terms['contrastive'] = sum(loss for loss, _ in parts) / len(parts)
    shares = [sum(part[k] for _, part in parts) / len(parts) for k in (0, 1)]
    return sum(objective[key] * value for key, value in terms.items()), terms, shares


def train(task):
    state, data = read_safetensors(task['state']), read_safetensors(task['data'])
    net = Net(task['net']).double()
    net.load_state_dict(state)
    optimizer = torch.optim.SGD(
        net.parameters(), lr=task['lr'], momentum=task['momentum'], weight_decay=task['weightDecay'])
    answer = {'losses': [], 'terms': [], 'shares': [], 'predictions': [], 'gradients': {}}
    together = task['forward'] == 'concatenated'
    for step in range(task['steps']):
        y = data[f'{step}.labels']
        views = [data[f'{step}.view{v}'] for v in range(task['views'])]
        net.train()
        passes = [torch.cat(views)] if together else views
        copies = len(views) if together else 1
        if task['attack']:
            passes = passes + [
                make_adversarial(net, x, y.repeat(copies), data[f'{step}.noise{i}'], task['attack'])
                for i, x in enumerate(passes)]
        optimizer.zero_grad()
        outputs = []
        features = [net.encoder(x) for x in passes]
        for h in features:
            outputs += zip(h.chunk(copies), net.projector(h).chunk(copies), net.classifier(h).chunk(copies))
        loss, terms, shares = terms_of(task, outputs, y)
        loss.backward()
        answer['losses'].append(loss.item())
        answer['terms'].append({key: value.item() for key, value in terms.items()})
        answer['shares'].append(shares)
        answer['predictions'].append([o.argmax(1).tolist() for _, _, o in outputs])
        if step == 0:
            answer['gradients'] = {
                key: None if value.grad is None else value.grad.flatten().tolist()
                for key, value in net.named_parameters()}
        optimizer.step()
    answer['state'] = {key: value.flatten().tolist() for key, value in net.state_dict().items()}
    return answer


json.dump([train(task) for task in json.load(sys.stdin)], sys.stdout)
