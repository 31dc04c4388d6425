// What the theory commands share: settings as `a.b=value`, --json, --report.
import path from 'node:path';
import type { Command } from 'commander';
import type { z } from 'zod';
import { writeReport } from '../../report/index.js';
import { resolveSettings } from '../../training/index.js';
import { settingsReference } from '../config-help.js';
import { print, UsageError } from '../output.js';

export interface TheoryFlags {
  json?: boolean;
  report?: boolean;
  /** Folder to write report.html into; runs/theory-NAME if left out. */
  out?: string;
}

/** A sub-command with settings of a schema. */
export function theoryCommand(parent: Command, name: string, schema: z.ZodType): Command {
  return parent
    .command(name)
    .argument('[settings...]', 'a.b=value; all of them are listed below')
    .option('--json', 'print one JSON value and nothing else')
    .option('--report', 'write report.html, with figures')
    .option('-o, --out <dir>', `folder for the report (runs/theory-${name} if left out)`)
    .addHelpText('after', () => `\n${settingsReference(schema)}`)
    .exitOverride()
    .showHelpAfterError(`(see twoview theory ${name} --help)`);
}

/** @throws UsageError that names every field that is wrong */
export function readSettings<T>(schema: z.ZodType<T>, overrides: readonly string[], name: string): T {
  try {
    return resolveSettings(schema, overrides, `theory ${name}`);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** The command line as it can be typed again. */
export function typedCommand(): string {
  return ['npx twoview', ...process.argv.slice(2).map(quote)].join(' ');
}

const quote = (text: string): string => (/^[\w./=:,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** Writes the page, and says where. */
export function saveReport(flags: TheoryFlags, name: string, page: string): void {
  if (!flags.report && flags.out === undefined) return;
  const file = writeReport(path.resolve(flags.out ?? path.join('runs', `theory-${name}`)), page);
  if (!flags.json) print(`report: ${file}`);
}
