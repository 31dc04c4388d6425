"""Gradient steps of PEARL and TCL in plain PyTorch: a module and an Adam for every network, one backward for every loss.

Reads a JSON object of cases from standard input, by name; writes losses, gradients of the first step and final weights.
"""

import json
import sys

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.distributions import Normal, kl_divergence

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)


def tensor(value):
    return torch.tensor(value, dtype=torch.float64)


class Net(nn.Module):
    def __init__(self, weights, prefix, member=None, activated=False):
        super().__init__()
        self.layers = nn.ModuleList()
        self.activated = activated
        while f"{prefix}.{len(self.layers)}.weight" in weights:
            w = tensor(weights[f"{prefix}.{len(self.layers)}.weight"])
            b = tensor(weights[f"{prefix}.{len(self.layers)}.bias"])
            if member is not None:
                w, b = w[member], b[member][0]
            layer = nn.Linear(*w.shape)
            layer.weight.data, layer.bias.data = w.t().contiguous(), b
            self.layers.append(layer)

    def forward(self, x):
        for i, layer in enumerate(self.layers):
            x = layer(x)
            if self.activated or i + 1 < len(self.layers):
                x = F.relu(x)
        return x


def soft_update(source, target, tau):
    for s, t in zip(source.parameters(), target.parameters()):
        t.data.copy_(t.data * (1 - tau) + s.data * tau)


