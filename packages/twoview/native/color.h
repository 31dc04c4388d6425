// Colour operations on three float planes in [0, 1], in place: the jitter of torchvision's ColorJitter (clamped after each
// operation), grayscale (ITU-R 601 luma) and solarise.
#pragma once

#include <algorithm>

#include "simd.h"

namespace twoview {

struct Planes {
  float *red, *green, *blue;
  int64_t length;  // a multiple of the lane count
};

inline Lanes luma(Lanes r, Lanes g, Lanes b) {
  return splat(0.299f) * r + splat(0.587f) * g + splat(0.114f) * b;
}

// A colour operation with its argument. `mix` blends towards `gray`, a constant (contrast; black for brightness).
struct ColorOperation {
  enum Kind { kMix, kSaturate, kHue, kGrayscale, kSolarize } kind;
  float argument;
  float gray;
};

inline void mix(const Planes& p, int64_t begin, int64_t end, float factor, float gray) {
  const Lanes f = splat(factor), base = splat((1.0f - factor) * gray);
  for (float* plane : {p.red, p.green, p.blue}) {
    for (int64_t i = begin; i < end; i += kLanes) store(plane + i, clampUnit(f * load(plane + i) + base));
  }
}

inline void saturate(const Planes& p, int64_t begin, int64_t end, float factor) {
  const Lanes f = splat(factor), rest = splat(1.0f - factor);
  for (int64_t i = begin; i < end; i += kLanes) {
    const Lanes r = load(p.red + i), g = load(p.green + i), b = load(p.blue + i);
    const Lanes base = rest * luma(r, g, b);
    store(p.red + i, clampUnit(f * r + base));
    store(p.green + i, clampUnit(f * g + base));
    store(p.blue + i, clampUnit(f * b + base));
  }
}

// Turns the hue by `turns` of a full circle (|turns| <= 0.5) through HSV: chroma and value stay. Without chroma nothing
// changes.
inline void shiftHue(const Planes& p, int64_t begin, int64_t end, float turns) {
  const Lanes zero = splat(0.0f), one = splat(1.0f), two = splat(2.0f), three = splat(3.0f), four = splat(4.0f);
  const Lanes six = splat(6.0f), shift = splat(6.0f * turns);
  for (int64_t i = begin; i < end; i += kLanes) {
    const Lanes r = load(p.red + i), g = load(p.green + i), b = load(p.blue + i);
    const Lanes high = maximum(maximum(r, g), b), low = minimum(minimum(r, g), b), chroma = high - low;
    const Lanes inverse = chroma > zero ? one / chroma : zero;
    // Hue in sixths of the circle, in [-1, 5) before the shift.
    Lanes hue = high == r ? (g - b) * inverse : (high == g ? two + (b - r) * inverse : four + (r - g) * inverse);
    hue += shift;
    hue = hue < zero ? hue + six : hue;
    hue = hue >= six ? hue - six : hue;
    store(p.red + i, low + chroma * clampUnit(absolute(hue - three) - one));
    store(p.green + i, low + chroma * clampUnit(two - absolute(hue - two)));
    store(p.blue + i, low + chroma * clampUnit(two - absolute(hue - four)));
  }
}

// Writes the luma to the red plane only: the other two are equal to it and are not touched.
inline void toGrayscale(const Planes& p, int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; i += kLanes) store(p.red + i, luma(load(p.red + i), load(p.green + i), load(p.blue + i)));
}

// Inverts values at or above the threshold.
inline void solarize(float* plane, int64_t begin, int64_t end, float threshold) {
  const Lanes limit = splat(threshold), one = splat(1.0f);
  for (int64_t i = begin; i < end; i += kLanes) {
    const Lanes v = load(plane + i);
    store(plane + i, v >= limit ? one - v : v);
  }
}

inline void applyColor(const ColorOperation& operation, const Planes& p, int64_t begin, int64_t end) {
  switch (operation.kind) {
    case ColorOperation::kMix:
      return mix(p, begin, end, operation.argument, operation.gray);
    case ColorOperation::kSaturate:
      return saturate(p, begin, end, operation.argument);
    case ColorOperation::kHue:
      return shiftHue(p, begin, end, operation.argument);
    case ColorOperation::kGrayscale:
      return toGrayscale(p, begin, end);
    case ColorOperation::kSolarize:
      for (float* plane : {p.red, p.green, p.blue}) solarize(plane, begin, end, operation.argument);
      return;
  }
}

// Pixels a chain of operations handles at a time, so that three planes of them stay in the first-level cache.
constexpr int64_t kColorChunk = 512;

inline void applyColors(const ColorOperation* operations, int count, const Planes& p) {
  if (count == 0) return;
  for (int64_t begin = 0; begin < p.length; begin += kColorChunk) {
    const int64_t end = std::min(begin + kColorChunk, p.length);
    for (int i = 0; i < count; ++i) applyColor(operations[i], p, begin, end);
  }
}

// Like applyColors, and returns the sum of the luma after the operations (padding, being black, adds nothing).
inline double applyColorsAndSumLuma(const ColorOperation* operations, int count, const Planes& p) {
  double total = 0.0;
  for (int64_t begin = 0; begin < p.length; begin += kColorChunk) {
    const int64_t end = std::min(begin + kColorChunk, p.length);
    for (int i = 0; i < count; ++i) applyColor(operations[i], p, begin, end);
    Lanes sum = splat(0.0f);
    for (int64_t i = begin; i < end; i += kLanes) sum += luma(load(p.red + i), load(p.green + i), load(p.blue + i));
    total += sumLanes(sum);
  }
  return total;
}

}  // namespace twoview
