// What a simulated body is: its model and how one step of the environment moves it.

export interface Body {
  readonly name: string;
  /** The model in MJCF. */
  readonly xml: string;
  /** Simulator steps in one step of the environment. */
  readonly frameSkip: number;
  /** Whether forces of contacts are read, which MuJoCo computes only when asked. */
  readonly contactForces: boolean;
}
