// What an integrator needs to know: a vector field over Float64Array, and how one is followed.

/** Writes dy/dt at (t, y) into dy. Neither keeps nor changes y. */
export type VectorField = (t: number, y: Float64Array, dy: Float64Array) => void;

/** Called with the start and after every step; true ends the integration there. The state is the integrator's own: copy to keep. */
export type StepObserver = (t: number, y: Float64Array) => boolean | undefined;

export type Method =
  /** Explicit Euler: what gradient descent with learning rate `step` does. */
  | { name: 'euler'; step: number }
  /** The classical fourth-order method with steps of one size. */
  | { name: 'rk4'; step: number }
  /** Dormand and Prince 5(4) with error control. */
  | {
      name: 'dormandPrince';
      /** Relative error a step may make; 1e-10 if left out. */
      relative?: number;
      /** Absolute error a step may make; 1e-14 if left out. */
      absolute?: number;
      /** Steps after which it gives up; a million if left out. */
      maxSteps?: number;
    };

/** A step of `h` from (t, y), in place. */
export type Step = (t: number, y: Float64Array, h: number) => void;

/** Steps of a fixed size beyond which an integration is refused. */
export const maxFixedSteps = 100_000_000;
