/** A linear network beside its theory. */
import type { practice } from '../../theory/index.js';
import type { LinesFigure } from '../figures/figure.js';
import { modeSeries } from './overlay-figures.js';
import { percent } from './overlay-text.js';
import type { TheoryPage } from './page.js';

export function linearSentences({ p, s, agrees }: practice.LinearAgreement): string[] {
  return [
    `A linear network, trained by minibatch SGD, ${agrees ? 'follows' : 'does not follow'} the theory that was integrated from its start: p is off by ${percent(p.error)}, s by ${percent(s.error)} on average. Nothing is fitted.`,
  ];
}

/** p, s and alignment, measured and predicted. */
export function linearFigures({ steps, measured, predicted, alignment }: practice.LinearCourse): LinesFigure[] {
  const both = (name: 'p' | 's'): LinesFigure['series'] => [
    ...modeSeries(steps, measured[name]),
    ...modeSeries(steps, predicted[name], { shape: 'dashed' }),
  ];
  return [
    {
      kind: 'lines',
      title: 'Eigenvalues p of the predictor',
      caption: 'Lines: the network. Dashed: eqs. 11 to 13 from the same start.',
      xLabel: 'step',
      yLabel: 'p',
      series: both('p'),
    },
    {
      kind: 'lines',
      title: 'Eigenvalues s of F = W Wᵀ',
      caption: 'Modes below the threshold die, the others meet at one value.',
      xLabel: 'step',
      yLabel: 's',
      series: both('s'),
    },
    {
      kind: 'lines',
      title: 'Alignment',
      caption: 'cos(u_j, Wp u_j), modes weighted by s. The start is aligned; the noise of batches does not undo it.',
      xLabel: 'step',
      yLabel: 'cosine',
      yDomain: [0, 1],
      series: [{ label: 'alignment', points: steps.map((x, k) => ({ x, y: alignment[k]! })) }],
    },
  ];
}

export function linearPage(
  course: practice.LinearCourse,
  findings: practice.LinearAgreement,
  command: string,
): TheoryPage {
  return {
    title: 'Theory and practice: a linear network',
    lead: linearSentences(findings),
    figures: [{ title: 'Modes over training', figures: linearFigures(course) }],
    command,
  };
}
