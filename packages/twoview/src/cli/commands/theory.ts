// twoview theory: the theories of the papers, with settings of one's own.
import type { Command } from 'commander';
import { defineDecoupling } from '../theory/decoupling.js';
import { defineDynamics } from '../theory/dynamics.js';
import { defineHltm } from '../theory/hltm.js';
import { definePractice } from '../theory/practice.js';

export function defineTheory(command: Command): void {
  command.description(
    'Computes what the theories of the papers predict. twoview reproduce runs their claims; here settings are your own.',
  );
  for (const define of [defineDynamics, definePractice, defineHltm, defineDecoupling]) define(command);
}
