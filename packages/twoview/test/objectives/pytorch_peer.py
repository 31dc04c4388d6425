"""The objectives computed independently with PyTorch, for pytorch.test.ts.

Reads {"a": rows, "b": rows, "queue": rows, "labels": [...], "temperature": t, "beta": b, "margin": m} from standard
input and writes {name: {"value": number, "gradients": [flat, ...]}} to standard output, in float64. The losses are
written with PyTorch's own functions (normalize, cosine_similarity, cross_entropy, batch_norm, cov, pdist) or as loops over
anchors, never as matrices of distances.
"""

import json
import sys

import torch
from torch.nn import functional as F

request = json.load(sys.stdin)
t = request["temperature"]
beta = request["beta"]
margin = request["margin"]
labels = request["labels"]


def leaf(name):
    return torch.tensor(request[name], dtype=torch.float64, requires_grad=True)


def nt_xent(a, b):
    z = F.normalize(torch.cat([a, b]), dim=1)
    n = len(a)
    logits = z @ z.T / t
    # Every anchor's candidates without itself, in a matrix of 2B - 1 columns; the partner's column shifts accordingly.
    keep = ~torch.eye(2 * n, dtype=torch.bool)
    candidates = logits[keep].view(2 * n, 2 * n - 1)
    target = torch.cat([torch.arange(n, 2 * n) - 1, torch.arange(n)])
    return F.cross_entropy(candidates, target)


def info_nce(q, k):
    logits = F.cosine_similarity(q[:, None], k[None], dim=-1) / t
    return F.cross_entropy(logits, torch.arange(len(q)))


def moco(q, k, queue):
    q, k, queue = (F.normalize(x, dim=1) for x in (q, k, queue))
    logits = torch.cat([torch.einsum("nc,nc->n", q, k)[:, None], torch.einsum("nc,kc->nk", q, queue)], 1) / t
    return F.cross_entropy(logits, torch.zeros(len(q), dtype=torch.long))


def barlow_twins(a, b, weight=0.005, scale=1):
    norm = torch.nn.BatchNorm1d(a.shape[1], affine=False, dtype=a.dtype)
    c = torch.einsum("ni,nj->ij", norm(a), norm(b)) / len(a)
    weights = torch.full_like(c, weight).fill_diagonal_(1)
    return scale * (weights * (c - torch.eye(len(c))) ** 2).sum()


def vicreg(a, b, paper):
    n, d = a.shape
    invariance = torch.dist(a, b) ** 2 / (n if paper else n * d)
    hinges, squares = 0, 0
    for z in (a, b):
        hinges = hinges + F.relu(1 - (z.var(0) + 1e-4).sqrt()).sum() / d
        covariance = torch.cov(z.T)
        squares = squares + sum(covariance[i, j] ** 2 for i in range(d) for j in range(d) if i != j) / d
    return 25 * invariance + 25 * (hinges if paper else hinges / 2) + squares


def supervised(outside, *views):
    z = F.normalize(torch.cat(views), dim=1)
    y = labels * len(views)
    total = 0
    for i in range(len(z)):
        others = [j for j in range(len(z)) if j != i]
        log_p = F.log_softmax(torch.stack([torch.dot(z[i], z[j]) for j in others]) / t, dim=0)
        chosen = log_p[[k for k, j in enumerate(others) if y[j] == y[i]]]
        if len(chosen) > 0:
            total = total - (chosen.mean() if outside else chosen.exp().mean().log())
    return total / len(z)


def family(loss, a, b, count=None, normalize=True):
    """Mean over all views of loss(r+, [r-]); the first `count` negatives in cyclic order, the other view's first."""
    n = len(a)
    count = 2 * n - 2 if count is None else count
    views = [F.normalize(x, dim=1) if normalize else x for x in (a, b)]
    total = 0
    for v in (0, 1):
        for i in range(n):
            anchor = views[v][i]
            order = [(1 - v, (i + k) % n) for k in range(1, n)] + [(v, (i + k) % n) for k in range(1, n)]
            negatives = torch.stack([((anchor - views[w][j]) ** 2).sum() / 2 for w, j in order[:count]])
            total = total + loss(((anchor - views[1 - v][i]) ** 2).sum() / 2, negatives)
    return total / (2 * n)


