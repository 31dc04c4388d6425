/** The linear model with whole matrices: its flow with every slot, minibatch SGD, what is read off a state, theorems 1 to 3. */
export {
  add,
  anticommutator,
  combine,
  commutator,
  diagonal,
  gram,
  inner,
  largestEntry,
  type Matrix,
  matrix,
  multiply,
  norm,
  scale,
  scaledIdentity,
  subtract,
  symmetricPart,
  transpose,
  zeros,
} from './algebra.js';
export { type SymmetricEigen, spectralMap, symmetricEigen, symmetricEigenvalues } from './eigen.js';
export { derivative, type MatrixFlow, matrixFlow } from './flow.js';
export { type PopulationLossInput, populationLoss } from './loss.js';
export {
  asymmetry,
  commutatorNorm,
  correlationEigenvalues,
  type Modes,
  modes,
  modesOf,
  predictorEigenvalues,
  targetCosine,
} from './observables.js';
export {
  type MatrixParameters,
  type MatrixPredictor,
  type Moment,
  type ResolvedMatrixParameters,
  resolveMatrixParameters,
} from './parameters.js';
export { followMatrix, type MatrixObserver, matrixTrajectory } from './run.js';
export { type BatchMoments, batchMoments, matrixSgd, type SgdOptions } from './sgd.js';
export { normalMatrix, orthogonalMatrix, positiveMatrix, randomMoment, uniformMatrix } from './start.js';
export { correlationOf, directSet, type MatrixStart, type MatrixState, StateLayout } from './state.js';
export {
  alignmentMatrix,
  alignmentRate,
  balance,
  balanceError,
  collapseMatrix,
  collapseRate,
  commutatorSlope,
  kronecker,
} from './theorems.js';
