// Separable Gaussian blur of one float plane with reflected borders (the edge pixel is not repeated), as torchvision's
// gaussian_blur.
#pragma once

#include <cmath>
#include <vector>

#include "weighted_rows.h"

namespace twoview {

// One sample's kernel. Taps whose weight lies below float's rounding are dropped, so a small sigma costs little.
struct BlurKernel {
  std::vector<float> weights;
  int64_t radius = 0;

  void compute(int64_t kernelSize, double sigma) {
    const int64_t fullRadius = kernelSize / 2;
    const auto density = [&](int64_t k) { return std::exp(-0.5 * (k / sigma) * (k / sigma)); };
    double total = 1.0;
    for (int64_t k = 1; k <= fullRadius; ++k) total += 2.0 * density(k);
    radius = fullRadius;
    while (radius > 0 && density(radius) < 1e-8 * total) --radius;
    weights.resize(2 * radius + 1);
    for (int64_t k = -radius; k <= radius; ++k) weights[k + radius] = static_cast<float>(density(k) / total);
  }
};

// Blurs plane[size rows][stride] into `to` of the same layout; columns beyond `size` are padding. `row` is scratch of
// stride + 2 * radius + 8 floats. Needs radius < size.
inline void blurPlane(float* to, float* row, const float* plane, int64_t size, int64_t stride, const BlurKernel& kernel) {
  const int64_t radius = kernel.radius, taps = 2 * radius + 1;
  for (int64_t i = 0; i < size; ++i) {
    weightedRows(row + radius, stride, kernel.weights.data(), taps, [&](int64_t k) {
      int64_t from = i + k - radius;
      if (from < 0) from = -from;
      if (from >= size) from = 2 * (size - 1) - from;
      return plane + from * stride;
    });
    for (int64_t k = 1; k <= radius; ++k) {
      row[radius - k] = row[radius + k];
      row[radius + size - 1 + k] = row[radius + size - 1 - k];
    }
    weightedRows(to + i * stride, stride, kernel.weights.data(), taps, [&](int64_t k) { return row + k; });
  }
}

}  // namespace twoview
