// What the measures mean that only some methods log.

/** Of a linear predictor, set or trained. */
export const predictorMetrics = {
  'predictor.alignment':
    'mean cosine of the leading eigenvectors of E[z z^T] and their images under the predictor: 1 when aligned',
  'predictor.asymmetry': 'norm of W - W^T over the norm of W; 0 for a symmetric predictor',
} as const;

export const barlowMetrics = {
  'loss.onDiagonal': 'sum of (1 - C_ii)^2, unweighted: how far the two views are from agreeing in every dimension',
  'loss.offDiagonal': 'sum of C_ij^2 over i != j, unweighted: how much dimensions repeat each other',
} as const;

export const vicregMetrics = {
  'loss.invariance': 'squared distance of the two views, unweighted',
  'loss.variance':
    'how far standard deviations fall short of 1, unweighted; it grows as embeddings collapse to a point',
  'loss.covariance':
    'squared covariances of different dimensions, unweighted; it grows as dimensions repeat each other',
} as const;
