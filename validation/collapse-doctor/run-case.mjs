// One run of the validation, in a process of its own. Writes what the doctor and the rule judge later, so that both can be
// applied without training again: held-out features at some steps, the training batch's embeddings at logged ones.
//
//   node run-case.mjs '{"dataset": ..., "recipe": ..., "seed": ..., "steps": ...}' OUT
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as torch from '@twoview/torch';
import * as safetensors from '@twoview/torch/safetensors';
import { augment, data, evaluation, metrics, runs, training } from 'twoview';
import { common, recipes } from './cases.mjs';

const [caseText, out] = process.argv.slice(2);
const { dataset, recipe, seed, steps } = JSON.parse(caseText);
const root = process.env.TWOVIEW_DATA ?? 'data';
const sources = {
  embedded: ['data.limit=5000'],
  cifar10: ['data.limit=5000', `data.folder=${root}`],
  imagenette: [`data.folder=${path.join(root, 'imagenette')}`, 'data.size=32'],
};
const [method, changes] = recipes[recipe];
const config = training.resolveConfig({
  dataset: dataset === 'imagenette' ? 'folder' : dataset,
  method,
  overrides: [
    ...sources[dataset],
    'encoder={"name":"convnet","channels":[16,32,64,128]}',
    ...(dataset === 'imagenette'
      ? ['augment.views.0.policy=directpred-cifar', 'augment.views.1.policy=directpred-cifar']
      : []),
    ...Object.entries({ ...common, ...changes }).map(
      ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    ),
    `training.seed=${seed}`,
    'training.epochs=100000',
    `training.maxSteps=${steps}`,
    'training.checkpointEvery=100000',
  ],
});

const images = await data.openDataset(config.data, { split: 'train' });
const test = data.limitDataset(await data.openDataset(config.data, { split: 'test' }), 1000);
const known = data.limitDataset(images, 2000);
const size = training.viewSize(config, images);
const transform = evaluation.runTransform(config, size);
const views = config.augment.views.map((view) =>
  augment.createAugmentation(augment.resolvePolicy(view), { size, channelsLast: true }),
);

/** Every image of a data set as evaluation sees it, `[N, 3, H, W]`, kept in memory. */
const prepare = (set, make) =>
  torch.keep(
    torch.scope(() =>
      make(
        torch.fromTypedArray(
          data.gatherBatch(
            set,
            Int32Array.from({ length: set.length }, (_, i) => i),
          ),
          [set.length, 3, set.height, set.width],
        ),
      ),
    ),
  );
const inputs = {
  known: prepare(known, (batch) => transform(batch)),
  test: prepare(test, (batch) => transform(batch)),
  // Two views of held-out images, always the same ones.
  first: prepare(data.limitDataset(test, 500), (batch) => views[0].augment(batch, { seed: 77, step: 0, view: 0 })),
  second: prepare(data.limitDataset(test, 500), (batch) => views[1].augment(batch, { seed: 77, step: 0, view: 1 })),
};

const isDue = (step) => (step <= 100 ? step % 10 === 0 : step % 50 === 0) || step === steps;
const points = new Map();
const batches = new Map();
const rows = [];

function measure(model, step) {
  torch.noGrad(() =>
    torch.scope(() => {
      model.eval();
      const features = Object.fromEntries(
        Object.entries(inputs).map(([name, batch]) => [
          name,
          torch.cat(
            batch.split(500, 0).map((part) => model.encoder.forward(part)),
            0,
          ),
        ]),
      );
      const z = Object.fromEntries(['test', 'first', 'second'].map((name) => [name, model.embed(features[name])]));
      model.train();
      const knn = metrics.knnClassify({
        train: features.known,
        trainLabels: known.labels,
        test: features.test,
        testLabels: test.labels,
        classes: known.classes.length,
        k: 50,
        temperature: 0.1,
      });
      const ridge = evaluation.ridgeProbe({
        train: features.known,
        trainLabels: known.labels,
        test: features.test,
        testLabels: test.labels,
        classes: known.classes.length,
      });
      rows.push({ step, knn: knn.accuracy, linear: ridge.accuracy });
      for (const name of ['test', 'first', 'second']) {
        points.set(`h.${name}.${step}`, torch.keep(features[name].clone()));
        points.set(`z.${name}.${step}`, torch.keep(z[name].clone()));
      }
    }),
  );
}

const observer = {
  onStep({ step, model, embeddings }) {
    batches.set(String(step), torch.keep(embeddings.clone()));
    if (isDue(step)) measure(model, step);
    return {};
  },
  async onEvaluate({ step, model }) {
    if (step === 0) measure(model, 0);
    return {};
  },
};

const folder = path.join(out, 'run');
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const began = performance.now();
let outcome = 'done';
try {
  const trainer = new training.Trainer(config, images, runs.RunFolder.create(folder, { config, environment: {} }), {
    observers: [observer],
  });
  await trainer.run();
} catch (error) {
  outcome = error.message;
}
safetensors.save(path.join(out, 'points.safetensors'), points);
safetensors.save(path.join(out, 'batches.safetensors'), batches);
const seconds = (performance.now() - began) / 1000;
const lines = runs.RunFolder.open(folder).metrics().rows;
rmSync(folder, { recursive: true });
writeFileSync(
  path.join(out, 'case.json'),
  JSON.stringify({
    dataset,
    recipe,
    seed,
    steps,
    outcome,
    seconds,
    config,
    rows,
    metrics: lines.map(({ step, loss }) => ({ step, loss })),
  }),
);
console.log(
  `${dataset}, ${recipe}, seed ${seed}: ${outcome} in ${seconds.toFixed(0)} s, kNN ${rows[0]?.knn} to ${rows.at(-1)?.knn}`,
);
