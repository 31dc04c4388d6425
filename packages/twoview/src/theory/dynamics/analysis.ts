// Everything that the theory says of one filling of the slots: what `twoview theory dynamics` prints and its page draws.
import { type DynamicsSettings, parametersOf } from './config.js';
import {
  alignmentWindow,
  collapsingLag,
  criticalFeature,
  criticalWeightDecay,
  escapeThreshold,
  type Fate,
  type FixedPoint,
  fixedPoints,
  type ModeState,
  noPredictorRates,
  noStopGradientRate,
  outcome,
  type Regime,
  type RestingLine,
  regime,
  restingLines,
  type ScalarParameters,
  trajectories,
} from './scalar/index.js';

export interface ModeOutcome {
  start: { p: number; s: number };
  /** At the time asked for. */
  end: Required<ModeState>;
  /** In the long run. */
  fate: Fate;
}

/** A rate with what it is the rate of. */
export interface NamedRate {
  name: string;
  /** Per unit of time; negative where it decays. */
  rate: number;
}

export interface DynamicsAnalysis {
  settings: DynamicsSettings;
  regime: Regime;
  /** Null where no predictor or no stop-gradient leaves nothing to survive. */
  criticalWeightDecay: number | null;
  fixedPoints: FixedPoint[];
  restingLines: RestingLine[];
  /** What a mode needs to escape; null where none does (in the range of `BoundaryOptions`) or it does not apply. */
  basin: {
    /** p0 of a start on the parabola s = p^2 / alphaP. */
    p0: number | null;
    /** s0 of a start with p0 = 0; of directSet, which sets p, of any start. */
    s0: number | null;
  };
  modes: ModeOutcome[];
  /** Of modes that cannot survive, without predictor or stop-gradient; empty for others, see the eigenvalues of fixed points. */
  rates: NamedRate[];
  /** Decays with which alignment is guaranteed on the parabola and a mode can survive; null unless X = I, with a trained predictor. */
  alignmentWindow: { above: number; most: number } | null;
  /**
   * What wa / w tends to in a mode that collapses under a moving average; null for other targets, and where p does not vanish with the
   * mode: without the predictor's decay, or with the epsilon that other modes lend.
   */
  collapsingLag: number | null;
}

/**
 * @throws Error when a flow cannot be followed, because a rate is too fast for the time asked for
 */
export function analyse(settings: DynamicsSettings): DynamicsAnalysis {
  const parameters = parametersOf(settings);
  const { predictor, target } = settings;
  const canSurvive = predictor.name !== 'identity' && target.name !== 'online';
  const trained = predictor.name === 'linear' && canSurvive;
  const points = fixedPoints(parameters);
  return {
    settings,
    regime: regime(parameters),
    criticalWeightDecay: canSurvive ? criticalWeightDecay(parameters) : null,
    fixedPoints: points,
    restingLines: restingLines(parameters),
    basin: {
      p0: trained ? escapeThreshold(parameters, { tolerance: 1e-6 }) : null,
      s0: canSurvive ? criticalFeature(parameters, 0, { tolerance: 1e-6 }) : null,
    },
    modes: modeOutcomes(settings, parameters, points),
    rates: rates(parameters),
    alignmentWindow: trained && (settings.lambdaD ?? 1) === 1 ? alignmentWindow(parameters) : null,
    collapsingLag: lag(settings, parameters),
  };
}

function modeOutcomes(
  { modes, time, predictor }: DynamicsSettings,
  parameters: ScalarParameters,
  points: readonly FixedPoint[],
): ModeOutcome[] {
  const ends = trajectories(parameters, modes, [time]).map(({ p, s, tau }) => ({
    p: p[0] as number,
    s: s[0] as number,
    tau: tau[0] as number,
  }));
  const coupled = predictor.name === 'directSet' && predictor.epsilon > 0 && modes.length > 1;
  const fates = coupled ? coupledFates(parameters, modes, points) : modes.map((mode) => outcome(parameters, mode).fate);
  return modes.map((start, i) => ({ start, end: ends[i] as Required<ModeState>, fate: fates[i] as Fate }));
}

/** Modes that lend each other epsilon are followed together, and judged by where they are after a long time. */
function coupledFates(
  parameters: ScalarParameters,
  modes: readonly ModeState[],
  points: readonly FixedPoint[],
): Fate[] {
  const end = points.find(({ name }) => name === 'survival')?.s ?? Number.NaN;
  return trajectories(parameters, modes, [10_000]).map(({ s: [s = Number.NaN] }) => {
    if (Math.abs(s - end) <= 0.01 * end) return 'escaped';
    return s < 1e-6 * (end > 0 ? end : 1) ? 'collapsed' : 'undecided';
  });
}

/** A target follows a mode that falls as e^{-r t} at beta / (beta - r) times its size; r is the encoder's decay once p is 0. */
function lag({ predictor, target, modes }: DynamicsSettings, parameters: ScalarParameters): number | null {
  if (target.name !== 'ema') return null;
  if (predictor.name === 'identity') {
    const slowest = noPredictorRates(parameters).at(-1) as number;
    return slowest < 0 ? target.beta / (target.beta + slowest) : null;
  }
  const vanishes =
    predictor.name === 'linear' ? (parameters.etaP as number) > 0 : predictor.epsilon === 0 || modes.length === 1;
  return vanishes ? collapsingLag(parameters.etaS as number, target.beta) : null;
}

/** Where no predictor or no stop-gradient makes the fate of all modes known. */
function rates(parameters: ScalarParameters): NamedRate[] {
  if (parameters.target?.name === 'online')
    return [{ name: 'w without stop-gradient, the slowest it can be', rate: -noStopGradientRate(parameters) }];
  if (parameters.predictor?.name === 'identity')
    return noPredictorRates(parameters).map((rate) => ({ name: 'w without predictor', rate }));
  return [];
}
