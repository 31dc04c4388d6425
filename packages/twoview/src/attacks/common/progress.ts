// What every attack tells between its steps.

/** How far an attack has come. */
export interface AttackProgress {
  /** From 0. */
  readonly restart: number;
  /** Steps of this restart that are done. */
  readonly step: number;
  /** Images that are still attacked. */
  readonly active: number;
}
