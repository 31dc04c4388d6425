// W3 to W9: what is learnt with and without RandomMask, and with parts of it.
import { atLeast, atMost } from '../../checks.js';
import { largest, smallest } from '../../statistics.js';
import { armClaim, simulated, told } from './arm-claim.js';

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

const mask = 'RandomMask + bias';
const none = 'no mask + bias';
const independent = 'independent masks + bias';
const linear = 'RandomMask, b = 0';
const linearNone = 'no mask, b = 0';

export const sparseFeatures = armClaim({
  id: 'W3',
  statement: 'With RandomMask and a growing threshold, neurons converge to single atoms and all atoms are learnt.',
  source: simulated('theorem on contrastive learning with augmentations'),
  expected:
    'in every seed frac_M >= .75, median maxcos >= .70, pure >= .40, coverage >= .95, act <= .30; median maxcos >= .85 as the mean of seeds',
  arms: [mask],
  checks: (r) => [
    atLeast('frac_M, smallest', r.smallest(mask, 'fracM'), 0.75),
    atLeast('median maxcos, smallest', r.smallest(mask, 'medianMaxcos'), 0.7),
    atLeast('median maxcos, mean', r.mean(mask, 'medianMaxcos'), 0.85),
    atLeast('pure, smallest', r.smallest(mask, 'pure'), 0.4),
    atLeast('coverage, smallest', r.smallest(mask, 'coverage'), 0.95),
    atMost('act, largest', r.largest(mask, 'active'), 0.3),
  ],
});

export const denseFeatures = armClaim({
  id: 'W4',
  statement: 'Without augmentation neurons hold dense noise, and many are active for every sample.',
  source: simulated('theorem on contrastive learning without augmentations'),
  expected:
    'in every seed frac_M <= .70, median maxcos <= .65, pure <= .25, coverage <= .65, act >= .50, c_noise >= .70',
  arms: [none],
  checks: (r) => [
    atMost('frac_M, largest', r.largest(none, 'fracM'), 0.7),
    atMost('median maxcos, largest', r.largest(none, 'medianMaxcos'), 0.65),
    atMost('pure, largest', r.largest(none, 'pure'), 0.25),
    atMost('coverage, largest', r.largest(none, 'coverage'), 0.65),
    atLeast('act, smallest', r.smallest(none, 'active'), 0.5),
    atLeast('c_noise, smallest', r.smallest(none, 'noiseCosine'), 0.7),
  ],
});

export const lossMisleads = armClaim({
  id: 'W5',
  statement: 'The loss misleads: without augmentation it is near zero, and every downstream number is worse.',
  source: simulated('abstract, and the theorem without augmentations (loss o(1))'),
  expected:
    'in every seed no-mask loss <= .5 and RandomMask loss >= 4.3 (ln B = 6.24); means of seeds, RandomMask minus no mask: R^2 >= .06, accuracy >= .03, kNN >= .05',
  arms: [mask, none],
  checks: (r) => [
    atMost('no mask: loss, largest', r.largest(none, 'loss'), 0.5),
    atLeast('RandomMask: loss, smallest', r.smallest(mask, 'loss'), 4.3),
    atLeast('R^2: RandomMask - no mask', r.mean(mask, 'r2') - r.mean(none, 'r2'), 0.06),
    atLeast('accuracy: RandomMask - no mask', r.mean(mask, 'accuracy') - r.mean(none, 'accuracy'), 0.03),
    atLeast('kNN: RandomMask - no mask', r.mean(mask, 'knn') - r.mean(none, 'knn'), 0.05),
  ],
});

export const noiseDominance = armClaim({
  id: 'W6',
  statement: 'Without augmentation the representation is that of the noise; with RandomMask that of the signal.',
  source: simulated('theorem without augmentations: cos(f(x), f(xi)) near 1'),
  expected: 'in every seed c_noise(mask) <= .60 < .70 <= c_noise(none), c_sig(mask) >= .75 > .65 >= c_sig(none)',
  arms: [mask, none],
  checks: (r) => [
    atMost('RandomMask: c_noise, largest', r.largest(mask, 'noiseCosine'), 0.6),
    atLeast('no mask: c_noise, smallest', r.smallest(none, 'noiseCosine'), 0.7),
    atLeast('RandomMask: c_sig, smallest', r.smallest(mask, 'signalCosine'), 0.75),
    atMost('no mask: c_sig, largest', r.largest(none, 'signalCosine'), 0.65),
  ],
});

export const bothNeeded = armClaim({
  id: 'W7',
  statement: 'RandomMask without a threshold finds the span of the atoms but none of the atoms.',
  source: simulated('section on the bias and the phases'),
  expected:
    'first seed, b = 0 always: frac_M >= .8, pure = 0, coverage <= .05. Told without a threshold: the same without a mask',
  arms: [linear, linearNone],
  checks: (r) => [
    atLeast('frac_M', r.smallest(linear, 'fracM'), 0.8),
    atMost('pure', r.largest(linear, 'pure'), 0),
    atMost('coverage', r.largest(linear, 'coverage'), 0.05),
    told('no mask: frac_M', r.smallest(linearNone, 'fracM'), '.42'),
  ],
});

export const complementaryNeeded = armClaim({
  id: 'W8',
  statement: 'Masks must be complementary: independent ones behave like no augmentation.',
  source: 'derived from the model: independent masks leave E[x+ x++^T] as it is; thresholds as in W3',
  expected: 'first two seeds: coverage <= .5, c_noise >= .70, frac_M <= .55',
  arms: [independent],
  checks: (r) => [
    atMost('coverage, largest', r.largest(independent, 'coverage'), 0.5),
    atLeast('c_noise, smallest', r.smallest(independent, 'noiseCosine'), 0.7),
    atMost('frac_M, largest', r.largest(independent, 'fracM'), 0.55),
  ],
});

export const initialLottery = armClaim({
  id: 'W9',
  statement: 'Which atom a neuron learns is decided by where it starts, and it learns few.',
  source: simulated('sets of lucky neurons; N_i of the theorem with augmentations'),
  expected:
    'RandomMask, in every seed: final largest atom is the initial one for >= .40 of neurons (chance .05), mean initial rank of the final atom <= 3 of 20 (from 0; chance 9.5), |N_i| averages <= 2.5. Told without a threshold: the sets of lucky neurons, whose constants are for large d',
  arms: [mask],
  checks: (r) => {
    const runs = r.of(mask);
    return [
      atLeast('share that keep their atom, smallest', smallest(runs.map(({ lottery }) => lottery.kept)), 0.4),
      atMost('initial rank, largest', largest(runs.map(({ lottery }) => lottery.initialRank)), 3),
      atMost('|N_i|, largest', r.largest(mask, 'atomsPerNeuron'), 2.5),
      told('neurons in some S_pot at the start, of all seeds', sum(runs.map(({ possible }) => possible))),
      told('neurons in some S_sure at the start, of all seeds', sum(runs.map(({ sure }) => sure))),
      told('of these, end on the atom of their set', sum(runs.map(({ sureKept }) => sureKept))),
    ];
  },
});
