// twoview theory: the theories of the papers, with settings of one's own.
import type { Command } from 'commander';

interface Entry {
  summary: string;
  /** Loads the sub-command's code: each brings a room of the library with it. */
  load: () => Promise<(theory: Command) => void>;
}

const entries: Record<string, Entry> = {
  dynamics: {
    summary: 'the linear model of predictor and encoder: what collapses, and why',
    load: async () => (await import('../theory/dynamics.js')).defineDynamics,
  },
  practice: {
    summary: 'the linear model beside a run, or beside a linear network trained here',
    load: async () => (await import('../theory/practice.js')).definePractice,
  },
  hltm: {
    summary: 'a tree of hidden causes, and what a contrastive network learns of it',
    load: async () => (await import('../theory/hltm.js')).defineHltm,
  },
  decoupling: {
    summary: 'sparse and dense features, and what a random mask does to them',
    load: async () => (await import('../theory/decoupling.js')).defineDecoupling,
  },
};

/** @param chosen the sub-command on the command line, whose code alone is loaded */
export async function defineTheory(command: Command, chosen?: string): Promise<void> {
  command.description(
    'Computes what the theories of the papers predict. twoview reproduce runs their claims; here settings are your own.',
  );
  for (const [name, { summary, load }] of Object.entries(entries)) {
    if (name === chosen) (await load())(command);
    else command.command(name);
    command.commands.at(-1)?.summary(summary);
  }
}
