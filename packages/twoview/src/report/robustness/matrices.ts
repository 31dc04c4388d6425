/** Classes against classes: which latents lie close, and what is taken for what. */
import type { Figure } from '../figures/figure.js';
import type { Confusion, LatentMeasures } from './types.js';

type Matrix = readonly (readonly number[])[];

/** Above this many classes, numbers in cells could not be read. */
const readable = 12;

/** Mean distances of classes, adversarial beside benign in one scale. */
export function latentFigures({ byClass }: LatentMeasures, classes: readonly string[] | undefined): Figure[] {
  if (!byClass) return [];
  const name = byClass.distance === 'cosine' ? 'cosine distance' : 'L2 distance';
  const matrices = [byClass.adversarial, ...(byClass.benign ? [byClass.benign] : [])];
  const domain = extent(matrices.flat(2));
  const draw = (values: Matrix, whose: string, caption: string): Figure => ({
    kind: 'heatmap',
    title: `Distances of classes, ${whose}`,
    caption,
    yLabel: `class of ${whose} latents`,
    xLabel: 'class of benign latents',
    values,
    ...labels(values, classes),
    colors: 'sequential',
    ...(domain && { domain }),
    valueLabel: `mean ${name}`,
    numbers: values.length <= readable,
  });
  return [
    draw(byClass.adversarial, 'adversarial', 'Pale off the diagonal: classes that the attack moves images towards.'),
    ...(byClass.benign
      ? [
          draw(
            byClass.benign,
            'benign',
            'The same without attack: pale on the diagonal alone, where classes lie apart.',
          ),
        ]
      : []),
  ];
}

/** Shares of a class by what it is taken for, under attack and without. */
export function confusionFigures({ adversarial, benign }: Confusion, classes: readonly string[] | undefined): Figure[] {
  const draw = (counts: Matrix, title: string, caption: string): Figure => {
    const values = counts.map((row) => {
      const sum = row.reduce((a, b) => a + b, 0);
      return row.map((count) => Math.round((1000 * count) / sum) / 10);
    });
    return {
      kind: 'heatmap',
      title,
      caption,
      yLabel: 'true class',
      xLabel: 'prediction',
      values,
      ...labels(values, classes),
      colors: 'sequential',
      domain: [0, 100],
      valueLabel: '% of the class',
      numbers: values.length <= readable,
    };
  };
  return [
    draw(
      adversarial,
      'Predictions under attack',
      'Rows add up to 100 %. The diagonal is the robust accuracy of each class.',
    ),
    ...(benign ? [draw(benign, 'Predictions without attack', 'Confusions that the network brings along.')] : []),
  ];
}

/** Names where they fit the matrix, else the figure's own numbers. */
function labels(values: Matrix, classes: readonly string[] | undefined) {
  return classes && classes.length === values.length ? { rows: classes, columns: classes } : {};
}

function extent(values: readonly number[]): [number, number] | undefined {
  const finite = values.filter(Number.isFinite);
  const [low, high] = [
    finite.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    finite.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  ];
  return low < high ? [low, high] : undefined;
}
