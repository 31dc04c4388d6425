// An environment whose dynamics are MuJoCo's: controls, divergence, and the simulator's state. A subclass has the reset noise,
// the observation and the reward of its family.
import { type Frame, type FrameGeometry, GOAL_COLOUR, marker } from '../frame.js';
import type { Simulation, SimulationViews } from '../mujoco/simulation.js';
import type { Stream } from '../random/stream.js';
import { EpisodicEnvironment, type EpisodicOptions } from './episodic-environment.js';

export abstract class SimulatedEnvironment extends EpisodicEnvironment {
  protected readonly simulation: Simulation;
  readonly #lastObservation: Float64Array;

  constructor(options: Omit<EpisodicOptions, 'actionSize'>, simulation: Simulation) {
    super({ ...options, actionSize: simulation.controlLow.length });
    this.simulation = simulation;
    this.#lastObservation = new Float64Array(options.observationSize);
  }

  /** Adds the noise of a reset to `qpos` and `qvel`, which are those of the model. */
  protected abstract perturb(views: SimulationViews, stream: Stream): void;
  /** Remembers of the state before a step what the reward needs after it. */
  protected abstract remember(views: SimulationViews): void;
  protected abstract observe(views: SimulationViews, out: Float64Array): void;
  /** The reward of the step that was just made. */
  protected abstract reward(views: SimulationViews): number;
  /** Whether the state is a true end. */
  protected abstract hasFallen(views: SimulationViews): boolean;
  /** What `remember` keeps. */
  protected readonly remembered: Float64Array = new Float64Array(2);
  /** Where a picture shows a goal. */
  protected goalMarker(): readonly [number, number, number] | undefined {
    return undefined;
  }

  protected start(stream: Stream): void {
    this.simulation.reset();
    this.perturb(this.simulation.views, stream);
    this.simulation.forward();
    const { views } = this.simulation;
    this.remember(views);
    this.observe(views, this.observation);
  }

  /** Writes the controls: from [-1, 1] to the motors' ranges. */
  protected control({ ctrl }: SimulationViews): void {
    const { controlLow, controlHigh } = this.simulation;
    for (let i = 0; i < this.actionSize; i++) {
      const low = controlLow[i]!;
      ctrl[i] = low + ((this.action[i]! + 1) / 2) * (controlHigh[i]! - low);
    }
  }

  protected advance(): void {
    this.control(this.simulation.views);
    const sound = this.simulation.step();
    const { views } = this.simulation;
    this.#lastObservation.set(this.observation);
    if (sound) {
      this.observe(views, this.observation);
      const reward = this.reward(views);
      if (Number.isFinite(reward) && allFinite(this.observation)) {
        this.outcome.reward = reward;
        this.outcome.terminated = this.hasFallen(views);
        this.remember(views);
        return;
      }
    }
    this.observation.set(this.#lastObservation);
    this.outcome.reward = 0;
    this.outcome.terminated = true;
    this.outcome.diverged = true;
  }

  protected get carriedSize(): number {
    return this.remembered.length + this.simulation.stateSize;
  }

  protected saveCarried(out: Float64Array): void {
    out.set(this.remembered);
    this.simulation.save(out.subarray(this.remembered.length));
  }

  protected loadCarried(values: Float64Array): void {
    this.remembered.set(values.subarray(0, this.remembered.length));
    this.simulation.load(values.subarray(this.remembered.length));
  }

  frame(): Frame {
    const goal = this.goalMarker();
    const goals: FrameGeometry[] = goal ? [marker('goal', goal, 0.15, GOAL_COLOUR)] : [];
    return { step: this.steps, geometries: [...this.simulation.geometries(), ...goals] };
  }

  dispose(): void {
    this.simulation.dispose();
  }
}

function allFinite(values: Float64Array): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i]!)) return false;
  return true;
}
