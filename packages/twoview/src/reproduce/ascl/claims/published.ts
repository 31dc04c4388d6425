// P1, P2: the authors' setting, ResNet-18 on CIFAR-10, for a GPU.
import { atLeast, within } from '../../checks.js';
import { mean } from '../../statistics.js';
import { published as recipe } from '../images/settings.js';
import { publishedAdv } from '../published.js';
import { imageClaim, values } from './image-claim.js';
import { pgd } from './image-measures.js';
import { paper } from './paper.js';

/** Points; the authors choose their epoch on test images. */
const tolerance = 1;
/** As the authors' program attacks unless it is told otherwise. */
const ensemble = { attacks: 'apgd', images: 1000 } as const;

const percent = (share: number): number => 100 * share;

export const publishedAccuracy = imageClaim({
  id: 'P1',
  statement: 'Adversarial training of ResNet-18: 82.75 % natural, 52.93 % under PGD-200, 48.8 % under AutoAttack.',
  source: paper('read-me of the released program'),
  expected: 'accuracies in %: natural 82.75, PGD-200 52.9, ensemble of attacks 48.8, each within 1',
  scale: 'paper',
  recipe: () => recipe,
  methods: { ADV: 'first' },
  ensembles: ['ADV'],
  ensemble,
  checks: ({ runs, ensembles }) => {
    const near = (name: string, measured: number, expected: number) =>
      within(name, measured, expected - tolerance, expected + tolerance);
    return [
      near('natural', percent(mean(values(runs, 'ADV', ({ natural }) => natural))), publishedAdv.natural),
      near('PGD-200', percent(mean(values(runs, 'ADV', pgd(200)))), 52.9),
      near('ensemble of attacks', percent(ensembles.ADV?.accuracy ?? Number.NaN), publishedAdv.ensemble),
    ];
  },
});

export const publishedGain = imageClaim({
  id: 'P2',
  statement: 'ASCL with two augmentations is more robust than adversarial training at full scale.',
  source: paper('abstract, first version'),
  expected: 'accuracy under PGD-200: Leaked-LS - ADV >= 1 point',
  scale: 'paper',
  recipe: (name) => (name === 'ADV' ? recipe : { ...recipe, views: 2 }),
  methods: { ADV: 'first', 'Leaked-LS': 'first' },
  checks: ({ runs }) => {
    const [leaked = Number.NaN] = values(runs, 'Leaked-LS', pgd(200));
    const [adv = Number.NaN] = values(runs, 'ADV', pgd(200));
    return [atLeast('PGD-200: Leaked-LS - ADV, points', percent(leaked - adv), tolerance)];
  },
});
