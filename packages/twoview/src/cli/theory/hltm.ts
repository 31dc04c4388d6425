// twoview theory hltm
import type { Command } from 'commander';

export function defineHltm(_theory: Command): void {}
