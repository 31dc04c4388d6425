// Results that are there already, for tables and figures.
import type { ReportInput } from '../claim.js';
import { imageRun } from './claims/image-claim.js';
import {
  type ImageMeasures,
  type ImageMethodName,
  imageExperiment,
  imageMethods,
  published,
  small,
} from './images/index.js';
import { type ToyMeasures, toyExperiment, type VariantName, variants } from './toy/index.js';

/** Runs of a method that are finished, by seed. */
export interface Found<R, N extends string> {
  name: N;
  runs: readonly R[];
}

/** The toy's runs, methods without any left out. */
export function toyRuns({ known, context }: ReportInput): Found<ToyMeasures, VariantName>[] {
  return (Object.keys(variants) as VariantName[]).flatMap((name) => {
    const runs = context.seeds.flatMap((seed) => known(toyExperiment(name, variants[name], seed)) ?? []);
    return runs.length === 0 ? [] : [{ name, runs }];
  });
}

/** An image run that did not diverge. */
export type Measured = ImageMeasures & { robustness: NonNullable<ImageMeasures['robustness']> };

/** The image runs of this scale, methods without any left out. */
export function imageRuns({ known, context }: ReportInput): Found<Measured, ImageMethodName>[] {
  const recipe = context.scale === 'paper' ? published : small;
  return (Object.keys(imageMethods) as ImageMethodName[]).flatMap((name) => {
    const own = context.scale === 'paper' && name !== 'ADV' ? { ...recipe, views: 2 } : recipe;
    const runs = context.seeds.flatMap((seed) => {
      const run = known(imageExperiment(imageRun(name, own, seed, context)));
      return run?.robustness ? [{ ...run, robustness: run.robustness }] : [];
    });
    return runs.length === 0 ? [] : [{ name, runs }];
  });
}
