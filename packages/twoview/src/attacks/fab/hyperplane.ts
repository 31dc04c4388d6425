// The nearest point of a hyperplane inside the box [0, 1]^n, exactly: the projection of FAB (Croce & Hein 2020).
//
// Only moves towards the hyperplane help: coordinate i may go u_i, the room between x_i and the end of the box on the side of
// its weight. With c = b - w.x to cover on the way to w.x' = b, v = |w| and one level L for all coordinates, the nearest point moves each by
//   L-infinity: min(u_i, L)      L2: min(u_i, L v_i)
// where L solves sum_i v_i move_i = |c|. The left side is piecewise linear in L, with a kink where a coordinate meets its end.
import type { Tensor } from '@twoview/torch';
import * as torch from '@twoview/torch';
import type { Ball } from '../common/ball.js';

/**
 * The shortest move d in the norm with w.d = c and x + d in [0, 1]. Where no point of the box is on the hyperplane, d leads to
 * the point of the box that comes closest to it; where all weights are zero, d is zero.
 *
 * @param points x, [B, n] in [0, 1]
 * @param weights w, [B, n]
 * @param gaps c, [B]: b - w.x for the hyperplane w.x' = b, given so that nothing is lost where it is small
 * @returns d, [B, n]
 */
export function moveToHyperplane(points: Tensor, weights: Tensor, gaps: Tensor, norm: Ball['norm']): Tensor {
  return torch.scope(() => {
    // The hyperplane is the same for a multiple of its equation; with a largest weight of one no square underflows.
    const scale = weights.abs().amax([1], true).clampMin(1e-30);
    const w = weights.div(scale);
    const gap = gaps.unsqueeze(1).div(scale);
    const direction = gap.sign().mul(w.sign());
    const v = w.abs();
    const room = torch.where(direction.gt(0), points.rsub(1), points).mul(direction.ne(0));
    // The level at which a coordinate meets its end, and what a unit of level covers before.
    const end = norm === 'linf' ? room : room.div(v.clampMin(1e-30));
    const slope = norm === 'linf' ? v : v.square();

    const [ends, order] = end.sort(1);
    const covered = v.mul(room).gather(1, order).cumsum(1);
    const slopes = slope.gather(1, order);
    // Slopes of the coordinates from each kink on, summed from the small end so that nothing cancels.
    const from = slopes.flip([1]).cumsum(1).flip([1]);
    const atKink = covered.add(ends.mul(from.sub(slopes)));
    const distance = gap.abs();
    const passed = atKink.lt(distance).sum([1], true);
    const kink = passed.clampMax(ends.shape[1]! - 1);
    const before = covered.gather(1, passed.sub(1).clampMin(0)).mul(passed.gt(0));
    const level = distance.sub(before).div(from.gather(1, kink).clampMin(1e-30));
    const reachable = passed.lt(ends.shape[1]!);
    const moved = torch.where(reachable, norm === 'linf' ? level : level.mul(v), room).minimum(room);
    return moved.mul(direction);
  });
}
