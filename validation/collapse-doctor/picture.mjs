// Draws one recorded run: what the probes see, what the spectrum shows, and when the doctor warned.
//
//   node validation/collapse-doctor/picture.mjs RUN_FOLDER OUT.svg
//
// RUN_FOLDER is one of run.mjs, such as runs/collapse-doctor/matrix/cifar10-no-stop-gradient-20.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as Plot from '@observablehq/plot';
import * as safetensors from '@twoview/torch/safetensors';
import { parseHTML } from 'linkedom';
import { watch, watchedSamples } from './watch.mjs';

const [folder, out] = process.argv.slice(2);
const entry = JSON.parse(readFileSync(path.join(folder, 'case.json'), 'utf8'));
const samples = watchedSamples(entry, safetensors.load(path.join(folder, 'batches.safetensors')).tensors);
const warnings = watch(samples);
const { document } = parseHTML('<!doctype html><html><body></body></html>');
const width = 640;

const marks = [
  Plot.ruleX(warnings, { x: 'step', stroke: '#b3261e', strokeDasharray: '4 3' }),
  Plot.text(warnings, {
    x: 'step',
    frameAnchor: 'top',
    dy: (_, i) => 12 * i,
    dx: 4,
    textAnchor: 'start',
    text: ({ kind, step }) => `${step}: ${kind}`,
    fill: '#b3261e',
  }),
];
const panel = (height, y, lines) =>
  Plot.plot({
    document,
    width,
    height,
    marginLeft: 48,
    x: { label: 'step', domain: [0, entry.steps] },
    y: { grid: true, ...y },
    color: { legend: false },
    marks: [...lines, ...marks],
  });
const probes = panel(190, { label: 'accuracy of h (dark: kNN, light: linear probe)', percent: true }, [
  Plot.line(entry.rows, { x: 'step', y: 'knn', stroke: '#1f4e79', strokeWidth: 2 }),
  Plot.line(entry.rows, { x: 'step', y: 'linear', stroke: '#7fa8d1', strokeWidth: 2 }),
]);
const spectrum = panel(190, { label: 'participation ratio of z, training batches', type: 'log' }, [
  Plot.line(samples, {
    x: 'step',
    y: ({ participationRatio }) => Math.max(participationRatio, 0.9),
    stroke: '#2e7d32',
    strokeWidth: 2,
  }),
]);
const inner = (svg, dy) => `<g transform="translate(0 ${dy})">${svg.innerHTML}</g>`;
const title = `${entry.dataset}, ${entry.recipe}, seed ${entry.seed}`;
writeFileSync(
  out,
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} 420" width="${width}" height="420" font-family="system-ui, sans-serif" font-size="10" fill="currentColor">
<rect width="100%" height="100%" fill="white"/><text x="48" y="16" font-size="13" font-weight="600" fill="black">${title}</text>
${inner(probes, 26)}${inner(spectrum, 222)}</svg>\n`,
);