def simple(positive, negatives):
    return (1 + beta) * positive - negatives.mean()


def triplet(positive, negatives):
    return (t * torch.log1p(torch.exp((positive - negatives + margin) / t))).mean()


def nce(positive, negatives):
    logits = -torch.cat([positive[None], negatives]) / t
    return t * F.cross_entropy(logits[None], torch.tensor([0])) + beta * positive


def exact(positive, negatives):
    x = torch.exp(-negatives.detach() / t)
    weights = x / (1 + x) / t / len(negatives)
    return (weights * (positive - negatives)).sum() + beta * weights.sum() * positive


def alignment(a, b):
    return F.pairwise_distance(F.normalize(a), F.normalize(b), eps=0).pow(1.5).mean()


def uniformity(z):
    return torch.pdist(F.normalize(z)).pow(2).mul(-2).exp().mean().log()


def distance(order, power):
    return lambda a, b: torch.stack([torch.dist(x, y, p=order) ** power for x, y in zip(a, b)]).mean()


def adr(term):
    """A term of ADR with each of the inputs as the adversarial one; latents are logits too."""

    def one_way(benign, adversarial):
        z, n = benign.detach(), len(benign)
        if term == "localCompactness":
            return F.l1_loss(adversarial, z)
        if term == "localSmoothness":
            return F.cross_entropy(adversarial, F.softmax(z, 1))
        if term == "confidence":
            return torch.distributions.Categorical(logits=adversarial).entropy().mean()
        total = 0
        for i in range(n):
            for j in range(n):
                weight = 1 if labels[i] == labels[j] else 1 - 1 / 0.99
                total = total + weight * F.l1_loss(adversarial[i], z[j])
        return total / n**2

    return lambda a, b: one_way(a, b) + 2 * one_way(b, a)


losses = {
    "cosine": (lambda a, b: -F.cosine_similarity(a, b, dim=1).mean(), 2),
    "byol": (lambda a, b: ((F.normalize(a, dim=1) - F.normalize(b, dim=1)) ** 2).sum(1).mean(), 2),
    "mse": (F.mse_loss, 2),
    "ntXent": (nt_xent, 2),
    "infoNce": (info_nce, 2),
    "infoNceQueue": (moco, 3),
    "barlowTwins": (barlow_twins, 2),
    "barlowTwinsScaled": (lambda a, b: barlow_twins(a, b, 0.3, 0.024), 2),
    "vicreg": (lambda a, b: vicreg(a, b, False), 2),
    "vicregPaper": (lambda a, b: vicreg(a, b, True), 2),
    "supervisedOut": (lambda a, b: supervised(True, a, b), 2),
    "supervisedIn": (lambda a, b: supervised(False, a, b), 2),
    "supervisedOneView": (lambda a: supervised(True, a), 1),
    "supervisedThreeViews": (lambda a, b, c: supervised(True, a, b, c[: len(a)]), 3),
    "simpleContrastive": (lambda a, b: family(simple, a, b), 2),
    "softTriplet": (lambda a, b: family(triplet, a, b), 2),
    "softTripletThree": (lambda a, b: family(triplet, a, b, 3, False), 2),
    "contrastiveNce": (lambda a, b: family(nce, a, b), 2),
    "contrastiveNceTen": (lambda a, b: family(nce, a, b, 10, False), 2),
    "exactCovariance": (lambda a, b: family(exact, a, b), 2),
    "exactCovarianceOne": (lambda a, b: family(exact, a, b, 1), 2),
    "alignment": (alignment, 2),
    "uniformity": (uniformity, 1),
    "distance1": (distance(2, 1), 2),
    "distance3": (distance(3, 3), 2),
    "distance4": (distance(4, 4), 2),
    **{
        f"adr {term}": (adr(term), 2)
        for term in ("localCompactness", "localSmoothness", "globalCompactness", "confidence")
    },
    "wMse": (lambda a, b: (2 - 2 * F.cosine_similarity(a, b)).mean(), 2),
}

answer = {}
for name, (loss, count) in losses.items():
    inputs = [leaf(x) for x in ("a", "b", "queue")[:count]]
    value = loss(*inputs)
    value.backward()
    answer[name] = {"value": value.item(), "gradients": [x.grad.flatten().tolist() for x in inputs]}
json.dump(answer, sys.stdout)
