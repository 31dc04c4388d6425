/** What a bench's table is made of. Plain data: whoever calls gathers it, the report only draws. */

/** A measure over seeds. */
export interface BenchMeasure {
  mean: number;
  /** Sample standard deviation, with n - 1 in its denominator; null for a single seed. */
  std: number | null;
  values: readonly { seed: number; value: number }[];
}

/** One method, or the untrained encoder. */
export interface BenchRow {
  name: string;
  /** Of the configuration without seed and machine; null for the untrained encoder. */
  hash: string | null;
  /** Seeds that were asked for, and those that are done. */
  seeds: readonly number[];
  done: readonly number[];
  /** How many seeds ended with which verdict, `failed` among them. */
  verdicts: Readonly<Record<string, number>>;
  /** By name: `knn`, `knn.best`, `linear`, `linear.best`, `z.effectiveRank`, `minutes`, ... Accuracies are fractions. */
  measures: Readonly<Record<string, BenchMeasure>>;
  /** What only this method was given. */
  own?: Readonly<Record<string, unknown>>;
  failures: readonly { seed: number; reason: string }[];
}

/** A whole bench: the contents of `table.json`. */
export interface BenchTable {
  dataset: string;
  encoder: string;
  /** Whether every seed of every method is done or failed for good. */
  complete: boolean;
  /** Best kNN accuracy first; methods without one at the end. */
  rows: readonly BenchRow[];
  /** The encoder before training, by the same protocol. */
  untrained?: BenchRow;
  /** Accuracy of guessing, as a fraction. */
  chance?: number;
  /** How accuracies were measured; missing without labels. */
  evaluation?: { k: number; temperature: number; probe: string };
  /** Where, when and by which command; several values where runs differ. */
  provenance: {
    devices: readonly string[];
    threads: readonly number[];
    libtorch: readonly string[];
    cpus: readonly string[];
    /** ISO 8601: the first start and the last sign of life. */
    began?: string;
    ended?: string;
    command: string;
  };
  /** Remarks that belong beneath the table. */
  notes: readonly string[];
}
