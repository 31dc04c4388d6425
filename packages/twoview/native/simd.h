// Eight-lane float vectors for the kernels: GCC/Clang vector extensions, with x86 instructions where the compiler would
// otherwise emit longer sequences. Compiles for any architecture; no state.
#pragma once

#include <cstdint>
#include <cstring>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace twoview {

constexpr int64_t kLanes = 8;

typedef float Lanes __attribute__((vector_size(32)));
typedef int32_t LanesMask __attribute__((vector_size(32)));

inline int64_t roundUpToLanes(int64_t n) {
  return (n + kLanes - 1) / kLanes * kLanes;
}

inline Lanes splat(float x) {
  return Lanes{x, x, x, x, x, x, x, x};
}

inline Lanes load(const float* from) {
  Lanes v;
  std::memcpy(&v, from, sizeof(v));
  return v;
}

inline void store(float* to, Lanes v) {
  std::memcpy(to, &v, sizeof(v));
}

// Eight bytes widened to floats.
inline Lanes loadBytes(const uint8_t* from) {
#if defined(__AVX2__)
  return (Lanes)_mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from))));
#else
  Lanes v;
  for (int i = 0; i < kLanes; ++i) v[i] = static_cast<float>(from[i]);
  return v;
#endif
}

inline Lanes minimum(Lanes a, Lanes b) {
#if defined(__AVX2__)
  return (Lanes)_mm256_min_ps((__m256)a, (__m256)b);
#else
  return a < b ? a : b;
#endif
}

inline Lanes maximum(Lanes a, Lanes b) {
#if defined(__AVX2__)
  return (Lanes)_mm256_max_ps((__m256)a, (__m256)b);
#else
  return a > b ? a : b;
#endif
}

inline Lanes clampUnit(Lanes v) {
  return minimum(maximum(v, splat(0.0f)), splat(1.0f));
}

inline Lanes absolute(Lanes v) {
  return (Lanes)((LanesMask)v & 0x7fffffff);
}

inline float sumLanes(Lanes v) {
  return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
}

// Transposes an 8x8 block held in eight vectors, in place.
inline void transpose(Lanes (&m)[kLanes]) {
  LanesMask lowPairs = {0, 8, 1, 9, 4, 12, 5, 13}, highPairs = {2, 10, 3, 11, 6, 14, 7, 15};
  LanesMask lowQuads = {0, 1, 8, 9, 4, 5, 12, 13}, highQuads = {2, 3, 10, 11, 6, 7, 14, 15};
  LanesMask lowHalves = {0, 1, 2, 3, 8, 9, 10, 11}, highHalves = {4, 5, 6, 7, 12, 13, 14, 15};
#if defined(__clang__)
#define TWOVIEW_SHUFFLE(a, b, mask) shuffleGeneric(a, b, mask)
  auto shuffleGeneric = [](Lanes a, Lanes b, LanesMask mask) {
    Lanes out;
    for (int i = 0; i < kLanes; ++i) out[i] = mask[i] < kLanes ? a[mask[i]] : b[mask[i] - kLanes];
    return out;
  };
#else
#define TWOVIEW_SHUFFLE(a, b, mask) __builtin_shuffle(a, b, mask)
#endif
  Lanes p[kLanes], q[kLanes];
  for (int i = 0; i < kLanes; i += 2) {
    p[i] = TWOVIEW_SHUFFLE(m[i], m[i + 1], lowPairs);
    p[i + 1] = TWOVIEW_SHUFFLE(m[i], m[i + 1], highPairs);
  }
  for (int i = 0; i < kLanes; i += 4) {
    q[i] = TWOVIEW_SHUFFLE(p[i], p[i + 2], lowQuads);
    q[i + 1] = TWOVIEW_SHUFFLE(p[i], p[i + 2], highQuads);
    q[i + 2] = TWOVIEW_SHUFFLE(p[i + 1], p[i + 3], lowQuads);
    q[i + 3] = TWOVIEW_SHUFFLE(p[i + 1], p[i + 3], highQuads);
  }
  for (int i = 0; i < 4; ++i) {
    m[i] = TWOVIEW_SHUFFLE(q[i], q[i + 4], lowHalves);
    m[i + 4] = TWOVIEW_SHUFFLE(q[i], q[i + 4], highHalves);
  }
#undef TWOVIEW_SHUFFLE
}

}  // namespace twoview
