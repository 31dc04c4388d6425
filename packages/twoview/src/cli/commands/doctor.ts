// twoview doctor: is this machine ready to train, and if not, what to do.
import os from 'node:os';
import { blasEnvironment, blasLibrary, buildRecord } from '@twoview/torch/engine';
import type { Command } from 'commander';
import { bold, exitCode, green, print, printJson, red } from '../output.js';

interface Check {
  name: string;
  ok: boolean;
  found: string;
  /** What to do about it; given where something is missing or slow. */
  remedy?: string;
  /** Whether training on the CPU is impossible without it. */
  essential: boolean;
}

type Torch = typeof import('@twoview/torch');

/** GFLOP/s of a float32 product of two 1024x1024 matrices: the best of five, after one to warm up. */
function matrixSpeed(torch: Torch, threads: number): number {
  torch.setNumThreads(threads);
  const size = 1024;
  return torch.scope(() => {
    const a = torch.randn([size, size]);
    const times = Array.from({ length: 6 }, () => {
      const start = performance.now();
      a.matmul(a).dispose();
      return performance.now() - start;
    });
    return (2 * size ** 3) / Math.min(...times.slice(1)) / 1e6;
  });
}

function checkBlas(): Check {
  const { blas, lapack, isOpenBlas } = blasLibrary();
  if (blas === null && lapack === null) return { name: 'BLAS', ok: true, found: "libtorch's own", essential: false };
  const remedy = 'the reference BLAS is tens of times slower: sudo apt-get install libopenblas0-openmp';
  return {
    name: 'BLAS',
    ok: isOpenBlas,
    found: `${blas ?? 'none'}, LAPACK ${lapack ?? 'none'}`,
    essential: false,
    ...(isOpenBlas ? {} : { remedy }),
  };
}

async function checkImages(): Promise<Check> {
  try {
    const { default: sharp } = await import('sharp');
    return {
      name: 'image decoding',
      ok: true,
      found: `sharp ${sharp.versions.sharp ?? ''}, libvips ${sharp.versions.vips}`,
      essential: false,
    };
  } catch (error) {
    return {
      name: 'image decoding',
      ok: false,
      found: (error as Error).message.split('\n')[0] as string,
      remedy: 'run npm install again, with optional packages',
      essential: false,
    };
  }
}

async function checkKernels(): Promise<Check> {
  const { loadNativeKernels } = await import('../../augment/index.js');
  const kernels = loadNativeKernels();
  if (kernels.available) return { name: 'augmentation kernel', ok: true, found: 'built', essential: false };
  return {
    name: 'augmentation kernel',
    ok: false,
    found: kernels.reason,
    remedy: 'run npm run setup; until then augmentation is slower',
    essential: false,
  };
}

async function examine(): Promise<Check[]> {
  const record = buildRecord();
  const checks: Check[] = [
    {
      name: 'Node',
      ok: Number.parseInt(process.versions.node, 10) >= 20,
      found: process.versions.node,
      essential: true,
    },
    {
      name: 'processor',
      ok: true,
      found: `${os.cpus()[0]?.model.trim() ?? 'unknown'}, ${os.availableParallelism()} cores, ${Math.round(os.totalmem() / 2 ** 30)} GiB`,
      essential: false,
    },
  ];
  if (!record) {
    return [
      ...checks,
      {
        name: 'engine',
        ok: false,
        found: 'not built',
        remedy: 'run npm run setup; it says what else is missing',
        essential: true,
      },
    ];
  }
  let torch: Torch;
  try {
    torch = await import('@twoview/torch');
  } catch (error) {
    return [
      ...checks,
      { name: 'engine', ok: false, found: (error as Error).message, remedy: 'run npm run setup', essential: true },
    ];
  }
  const { libtorch } = record;
  checks.push({
    name: 'libtorch',
    ok: true,
    found: `${torch.version} (${libtorch.origin}, ${libtorch.root})`,
    essential: true,
  });
  checks.push(checkBlas());
  const core = process.env.OPENBLAS_CORETYPE ?? blasEnvironment().OPENBLAS_CORETYPE;
  if (core)
    checks.push({
      name: 'OpenBLAS kernels',
      ok: true,
      found: core + (process.env.OPENBLAS_CORETYPE ? ' (from the environment)' : ' (by processor flags)'),
      essential: false,
    });
  const most = os.availableParallelism();
  const speeds = [...new Set([1, most])].map(
    (threads) => `${matrixSpeed(torch, threads).toFixed(0)} GFLOP/s on ${threads} thread${threads > 1 ? 's' : ''}`,
  );
  checks.push({ name: 'matrix product', ok: true, found: speeds.join(', '), essential: false });
  checks.push(await checkKernels(), await checkImages());
  const devices = torch.cuda.deviceCount();
  const cuda =
    devices > 0
      ? `${devices} device${devices > 1 ? 's' : ''}`
      : libtorch.cuda
        ? 'libtorch has it, but there is no device'
        : 'this libtorch is for the CPU';
  checks.push({ name: 'CUDA', ok: true, found: cuda, essential: false });
  return checks;
}

export function defineDoctor(command: Command): void {
  command
    .description(
      'Checks what training needs. Exit code 0 if training on the CPU is possible; a missing CUDA is no failure.',
    )
    .option('--json', 'print JSON')
    .action(async (flags: { json?: boolean }) => {
      const checks = await examine();
      const ready = checks.every((check) => check.ok || !check.essential);
      if (flags.json) printJson({ ready, checks });
      else {
        for (const { name, ok, found, remedy } of checks) {
          print(`${ok ? green('ok') : red('!!')}  ${name.padEnd(20)} ${found}`);
          if (remedy) print(`    ${''.padEnd(20)} -> ${remedy}`);
        }
        print();
        print(bold(ready ? 'Ready to train.' : 'Not ready to train: see the remedies above.'));
      }
      process.exitCode = ready ? exitCode.done : exitCode.failed;
    });
}
