// Finds and loads the toolkit's shared library of operators, built by scripts/build-kernels.mjs. Without it everything
// works through batched tensor operators, slower on a CPU.
import { existsSync, readFileSync } from 'node:fs';
import * as torch from '@twoview/torch';
import { loadLibrary, operator } from '@twoview/torch/unsafe';

/** What the operator `twoview::augment` is called with; see native/augment.cc. */
export interface AugmentKernelArguments {
  /** uint8 `[B, 3, H, W]` on the CPU. */
  images: torch.Tensor;
  /** float32 `[B, PARAM_COUNT]` on the CPU. */
  params: torch.Tensor;
  size: number;
  mean: readonly number[];
  std: readonly number[];
  blurKernel: number;
  solarizeThreshold: number;
  channelsLast: boolean;
}

/** The loaded library, or one sentence that says why there is none. */
export type NativeKernels =
  | { readonly available: true; readonly library: string; augment(args: AugmentKernelArguments): torch.Tensor }
  | { readonly available: false; readonly reason: string };

const REMEDY = 'run `node scripts/build-kernels.mjs` in the twoview package';
const RECORD = new URL('../../.cache/current.json', import.meta.url);

let loaded: NativeKernels | undefined;

/** Loads the library once per thread; later calls return the same object. Never throws and prints nothing. */
export function loadNativeKernels(): NativeKernels {
  loaded ??= loadKernels(RECORD);
  return loaded;
}

/** Loads the library that the record of a build names. */
export function loadKernels(recordFile: URL): NativeKernels {
  const missing = (why: string): NativeKernels => ({ available: false, reason: `${why}; ${REMEDY}` });
  let record: { library?: unknown; libtorch?: unknown };
  try {
    record = JSON.parse(readFileSync(recordFile, 'utf8')) as typeof record;
  } catch {
    return missing('The image kernels have not been built');
  }
  const { library, libtorch } = record;
  if (typeof library !== 'string' || !existsSync(library)) return missing('The built image kernels are gone');
  if (libtorch !== torch.version) {
    return missing(`The image kernels were built for libtorch ${String(libtorch)}, and ${torch.version} is loaded`);
  }
  try {
    loadLibrary(library);
    const call = operator('twoview::augment');
    return {
      available: true,
      library,
      augment: (a) =>
        call(
          a.images,
          a.params,
          a.size,
          a.mean,
          a.std,
          a.blurKernel,
          a.solarizeThreshold,
          a.channelsLast,
        ) as torch.Tensor,
    };
  } catch (error) {
    return missing(`The image kernels could not be loaded (${(error as Error).message.split('\n')[0]})`);
  }
}
