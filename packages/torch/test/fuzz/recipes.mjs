// Valid arguments of operators whose shapes must agree in ways that chance does not find. The fuzzer then spoils them.
import { dtype as anyType, floatTypes, tensor } from './values.mjs';

/** name in the dispatcher -> (tools) -> arguments; the last may be an options object. */
export function recipeFor(name, stream) {
  const type = stream.chance(0.75) ? stream.pick(['float32', 'float32', 'float64']) : stream.pick(floatTypes);
  const n = (low = 1, high = 5) => stream.int(low, high);
  const t = (shape, dtype = type, extra = {}) => tensor(stream, shape, dtype, extra);
  const index = (shape, size, extra = {}) =>
    tensor(stream, shape, 'int64', { layout: 'plain', grad: '', fill: size >= 2 ? 'index' : 'zeros', ...extra });
  const maybe = (value) => (stream.chance(0.5) ? value : null);
  const bool = () => stream.chance(0.5);
  const batch = () => Array.from({ length: stream.int(0, 2) }, () => n(0, 3));
  const [a, b, c, d] = [n(), n(), n(), n()];
  const square = (size = a) => t([...batch(), size, size], type, stream.chance(0.5) ? { fill: 'normal' } : {});
  const pooled = (rank) => {
    const kernel = Array.from({ length: rank }, () => n(1, 3));
    const size = kernel.map((k) => k + n(0, 4));
    return {
      kernel,
      stride: maybeList(kernel.map(() => n(1, 3))),
      padding: kernel.map((k) => stream.int(0, k >> 1)),
      input: t([...(bool() ? [n(0, 2)] : []), n(), ...size]),
    };
  };
  const maybeList = (list) => (stream.chance(0.3) ? [] : list);
  const conv = (rank, transposed) => {
    const groups = stream.pick([1, 1, 1, 2, 3]);
    const [inner, outer] = [n(1, 3), n(1, 3)];
    const kernel = Array.from({ length: rank }, () => n(1, 3));
    const size = kernel.map((k) => k + n(0, 4));
    const input = t([...(stream.chance(0.85) ? [n(0, 3)] : []), inner * groups, ...size]);
    const weight = t(transposed ? [inner * groups, outer, ...kernel] : [outer * groups, inner, ...kernel]);
    const bias = maybe(t([transposed ? outer * groups : outer * groups]));
    const list = (low, high) => (bool() ? n(low, high) : kernel.map(() => n(low, high)));
    if (transposed) return [input, weight, bias, list(2, 3), list(0, 1), list(0, 1), groups, list(1, 2)];
    return [
      input,
      weight,
      bias,
      list(1, 2),
      stream.chance(0.2) ? stream.pick(['same', 'valid']) : list(0, 2),
      list(1, 2),
      groups,
    ];
  };
  const loss = () => {
    const shape = [a, b];
    return [t(shape), t(shape, type, { fill: 'positive' }), stream.int(0, 2)];
  };
  const image = (rank) =>
    t([n(0, 2), n(), ...Array.from({ length: rank }, () => n(1, 6))], stream.chance(0.15) ? 'uint8' : type);
  const classes = () => [t([a, b], type), index([a], b)];
  const elementwise = () => {
    const kind = anyType(stream);
    return [t([a, b], kind), t(stream.pick([[a, b], [b], [1], [], [a, 1]]), kind)];
  };
  const integers = () => {
    const kind = stream.pick(['int64', 'int32', 'int16', 'int8', 'uint8', 'bool']);
    const fill = () => stream.pick(['small', 'extreme', 'zeros', 'normal']);
    return [
      t([a, b], kind, { fill: fill(), grad: '' }),
      stream.chance(0.4)
        ? stream.pick([0, -1, 1, 2, 9223372036854775807n, -9223372036854775808n, false])
        : t([b], kind, { fill: fill(), grad: '' }),
    ];
  };
  const along = () => {
    const dim = stream.int(-3, 2);
    const shape = [n(), n(), n()];
    return { dim, shape, size: shape.at(dim) };
  };

  switch (name.replace(/_$/, '')) {
    case 'div':
    case 'floor_divide':
    case 'remainder':
    case 'fmod':
    case 'gcd':
    case 'lcm':
    case 'pow':
    case 'float_power':
    case 'bitwise_and':
      if (bool())
        return stream.chance(0.5) && name.startsWith('div')
          ? [...integers(), { roundingMode: stream.pick(['floor', 'trunc', null]) }]
          : integers();
      return elementwise();
    case 'conv1d':
      return conv(1, false);
    case 'conv2d':
      return conv(2, false);
    case 'conv3d':
      return conv(3, false);
    case 'conv_transpose1d':
      return conv(1, true);
    case 'conv_transpose2d':
      return conv(2, true);
    case 'conv_transpose3d':
      return conv(3, true);
    case 'max_pool1d':
    case 'max_pool2d':
    case 'max_pool3d': {
      const p = pooled(Number(name.at(-2)));
      return [p.input, p.kernel, p.stride, p.padding, n(1, 2), bool()];
    }
    case 'avg_pool1d':
    case 'avg_pool2d':
    case 'avg_pool3d': {
      const p = pooled(Number(name.at(-2)));
      return [p.input, p.kernel, p.stride, p.padding, bool(), bool()];
    }
    case 'adaptive_avg_pool1d':
    case 'adaptive_avg_pool2d':
    case 'adaptive_avg_pool3d':
    case 'adaptive_max_pool1d':
    case 'adaptive_max_pool2d': {
      const rank = Number(name.at(-2));
      return [image(rank), Array.from({ length: rank }, () => n(1, 7))];
    }
    case 'batch_norm':
      return [
        t([a, b, ...(bool() ? [c, d] : [])]),
        maybe(t([b])),
        maybe(t([b])),
        maybe(t([b], type, { grad: '' })),
        maybe(t([b], type, { fill: 'positive', grad: '' })),
        bool(),
        0.1,
        1e-5,
        false,
      ];
    case 'instance_norm':
      return [
        t([a, b, c, d]),
        maybe(t([b])),
        maybe(t([b])),
        maybe(t([b], type, { grad: '' })),
        maybe(t([b], type, { fill: 'positive', grad: '' })),
        bool(),
        0.1,
        1e-5,
        false,
      ];
    case 'layer_norm':
    case 'native_layer_norm':
      return [t([a, b, c]), [b, c], maybe(t([b, c])), maybe(t([b, c])), 1e-5];
    case 'group_norm':
      return [t([a, 2 * b, c]), stream.pick([1, 2, b]), maybe(t([2 * b])), maybe(t([2 * b]))];
    case 'embedding':
      return [t([a + 1, b]), index([c, d], 2), stream.pick([-1, 0, 1]), bool(), false];
    case 'cross_entropy_loss':
      return [...classes(), maybe(t([b], type, { grad: '' })), stream.int(0, 2), stream.pick([-100, 0, 1])];
    case 'nll_loss':
      return [...classes(), maybe(t([b], type, { grad: '' })), stream.int(0, 2), stream.pick([-100, 0, 1])];
    case 'multi_margin_loss':
      return [...classes(), stream.pick([1, 2]), 1, maybe(t([b], type, { grad: '' })), stream.int(0, 2)];
    case 'multilabel_margin_loss':
      return [
        t([a, b]),
        index([a, b], b, { fill: stream.pick(['index', 'small', 'wildIndex', 'normal']) }),
        stream.int(0, 2),
      ];
    case 'mse_loss':
    case 'l1_loss':
    case 'smooth_l1_loss':
    case 'huber_loss':
    case 'soft_margin_loss':
    case 'kl_div':
    case 'binary_cross_entropy':
      return name === 'binary_cross_entropy'
        ? [
            t([a, b], type, { fill: 'positive' }),
            t([a, b], type, { fill: 'positive' }),
            maybe(t([b])),
            stream.int(0, 2),
          ]
        : loss();
    case 'triplet_margin_loss':
      return [t([a, b]), t([a, b]), t([a, b])];
    case 'cosine_embedding_loss':
      return [t([a, b]), t([a, b]), t([a])];
    case 'margin_ranking_loss':
      return [t([a]), t([a]), t([a])];
    case 'upsample_bilinear2d':
    case 'upsample_bicubic2d':
    case '_upsample_bilinear2d_aa':
    case '_upsample_bicubic2d_aa':
      return bool()
        ? [image(2), [n(1, 9), n(1, 9)], bool()]
        : [image(2), null, bool(), [stream.uniform() * 3, stream.uniform() * 3]];
    case 'upsample_linear1d':
      return [image(1), [n(1, 9)], bool()];
    case 'upsample_nearest1d':
      return [image(1), [n(1, 9)]];
    case 'upsample_nearest2d':
      return bool() ? [image(2), [n(1, 9), n(1, 9)]] : [image(2), null, [stream.uniform() * 3, stream.uniform() * 3]];
    case 'grid_sampler':
    case 'grid_sampler_2d': {
      const deep = name === 'grid_sampler' && stream.chance(0.3) ? [n()] : [];
      return [
        t([a, b, ...deep, c, d]),
        t([a, ...deep, n(), n(), 2 + deep.length]),
        stream.int(0, 2),
        stream.int(0, 2),
        bool(),
      ];
    }
    case 'affine_grid_generator':
      return [t([a, 2, 3]), [a, b, c, d], bool()];
    case 'pad':
      return [
        image(stream.int(1, 3)),
        Array.from({ length: 2 * n(1, 2) }, () => stream.int(-1, 2)),
        stream.pick(['constant', 'reflect', 'replicate', 'circular']),
        maybe(0.5),
      ];
    case 'constant_pad_nd':
      return [t([a, b, c]), Array.from({ length: 2 * n(1, 3) }, () => stream.int(-1, 2)), 1];
    case 'reflection_pad1d':
    case 'replication_pad1d':
      return [image(1), [stream.int(-1, 2), stream.int(-1, 2)]];
    case 'reflection_pad2d':
    case 'replication_pad2d':
      return [image(2), Array.from({ length: 4 }, () => stream.int(-1, 2))];
    case 'im2col':
      return [image(2), [n(1, 3), n(1, 3)], [n(1, 2), n(1, 2)], [n(0, 1), n(0, 1)], [n(1, 2), n(1, 2)]];
    case 'col2im':
      return [t([a, b * 4, c * d]), [c + 1, d + 1], [2, 2], [1, 1], [0, 0], [1, 1]];
    case 'pixel_shuffle':
      return [t([a, b * 4, c, d]), 2];
    case 'pixel_unshuffle':
      return [t([a, b, 2 * c, 2 * d]), 2];
    case 'unfold':
      return [t([a, b + 2, c]), 1, stream.int(0, b + 2), n(1, 3)];
    case 'matmul':
      return [t([...batch(), a, b]), t([b, c])];
    case 'mm':
      return [t([a, b]), t([b, c])];
    case 'bmm':
      return [t([a, b, c]), t([a, c, d])];
    case 'mv':
      return [t([a, b]), t([b])];
    case 'dot':
    case 'vdot':
    case 'inner':
      return [t([a]), t([a])];
    case 'outer':
    case 'ger':
      return [t([a]), t([b])];
    case 'addmm':
      return [t(stream.pick([[a, c], [c], []])), t([a, b]), t([b, c])];
    case 'addmv':
      return [t([a]), t([a, b]), t([b])];
    case 'addr':
      return [t([a, b]), t([a]), t([b])];
    case 'baddbmm':
      return [t([a, b, d]), t([a, b, c]), t([a, c, d])];
    case 'addbmm':
      return [t([b, d]), t([a, b, c]), t([a, c, d])];
    case 'linear':
      return [t([...batch(), a]), t([b, a]), maybe(t([b]))];
    case 'bilinear':
      return [t([a, b]), t([a, c]), t([d, b, c]), maybe(t([d]))];
    case 'chain_matmul':
    case 'linalg_multi_dot':
      return [[t([a, b]), t([b, c]), t([c, d])]];
    case 'einsum':
      return [
        stream.pick([
          'ij,jk->ik',
          'ij,jk',
          'i...,j...',
          '...ij->...ji',
          'ii',
          'ij->',
          'ab,cd->',
          '',
          ',',
          '->',
          'ij,ij->',
          'ijk,jk',
          'é,a',
          'i'.repeat(60),
          'ij->ii',
          'i j , j k -> k i',
          '...',
          'A,a->Aa',
          'ij,jk->ij'.repeat(30),
        ]),
        [t([a, b]), ...(stream.chance(0.7) ? [t([b, c])] : [])],
      ];
    case 'tensordot':
      return [t([a, b, c]), t([c, b, d]), [1, 2], [1, 0]];
    case 'cross':
    case 'linalg_cross':
      return [t([a, 3]), t([a, 3]), { dim: 1 }];
    case 'linalg_eigh':
    case 'linalg_eigvalsh':
      return [square(), stream.pick(['L', 'U', 'L', 'U', 'X'])];
    case 'linalg_svd':
      return [t([...batch(), a, b]), bool()];
    case 'linalg_svdvals':
    case 'svd':
    case 'linalg_pinv':
    case 'pinverse':
    case 'linalg_matrix_rank':
    case 'linalg_cond':
      return [t([...batch(), a, b])];
    case 'linalg_qr':
      return [t([...batch(), a, b]), stream.pick(['reduced', 'complete', 'r', 'x'])];
    case 'linalg_cholesky':
    case 'linalg_cholesky_ex':
    case 'linalg_inv':
    case 'linalg_inv_ex':
    case 'linalg_det':
    case 'linalg_slogdet':
    case 'linalg_matrix_exp':
    case 'matrix_exp':
    case 'inverse':
    case 'cholesky':
    case 'logdet':
    case 'det':
    case 'slogdet':
      return [square()];
    case 'linalg_lu':
    case 'linalg_lu_factor':
    case 'qr':
      return [t([...batch(), a, b]), bool()];
    case 'linalg_matrix_power':
    case 'matrix_power':
      return [square(), stream.pick([-2, -1, 0, 1, 2, 3, 5, 1000])];
    case 'linalg_solve':
      return [t([c, a, a]), stream.pick([t([c, a]), t([c, a, b])])];
    case 'linalg_lstsq':
      return [t([a, b]), t([a, c])];
    case 'linalg_solve_triangular':
      return [t([a, a]), t([a, b]), { upper: bool(), left: true, unitriangular: bool() }];
    case 'triangular_solve':
      return [t([a, b]), t([a, a]), bool(), bool(), bool()];
    case 'cholesky_solve':
      return [t([a, b]), t([a, a]), bool()];
    case 'cholesky_inverse':
      return [square(), bool()];
    case 'linalg_householder_product':
      return [t([a + b, a]), t([a])];
    case 'cdist':
      return [
        t([...(bool() ? [n(0, 2)] : []), a, c]),
        t([b, c]),
        stream.pick([0, 0.5, 1, 2, 3, Infinity, -1, Number.NaN]),
        stream.pick([null, 0, 1, 2, 3]),
      ];
    case 'pdist':
      return [t([a, b]), stream.pick([0, 0.5, 1, 2, 3, Infinity, -1, Number.NaN])];
    case 'cosine_similarity':
    case 'pairwise_distance':
      return [t([a, b]), t([a, b])];
    case 'renorm':
      return [t([a, b, c]), stream.pick([1, 2, Infinity]), stream.int(-3, 2), 1];
    case 'cov':
    case 'corrcoef':
      return [t([a, b])];
    case 'scatter':
    case 'scatter_add':
    case 'scatter_reduce': {
      const { dim, shape, size } = along();
      return [
        t(shape),
        dim,
        index(
          shape.map((s) => Math.max(1, s - stream.int(0, 1))),
          size,
        ),
        t(shape),
      ];
    }
    case 'gather': {
      const { dim, shape, size } = along();
      return [t(shape), dim, index(shape, size)];
    }
    case 'take_along_dim': {
      const { dim, shape, size } = along();
      return [t(shape), index(shape, size), dim];
    }
    case 'index_select': {
      const { dim, shape, size } = along();
      return [t(shape), dim, index([n()], size)];
    }
    case 'index_add':
    case 'index_copy': {
      const { dim, shape, size } = along();
      const count = n();
      const source = [...shape];
      source[dim < 0 ? dim + 3 : dim] = count;
      return [t(shape), dim, index([count], size), t(source)];
    }
    case 'index_fill': {
      const { dim, shape, size } = along();
      return [t(shape), dim, index([n()], size), stream.chance(0.5) ? 1 : t([])];
    }
    case 'index':
      return [
        t([a + 1, b + 1, c]),
        stream.pick([
          [index([d], 2)],
          [null, index([d], 2)],
          [index([d], 2), index([d], 2)],
          [index([2, d], 2), null, index([1], 1)],
        ]),
      ];
    case 'index_put':
      return [t([a + 1, b + 1]), [index([d], 2), index([d], 2)], stream.pick([t([d]), t([])]), bool()];
    case 'take':
      return [t([a, b]), index([c, d], a * b)];
    case 'masked_fill':
    case 'masked_select':
      return [t([a, b]), t([a, b], 'bool', { grad: '' }), ...(name.startsWith('masked_fill') ? [2] : [])];
    case 'masked_scatter':
      return [t([a, b]), t([a, b], 'bool', { grad: '' }), t([a * b])];
    case 'kthvalue': {
      const { dim, shape, size } = along();
      return [t(shape), stream.int(1, size), dim];
    }
    case 'topk': {
      const { dim, shape, size } = along();
      return [t(shape), stream.int(0, size), dim, bool(), bool()];
    }
    case 'searchsorted':
      return [t([a, b]), t([a, c]), { right: bool() }];
    case 'bucketize':
      return [t([a, b]), t([c])];
    case 'bincount':
      return [index([a], 3, { fill: 'small' }), maybe(t([a])), n(0, 5)];
    case 'one_hot':
      return [index([a, b], 3, { fill: 'small' }), stream.pick([-1, 4, 3])];
    case 'histc':
      return [t([a, b]), stream.pick([1, 5, 100]), stream.pick([0, -1, Number.NaN]), stream.pick([0, 1, Infinity])];
    case 'multinomial':
      return [
        t([a, b], type, { fill: stream.pick(['positive', 'positive', 'zeros', 'nan', 'inf', 'normal']) }),
        n(1, b),
        bool(),
      ];
    case 'quantile':
    case 'nanquantile':
      return [
        t([a, b], stream.pick(['float32', 'float64'])),
        stream.pick([0, 0.5, 1, 2, -1, Number.NaN, t([2], type, { fill: 'positive' })]),
        stream.pick([null, 0, 1]),
        bool(),
      ];
    case 'repeat_interleave':
      return stream.chance(0.5) ? [index([a], 3, { fill: 'small' })] : [t([a, b]), index([a], 3, { fill: 'small' }), 0];
    case 'split_with_sizes':
      return [t([a + b, c]), [a, b], 0];
    case 'slice_scatter':
      return [t([a + 1, b]), t([a, b]), 0, 0, a];
    case 'select_scatter':
      return [t([a, b]), t([b]), 0, 0];
    case 'diagonal_scatter':
      return [t([a, a]), t([a])];
    case 'cat':
    case 'concat': {
      const dim = stream.int(0, 1);
      return [Array.from({ length: n(1, 4) }, () => t(dim ? [a, n(0, 3)] : [n(0, 3), b])), dim];
    }
    case 'block_diag':
    case 'cartesian_prod':
    case 'meshgrid':
      return [Array.from({ length: n(1, 3) }, () => t([n(0, 3)]))];
    case 'combinations':
      return [t([a]), n(0, 3), bool()];
    case 'trapezoid':
    case 'cumulative_trapezoid':
      return [t([a, b]), t([b])];
    case 'normal':
      return bool() ? [t([a, b]), t([a, b], type, { fill: 'positive' })] : [0, 1, [a, b]];
    case 'prelu':
      return [t([a, b, c]), t([stream.pick([1, b])])];
    case 'glu':
      return [t([a, 2 * b]), 1];
    case 'where':
      return [t([a, b], 'bool', { grad: '' }), t([a, b]), t([b])];
    case 'isin':
      return [t([a, b]), t([c])];
    case 'tril_indices':
    case 'triu_indices':
      return [n(0, 6), n(0, 6), stream.int(-3, 3)];
    case 'hann_window':
      return [n(0, 9)];
    case 'randperm':
      return [stream.pick([0, 1, 5, 100])];
    case 'eye':
    case 'rand':
    case 'randn':
    case 'zeros':
      return [name === 'eye' ? a : [a, b]];
    case 'movedim':
      return [t([a, b, c]), [0, 1], [1, 2]];
    case 'view':
    case 'reshape':
      return [t([a, b, c]), stream.pick([[a * b, c], [-1], [a, b * c], [a, -1, c]])];
    case 'addcmul':
    case 'addcdiv':
      return [t([a, b]), t([a, b]), t([b])];
    case 'fill_diagonal':
      return [t([a, b]), 2, bool()];
    case 'select':
      return [t([a, b]), 0, stream.int(-a, a - 1)];
    case 'slice':
      return [t([a, b]), 0, stream.int(-a, a), stream.int(-a, a), n(1, 2)];
    case 'narrow':
      return [t([a, b]), 0, stream.int(0, a), 0];
    case 'roll':
      return [t([a, b]), [n(0, 9), -1], [0, 1]];
    case 'flip':
      return [t([a, b, c]), [0, 2]];
    case 'diff':
      return [t([a, b]), n(0, 3), 1];
    case 'lerp':
      return [t([a, b]), t([a, b]), stream.pick([0.5, t([a, b])])];
    default:
      return null;
  }
}
