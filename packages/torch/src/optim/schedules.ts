// Schedules: plain data that says a number for every step, for learning rates (as values or as factors) and EMA momenta.

/** A number by step. Steps count from 0; past its end a schedule keeps its last value. Serialises as JSON. */
export type Schedule =
  /** Always `value`. */
  | { kind: 'constant'; value: number }
  /** From `from` at step 0 to `to` at step `steps` on a line. */
  | { kind: 'linear'; from: number; to: number; steps: number }
  /** From `from` at step 0 to `to` at step `steps` on half a cosine. */
  | { kind: 'cosine'; from: number; to: number; steps: number }
  /** `value` times `gamma` to the number of milestones reached. */
  | { kind: 'step'; value: number; milestones: readonly number[]; gamma: number }
  /** `value` times `gamma` to the power of step / every. */
  | { kind: 'exponential'; value: number; gamma: number; every: number }
  /** A line from `from` to the start of `then` in `steps` steps; after it, `then` from its own step 0. */
  | { kind: 'warmup'; from: number; steps: number; then: Schedule };

/** The schedule's number at `step`. */
export function scheduleAt(schedule: Schedule, step: number): number {
  switch (schedule.kind) {
    case 'constant':
      return schedule.value;
    case 'linear':
      return schedule.from + (schedule.to - schedule.from) * progress(step, schedule.steps);
    case 'cosine':
      return (
        schedule.to + ((schedule.from - schedule.to) * (1 + Math.cos(Math.PI * progress(step, schedule.steps)))) / 2
      );
    case 'step':
      return schedule.value * schedule.gamma ** schedule.milestones.filter((milestone) => step >= milestone).length;
    case 'exponential':
      return schedule.value * schedule.gamma ** (step / schedule.every);
    case 'warmup': {
      if (step >= schedule.steps) return scheduleAt(schedule.then, step - schedule.steps);
      return schedule.from + (scheduleAt(schedule.then, 0) - schedule.from) * progress(step, schedule.steps);
    }
  }
}

/** Share of `steps` done at `step`, from 0 to 1. */
function progress(step: number, steps: number): number {
  return steps > 0 ? Math.min(Math.max(step / steps, 0), 1) : 1;
}

export function constant(value: number): Schedule {
  return { kind: 'constant', value };
}

/** Half a cosine from `from` down (or up) to `to` in `steps` steps (Loshchilov and Hutter 2017, without restarts). */
export function cosine(from: number, steps: number, to = 0): Schedule {
  return { kind: 'cosine', from, to, steps };
}

export function linear(from: number, to: number, steps: number): Schedule {
  return { kind: 'linear', from, to, steps };
}

/** `value`, times `gamma` at each milestone. */
export function multiStep(value: number, milestones: readonly number[], gamma = 0.1): Schedule {
  return { kind: 'step', value, milestones, gamma };
}

/** `value`, times `gamma` every `every` steps, smoothly. */
export function exponential(value: number, gamma: number, every = 1): Schedule {
  return { kind: 'exponential', value, gamma, every };
}

/** Linear warm-up before any schedule. */
export function warmup(steps: number, then: Schedule, from = 0): Schedule {
  return { kind: 'warmup', from, steps, then };
}

/** BYOL's target momentum: 1 - (1 - base) (cos(pi k / K) + 1) / 2, from `base` at step 0 to 1 at step K = `steps`. */
export function byolMomentum(base: number, steps: number): Schedule {
  return cosine(base, steps, 1);
}
