// Types of drive.mjs for the test that uses it.
export interface Crash {
  index: number;
  name: string;
  signal: string;
  err: string;
}

export function buildFence(folder: string): string | null;

export function fuzz(options: {
  seed: number;
  calls: number;
  from?: number;
  only?: string;
  env?: Record<string, string>;
  secondsPerCall?: number;
  onCrash?: (crash: Crash) => void;
  onSlow?: (line: string) => void;
}): Promise<{ calls: number; succeeded: number; refused: number; crashes: Crash[] }>;
