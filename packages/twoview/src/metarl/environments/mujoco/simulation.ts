// A model and its state in MuJoCo, with arrays that are fetched once: a getter of the bindings costs as much as a hundred
// reads. When the heap of WebAssembly grows, arrays into it lose their memory and have length 0; then they are fetched again.
// When the simulation is disposed of they keep their length, and their memory is another's: none is handed out any more.
import type { DoubleBuffer, MainModule, MjData, MjModel } from '@mujoco/mujoco';
import type { Body } from '../bodies/body.js';
import type { Frame } from '../frame.js';
import { loadMujoco } from './load.js';
import { ModelGeometry } from './model-geometry.js';

/** Arrays in MuJoCo's memory, in its layout; writing to them writes to the simulator. */
export interface SimulationViews {
  readonly qpos: Float64Array;
  readonly qvel: Float64Array;
  readonly qacc: Float64Array;
  readonly ctrl: Float64Array;
  /** Frames `[nbody, 3]`, centres of mass `[nbody, 3]` of bodies in the world. */
  readonly xpos: Float64Array;
  readonly xipos: Float64Array;
  readonly cinert: Float64Array;
  readonly cvel: Float64Array;
  readonly cfrc_ext: Float64Array;
  readonly qfrc_actuator: Float64Array;
  readonly geom_xpos: Float64Array;
  readonly geom_xmat: Float64Array;
  readonly site_xpos: Float64Array;
  readonly mocap_pos: Float64Array;
  readonly mocap_quat: Float64Array;
}

/** Arrays of the model: what a task may change in place. */
export interface ModelViews {
  readonly body_mass: Float64Array;
  readonly body_inertia: Float64Array;
  readonly dof_damping: Float64Array;
  readonly geom_friction: Float64Array;
  readonly qpos0: Float64Array;
}

/** MuJoCo's own limit: a larger position, velocity or acceleration counts as a divergence. */
const LARGEST = 1e10;

/** After `dispose` everything but the constants throws an Error. */
export class Simulation {
  readonly #mujoco: MainModule;
  readonly #name: string;
  readonly #frameSkip: number;
  readonly #contactForces: boolean;
  readonly #stateSignature: number;
  readonly #memory: number;
  readonly #buffer: DoubleBuffer;
  readonly #geometry: ModelGeometry;
  #model: MjModel | undefined;
  #data: MjData | undefined;
  #views: SimulationViews;
  #modelViews: ModelViews;
  #geometryIsStale = false;

  /** Seconds of one environment step. */
  readonly dt: number;
  readonly timestep: number;
  readonly controlLow: Float64Array;
  readonly controlHigh: Float64Array;
  /** How many numbers `save` writes. */
  readonly stateSize: number;

  static async create(body: Body): Promise<Simulation> {
    const mujoco = await loadMujoco();
    return new Simulation(mujoco, mujoco.MjModel.from_xml_string(body.xml), body);
  }

  /** Takes over `model` and frees it with itself. */
  constructor(mujoco: MainModule, model: MjModel, options: Pick<Body, 'name' | 'frameSkip' | 'contactForces'>) {
    this.#mujoco = mujoco;
    this.#name = options.name;
    this.#frameSkip = options.frameSkip;
    this.#contactForces = options.contactForces;
    this.#model = model;
    // A state that diverged is to stay visible; by default the simulator would silently start again from its first one.
    model.opt.disableflags |= mujoco.mjtDisableBit.mjDSBL_AUTORESET.value;
    this.timestep = model.opt.timestep;
    this.dt = this.timestep * options.frameSkip;
    const range = Float64Array.from(model.actuator_ctrlrange as Float64Array);
    this.controlLow = range.filter((_, i) => i % 2 === 0);
    this.controlHigh = range.filter((_, i) => i % 2 === 1);
    this.#stateSignature = mujoco.mjtState.mjSTATE_INTEGRATION.value;
    this.stateSize = mujoco.mj_stateSize(model, this.#stateSignature);
    this.#buffer = new mujoco.DoubleBuffer(this.stateSize);
    this.#data = new mujoco.MjData(model);
    this.#memory = this.#data.narena;
    this.#geometry = new ModelGeometry(mujoco, model);
    this.#views = viewsOf(this.#data);
    this.#modelViews = modelViewsOf(model);
  }

  get mujoco(): MainModule {
    return this.#mujoco;
  }

  get model(): MjModel {
    return this.#model ?? this.#gone();
  }

  get data(): MjData {
    return this.#data ?? this.#gone();
  }

  #gone(): never {
    throw new Error(`The simulation of ${this.#name} was disposed of: create another environment.`);
  }