class Program:
    def __init__(self, case):
        self.c = c = case["config"]
        w = case["weights"]
        self.value = c["variant"] == "value"
        self.q = [Net(w, "q", 0), Net(w, "q", 1)]
        self.policy = Net(w, "policy")
        self.trunk = Net(w, "encoder.trunk", activated=True) if "encoder.trunk.0.weight" in w else nn.Identity()
        self.query = Net(w, "encoder.query")
        self.key = Net(w, "encoder.key") if c["tcl"]["enabled"] else None
        self.W = nn.Parameter(tensor(w["bilinear"])) if "bilinear" in w else None
        encoder = list(self.trunk.parameters()) + list(self.query.parameters())
        if self.W is not None:
            encoder.append(self.W)
        adam = lambda p: torch.optim.Adam(p, lr=c["learningRate"])
        self.q_opt = [adam(q.parameters()) for q in self.q]
        self.enc_opt, self.pi_opt = adam(encoder), adam(self.policy.parameters())
        if self.value:
            self.v, self.target_v = Net(w, "v"), Net(w, "targetV")
            self.v_opt = adam(self.v.parameters())
        else:
            self.target_q = [Net(w, "targetQ", 0), Net(w, "targetQ", 1)]
            self.log_alpha = nn.Parameter(tensor(w["logAlpha"]))
            self.alpha_opt = adam([self.log_alpha])

    def posterior(self, context):
        out = self.query(self.trunk(context))
        if not self.c["bottleneck"]:
            return out.mean(1), None
        means, variances = [], []
        for o in out:  # task by task
            m, s = o.chunk(2, -1)
            s2 = torch.clamp(F.softplus(s), min=1e-7)
            v = 1 / torch.sum(1 / s2, dim=0)
            variances.append(v)
            means.append(v * torch.sum(m / s2, dim=0))
        return torch.stack(means), torch.stack(variances)

    def sample(self, context, xi):
        mean, variance = self.posterior(context)
        z = mean if variance is None else mean + variance.sqrt() * xi
        kl = None
        if variance is not None:
            kl = sum(
                kl_divergence(Normal(m, v.sqrt()), Normal(torch.zeros_like(m), torch.ones_like(v))).sum()
                for m, v in zip(mean, variance)
            )
        if self.c["sharedLatent"]:
            z = z.mean(0, keepdim=True).repeat(z.size(0), 1)
        return z, kl

    def act(self, o, z, xi):
        mean, log_std = self.policy(torch.cat([o, z], 1)).chunk(2, -1)
        log_std = torch.clamp(log_std, -20, 2)
        u = mean + log_std.exp() * xi
        a = torch.tanh(u)
        log_pi = Normal(mean, log_std.exp()).log_prob(u) - torch.log(1 - a * a + 1e-6)
        return a, log_pi.sum(1, keepdim=True), mean, log_std

    def contrast(self, d):
        t = self.c["tcl"]
        wq, wk = tensor(d["queries"]), tensor(d["keys"])
        n = wq.size(0)
        q = self.query(self.trunk(wq))
        if t["reference"]:
            if isinstance(self.trunk, nn.Identity):
                k = self.key(wk).detach()
            else:  # the key head has no optimiser, the trunk sees its gradient
                k = self.key(self.trunk(wk))
            q, k = q.flatten(0, 1), k.flatten(0, 1)
            if t["similarity"] == "bilinear":
                logits = q @ self.W @ k.t()
                target = torch.arange(q.size(0))
            else:
                logits = -((q[:, None] - k[None]) ** 2).sum(-1)
                target = torch.tensor(d["windowTasks"]).repeat_interleave(wq.size(1))
            logits = logits - torch.max(logits, 1)[0]
        else:
            with torch.no_grad():
                k = self.key(self.trunk(wk))
            mean_var = []
            for x in (q, k):
                if not self.c["bottleneck"]:
                    mean_var.append((x.mean(1), None))
                    continue
                m, s = x.chunk(2, -1)
                s2 = F.softplus(s).clamp(min=1e-7)
                v = 1 / (1 / s2).sum(1)
                mean_var.append((v * (m / s2).sum(1), v))
            (qm, qv), (km, kv) = mean_var
            if t["similarity"] == "bilinear":
                logits = torch.einsum("il,lm,jm->ij", qm, self.W, km)
            else:
                logits = -torch.cdist(qm, km, compute_mode="donot_use_mm_for_euclid_dist") ** 2
                if qv is not None:
                    logits = logits - ((qv.sqrt()[:, None] - kv.sqrt()[None]) ** 2).sum(-1)
            target = torch.arange(n)
        accuracy = (logits.argmax(1) == target).double().mean()
        return F.cross_entropy(logits, target), accuracy

    def step(self, d):
        c = self.c
        o, a, r, o2, done = (tensor(d[k]) for k in ("observations", "actions", "rewards", "nextObservations", "terminals"))
        xi = {k: tensor(v) for k, v in d["noise"].items()}
        context = tensor(d["context"])
        rows = c["batch"]
        losses = {}
        for opt in [*self.q_opt, self.enc_opt]:
            opt.zero_grad()
        task_z, kl = self.sample(context, xi["latent"])
        z = torch.cat([t.repeat(rows, 1) for t in task_z])
        if self.value:
            new_a, log_pi, mean, log_std = self.act(o, z.detach(), xi["action"])
            v = self.v(torch.cat([o, z.detach()], 1))
            with torch.no_grad():
                next_value = self.target_v(torch.cat([o2, z.detach()], 1))
        else:
            alpha = torch.cat([self.log_alpha[t].repeat(rows, 1) for t in d["taskNumbers"]]).exp()
            with torch.no_grad():
                a2, log_pi2, _, _ = self.act(o2, z, xi["nextAction"])
                q2 = [q(torch.cat([o2, a2, z], 1)) for q in self.target_q]
                next_value = torch.min(*q2) - alpha * log_pi2
        y = (c["rewardScale"] * r + c["gamma"] * (1 - done) * next_value).detach()
        q1, q2 = (q(torch.cat([o, a, z], 1)) for q in self.q)
        jq = torch.mean((q1 - y) ** 2) + torch.mean((q2 - y) ** 2)
        jq.backward(retain_graph=True)
        losses["q"] = jq.item()
        if kl is not None:
            (c["klLambda"] * kl).backward(retain_graph=True)
            losses["kl"] = kl.item()
        if c["tcl"]["enabled"]:
            tcl, accuracy = self.contrast(d)
            (c["tcl"]["weight"] * tcl).backward()
            losses["tcl"], losses["tclAccuracy"] = tcl.item(), accuracy.item()
        q_grads = [[p.grad.clone() for p in q.parameters()] for q in self.q]
        for opt in [*self.q_opt, self.enc_opt]:
            opt.step()
        if self.key is not None:
            soft_update(self.query, self.key, 1 - c["tcl"]["momentum"])
        if self.value:
            q = torch.min(*(f(torch.cat([o, new_a, z.detach()], 1)) for f in self.q))
            jv = torch.mean((v - (q - log_pi).detach()) ** 2)
            self.v_opt.zero_grad()
            jv.backward()
            self.v_opt.step()
            soft_update(self.v, self.target_v, c["tau"])
            jpi = (log_pi - q).mean() + 1e-3 * (mean**2).mean() + 1e-3 * (log_std**2).mean()
            losses["value"] = jv.item()
        else:
            with torch.no_grad():
                task_z, _ = self.sample(context, xi["secondLatent"])
            z = torch.cat([t.repeat(rows, 1) for t in task_z])
            new_a, log_pi, _, _ = self.act(o, z, xi["action"])
            q = torch.min(*(f(torch.cat([o, new_a, z], 1)) for f in self.q))
            jpi = (alpha.detach() * log_pi - q).mean()
        self.pi_opt.zero_grad()
        jpi.backward()
        self.pi_opt.step()
        losses["policy"] = jpi.item()
        if not self.value:
            jalpha = (-alpha * (log_pi.detach() - a.size(1))).mean()
            self.alpha_opt.zero_grad()
            jalpha.backward()
            self.alpha_opt.step()
            losses["temperature"], losses["alpha"] = jalpha.item(), alpha.mean().item()
            for s, t in zip(self.q, self.target_q):
                soft_update(s, t, c["tau"])
        return losses, q_grads

    def collect(self, of):
        """What `of` gives for every parameter, under the names of the state."""
        out = {}

        def single(prefix, net):
            for i, layer in enumerate(getattr(net, "layers", [])):
                out[f"{prefix}.{i}.weight"], out[f"{prefix}.{i}.bias"] = of(layer.weight).t().tolist(), of(layer.bias).tolist()

        def pair(prefix, nets):
            for i, (one, two) in enumerate(zip(*(net.layers for net in nets))):
                out[f"{prefix}.{i}.weight"] = [of(one.weight).t().tolist(), of(two.weight).t().tolist()]
                out[f"{prefix}.{i}.bias"] = [[of(one.bias).tolist()], [of(two.bias).tolist()]]

        pair("q", self.q)
        single("encoder.trunk", self.trunk)
        single("encoder.query", self.query)
        single("policy", self.policy)
        if self.W is not None:
            out["bilinear"] = of(self.W).tolist()
        if self.value:
            single("v", self.v)
        else:
            out["logAlpha"] = of(self.log_alpha).tolist()
        return out, single, pair


def run(case):
    program = Program(case)
    losses, gradients = [], None
    for data in case["steps"]:
        step_losses, q_grads = program.step(data)
        losses.append(step_losses)
        if gradients is None:
            # The Qs' gradients are those of their own step: the policy's loss has added to them since.
            for net, grads in zip(program.q, q_grads):
                for p, g in zip(net.parameters(), grads):
                    p.grad = g
            gradients, _, _ = program.collect(lambda p: p.grad)
    out, single, pair = program.collect(lambda p: p.data)
    if program.key is not None:
        single("encoder.key", program.key)
    if program.value:
        single("targetV", program.target_v)
    else:
        pair("targetQ", program.target_q)
    return {"losses": losses, "gradients": gradients, "state": out}


print(json.dumps({name: run(case) for name, case in json.load(sys.stdin).items()}))
