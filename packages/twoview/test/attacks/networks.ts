// Small classifiers and data for the attacks.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import * as nn from '@twoview/torch/nn';
import { SGD } from '@twoview/torch/optim';
import type { attacks } from 'twoview';

export type Classifier = attacks.Classifier;

export const seeded = (seed: number) => new torch.Generator({ seed });

/** Uniform images in [low, 1 - low], float64 unless told otherwise. */
export function images(
  seed: number,
  shape: readonly number[],
  low = 0,
  dtype: 'float32' | 'float64' = 'float64',
): Tensor {
  return torch.scope(() =>
    torch
      .rand(shape, { dtype, generator: seeded(seed) })
      .mul(1 - 2 * low)
      .add(low),
  );
}

export const labelsOf = (values: readonly number[]) => torch.tensor(BigInt64Array.from(values, BigInt));

/** Logits W x + b of the flattened image, in float64. */
export function linear(seed: number, features: number, classes: number): { model: Classifier; weight: number[][] } {
  const layer = new nn.Linear(features, classes, { generator: seeded(seed), dtype: 'float64' });
  return { model: new nn.Sequential(new nn.Flatten(), layer), weight: layer.weight.tolist() as number[][] };
}

/** conv 3x3 stride 2 -> batch norm -> ReLU -> fc -> ReLU -> fc, for 3x8x8 images. */
export function convNet(seed: number, classes = 4, dtype: 'float32' | 'float64' = 'float64'): Classifier {
  const generator = seeded(seed);
  const model = new nn.Sequential(
    new nn.Conv2d(3, 6, 3, { stride: 2, padding: 1, generator }),
    new nn.BatchNorm2d(6),
    new nn.ReLU(),
    new nn.Flatten(),
    new nn.Linear(96, 16, { generator }),
    new nn.ReLU(),
    new nn.Linear(16, classes, { generator }),
  );
  return model.to({ dtype });
}

/** Classes are patterns 3x8x8 with noise; class of image i is i mod `classes`. */
export function patterns(seed: number, count: number, classes = 4): { x: Tensor; y: Tensor } {
  return torch.scope(() => {
    const templates = torch.randn([classes, 3, 8, 8], { generator: seeded(1000) });
    const y = labelsOf(Array.from({ length: count }, (_, i) => i % classes));
    const noise = torch.randn([count, 3, 8, 8], { generator: seeded(seed) });
    const x = templates.indexSelect(0, y).mul(0.06).add(noise.mul(0.1)).add(0.5).clamp(0, 1);
    return { x, y };
  });
}

/** A convNet in float32 after some steps on `patterns`, in mode eval. */
export function trained(seed: number, steps = 60): Classifier {
  const model = convNet(seed, 4, 'float32');
  const optimizer = new SGD(model.parameters(), { lr: 0.05, momentum: 0.9 });
  const { x, y } = patterns(seed, 256);
  for (let step = 0; step < steps; step++) {
    torch.scope(() => {
      model.zeroGrad();
      model.forward(x).crossEntropyLoss(y).backward();
      optimizer.step();
    });
  }
  model.zeroGrad();
  return model.eval();
}

/** Every parameter and buffer, copied. */
export function stateOf(model: Classifier): Record<string, number[]> {
  return Object.fromEntries(
    Array.from(model.stateDict(), ([name, tensor]) => [name, Array.from(tensor.data() as Float64Array, Number)]),
  );
}

export const values = (x: Tensor): number[] => Array.from(x.data() as Float64Array, Number);
