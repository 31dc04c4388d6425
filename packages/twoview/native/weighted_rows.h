// Weighted sums of rows: the one inner loop of resizing and blurring.
#pragma once

#include "simd.h"

namespace twoview {

// to[j] = sum_k weights[k] * row(k)[j] for j in [0, width); width is a multiple of the lane count. `row(k)` gives a pointer.
template <typename RowAt>
inline void weightedRows(float* to, int64_t width, const float* weights, int64_t count, const RowAt& row) {
  int64_t j = 0;
  for (; j + 4 * kLanes <= width; j += 4 * kLanes) {
    Lanes a = splat(0.0f), b = a, c = a, d = a;
    for (int64_t k = 0; k < count; ++k) {
      const float* from = row(k) + j;
      const Lanes w = splat(weights[k]);
      a += w * load(from);
      b += w * load(from + kLanes);
      c += w * load(from + 2 * kLanes);
      d += w * load(from + 3 * kLanes);
    }
    store(to + j, a);
    store(to + j + kLanes, b);
    store(to + j + 2 * kLanes, c);
    store(to + j + 3 * kLanes, d);
  }
  for (; j < width; j += kLanes) {
    Lanes a = splat(0.0f);
    for (int64_t k = 0; k < count; ++k) a += splat(weights[k]) * load(row(k) + j);
    store(to + j, a);
  }
}

}  // namespace twoview
