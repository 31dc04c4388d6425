// The toy's images: a smooth template of the class that moves about, a fainter one of any class, a faint fixed pattern of the
// class, and noise. The template can be told under an attack; the pattern tells the class too, and an attack undoes it.
import type { Generator, Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';

export const classes = 10;
/** Side of an image in pixels. */
export const side = 16;

/** Images with their classes. */
export interface ToyBatch {
  /** float32 [N, 1, 16, 16] in [0, 1] */
  images: Tensor;
  /** int64 [N] */
  labels: Tensor;
}

const pixels = side * side;
const waves = 3;
/** Waves an image's side, from the least to the most along each axis. */
const [slowest, fastest] = [0.3, 1.5];
/** Contrast of the class's template, of another's, of the pattern; deviation of the noise. */
const contrast = { own: 0.13, other: 0.03, pattern: 0.03, noise: 0.08 };
/** A template is moved around the edges by up to this many pixels along each axis. */
const furthest = 2;
const shifts = Array.from({ length: 2 * furthest + 1 }, (_, i) => i - furthest);

/** A sum of three plane waves of random frequency and phase, scaled to a largest value of 1: [16, 16]. */
function template(generator: Generator): Tensor {
  const frequency = () =>
    torch
      .rand([waves, 1, 1], { generator })
      .mul(fastest - slowest)
      .add(slowest);
  const [fx, fy] = [frequency(), frequency()];
  const phase = torch.rand([waves, 1, 1], { generator }).mul(2 * Math.PI);
  const axis = torch.arange(side, { dtype: 'float32' });
  const angle = fx
    .mul(axis)
    .add(fy.mul(axis.unsqueeze(1)))
    .mul((2 * Math.PI) / side);
  const sum = angle.add(phase).cos().sum([0]);
  return sum.div(sum.abs().amax());
}

export class ToyImages {
  /** T_c: [10, 16, 16] */
  readonly templates: Tensor;
  /** Q_c, of -1 and 1: [10, 256] */
  readonly patterns: Tensor;
  /** Every template at every place: [10 * 25, 256] */
  private readonly moved: Tensor;

  /** @param generator draws the task: templates and patterns */
  constructor(generator: Generator) {
    const [templates, patterns, moved] = torch.scope(() => {
      const drawn = torch.stack(Array.from({ length: classes }, () => template(generator)));
      const signs = torch.rand([classes, pixels], { generator }).sub(0.5).sign();
      const places = shifts.flatMap((down) => shifts.map((right) => drawn.roll([down, right], [1, 2])));
      return [drawn, signs, torch.stack(places, 1).reshape([classes * places.length, pixels])] as const;
    });
    this.templates = torch.keep(templates);
    this.patterns = torch.keep(patterns);
    this.moved = torch.keep(moved);
  }

  /** Images with classes drawn evenly. */
  draw(count: number, generator: Generator): ToyBatch {
    return torch.scope(() => {
      const choose = (many: number) => torch.randint(many, [count], { generator, dtype: 'int64' });
      const places = shifts.length ** 2;
      const at = (of: Tensor): Tensor => this.moved.indexSelect(0, of.mul(places).add(choose(places)));
      const labels = choose(classes);
      const images = at(labels)
        .mul(contrast.own)
        .add(at(choose(classes)), { alpha: contrast.other })
        .add(this.patterns.indexSelect(0, labels), { alpha: contrast.pattern })
        .add(torch.randn([count, pixels], { generator }), { alpha: contrast.noise })
        .add(0.5)
        .clamp(0, 1);
      return { images: images.reshape([count, 1, side, side]), labels };
    });
  }

  dispose(): void {
    for (const tensor of [this.templates, this.patterns, this.moved]) tensor.dispose();
  }
}
