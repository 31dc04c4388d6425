// What an episode adds up to.
import type { Episode } from '../environments/index.js';

/** Sum of rewards, undiscounted and unscaled; in sparse families of the sparse rewards. */
export function returnOf({ rewards, contextRewards }: Episode): number {
  return (contextRewards ?? rewards).reduce((sum, reward) => sum + reward, 0);
}
