// The gradient step of PEARL, and its later form with learned temperatures; with TCL on top of either.
//   PEARL: Rakelly et al. 2019 (arXiv 1903.08254), algorithm 1.   SAC: Haarnoja et al. 2018.
//   sg is stop-gradient: z reaches policy, V and targets without gradient, so that J_Q, KL and the contrast alone train the encoder.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import type { Adam } from '@twoview/torch/optim';
import type { StepBatch } from './batch.js';
import type { AgentConfig } from './config.js';
import { type Inference, infer, inferAgain } from './inference.js';
import type { AgentNetworks } from './networks.js';
import type { StepNoise } from './noise.js';
import { actionGaussian, tanhGaussian } from './tanh-gaussian.js';

/** What a step works on. */
export interface Learner {
  readonly networks: AgentNetworks;
  readonly config: AgentConfig;
  /** Of both Qs, the encoder and W; and of the policy with V or the temperatures. */
  readonly criticOptimizer: Adam;
  readonly actorOptimizer: Adam;
}

/** Scalars by name, without gradient: read them only when they are wanted. */
export interface StepLosses {
  /** J_Q, both Qs together. */
  q: Tensor;
  /** J_pi, with its regularisers. */
  policy: Tensor;
  /** KL divergence, summed over tasks and dimensions, before kl_lambda. */
  kl?: Tensor;
  /** J_V. */
  value?: Tensor;
  /** J_alpha, and the mean temperature of the step's tasks. */
  temperature?: Tensor;
  alpha?: Tensor;
  /** The contrastive loss before its weight, and the share of windows whose own key wins. */
  tcl?: Tensor;
  tclAccuracy?: Tensor;
}

/** Weight of mean(mean^2) and of mean(log_std^2) in PEARL's J_pi. */
const regularisation = 1e-3;

const join = (...parts: Tensor[]) => torch.cat(parts, 1);

/** z `[T, L]` repeated for the B transitions of each task, `[T B, L]`. */
function repeat(z: Tensor, rows: number): Tensor {
  const [tasks, size] = z.shape as [number, number];
  return z
    .unsqueeze(1)
    .expand([tasks, rows, size])
    .reshape([tasks * rows, size]);
}

/** rho r + gamma (1 - d) next. */
function target(batch: StepBatch, { rewardScale, gamma }: AgentConfig, next: Tensor): Tensor {
  const scaled = batch.rewards.tensor.mul(rewardScale);
  return scaled.add(batch.terminals.tensor.rsub(1).mul(next), { alpha: gamma });
}

/** Steps the Qs, the encoder and W on J_Q + kl_lambda KL + lambda_TCL L_TCL. Returns J_Q. */
function stepCritics(learner: Learner, batch: StepBatch, inference: Inference, zRows: Tensor, y: Tensor): Tensor {
  const { networks, config } = learner;
  const q = networks.q.forward(join(batch.observations.tensor, batch.actions.tensor, zRows));
  const jq = q.sub(y).square().mean().mul(2); // the sum of two means
  const { kl, contrast } = inference;
  let loss = jq;
  if (kl) loss = loss.add(kl, { alpha: config.klLambda });
  if (contrast) loss = loss.add(contrast.loss, { alpha: config.tcl.weight });
  networks.critics.zeroGradients();
  loss.backward();
  learner.criticOptimizer.step();
  if (networks.encoder.key) networks.encoder.followQuery(config.tcl.momentum);
  return jq;
}

function stepActors({ networks, actorOptimizer }: Learner, loss: Tensor): void {
  networks.actors.zeroGradients();
  loss.backward();
  actorOptimizer.step();
}

/** min(Q1, Q2)(o, a, sg z) `[T B, 1]` with gradient to the actions alone. */
function leastQ({ networks }: Learner, batch: StepBatch, action: Tensor, z: Tensor): Tensor {
  return networks.q.forward(join(batch.observations.tensor, action, z), true).amin([0]);
}

/** The losses of the encoder, as the step reports them. */
function reported({ kl, contrast }: Inference): Partial<StepLosses> {
  return {
    ...(kl && { kl: kl.detach() }),
    ...(contrast && { tcl: contrast.loss.detach(), tclAccuracy: contrast.accuracy }),
  };
}

