// Mean cosine distances of test images by whether they share a class and a prediction: in the features h and the projection z.
//
//   npx twoview reproduce ascl
//   node papers/ascl/cells.mjs runs/reproduce-ascl-minutes/runs/images-*
//
// Test images are those of the runs' own data sets, without an attack.
import * as torch from '@twoview/torch';
import { openDataset } from 'twoview/data';
import { labeledPixels, loadModel, outputsOf, trainedSize } from 'twoview/evaluation';

torch.setNumThreads(1);
const runs = process.argv.slice(2);
if (runs.length === 0) throw new Error('name run folders, as in: node papers/ascl/cells.mjs runs/*');

/** Means over ordered pairs of different images. */
function cells(vectors, labels, predictions) {
  const same = (values) => values.unsqueeze(1).eq(values.unsqueeze(0));
  const unit = vectors.div(vectors.norm(2, [1], { keepdim: true }));
  const distances = unit.mm(unit.t()).neg().add(1);
  const others = torch.eye(labels.numel, { dtype: 'bool' }).logicalNot();
  const mean = (mask) => {
    const weights = mask.logicalAnd(others).double();
    return distances.double().mul(weights).sum().item() / weights.sum().item();
  };
  const [oneClass, onePrediction] = [same(labels), same(predictions)];
  const [twoClasses, twoPredictions] = [oneClass.logicalNot(), onePrediction.logicalNot()];
  return {
    'D+ / D-': mean(oneClass) / mean(twoClasses),
    'one class, one prediction': mean(oneClass.logicalAnd(onePrediction)),
    'one class, two predictions': mean(oneClass.logicalAnd(twoPredictions)),
    'two classes, one prediction': mean(twoClasses.logicalAnd(onePrediction)),
    'two classes, two predictions': mean(twoClasses.logicalAnd(twoPredictions)),
  };
}

for (const run of runs) {
  const { model, config } = loadModel(run);
  if (!model.classifier) continue;
  const test = await openDataset(config.data, { split: 'test' });
  const pixels = labeledPixels(test, { size: trainedSize(config), channelsLast: config.training.channelsLast });
  torch.scope(() =>
    torch.noGrad(() => {
      const { features, logits } = outputsOf(model.classifier, pixels.images);
      const predictions = logits.argmax(1);
      console.log(run);
      for (const [name, vectors] of Object.entries({ h: features, z: model.embed(features) })) {
        const row = Object.entries(cells(vectors, pixels.labels, predictions));
        console.log(`  ${name}  ${row.map(([cell, value]) => `${cell} ${value.toFixed(3)}`).join(', ')}`);
      }
    }),
  );
}
