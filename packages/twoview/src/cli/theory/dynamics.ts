// twoview theory dynamics
import type { Command } from 'commander';

export function defineDynamics(_theory: Command): void {}
