// The presets by name.
import { type MethodConfig, methodSchema } from '../config.js';
import { byol } from './byol.js';
import { directcopy } from './directcopy.js';
import { directpred } from './directpred.js';
import type { Preset } from './preset.js';
import { simclr } from './simclr.js';
import { simsiam } from './simsiam.js';

export const presets: readonly Preset[] = [directpred, directcopy, byol, simsiam, simclr];

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
