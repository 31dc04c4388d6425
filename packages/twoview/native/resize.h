// Crop, antialiased bilinear resize and horizontal flip of one 8-bit plane, with Pillow's filter: a triangle whose support
// grows with the scale when shrinking, cut at the crop's edges and renormalised.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "weighted_rows.h"

namespace twoview {

// For every output position: the first input position, how many follow, and their weights.
struct FilterTaps {
  std::vector<int64_t> first, count;
  std::vector<float> weights;
  int64_t stride = 0;

  const float* weightsOf(int64_t i) const { return weights.data() + i * stride; }

  // `gain` multiplies every weight; `reversed` stores the taps of output i at size-1-i (a flip).
  void compute(int64_t inputSize, int64_t outputSize, double gain, bool reversed) {
    const double scale = static_cast<double>(inputSize) / static_cast<double>(outputSize);
    const double filterScale = std::max(scale, 1.0);
    const double inverseFilterScale = 1.0 / filterScale;
    stride = 2 * static_cast<int64_t>(std::ceil(filterScale)) + 1;
    first.resize(outputSize);
    count.resize(outputSize);
    weights.resize(outputSize * stride);
    for (int64_t i = 0; i < outputSize; ++i) {
      const double center = (static_cast<double>(i) + 0.5) * scale;
      int64_t from = std::max<int64_t>(0, static_cast<int64_t>(center - filterScale + 0.5));
      int64_t to = std::min<int64_t>(inputSize, static_cast<int64_t>(center + filterScale + 0.5));
      to = std::min(to, from + stride);
      const auto weightAt = [&](int64_t x) {
        return std::max(0.0, 1.0 - std::fabs((static_cast<double>(x) + 0.5 - center) * inverseFilterScale));
      };
      while (to - from > 1 && weightAt(from) <= 0.0) ++from;
      while (to - from > 1 && weightAt(to - 1) <= 0.0) --to;
      const int64_t slot = reversed ? outputSize - 1 - i : i;
      float* out = weights.data() + slot * stride;
      double total = 0.0;
      for (int64_t x = from; x < to; ++x) total += weightAt(x);
      const double normalizer = gain / total;
      for (int64_t x = from; x < to; ++x) out[x - from] = static_cast<float>(weightAt(x) * normalizer);
      first[slot] = from;
      count[slot] = to - from;
    }
  }
};

// Resizes one plane. `source` points at the crop's corner, rows are `sourceStride` bytes apart. The result is transposed,
// plane[x * paddedSize + y], which lets both passes add whole rows; columns y >= size are zero. `columns` is scratch of
// max(cropWidth, 8) * paddedSize floats.
inline void resizePlaneTransposed(float* plane, float* columns, const uint8_t* source, int64_t sourceStride,
                                  int64_t cropWidth, int64_t size, int64_t paddedSize, const FilterTaps& vertical,
                                  const FilterTaps& horizontal) {
  for (int64_t y = 0; y < size; y += kLanes) {
    const int64_t rows = std::min(kLanes, size - y);
    for (int64_t block = 0; block < cropWidth; block += kLanes) {
      // The last block overlaps the one before it instead of reading past the crop.
      const int64_t x = std::max<int64_t>(0, std::min(block, cropWidth - kLanes));
      Lanes tile[kLanes];
      for (int64_t j = 0; j < kLanes; ++j) {
        Lanes sum = splat(0.0f);
        if (j < rows) {
          const float* weights = vertical.weightsOf(y + j);
          const uint8_t* from = source + vertical.first[y + j] * sourceStride + x;
          const int64_t taps = vertical.count[y + j];
          if (cropWidth >= kLanes) {
            for (int64_t k = 0; k < taps; ++k) sum += splat(weights[k]) * loadBytes(from + k * sourceStride);
          } else {
            for (int64_t k = 0; k < taps; ++k) {
              uint8_t bytes[kLanes] = {};
              std::memcpy(bytes, from + k * sourceStride, cropWidth);
              sum += splat(weights[k]) * loadBytes(bytes);
            }
          }
        }
        tile[j] = sum;
      }
      transpose(tile);
      for (int64_t j = 0; j < kLanes; ++j) store(columns + (x + j) * paddedSize + y, tile[j]);
    }
  }
  for (int64_t x = 0; x < size; ++x) {
    const float* from = columns + horizontal.first[x] * paddedSize;
    weightedRows(plane + x * paddedSize, paddedSize, horizontal.weightsOf(x), horizontal.count[x],
                 [&](int64_t k) { return from + k * paddedSize; });
  }
}

}  // namespace twoview
