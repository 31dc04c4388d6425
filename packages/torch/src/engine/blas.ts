// Which BLAS (the library behind matrix products and decompositions) the engine runs on, and how it is told which
// processor this is. Only Debian's and Ubuntu's libtorch leave the choice open; a pip-installed torch brings its own.
import { readFileSync, realpathSync } from 'node:fs';

/** What a processor says of itself, as far as it decides between OpenBLAS's kernels. */
export interface Processor {
  /** `GenuineIntel`, `AuthenticAMD`, ...; empty where the system does not say. */
  vendor: string;
  flags: ReadonlySet<string>;
}

/** The libraries that matrix products and decompositions run in. */
export interface BlasLibrary {
  /** Path of the BLAS library, links followed; null where libtorch has its own inside. */
  blas: string | null;
  /** Path of the LAPACK library, links followed; null where libtorch has its own inside. */
  lapack: string | null;
  /** Whether both are OpenBLAS. False with a path means a slow reference library. */
  isOpenBlas: boolean;
}

const AVX512 = ['avx512f', 'avx512cd', 'avx512bw', 'avx512dq', 'avx512vl'];
const AVX2 = ['avx2', 'fma'];

/**
 * Variables to set in the C environment before libtorch is loaded; empty where the library's own choice stands.
 *
 * An OpenBLAS older than the processor does not know its model number and falls back to kernels of fifteen years ago
 * (34 instead of 155 GFLOP/s a core on a Xeon that Debian 12's OpenBLAS 0.3.21 does not know). The flags say what the
 * processor can do whatever its model. The caller must not replace a value that the user has set.
 */
export function blasEnvironment(processor: Processor | null = readProcessor()): Record<string, string> {
  const core = processor && openBlasCore(processor);
  return core ? { OPENBLAS_CORETYPE: core } : {};
}

/**
 * The name of OpenBLAS's kernels for a processor, or null to leave the choice to OpenBLAS (other architectures, and
 * processors without AVX2, which every OpenBLAS knows).
 */
export function openBlasCore({ vendor, flags }: Processor): string | null {
  const has = (names: string[]) => names.every((name) => flags.has(name));
  if (!has(AVX2)) return null;
  if (has(AVX512)) return 'SKYLAKEX';
  return vendor === 'AuthenticAMD' || vendor === 'HygonGenuine' ? 'ZEN' : 'HASWELL';
}

/** Reads the text of /proc/cpuinfo; null where it names no x86 flags. */
export function parseProcessor(cpuinfo: string): Processor | null {
  const flags = /^flags\s*:\s*(.*)$/m.exec(cpuinfo)?.[1];
  if (flags === undefined) return null;
  return { vendor: /^vendor_id\s*:\s*(\S+)/m.exec(cpuinfo)?.[1] ?? '', flags: new Set(flags.trim().split(/\s+/)) };
}

function readProcessor(): Processor | null {
  try {
    return parseProcessor(readFileSync('/proc/cpuinfo', 'utf8'));
  } catch {
    return null;
  }
}

/**
 * The BLAS and LAPACK in use: what this process has loaded, or, before the engine is loaded, what the system's links
 * point to.
 */
export function blasLibrary(): BlasLibrary {
  const loaded = loadedLibraries();
  const engineLoaded = loaded.some((path) => /\/libtorch_cpu\.so/.test(path));
  const find = (name: string) =>
    engineLoaded ? (loaded.find((path) => path.includes(`/lib${name}.so`)) ?? null) : systemLibrary(name);
  const blas = find('blas');
  const lapack = find('lapack');
  return { blas, lapack, isOpenBlas: [blas, lapack].every((path) => path !== null && /openblas/i.test(path)) };
}

/** Paths of the shared objects mapped into this process. */
function loadedLibraries(): string[] {
  try {
    const maps = readFileSync('/proc/self/maps', 'utf8');
    return [...new Set(maps.split('\n').map((line) => line.slice(line.indexOf('/'))))].filter((path) =>
      /\.so/.test(path),
    );
  } catch {
    return [];
  }
}

function systemLibrary(name: string): string | null {
  for (const triplet of ['x86_64-linux-gnu', 'aarch64-linux-gnu']) {
    try {
      return realpathSync(`/usr/lib/${triplet}/lib${name}.so.3`);
    } catch {
      // Not this architecture, or not installed.
    }
  }
  return null;
}
