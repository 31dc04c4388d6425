// The runs of the sparse coding model that are compared, by the name they have in tables.
import { type DecouplingSettings, decouplingSettings } from '../../../theory/decoupling/index.js';

type Input = NonNullable<Parameters<typeof decouplingSettings>[0]>;

export const arms = {
  'RandomMask + bias': { kind: 'complementary' },
  'no mask + bias': { kind: 'none' },
  'independent masks + bias': { kind: 'independent' },
  'RandomMask, b = 0': { kind: 'complementary', network: { threshold: false } },
  'no mask, b = 0': { kind: 'none', network: { threshold: false } },
} as const satisfies Record<string, Input>;

export type Arm = keyof typeof arms;

/** How many of the seeds an arm is run with: as many as the independent implementation took, where that is fewer. */
const seedCounts: Partial<Record<Arm, number>> = {
  'independent masks + bias': 2,
  'RandomMask, b = 0': 1,
  'no mask, b = 0': 1,
};

export function armSeeds(arm: Arm, seeds: readonly number[]): readonly number[] {
  return seeds.slice(0, seedCounts[arm]);
}

export function armSettings(arm: Arm, seed: number): DecouplingSettings {
  return decouplingSettings({ ...arms[arm], seed });
}

/** Coordinates at which the end of Phase I is compared. */
export const dimensions = [300, 400, 600] as const;

/** A run that ends soon after Phase I. */
export function phaseOneOnly(kind: 'complementary' | 'none', dimension: number, seed: number): DecouplingSettings {
  return decouplingSettings({ kind, seed, data: { dimension }, schedule: { secondSteps: 1, thirdSteps: 1 } });
}
