// The operators that are public: what training and evaluating networks needs, by family. Everything else that the
// library registers is reachable under `@twoview/torch/unsafe`. `name_` is the in-place form of `name`.
const both = (names) =>
  names
    .split(/\s+/)
    .filter(Boolean)
    .flatMap((name) => [name, `${name}_`]);
const list = (names) => names.split(/\s+/).filter(Boolean);

export const families = {
  'pointwise, with an in-place form': both(`
    abs neg exp exp2 expm1 log log2 log10 log1p sqrt rsqrt square reciprocal sin cos tan asin acos atan sinh cosh tanh
    asinh acosh atanh sigmoid logit erf erfc erfinv lgamma digamma floor ceil round trunc frac sign sgn relu relu6
    leaky_relu elu selu celu gelu silu mish hardtanh hardsigmoid hardswish threshold clamp clamp_min clamp_max clip
    nan_to_num add sub mul div remainder fmod pow float_power lerp addcmul addcdiv hypot copysign heaviside xlogy atan2
    eq ne lt le gt ge logical_and logical_or logical_xor logical_not bitwise_and bitwise_or bitwise_xor bitwise_not
    floor_divide true_divide dropout alpha_dropout feature_dropout masked_fill index_fill index_copy index_add index_put
    scatter scatter_add cumsum cumprod tril triu addmm addmv baddbmm addbmm addr`),
  pointwise: list(`
    softplus log_sigmoid prelu glu maximum minimum fmax fmin where isnan isinf isfinite isposinf isneginf isclose allclose
    equal signbit rsub sinc logaddexp logaddexp2 gcd lcm`),
  reductions: list(`
    sum mean prod amax amin aminmax max min argmax argmin std var std_mean var_mean all any norm logsumexp median
    nanmedian quantile nanquantile mode cummax cummin logcumsumexp count_nonzero nansum nanmean dist trace cumulative_trapezoid
    trapezoid diff`),
  'shape and indexing': list(`
    reshape view view_as reshape_as flatten unflatten squeeze unsqueeze transpose permute t movedim swapaxes expand expand_as
    repeat repeat_interleave tile cat concat stack hstack vstack dstack column_stack split split_with_sizes tensor_split chunk
    unbind narrow select slice index index_select gather masked_select masked_scatter take take_along_dim
    diagonal diag diag_embed diagflat flip fliplr flipud roll rot90 unfold contiguous clone detach type_as to pixel_shuffle
    pixel_unshuffle meshgrid broadcast_to broadcast_tensors nonzero argwhere one_hot bincount histc bucketize searchsorted
    unique_consecutive unique_dim _unique2 sort argsort topk kthvalue msort combinations cartesian_prod block_diag isin
    select_scatter slice_scatter diagonal_scatter adjoint mT ravel`),
  'linear algebra': list(`
    matmul mm bmm mv dot vdot inner outer ger chain_matmul einsum linear bilinear kron tensordot cross linalg_cross linalg_eigh linalg_eigvalsh
    linalg_svd linalg_svdvals linalg_qr linalg_cholesky linalg_cholesky_ex linalg_inv linalg_inv_ex linalg_det linalg_slogdet
    linalg_solve linalg_lstsq linalg_norm linalg_vector_norm linalg_matrix_norm linalg_matrix_power linalg_matrix_rank
    linalg_pinv linalg_solve_triangular linalg_matrix_exp linalg_multi_dot linalg_cond linalg_diagonal linalg_householder_product
    linalg_lu linalg_lu_factor matrix_exp matrix_power cdist pdist cosine_similarity pairwise_distance cov corrcoef inverse
    cholesky cholesky_solve cholesky_inverse triangular_solve logdet det slogdet qr svd pinverse renorm`),
  networks: list(`
    conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d batch_norm layer_norm group_norm instance_norm softmax log_softmax
    max_pool1d max_pool2d max_pool3d avg_pool1d avg_pool2d avg_pool3d adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d
    adaptive_max_pool1d adaptive_max_pool2d embedding cross_entropy_loss nll_loss mse_loss l1_loss smooth_l1_loss huber_loss
    binary_cross_entropy binary_cross_entropy_with_logits kl_div soft_margin_loss triplet_margin_loss cosine_embedding_loss margin_ranking_loss
    hinge_embedding_loss poisson_nll_loss multi_margin_loss multilabel_margin_loss upsample_bilinear2d upsample_nearest2d upsample_bicubic2d upsample_linear1d
    upsample_nearest1d _upsample_bilinear2d_aa _upsample_bicubic2d_aa grid_sampler grid_sampler_2d affine_grid_generator pad constant_pad_nd
    reflection_pad1d reflection_pad2d replication_pad1d replication_pad2d im2col col2im native_layer_norm`),
  random: list(`
    rand randn randint randperm normal bernoulli multinomial poisson uniform_ normal_ bernoulli_ exponential_ log_normal_
    geometric_ cauchy_ random_ rand_like randn_like randint_like`),
  creation: list(`
    zeros ones full empty arange linspace logspace eye zeros_like ones_like full_like empty_like new_zeros new_ones new_full
    new_empty tril_indices triu_indices scalar_tensor hann_window`),
  'writing in place': list(`zero_ fill_ copy_ fill_diagonal_`),
  'over lists of tensors': list(`
    _foreach_add _foreach_add_ _foreach_sub _foreach_sub_ _foreach_mul _foreach_mul_ _foreach_div _foreach_div_ _foreach_neg
    _foreach_neg_ _foreach_abs _foreach_abs_ _foreach_sqrt _foreach_sqrt_ _foreach_exp _foreach_exp_ _foreach_addcmul
    _foreach_addcmul_ _foreach_addcdiv _foreach_addcdiv_ _foreach_norm _foreach_maximum _foreach_minimum _foreach_zero_ _foreach_reciprocal
    _foreach_reciprocal_`),
};

export const allowlist = [...new Set(Object.values(families).flat())];
