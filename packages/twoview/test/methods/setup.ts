// Small methods and batches for the tests of this room.
import * as torch from '@twoview/torch';
import { type MethodConfig, methodSchema, Siamese } from 'twoview/methods';
import { ConvNet } from 'twoview/models';
import type { z } from 'zod';

export const generator = (seed = 1): torch.Generator => new torch.Generator({ seed });

export const channels = [4, 8];
export const projector = { hidden: [10], size: 6 };

type Slots = Partial<Omit<z.input<typeof methodSchema>, 'name'>>;

/** DirectPred on a small scale, with some slots replaced. */
export function method(slots: Slots = {}): MethodConfig {
  return methodSchema.parse({
    name: 'test',
    objective: { name: 'cosine' },
    projector,
    predictor: { name: 'directPred' },
    target: { name: 'ema' },
    ...slots,
  });
}

export function siamese(slots: Slots = {}, seed = 1): Siamese {
  return new Siamese(method(slots), (g) => new ConvNet({ channels, generator: g }), generator(seed)).train();
}

/** Two views of a batch, related to each other. */
export function views(seed = 1, batch = 12, size = 8): [torch.Tensor, torch.Tensor] {
  const g = generator(seed);
  const base = torch.randn([batch, 3, size, size], { generator: g });
  const noisy = (): torch.Tensor => base.add(torch.randn([batch, 3, size, size], { generator: g }), { alpha: 0.5 });
  return [noisy(), noisy()];
}

/** A copy of the state that later steps do not change. */
export function snapshot(model: Siamese): Map<string, torch.Tensor> {
  return new Map(Array.from(model.stateDict(), ([name, tensor]) => [name, tensor.detach().clone()]));
}

export function gradients(model: Siamese): Map<string, torch.Tensor | null> {
  return new Map(Array.from(model.namedParameters(), ([name, tensor]) => [name, tensor.grad]));
}

export function difference(a: torch.Tensor, b: torch.Tensor): number {
  return a.sub(b).abs().max().item();
}
