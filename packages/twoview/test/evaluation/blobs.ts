// Labelled Gaussian clusters, for probes: separable in part, and on scales that need standardising.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import type { ProbeData } from 'twoview/evaluation';

/** `classes` clusters in `dimension` dimensions whose k-th coordinate has scale 10^(k mod 3) and an offset of 5. */
export function blobs(options: { seed: number; classes: number; dimension: number; train: number; test: number }) {
  const { seed, classes, dimension } = options;
  const generator = new torch.Generator({ seed });
  return torch.scope(() => {
    const means = torch.randn([classes, dimension], { generator });
    const scale = torch.tensor(Array.from({ length: dimension }, (_, k) => 10 ** (k % 3)));
    const draw = (count: number): [Tensor, Int32Array] => {
      const labels = Int32Array.from({ length: count }, (_, i) => i % classes);
      const index = torch.tensor(BigInt64Array.from(labels, BigInt));
      const noise = torch.randn([count, dimension], { generator });
      return [means.indexSelect(0, index).add(noise).mul(scale).add(5), labels];
    };
    const [train, trainLabels] = draw(options.train);
    const [test, testLabels] = draw(options.test);
    return { train, trainLabels, test, testLabels } satisfies ProbeData;
  });
}