/**
 * PEARL's step: policy and V see the networks before the step of the Qs, and the Qs after it.
 *
 *     y = rho r + gamma (1 - d) V_target(o', sg z)
 *     J_Q = mean (Q1 - y)^2 + mean (Q2 - y)^2;                        step Q1, Q2, encoder on J_Q + kl_lambda KL
 *     J_V = mean (V(o, sg z) - sg(min Q(o, a~, sg z) - log pi))^2;    V_target <- (1 - tau) V_target + tau V
 *     J_pi = mean(log pi - min Q) + 0.001 mean(mean^2) + 0.001 mean(log_std^2)
 */
export function valueStep(learner: Learner, batch: StepBatch, noise: StepNoise): StepLosses {
  const { networks, config } = learner;
  const inference = infer(networks, config, batch, noise.latent);
  const zRows = repeat(inference.latent, batch.rows);
  const z = zRows.detach();
  const state = join(batch.observations.tensor, z);
  const policy = actionGaussian(networks.policy.forward(state));
  const { action, logDensity } = tanhGaussian(policy, noise.action);
  const v = networks.v!.forward(state);
  const y = torch.noGrad(() =>
    target(batch, config, networks.target.forward(join(batch.nextObservations.tensor, z), true)),
  );
  const q = stepCritics(learner, batch, inference, zRows, y);

  const advantage = leastQ(learner, batch, action, z).sub(logDensity);
  const jv = v.sub(advantage.detach()).square().mean();
  const regulariser = policy.mean.square().mean().add(policy.logStd.square().mean());
  const jpi = regulariser.mul(regularisation).sub(advantage.mean());
  stepActors(learner, jv.add(jpi)); // neither depends on what the other trains
  networks.followTargets(config.tau);
  return { q: q.detach(), value: jv.detach(), policy: jpi.detach(), ...reported(inference) };
}

/**
 * The later form, without V: two target Qs and a temperature alpha of every training task; z is inferred again for the actor.
 *
 *     y = rho r + gamma (1 - d) (min Q_target(o', a', sg z) - alpha log pi(a' | o', sg z))
 *     J_pi = mean(alpha log pi - min Q(o, a~, z'))        z' from the encoder after its step
 *     J_alpha = mean(-alpha sg(log pi + H)),  H = -A;     Q_target <- (1 - tau) Q_target + tau Q
 */
export function twinTargetStep(learner: Learner, batch: StepBatch, noise: StepNoise): StepLosses {
  const { networks, config } = learner;
  const { observations, nextObservations, actions } = batch;
  const perTask = (x: Tensor) => x.view([batch.tasks, batch.rows]);
  const taskNumbers = torch.fromTypedArray(batch.taskNumbers);
  const alpha = networks.logAlpha!.trained.indexSelect(0, taskNumbers).exp().unsqueeze(1);
  const fixedAlpha = alpha.detach();

  const inference = infer(networks, config, batch, noise.latent);
  const zRows = repeat(inference.latent, batch.rows);
  const y = torch.noGrad(() => {
    const z = zRows.detach();
    const outputs = networks.policy.forward(join(nextObservations.tensor, z), true);
    const next = tanhGaussian(actionGaussian(outputs), noise.nextAction);
    const least = networks.target.forward(join(nextObservations.tensor, next.action, z), true).amin([0]);
    const entropy = perTask(next.logDensity).mul(fixedAlpha).view([-1, 1]);
    return target(batch, config, least.sub(entropy));
  });
  const q = stepCritics(learner, batch, inference, zRows, y);

  const z = repeat(inferAgain(networks, config, batch, noise.secondLatent), batch.rows);
  const policy = actionGaussian(networks.policy.forward(join(observations.tensor, z)));
  const { action, logDensity } = tanhGaussian(policy, noise.action);
  const density = perTask(logDensity);
  const jpi = density
    .mul(fixedAlpha)
    .mean()
    .sub(leastQ(learner, batch, action, z).mean());
  const surplus = density.detach().mean([1], true).sub(actions.tensor.size(1)); // target entropy -A
  const jalpha = alpha.mul(surplus).mean().neg();
  stepActors(learner, jpi.add(jalpha));
  networks.followTargets(config.tau);
  return {
    q: q.detach(),
    policy: jpi.detach(),
    temperature: jalpha.detach(),
    alpha: fixedAlpha.mean(),
    ...reported(inference),
  };
}
