// PyTorch as an outside reader: runs a Python script that takes JSON on stdin and prints JSON.
import { execFileSync, spawnSync } from 'node:child_process';

/** A Python that has torch, or undefined: tests that need one are skipped without. */
export const python: string | undefined = [process.env.TWOVIEW_PYTHON, '/usr/bin/python3', 'python3']
  .filter((path) => path !== undefined)
  .find((path) => spawnSync(path, ['-c', 'import torch'], { cwd: '/' }).status === 0);

/** Runs `script` with `input` as the global `data`; returns what it assigned to `result`. Infinity and NaN do not pass. */
export function runPython<T>(script: string, input: unknown = null): T {
  if (!python) throw new Error('no Python with torch');
  const program = `import json, sys, math, torch\ntorch.set_num_threads(1)\ndata = json.load(sys.stdin)\n${script}\njson.dump(result, sys.stdout)`;
  const output = execFileSync(python, ['-c', program], { input: JSON.stringify(input), cwd: '/', maxBuffer: 1 << 28 });
  return JSON.parse(output.toString()) as T;
}
