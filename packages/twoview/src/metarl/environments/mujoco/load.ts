// MuJoCo in WebAssembly: one instance a thread, loaded when the first simulated environment is made.
import type { MainModule } from '@mujoco/mujoco';

let loading: Promise<MainModule> | undefined;

/** The instance of this thread. The package and its ten megabytes are read at the first call, not at import. */
export function loadMujoco(): Promise<MainModule> {
  loading ??= import('@mujoco/mujoco').then(({ default: load }) => load());
  return loading;
}
