// twoview methods, twoview methods show
import type { Command } from 'commander';
import { findPreset, type Preset, presetMethod, presets } from '../../methods/index.js';
import { describeMethod, methodPage } from '../method-page.js';
import { print, printJson, table, UsageError } from '../output.js';

function list(json: boolean): void {
  const all = presets.map(({ name, paper, summary }) => ({ name, paper, summary, method: presetMethod(name) }));
  if (json) {
    printJson(all);
    return;
  }
  const rows = all.map(({ name, method: { objective, normalizer, predictor, target, pairing } }) => [
    name,
    objective.name,
    normalizer.name,
    predictor.name,
    target.name,
    pairing,
  ]);
  print(table(['method', 'objective', 'normalizer', 'predictor', 'target', 'pairing'], rows));
  print();
  for (const { name, paper, summary } of all) print(`${name}: ${summary}\n    ${paper}`);
  print('\ntwoview methods show NAME explains one: its recipes, its details, and what it logs.');
}

function find(name: string): Preset {
  try {
    return findPreset(name);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

export function defineMethods(command: Command): void {
  command
    .description('Lists the presets: the slots of each, and the paper it comes from.')
    .option('--json', 'print JSON')
    .action((flags: { json?: boolean }) => list(flags.json ?? false));
  command
    .command('show')
    .summary('explain one method')
    .description("A method's slots, its papers' recipes, what is easy to get wrong, and what its measures mean.")
    .argument('<name>', 'preset')
    .option('--json', 'print JSON')
    .action((name: string, _flags: unknown, show: Command) => {
      const preset = find(name);
      // The flag may also stand before `show`, where the parent takes it.
      if (show.optsWithGlobals<{ json?: boolean }>().json) printJson(describeMethod(preset));
      else print(methodPage(preset));
    });
}
