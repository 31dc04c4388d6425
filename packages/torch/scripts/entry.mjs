// Whether a module is the script that Node was started with, rather than one that another module imports.
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** @param {string} url the module's `import.meta.url` */
export function isEntry(url) {
  return process.argv[1] !== undefined && fileURLToPath(url) === realpathSync(process.argv[1]);
}
