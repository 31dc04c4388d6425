// twoview theory decoupling
import type { Command } from 'commander';

export function defineDecoupling(_theory: Command): void {}
