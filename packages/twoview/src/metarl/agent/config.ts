// The agent's part of a meta-RL configuration: one zod schema gives type, defaults and help. Defaults are PEARL's
// (Rakelly et al. 2019, arXiv 1903.08254).
import { z } from 'zod';

const widths = z.array(z.int().min(1).max(65536)).min(1).max(16);

export const tclSchema = z.strictObject({
  enabled: z.boolean().default(false).describe('Whether the contrastive loss of trajectories trains the encoder too.'),
  similarity: z
    .enum(['gaussian', 'bilinear'])
    .default('gaussian')
    .describe(
      "Of a query's and a key's window. gaussian: minus the squared distance of their posteriors' means and spreads; bilinear: q^T W k with a learned W.",
    ),
  weight: z.number().min(0).default(1).describe('Factor on the contrastive loss.'),
  window: z
    .int()
    .min(1)
    .max(65536)
    .default(64)
    .describe('Consecutive transitions of a window; shorter where the trajectories of a task are.'),
  key: z
    .enum(['head', 'encoder'])
    .default('head')
    .describe('What makes keys. head: a second head on the shared trunk; encoder: a whole second encoder.'),
  momentum: z
    .number()
    .min(0)
    .max(1)
    .default(0.995)
    .describe('Share of its own weights that the key network keeps when it follows the query network.'),
  reference: z
    .boolean()
    .default(false)
    .describe(
      'The loss as the public code has it: transitions without pooling, task numbers as targets of the gaussian form, windows of different trajectories, tasks drawn with replacement, the row maximum subtracted from columns, W uniform.',
    ),
});

export const agentSchema = z.strictObject({
  variant: z
    .enum(['value', 'twinTarget'])
    .default('value')
    .describe(
      'Form of the soft actor-critic. value: a V network with a target and a fixed temperature of 1; twinTarget: two target Qs and a learned temperature for each training task.',
    ),
  hidden: widths.default([300, 300, 300]).describe('Hidden widths of the policy, Q and V.'),
  encoderHidden: widths
    .default([200, 200, 200])
    .describe('Hidden widths of the context encoder (of trunk and of heads).'),
  latent: z.int().min(1).max(4096).default(5).describe('Size of the latent task variable z.'),
  bottleneck: z
    .boolean()
    .default(true)
    .describe('Whether the encoder gives a Gaussian posterior; false: z is the mean of its outputs, without KL.'),
  learningRate: z.number().positive().default(3e-4).describe('Of Adam, for all networks.'),
  gamma: z.number().min(0).max(1).default(0.99).describe('Discount of future rewards.'),
  tau: z.number().min(0).max(1).default(0.005).describe('Share of the online weights that targets take at each step.'),
  rewardScale: z.number().positive().default(5).describe('Factor on rewards in the targets of Q, not in the context.'),
  klLambda: z.number().min(0).default(0.1).describe('Factor on the KL divergence of posterior and prior.'),
  batch: z.int().min(1).max(1048576).default(256).describe('Transitions of each task in a gradient step.'),
  metaBatch: z.int().min(1).max(65536).default(16).describe('Tasks of a gradient step, drawn with replacement.'),
  contextSize: z
    .int()
    .min(1)
    .max(1048576)
    .default(64)
    .describe('Transitions of each task that its posterior is inferred from.'),
  context: z
    .enum(['transitions', 'window'])
    .default('transitions')
    .describe('How they are drawn. transitions: each by itself; window: consecutive ones of one trajectory.'),
  sharedLatent: z
    .boolean()
    .default(false)
    .describe("Whether all tasks of a step share the mean of their z, as in TCL's public code."),
  capacity: z
    .int()
    .min(1)
    .default(1_000_000)
    .describe('Transitions that each buffer of a task keeps; the oldest go first.'),
  tcl: tclSchema.prefault({}).describe('Trajectory contrastive learning (Wang et al. 2021, arXiv 2103.06386).'),
});

export type AgentConfig = z.infer<typeof agentSchema>;
export type AgentConfigInput = z.input<typeof agentSchema>;
export type TclConfig = z.infer<typeof tclSchema>;

/** What the environments determine. */
export interface AgentSizes {
  /** O, numbers of an observation. */
  readonly observation: number;
  /** A, numbers of an action. */
  readonly action: number;
  /** Number of training tasks. */
  readonly tasks: number;
  /** Whether context has the next observation too (families that vary the dynamics). */
  readonly nextObservation: boolean;
}

/** F: numbers of one transition of context, (o, a, r) or (o, a, r, o'). */
export function featureSize({ observation, action, nextObservation }: Omit<AgentSizes, 'tasks'>): number {
  return observation + action + 1 + (nextObservation ? observation : 0);
}

/** @throws RangeError where a configuration does not fit the environments: TCL without two tasks to tell apart, say */
export function checkAgent(sizes: AgentSizes, { tcl, metaBatch }: AgentConfig): void {
  checkSizes(sizes);
  if (!tcl.enabled) return;
  if (Math.min(sizes.tasks, metaBatch) < 2) {
    throw new RangeError(
      `tcl tells windows of different tasks apart, and a step has one (tasks ${sizes.tasks}, metaBatch ${metaBatch}): use more or disable it`,
    );
  }
  const columns = metaBatch * tcl.window;
  if (tcl.reference && tcl.similarity === 'gaussian' && sizes.tasks > columns) {
    throw new RangeError(
      `tcl.reference takes a task's number for that of a column, and ${metaBatch} windows of ${tcl.window} transitions have ${columns} for ${sizes.tasks} tasks: use more tasks a step, longer windows or the bilinear similarity`,
    );
  }
}

/** @throws RangeError naming the size that is no whole number from 1 on */
export function checkSizes(sizes: AgentSizes): void {
  for (const name of ['observation', 'action', 'tasks'] as const) {
    if (!Number.isSafeInteger(sizes[name]) || sizes[name] < 1) {
      throw new RangeError(`sizes: ${name} is a whole number from 1 on, not ${sizes[name]}`);
    }
  }
}
