// One pass of the encoder in a gradient step: z of every task with gradient, and the losses of the encoder's own.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import type { StepBatch } from './batch.js';
import type { AgentConfig } from './config.js';
import { type Contrast, transitionContrast, windowContrast } from './contrastive.js';
import { klFromPrior, posteriorOf, sampleGaussian } from './gaussian.js';
import type { AgentNetworks } from './networks.js';

export interface Inference {
  /** z of every task, `[T, L]`. */
  readonly latent: Tensor;
  /** KL of posteriors and prior, a sum; null without the bottleneck. */
  readonly kl: Tensor | null;
  readonly contrast: Contrast | null;
}

/** z of the tasks from the encoder's outputs `[T, E, 2 L]`, and the KL. */
function latentOf(outputs: Tensor, config: AgentConfig, xi: Tensor): Pick<Inference, 'latent' | 'kl'> {
  const share = (z: Tensor) => (config.sharedLatent ? z.mean([0], true).expand([z.size(0), z.size(1)]) : z);
  if (!config.bottleneck) return { latent: share(outputs.mean([1])), kl: null };
  const posterior = posteriorOf(outputs);
  return { latent: share(sampleGaussian(posterior, xi)), kl: klFromPrior(posterior) };
}

function perTask(outputs: Tensor, groups: number): Tensor {
  return outputs.view([groups, outputs.size(0) / groups, outputs.size(1)]);
}

/** Posterior, z and contrastive loss of a batch, with gradient to the encoder. @param xi standard normal `[T, L]` */
export function infer(networks: AgentNetworks, config: AgentConfig, batch: StepBatch, xi: Tensor): Inference {
  const { tasks, contextRows, windows, windowLength, features } = batch;
  const context = tasks * contextRows;
  const ofWindows = windows * windowLength;
  if (ofWindows === 0) {
    const rows = features.tensor.narrow(0, 0, context);
    return { ...latentOf(perTask(networks.encoder.forward(rows), tasks), config, xi), contrast: null };
  }
  const { reference } = config.tcl;
  const rows = features.tensor.narrow(0, 0, context + 2 * ofWindows);
  const { queries, keys } = networks.encoder.queriesAndKeys(rows, context + ofWindows, reference);
  const latent = latentOf(perTask(queries.narrow(0, 0, context), tasks), config, xi);
  const q = queries.narrow(0, context, ofWindows);
  const weight = networks.bilinear?.trained ?? null;
  const contrast = reference
    ? transitionContrast(q, keys, weight, referenceTargets(batch, config))
    : windowContrast(perTask(q, windows), perTask(keys, windows), {
        bottleneck: config.bottleneck,
        weight,
        own: torch.arange(windows, { dtype: 'int64' }),
      });
  return { ...latent, contrast };
}

/** Columns that the public code's rows are to choose, int64 `[n w]`. */
function referenceTargets({ windows, windowLength, windowTasks }: StepBatch, { tcl }: AgentConfig): Tensor {
  const rows = windows * windowLength;
  if (tcl.similarity === 'bilinear') return torch.arange(rows, { dtype: 'int64' });
  const targets = new BigInt64Array(rows);
  windowTasks.forEach((task, i) => {
    if (task >= rows) {
      throw new RangeError(
        `tcl.reference: task ${task} is the number of a column, and ${windows} windows of ${windowLength} transitions have ${rows}; use more tasks a step, longer windows or the bilinear similarity`,
      );
    }
    targets.fill(BigInt(task), i * windowLength, (i + 1) * windowLength);
  });
  return torch.fromTypedArray(targets);
}

/** z again after the encoder's step, without gradient. */
export function inferAgain(networks: AgentNetworks, config: AgentConfig, batch: StepBatch, xi: Tensor): Tensor {
  return torch.noGrad(() => {
    const rows = batch.features.tensor.narrow(0, 0, batch.tasks * batch.contextRows);
    return latentOf(perTask(networks.encoder.forward(rows, true), batch.tasks), config, xi).latent;
  });
}
