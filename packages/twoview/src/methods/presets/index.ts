// The presets by name.
import { type MethodConfig, methodSchema } from '../config/index.js';
import { adr, adv, ascl, asclTrades, supervised, trades } from './adversarial.js';
import { barlow } from './barlow.js';
import { byol } from './byol.js';
import { contrastiveNce } from './contrastive-nce.js';
import { contrastiveSimple } from './contrastive-simple.js';
import { contrastiveTriplet } from './contrastive-triplet.js';
import { dbn } from './dbn.js';
import { directcopy } from './directcopy.js';
import { directpred } from './directpred.js';
import { mocov2 } from './mocov2.js';
import type { Preset } from './preset.js';
import { shuffledDbn } from './shuffled-dbn.js';
import { siamese } from './siamese.js';
import { siameseBn } from './siamese-bn.js';
import { simclr } from './simclr.js';
import { simsiam } from './simsiam.js';
import { supcon } from './supcon.js';
import { vicreg } from './vicreg.js';
import { wMse } from './w-mse.js';

export const presets: readonly Preset[] = [
  simclr,
  mocov2,
  byol,
  simsiam,
  directpred,
  directcopy,
  barlow,
  vicreg,
  wMse,
  siamese,
  siameseBn,
  dbn,
  shuffledDbn,
  contrastiveSimple,
  contrastiveTriplet,
  contrastiveNce,
  supcon,
  supervised,
  adv,
  trades,
  adr,
  ascl,
  asclTrades,
];

/** Names of the presets that compare views: those that one table can hold. A classifier's presets ask for other views and encoders. */
export const siameseNames: readonly string[] = presets
  .filter(({ method }) => method.classifier === undefined)
  .map(({ name }) => name);

/** The preset of that name. Throws an Error that lists the names there are. */
export function findPreset(name: string): Preset {
  const preset = presets.find((candidate) => candidate.name === name);
  if (!preset) throw new Error(`there is no method '${name}'; there are ${presets.map((p) => p.name).join(', ')}`);
  return preset;
}

/** The preset's slots, all filled. Throws like `findPreset`. */
export function presetMethod(name: string): MethodConfig {
  return methodSchema.parse({ name, ...findPreset(name).method });
}
