"""The Python side of pearl-step.mjs: the same step as PEARL's public program is organised, a module and an Adam for every network."""

import json
import math
import resource
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.distributions import Normal, kl_divergence

torch.set_num_threads(int(sys.argv[1]))
S = json.loads(sys.argv[2])
O, A, L, T, B, E = (S[k] for k in ("observation", "action", "latent", "metaBatch", "batch", "contextSize"))
GAMMA, TAU, SCALE, KL, LR = 0.99, 0.005, S["rewardScale"], 0.1, S["learningRate"]


class Mlp(nn.Module):
    """ReLU layers; several inputs are joined first."""

    def __init__(self, sizes, last):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))
        for layer in self.layers[:-1]:
            bound = 1 / math.sqrt(layer.out_features)
            nn.init.uniform_(layer.weight, -bound, bound)
            nn.init.constant_(layer.bias, 0.1)
        nn.init.uniform_(self.layers[-1].weight, -last, last)
        nn.init.uniform_(self.layers[-1].bias, -last, last)

    def forward(self, *inputs):
        h = torch.cat(inputs, dim=1) if len(inputs) > 1 else inputs[0]
        for layer in self.layers[:-1]:
            h = F.relu(layer(h))
        return self.layers[-1](h)


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        hidden = S["hidden"]
        self.body = nn.ModuleList(nn.Linear(a, b) for a, b in zip([O + L, *hidden], hidden))
        for layer in self.body:
            bound = 1 / math.sqrt(layer.out_features)
            nn.init.uniform_(layer.weight, -bound, bound)
            nn.init.constant_(layer.bias, 0.1)
        self.mean, self.log_std = nn.Linear(hidden[-1], A), nn.Linear(hidden[-1], A)
        for head in (self.mean, self.log_std):
            nn.init.uniform_(head.weight, -1e-3, 1e-3)
            nn.init.uniform_(head.bias, -1e-3, 1e-3)

    def forward(self, o, z):
        h = torch.cat([o, z], dim=1)
        for layer in self.body:
            h = F.relu(layer(h))
        mean = self.mean(h)
        log_std = torch.clamp(self.log_std(h), -20, 2)
        std = torch.exp(log_std)
        u = mean + std * Normal(torch.zeros_like(mean), torch.ones_like(std)).sample()
        a = torch.tanh(u)
        log_pi = Normal(mean, std).log_prob(u) - torch.log(1 - a * a + 1e-6)
        return a, mean, log_std, log_pi.sum(dim=1, keepdim=True)


torch.manual_seed(1)
qf1, qf2 = (Mlp([O + A + L, *S["hidden"], 1], 3e-3) for _ in range(2))
vf, target_vf = (Mlp([O + L, *S["hidden"], 1], 3e-3) for _ in range(2))
target_vf.load_state_dict(vf.state_dict())
encoder = Mlp([O + A + 1, *S["encoderHidden"], 2 * L], 3e-3)
policy = Policy()
qf1_optimizer, qf2_optimizer, vf_optimizer, context_optimizer, policy_optimizer = (
    torch.optim.Adam(m.parameters(), lr=LR) for m in (qf1, qf2, vf, encoder, policy)
)
mse = nn.MSELoss()


def product_of_gaussians(means, variances):
    variances = torch.clamp(variances, min=1e-7)
    variance = 1.0 / torch.sum(torch.reciprocal(variances), dim=0)
    return variance * torch.sum(means / variances, dim=0), variance


def infer(context):
    parameters = encoder(context.view(T * E, -1)).view(T, E, -1)
    means, variances = parameters[..., :L], F.softplus(parameters[..., L:])
    products = [product_of_gaussians(m, v) for m, v in zip(torch.unbind(means), torch.unbind(variances))]
    return torch.stack([p[0] for p in products]), torch.stack([p[1] for p in products])


def kl_of(means, variances):
    prior = Normal(torch.zeros(L), torch.ones(L))
    posteriors = [Normal(m, torch.sqrt(v)) for m, v in zip(torch.unbind(means), torch.unbind(variances))]
    return torch.sum(torch.stack([torch.sum(kl_divergence(p, prior)) for p in posteriors]))


def soft_update(source, target):
    for t, s in zip(target.parameters(), source.parameters()):
        t.data.copy_(t.data * (1.0 - TAU) + s.data * TAU)


def step(obs, actions, rewards, next_obs, terms, context):
    means, variances = infer(context)
    posteriors = [Normal(m, torch.sqrt(v)) for m, v in zip(torch.unbind(means), torch.unbind(variances))]
    task_z = torch.stack([p.rsample() for p in posteriors])
    task_z = torch.cat([z.repeat(B, 1) for z in task_z], dim=0)
    obs, actions, next_obs = obs.view(T * B, -1), actions.view(T * B, -1), next_obs.view(T * B, -1)
    new_actions, policy_mean, policy_log_std, log_pi = policy(obs, task_z.detach())
    q1_pred, q2_pred = qf1(obs, actions, task_z), qf2(obs, actions, task_z)
    v_pred = vf(obs, task_z.detach())
    with torch.no_grad():
        target_v = target_vf(next_obs, task_z)
    context_optimizer.zero_grad()
    kl_loss = KL * kl_of(means, variances)
    kl_loss.backward(retain_graph=True)
    qf1_optimizer.zero_grad()
    qf2_optimizer.zero_grad()
    q_target = SCALE * rewards.view(T * B, 1) + (1.0 - terms.view(T * B, 1)) * GAMMA * target_v
    qf_loss = torch.mean((q1_pred - q_target) ** 2) + torch.mean((q2_pred - q_target) ** 2)
    qf_loss.backward()
    qf1_optimizer.step()
    qf2_optimizer.step()
    context_optimizer.step()
    z = task_z.detach()
    min_q = torch.min(qf1(obs, new_actions, z), qf2(obs, new_actions, z))
    vf_loss = mse(v_pred, (min_q - log_pi).detach())
    vf_optimizer.zero_grad()
    vf_loss.backward()
    vf_optimizer.step()
    soft_update(vf, target_vf)
    policy_loss = (log_pi - min_q).mean() + 1e-3 * (policy_mean**2).mean() + 1e-3 * (policy_log_std**2).mean()
    policy_optimizer.zero_grad()
    policy_loss.backward()
    policy_optimizer.step()
    return qf_loss


data = [torch.randn(T, B, O), torch.rand(T, B, A) * 2 - 1, torch.randn(T, B, 1), torch.randn(T, B, O)]
data += [torch.zeros(T, B, 1), torch.randn(T, E, O + A + 1)]
for line in sys.stdin:
    steps = json.loads(line)["steps"]
    start, cpu = time.perf_counter(), time.process_time()
    for _ in range(steps):
        loss = step(*data)
    loss = loss.item()
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    answer = {"stepsPerSecond": steps / seconds, "cpuPerStep": 1000 * cpu / steps, "loss": loss, "peakResident": peak}
    print(json.dumps(answer), flush=True)
