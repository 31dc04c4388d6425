// twoview evaluate: a run's encoder measured on its data set.
import * as torch from '@twoview/torch';
import type { Command } from 'commander';
import { type ImageDataset, openDataset } from '../../data/index.js';
import { judgeRun } from '../../diagnosis/index.js';
import {
  type EvaluationProgress,
  extractModelFeatures,
  featureTensor,
  loadModel,
  type ModelFeatures,
  measureModel,
  type ProbeChoice,
  runTransform,
  trainedSize,
} from '../../evaluation/index.js';
import { correlationEigenvalues, correlationMatrix, predictorAlignment } from '../../metrics/index.js';
import { RunFolder } from '../../runs/index.js';
import { print, printJson, table, UsageError } from '../output.js';

interface EvaluateFlags {
  checkpoint?: string;
  probe: string;
  k?: string;
  temperature?: string;
  json?: boolean;
}

const probes: Record<string, ProbeChoice> = {
  logistic: { kind: 'logistic' },
  adam: { kind: 'adam' },
  ridge: { kind: 'ridge' },
  none: { kind: 'none' },
};

function positive(flag: string, text: string | undefined, standard: number): number {
  const value = text === undefined ? standard : Number(text);
  if (!(value > 0)) throw new UsageError(`${flag} must be a positive number, not ${text}`);
  return value;
}

/** Eigenvalues of E[z z^T] and E[h h^T], and how the eigenvectors of the former fit a predictor that is a matrix. */
function spectra({ h, z }: ModelFeatures, matrix: torch.Tensor | null) {
  return torch.scope(() => {
    const embeddings = featureTensor(z);
    const alignment = matrix && predictorAlignment(matrix, correlationMatrix(embeddings));
    return {
      spectrum: {
        h: Array.from(correlationEigenvalues(featureTensor(h))),
        z: Array.from(correlationEigenvalues(embeddings)),
      },
      predictor: alignment && { alignment: alignment.mean, asymmetry: alignment.asymmetry, cosines: alignment.cosines },
    };
  });
}

async function evaluate(dir: string, flags: EvaluateFlags): Promise<void> {
  const probe = probes[flags.probe];
  if (!probe) throw new UsageError(`--probe must be one of ${Object.keys(probes).join(', ')}, not ${flags.probe}`);
  const { model, config, step } = loadModel(dir, { checkpoint: flags.checkpoint ?? 'last' });
  const k = positive('--k', flags.k, config.evaluation.k);
  const temperature = positive('--temperature', flags.temperature, config.evaluation.temperature);
  const trainSet: ImageDataset = await openDataset(config.data, { split: 'labeled' });
  const testSet: ImageDataset = await openDataset(config.data, { split: 'test' });
  const options = {
    transform: runTransform(config, trainedSize(config)),
    onProgress: ({ stage, done, total }: EvaluationProgress) => {
      if (process.stderr.isTTY && !flags.json) process.stderr.write(`\r\u001b[K${stage} ${done}/${total}`);
    },
  };
  const train = { dataset: trainSet, features: await extractModelFeatures(model, trainSet, options) };
  const test = { dataset: testSet, features: await extractModelFeatures(model, testSet, options) };
  const results = await measureModel(train, test, {
    k,
    temperature,
    probe,
    seed: config.training.seed,
    onProgress: options.onProgress,
  });
  if (process.stderr.isTTY && !flags.json) process.stderr.write('\r\u001b[K');
  const { rows: written } = RunFolder.open(dir).metrics();
  const judgement = judgeRun({
    config,
    ...test.features,
    step,
    rows: written.filter((row) => row.step <= step),
  });
  const protocol = {
    checkpoint: flags.checkpoint ?? 'last',
    step,
    train: trainSet.length,
    test: testSet.length,
    k,
    temperature,
    probe: probe.kind,
  };
  const { spectrum, predictor } = spectra(test.features, model.predictor.matrix);
  if (flags.json)
    return printJson({ dir, protocol, results, spectrum, predictor, verdict: judgement.z, features: judgement.h });
  const rows = Object.entries(results).map(([name, value]) => [
    name,
    /^(knn|linear)/.test(name) ? `${(value * 100).toFixed(2)} %` : value.toFixed(3),
  ]);
  print(table(['measure', 'value'], rows));
  print();
  const leading = spectrum.z.slice(0, 8).map((value) => (value / (spectrum.z[0] as number)).toPrecision(2));
  print(`leading eigenvalues of E[z z^T], relative: ${leading.join(', ')}`);
  if (predictor)
    print(`predictor: alignment ${predictor.alignment.toFixed(3)}, asymmetry ${predictor.asymmetry.toFixed(3)}`);
  print(judgement.z.summary);
  print(judgement.h.summary);
  print(
    `(checkpoint ${protocol.checkpoint} at step ${step}; ${trainSet.length} training and ${testSet.length} test images; kNN with k = ${k}, temperature ${temperature}; linear probe: ${probe.kind})`,
  );
}

export function defineEvaluate(command: Command): void {
  command
    .description(
      "Measures a run's frozen encoder on its data set: kNN and linear accuracy, spread and ranks of features h and embeddings z.",
    )
    .argument('<dir>', 'run folder')
    .option('--checkpoint <name>', 'last, best or step-N', 'last')
    .option(
      '--probe <kind>',
      'linear probe: logistic (L-BFGS, at its optimum), adam (the DirectPred protocol: 50 epochs, last and best), ridge, none',
      'logistic',
    )
    .option('--k <n>', 'neighbours of kNN (as configured)')
    .option('--temperature <t>', "temperature of kNN's votes (as configured)")
    .option('--json', 'print one JSON object')
    .action(evaluate);
}
