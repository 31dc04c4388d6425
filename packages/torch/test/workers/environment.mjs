// A worker in which the engine is loaded for the first time in its process: what does the C environment say?
import { createRequire } from 'node:module';
import { parentPort } from 'node:worker_threads';
import { blasEnvironment, buildRecord } from '../../dist/engine/index.js';
import * as torch from '../../dist/index.js';

const environment = createRequire(import.meta.url)(buildRecord().env);
const sum = torch
  .ones([4, 4])
  .matmul(torch.ones([4, 4]))
  .sum()
  .item();
parentPort.postMessage({
  sum,
  wanted: blasEnvironment(),
  seen: environment.getEnv('OPENBLAS_CORETYPE'),
  own: process.env.OPENBLAS_CORETYPE ?? null,
});
