// Networks that other experiments have trained.
import path from 'node:path';
import type { ImageClassifier } from '../../../methods/index.js';
import { type ExperimentIo, experimentFileName } from '../../experiment.js';
import { openLabeled, train } from '../../image-run.js';
import { classifierOf, type ImageRun, imageExperiment } from './run.js';

/**
 * The network of a run, as its own experiment left it in the folder beside this one; trained now where that is gone.
 * @throws InterruptedError when asked to stop
 */
export async function trainedClassifier(run: ImageRun, io: ExperimentIo): Promise<ImageClassifier> {
  const folder = path.join(path.dirname(io.folder), experimentFileName(imageExperiment(run)));
  const images = await openLabeled(run.config, 'train');
  return classifierOf(await train(run.config, images, { ...io, onProgress: () => {}, folder }, 0));
}
