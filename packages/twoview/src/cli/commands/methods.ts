// twoview methods
import type { Command } from 'commander';
import { presetMethod, presets } from '../../methods/index.js';
import { print, printJson, table } from '../output.js';

export function defineMethods(command: Command): void {
  command
    .description('Lists the presets: the slots of each, and the paper it comes from.')
    .option('--json', 'print JSON')
    .action((flags: { json?: boolean }) => {
      const all = presets.map(({ name, paper, summary }) => ({ name, paper, summary, method: presetMethod(name) }));
      if (flags.json) return printJson(all);
      const rows = all.map(({ name, method }) => [
        name,
        method.objective.name,
        method.predictor.name,
        method.target.name,
        method.pairing,
      ]);
      print(table(['method', 'objective', 'predictor', 'target', 'pairing'], rows));
      print();
      for (const { name, paper, summary } of all) print(`${name}: ${summary}\n    ${paper}`);
    });
}
