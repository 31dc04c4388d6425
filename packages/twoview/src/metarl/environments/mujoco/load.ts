// MuJoCo in WebAssembly: one instance a thread, loaded when the first simulated environment is made. Threads share its compiled code.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { MainModule } from '@mujoco/mujoco';
import { type CodeInstance, type CompiledCode, webAssembly } from '../base/web-assembly.js';

let compiling: Promise<CompiledCode> | undefined;
let loading: Promise<MainModule> | undefined;

/** The compiled code, which can be sent to a worker: compiling takes most of the time of loading. */
export function compiledMujoco(): Promise<CompiledCode> {
  compiling ??= readFile(fileURLToPath(import.meta.resolve('@mujoco/mujoco/mujoco.wasm'))).then((bytes) =>
    webAssembly.compile(bytes),
  );
  return compiling;
}

/** Code that another thread has compiled; to be given before the first call of `loadMujoco`. */
export function useCompiledMujoco(code: CompiledCode): void {
  compiling ??= Promise.resolve(code);
}

/** The instance of this thread. The package and its ten megabytes are read at the first call, not at import. */
export function loadMujoco(): Promise<MainModule> {
  loading ??= start();
  return loading;
}

async function start(): Promise<MainModule> {
  const [{ default: load }, code] = await Promise.all([import('@mujoco/mujoco'), compiledMujoco()]);
  type Receive = (instance: CodeInstance, code: CompiledCode) => void;
  return new Promise((resolve, reject) => {
    const instantiateWasm = (imports: object, receive: Receive): object => {
      webAssembly.instantiate(code, imports).then((instance) => receive(instance, code), reject);
      return {};
    };
    load({ instantiateWasm }).then(resolve, reject);
  });
}
