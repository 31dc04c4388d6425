// One step of training: fresh samples, two views, the closed-form update. No autograd; weights are written in place.
import type { Generator, Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import { type DecouplingSettings, decouplingSettings } from './config.js';
import { createDictionary, SampleSource } from './data.js';
import { closedForm } from './network.js';
import { stream } from './streams.js';
import { Views } from './views.js';

/** Weights, data and random streams of a run. */
export class DecouplingModel {
  /** M^T `[d, d1]`, float64. */
  readonly dictionary: Tensor;
  /** `[m, d1]`, w_i ~ N(0, sigma_0^2 I). */
  readonly weights: Tensor;
  /** b `[m]`. */
  readonly thresholds: Tensor;
  private readonly source: SampleSource;
  private readonly views: Views;
  private readonly samples: Generator;
  private readonly masks: Generator;

  readonly settings: DecouplingSettings;

  /** @throws RangeError that names the setting that is wrong */
  constructor(settings: DecouplingSettings) {
    this.settings = decouplingSettings(settings);
    const { data, network, training, kind, views, seed } = settings;
    const dtype = training.precision;
    const { neurons, scale } = network;
    this.dictionary = torch.keep(createDictionary(data, stream(seed, 'dictionary')));
    this.weights = torch.keep(
      torch.scope(() => {
        const shape = [neurons, data.dimension];
        const drawn = torch.randn(shape, { generator: stream(seed, 'weights'), dtype: 'float64' });
        return drawn.mul_(scale / Math.sqrt(data.dimension)).to({ dtype });
      }),
    );
    this.thresholds = torch.keep(torch.zeros([neurons], { dtype }));
    this.source = new SampleSource(data, this.dictionary, training.batchSize, dtype);
    this.views = new Views({ ...views, kind }, [training.batchSize, data.dimension]);
    this.samples = stream(seed, 'samples');
    this.masks = stream(seed, 'masks');
  }

  dispose(): void {
    this.source.dispose();
    this.views.dispose();
    for (const tensor of [this.dictionary, this.weights, this.thresholds]) tensor.dispose();
  }

  /** Takes over thresholds that the schedule has set. */
  setThresholds(values: Float64Array): void {
    torch.scope(() => this.thresholds.copy_(torch.fromTypedArray(values, [values.length])));
  }

  /**
   * w_i <- (1 - eta lambda) w_i + eta g_i, with g_i minus the gradient of the mean loss over the batch.
   * @param withLoss whether the loss of the batch is computed as well
   * @returns the loss before the step; undefined unless asked for
   */
  step(withLoss = false): number | undefined {
    const { batchSize, learningRate, weightDecay, temperature } = this.settings.training;
    return torch.noGrad(() =>
      torch.scope(() => {
        const x = this.source.draw(this.samples);
        const [anchor, positive] = this.views.make(x, this.masks);
        const w = this.weights.t();
        const u = anchor.matmul(w);
        const v = positive === anchor ? u : positive.matmul(w);
        const { coefficients, logits } = closedForm(u, v, this.thresholds, temperature);
        this.weights.addmm_(coefficients.t(), anchor, {
          beta: 1 - learningRate * weightDecay,
          alpha: learningRate / (batchSize * temperature),
        });
        return withLoss ? -logits.logSoftmax(1).diagonal().mean().item() : undefined;
      }),
    );
  }

  /** Mean loss over fresh batches of the training's size. */
  freshLoss(batches: number, generator: Generator): number {
    let sum = 0;
    torch.noGrad(() => {
      for (let i = 0; i < batches; i++)
        sum += torch.scope(() => {
          const [anchor, positive] = this.views.make(this.source.draw(generator), generator);
          const w = this.weights.t();
          const u = anchor.matmul(w);
          const v = positive === anchor ? u : positive.matmul(w);
          const { logits } = closedForm(u, v, this.thresholds, this.settings.training.temperature);
          return -logits.logSoftmax(1).diagonal().mean().item();
        });
    });
    return sum / batches;
  }
}
