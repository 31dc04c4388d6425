// An agent on disk: `weights.safetensors` for anyone to read, and the rest of what resuming takes.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as torch from '@twoview/torch';
import type { OptimizerState } from '@twoview/torch/optim';
import * as safetensors from '@twoview/torch/safetensors';
import type { Agent } from './agent.js';

const optimizers = ['criticOptimizer', 'actorOptimizer'] as const;
type Groups = OptimizerState['groups'];

/** Writes networks, optimisers and the stream of noise into a folder. */
export function saveAgent(dir: string, agent: Agent): void {
  mkdirSync(dir, { recursive: true });
  safetensors.save(join(dir, 'weights.safetensors'), agent.networks.stateDict());
  torch.scope(() => {
    const tensors = new Map([['generator', torch.fromTypedArray(agent.generator.getState())]]);
    const groups: Record<string, Groups> = {};
    for (const name of optimizers) {
      const state = agent[name].stateDict();
      groups[name] = state.groups;
      for (const [key, tensor] of state.tensors) tensors.set(`${name}.${key}`, tensor);
    }
    safetensors.save(join(dir, 'optimizers.safetensors'), tensors);
    writeFileSync(join(dir, 'agent.json'), `${JSON.stringify({ optimizers: groups })}\n`);
  });
}

/**
 * Reads what `saveAgent` wrote; on a CPU the steps that follow have the bits of a training that went on.
 * @throws Error if files are missing, damaged, or of another configuration
 */
export function loadAgent(dir: string, agent: Agent): void {
  torch.scope(() => {
    agent.networks.loadStateDict(safetensors.load(join(dir, 'weights.safetensors')).tensors);
    const saved = safetensors.load(join(dir, 'optimizers.safetensors')).tensors;
    const json = JSON.parse(readFileSync(join(dir, 'agent.json'), 'utf8')) as { optimizers: Record<string, Groups> };
    for (const name of optimizers) {
      const prefix = `${name}.`;
      const own = Array.from(saved)
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, tensor]) => [key.slice(prefix.length), tensor] as const);
      agent[name].loadStateDict({ groups: json.optimizers[name] ?? [], tensors: new Map(own) });
      // The configuration's, which may have been changed since: that is what a run that diverged is told to do.
      for (const group of agent[name].groups) group.lr = agent.config.learningRate;
    }
    const generator = saved.get('generator');
    if (!generator) throw new Error(`${dir} has no state of the generator`);
    agent.generator.setState(generator.data() as Uint8Array);
  });
}
