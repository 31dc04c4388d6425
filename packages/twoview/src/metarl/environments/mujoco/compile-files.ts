// Compiling a model of several files: they are laid into the WebAssembly instance's own file system while MuJoCo reads them.
import type { MainModule, MjModel } from '@mujoco/mujoco';

let compiled = 0;

/**
 * @param files contents by relative path with slashes
 * @throws Error with MuJoCo's message if the model does not compile
 */
export function compileFiles(mujoco: MainModule, files: ReadonlyMap<string, Uint8Array>, main: string): MjModel {
  const root = `/model-${compiled++}`;
  const { FS } = mujoco;
  const folders = new Set<string>([root]);
  try {
    for (const [name, content] of files) {
      const parts = `${root}/${name}`.split('/');
      for (let i = 2; i < parts.length; i++) folders.add(parts.slice(0, i).join('/'));
      FS.mkdirTree(parts.slice(0, -1).join('/'), 0o777);
      FS.writeFile(`${root}/${name}`, content);
    }
    return mujoco.MjModel.from_xml_path(`${root}/${main}`);
  } catch (error) {
    throw new Error(
      `MuJoCo does not compile ${main}: ${error instanceof Error ? error.message.trim() : String(error)}`,
    );
  } finally {
    for (const name of files.keys()) if (FS.analyzePath(`${root}/${name}`, false).exists) FS.unlink(`${root}/${name}`);
    for (const folder of [...folders].sort((a, b) => b.length - a.length))
      if (FS.analyzePath(folder, false).exists) FS.rmdir(folder);
  }
}
