// What the theory observes of a run that was interrupted between two logged steps: the same rows, to the last bit.
import { RunFolder } from 'twoview/runs';
import { covariance, practice } from 'twoview/theory';
import { type Observer, viewSize } from 'twoview/training';
import { expect, test } from 'vitest';
import { newTrainer, resumedTrainer, smallConfig, smallImages, timeless } from '../../training/setup.js';

const config = smallConfig(
  'method=byol',
  'method.predictor=linear',
  'training.logEvery=5',
  'training.observe.covariance={"images":4,"views":2,"projections":2}',
);

async function observers(): Promise<Observer[]> {
  const images = await smallImages();
  const { augment, method, training } = config;
  const size = viewSize(config, images);
  const views = () =>
    covariance.augmentedViews(images, { augment, size, images: 4, views: 2, seed: training.seed, device: 'cpu' });
  return [
    practice.createTheoryObserver(method, 'cpu')!,
    covariance.createCovarianceTracker({ images: views, projections: 2, seed: training.seed }),
  ];
}

test.each([7, 9])('asked to stop after step %i of a window of five', async (steps) => {
  const whole = await newTrainer(config, { observers: await observers() });
  await whole.trainer.run();
  whole.folder.finish('done');

  let asked = 0;
  const cut = await newTrainer(config, { observers: await observers(), shouldStop: () => asked++ >= steps });
  expect(await cut.trainer.run()).toBe('interrupted');
  cut.folder.finish('interrupted');
  const second = await resumedTrainer(cut.folder.dir, config, { observers: await observers() });
  expect(second.from).toBe(steps);
  await second.trainer.run();
  second.folder.finish('done');

  const rows = (dir: string) => timeless(RunFolder.open(dir).metrics().rows);
  const found = rows(whole.folder.dir);
  expect(found.filter((row) => 'theory.s' in row).map(({ step }) => step)).toEqual([1, 5, 10, 15, 18]);
  expect(found.some((row) => 'covariance.encoder.body.0.trace' in row)).toBe(true);
  expect(rows(cut.folder.dir)).toEqual(found);
});
