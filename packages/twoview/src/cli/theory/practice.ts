// twoview theory practice
import type { Command } from 'commander';

export function definePractice(_theory: Command): void {}
