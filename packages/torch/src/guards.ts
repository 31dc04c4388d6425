// Checks that libtorch itself leaves out and whose lack would crash the process, read memory that is not the tensor's, or
// never come back. Each throws before the call; test/fuzz found most, and test/guards.test.ts keeps them.
import type { Guard } from './guards/guard.js';
import {
  agreeingScales,
  between,
  countedViews,
  groupsWithin,
  noExpandedDimension,
  notSparse,
  ownChannels,
  padding,
  sections,
  sensibleKernel,
  somePoints,
  weightPerClass,
  windowsWithin,
} from './guards/sizes.js';
import {
  countable,
  dividesIntegers,
  finiteGrid,
  finiteIfSpectral,
  finiteMatrix,
  noLowest,
  roundingDivision,
  sorterInside,
} from './guards/values.js';

export type { Guard } from './guards/guard.js';

const forEach = (names: string, guard: Guard): Record<string, Guard> =>
  Object.fromEntries(names.split(/\s+/).map((name) => [`aten::${name}`, guard]));

const all =
  (...list: Guard[]): Guard =>
  (args, overload) => {
    for (const guard of list) guard(args, overload);
  };

/** By operator name in the dispatcher. */
export const guards: Record<string, Guard> = {
  'aten::reflection_pad1d': padding(1),
  'aten::replication_pad1d': padding(1),
  'aten::reflection_pad2d': padding(2),
  'aten::replication_pad2d': padding(2),
  // The square of the factor overflows to zero, and is divided by.
  'aten::pixel_shuffle': between(1, 'upscaleFactor', 1, 32767),
  'aten::pixel_unshuffle': between(1, 'downscaleFactor', 1, 32767),
  // So many views that the call does not come back.
  'aten::tensor_split': sections,
  'aten::unbind': countedViews(1),
  'aten::split': countedViews(2, 1),
  'aten::chunk': between(1, 'chunks', 1, 65536),
  'aten::combinations': between(1, 'r', 0, 64),
  // The most negative integer has no opposite, and the loop no end.
  'aten::matrix_power': between(1, 'n', -(2 ** 53), 2 ** 53),
  'aten::linalg_matrix_power': between(1, 'n', -(2 ** 53), 2 ** 53),
  'aten::grid_sampler': finiteGrid,
  'aten::grid_sampler_2d': finiteGrid,
  ...forEach(
    `linalg_eigh linalg_eigvalsh linalg_svd linalg_svdvals svd linalg_pinv pinverse linalg_matrix_rank linalg_cond
    linalg_lstsq linalg_matrix_exp matrix_exp`,
    finiteMatrix,
  ),
  'aten::linalg_norm': finiteIfSpectral,
  'aten::linalg_matrix_norm': finiteIfSpectral,
  'aten::multi_margin_loss': weightPerClass,
  'aten::searchsorted': sorterInside,
  'aten::bincount': countable,
  ...forEach('conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d', groupsWithin),
  'aten::embedding': notSparse(4, 'sparse'),
  'aten::gather': notSparse(3, 'sparseGrad'),
  'aten::max_pool1d': all(sensibleKernel, windowsWithin(1)),
  'aten::max_pool2d': all(sensibleKernel, windowsWithin(2)),
  'aten::max_pool3d': all(sensibleKernel, windowsWithin(3)),
  ...forEach('avg_pool1d avg_pool2d avg_pool3d', sensibleKernel),
  'aten::batch_norm': ownChannels,
  'aten::upsample_nearest1d': agreeingScales(1, 1, 2),
  'aten::upsample_linear1d': agreeingScales(1, 1, 3),
  'aten::upsample_nearest2d': agreeingScales(2, 1, 2),
  'aten::upsample_bilinear2d': agreeingScales(2, 1, 3),
  'aten::upsample_bicubic2d': agreeingScales(2, 1, 3),
  'aten::_upsample_bilinear2d_aa': agreeingScales(2, 1, 3),
  'aten::_upsample_bicubic2d_aa': agreeingScales(2, 1, 3),
  'aten::pdist': somePoints,
  'aten::median': noExpandedDimension,
  'aten::nanmedian': noExpandedDimension,
  'aten::div': roundingDivision,
  'aten::div_': roundingDivision,
  ...forEach('gcd gcd_ lcm lcm_', noLowest),
  ...forEach('floor_divide floor_divide_ remainder remainder_ fmod fmod_', dividesIntegers),
};
