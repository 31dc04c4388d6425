// Agreement with the same measures written in Python with numpy; skipped where numpy is not installed.
import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import {
  alignment,
  alphaReQ,
  correlationMatrix,
  correlationSpectrum,
  deadDimensions,
  dimensionsFor,
  lidar,
  normalizedStd,
  offDiagonalCorrelation,
  predictorAlignment,
  spectrum,
  uniformity,
  varianceShare,
  viewScatter,
} from 'twoview/metrics';
import { expect, test } from 'vitest';
import { double, gaussian } from './embeddings.js';

const python = ['/usr/bin/python3', 'python3'].find(
  (command) => spawnSync(command, ['-c', 'import numpy'], { cwd: '/' }).status === 0,
);

test.skipIf(!python)('numpy gives the same measures', () => {
  const z = gaussian(1, 40, 6)
    .mul(double([[1, 0.5, 2, 0.1, 1, 3]]))
    .add(0.4);
  const [partner, predictor] = [z.add(gaussian(2, 40, 6)), gaussian(3, 6, 6)];
  const peer = fileURLToPath(new URL('numpy_peer.py', import.meta.url));
  const request = { z: z.tolist(), partner: partner.tolist(), predictor: predictor.tolist() };
  const theirs = JSON.parse(execFileSync(python!, [peer], { input: JSON.stringify(request), encoding: 'utf8' }));

  const { eigenvalues, effectiveRank, rankMe, participationRatio } = spectrum(z);
  const { cosines, asymmetry } = predictorAlignment(predictor, correlationMatrix(z), { top: 3 });
  const ours: Record<string, number | number[]> = {
    eigenvalues: Array.from(eigenvalues),
    effectiveRank,
    rankMe,
    participationRatio,
    normalizedStd: normalizedStd(z),
    alignment: alignment(z, partner),
    uniformity: uniformity(z),
    cosines,
    asymmetry,
    alphaReQ: alphaReQ(z, { range: [2, 6] }).alpha,
    lidar: lidar(z, { views: 4 }),
    scatter: Object.values(viewScatter(z, { views: 4 })),
    offDiagonalCorrelation: offDiagonalCorrelation(z).mean,
    correlationSpectrum: Array.from(correlationSpectrum(z)),
    dead: deadDimensions(z, { fraction: 0.2 }).share,
    dimensions: dimensionsFor(z, 0.9),
    varianceShare: varianceShare(z),
  };
  expect(Object.keys(theirs).sort()).toEqual(Object.keys(ours).sort());
  for (const [name, value] of Object.entries(ours)) {
    [value].flat().forEach((v, i) => {
      expect(v, name).toBeCloseTo([theirs[name]].flat()[i], 10);
    });
  }
});