  /** The arrays of the state. Do not keep them: creating another environment may take their memory away. */
  get views(): SimulationViews {
    const { data } = this;
    if (this.#views.qpos.length === 0) this.#views = viewsOf(data);
    return this.#views;
  }

  /** The arrays of the model; likewise. */
  get modelViews(): ModelViews {
    const { model } = this;
    if (this.#modelViews.qpos0.length === 0) this.#modelViews = modelViewsOf(model);
    return this.#modelViews;
  }

  /** The first state of the model, without noise; derived quantities are those of before until `forward`. */
  reset(): void {
    this.#mujoco.mj_resetData(this.model, this.data);
  }

  /** Computes what depends on positions, velocities and controls. */
  forward(): void {
    const [model, data] = [this.model, this.data];
    this.#mujoco.mj_forward(model, data);
    if (this.#contactForces) this.#mujoco.mj_rnePostConstraint(model, data);
    this.#geometryIsStale = false;
  }

  /**
   * One environment step: `frameSkip` of the simulator's, with the controls that are set.
   * @returns false if the simulation diverged: positions, velocities or accelerations that are not finite or above 1e10
   * @throws Error if contacts fill the model's memory, when the simulator would leave some out
   */
  step(): boolean {
    const [mujoco, model, data] = [this.#mujoco, this.model, this.data];
    for (let i = 0; i < this.#frameSkip; i++) mujoco.mj_step(model, data);
    if (this.#contactForces) mujoco.mj_rnePostConstraint(model, data);
    this.#geometryIsStale = false;
    if (data.maxuse_arena > this.#memory / 2)
      throw new Error(
        `The contacts of ${this.#name} take ${data.maxuse_arena} of ${this.#memory} bytes, more than half: raise memory in <size> of its model.`,
      );
    const { qpos, qvel, qacc } = this.views;
    return isSound(qpos) && isSound(qvel) && isSound(qacc);
  }

  /** Writes everything that the next step depends on to `out` `[stateSize]`. */
  save(out: Float64Array): void {
    this.#mujoco.mj_getState(this.model, this.data, this.#buffer, this.#stateSignature);
    out.set(this.#buffer.GetView() as Float64Array);
  }

  /** Goes back to a saved state. Derived quantities are not: they come with the next step. */
  load(state: Float64Array): void {
    this.#mujoco.mj_resetData(this.model, this.data);
    this.#mujoco.mj_setState(this.model, this.data, Array.from(state), this.#stateSignature);
    this.#geometryIsStale = true;
  }

  /** Where every shape is. */
  geometries(): Frame['geometries'] {
    if (this.#geometryIsStale) this.#mujoco.mj_kinematics(this.model, this.data);
    this.#geometryIsStale = false;
    const { geom_xpos, geom_xmat } = this.views;
    return this.#geometry.at(geom_xpos, geom_xmat);
  }

  /** Frees model and state; calling it again does nothing. */
  dispose(): void {
    if (!this.#data) return;
    this.#data.delete();
    this.#model?.delete();
    this.#buffer.delete();
    this.#data = undefined;
    this.#model = undefined;
  }
}

function isSound(values: Float64Array): boolean {
  for (let i = 0; i < values.length; i++) if (!(Math.abs(values[i]!) <= LARGEST)) return false;
  return true;
}

const viewsOf = (data: MjData): SimulationViews => ({
  qpos: data.qpos,
  qvel: data.qvel,
  qacc: data.qacc,
  ctrl: data.ctrl,
  xpos: data.xpos,
  xipos: data.xipos,
  cinert: data.cinert,
  cvel: data.cvel,
  cfrc_ext: data.cfrc_ext,
  qfrc_actuator: data.qfrc_actuator,
  geom_xpos: data.geom_xpos,
  geom_xmat: data.geom_xmat,
  site_xpos: data.site_xpos,
  mocap_pos: data.mocap_pos,
  mocap_quat: data.mocap_quat,
});

const modelViewsOf = (model: MjModel): ModelViews => ({
  body_mass: model.body_mass,
  body_inertia: model.body_inertia,
  dof_damping: model.dof_damping,
  geom_friction: model.geom_friction,
  qpos0: model.qpos0,
});
