// The phase diagram of the command's page: what is left of a mode by weight decay and start.
import { type DynamicsSettings, parametersOf } from './config.js';
import { criticalWeightDecay, resolveParameters } from './scalar/index.js';
import { type PhaseDiagram, phaseDiagram, spaced } from './sweep/index.js';

const [columns, rows] = [60, 40];
/** Steps beyond which the diagram is of a shorter time. */
const mostSteps = 6_000;

export interface DecayDiagram extends PhaseDiagram {
  time: number;
}

/**
 * s at the end of a run by p0, on the parabola, and weight decay, up to 5/4 of the critical one; the encoder's alone where the two
 * differ.
 * @returns null unless the predictor is trained and the gradient does not reach the target
 */
export function decayDiagram(settings: DynamicsSettings): DecayDiagram | null {
  const { predictor, target } = settings;
  if (predictor.name !== 'linear' || target.name === 'online') return null;
  const parameters = parametersOf(settings);
  const { alphaP, etaP, etaS, lambdaS, lambdaD } = resolveParameters(parameters);
  const most = 1.25 * criticalWeightDecay(parameters);
  const drive = (target.name === 'stopGradient' ? target.tau : 1) * lambdaD;
  const top = (1.2 * drive) / lambdaS;
  const isCommon = etaP === etaS;
  const decays = spaced(most / rows, most, rows);
  // Of RK4's stability, at the largest p and s that the diagram meets.
  const largest = top * top * Math.max(1, isCommon ? 1 : etaP / (most / rows));
  const rate = lambdaS * (largest + top * top) + Math.max(most, etaP) + (target.name === 'ema' ? target.beta : 0);
  const step = Math.min(0.1, 1.5 / rate);
  const time = Math.min(Math.max(settings.time, 300), mostSteps * step);
  const diagram = phaseDiagram(
    { name: 'p0', values: spaced(top / columns, top, columns) },
    { name: isCommon ? 'eta' : 'etaS', values: decays },
    {
      alphaP,
      lambdaS,
      lambdaD,
      ...(isCommon ? {} : { etaP }),
      ...(target.name === 'ema' ? { beta: target.beta } : { tau: target.tau }),
    },
    { time, step },
  );
  return { ...diagram, time };
}
