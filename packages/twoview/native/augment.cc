// twoview::augment: a batch of 8-bit images to augmented, normalised float views in one pass per sample. Registered with
// the dispatcher for CPU tensors; links libtorch only. Sampling of the parameters is not done here: the same images and
// parameters always give the same views, whatever the number of threads.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/library.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "blur.h"
#include "color.h"
#include "resize.h"

namespace twoview {
namespace {

// Columns of the parameter tensor [B, kParameters]; src/augment/params.ts holds the same list.
enum Parameter : int64_t {
  kTop, kLeft, kHeight, kWidth,  // crop box, whole pixels inside the image
  kFlip,                         // 0 or 1
  kOrder,                        // -1: no jitter; 0..23: lexicographic rank of the order of the four jitter operations
  kBrightness, kContrast, kSaturation,  // factors >= 0, 1 changes nothing
  kHue,                          // turns of the colour circle in [-0.5, 0.5]
  kGrayscale,                    // 0 or 1
  kSigma,                        // standard deviation of the blur in pixels, 0: none
  kSolarize,                     // 0 or 1
  kParameters
};

constexpr int64_t kMaxImageSide = 32768;
constexpr int64_t kMaxOutputSide = 8192;

// The order of rank `rank` (0..23) of brightness 0, contrast 1, saturation 2 and hue 3, lexicographically.
std::array<int, 4> jitterOrder(int rank) {
  std::array<int, 4> left = {0, 1, 2, 3}, order{};
  const int factorials[4] = {6, 2, 1, 1};
  int remaining = 4;
  for (int i = 0; i < 4; ++i) {
    const int pick = rank / factorials[i];
    rank %= factorials[i];
    order[i] = left[pick];
    for (int j = pick; j + 1 < remaining; ++j) left[j] = left[j + 1];
    --remaining;
  }
  return order;
}

struct Settings {
  int64_t height, width, size, paddedSize, blurKernel;
  float solarizeThreshold;
  std::array<float, 3> gain, offset;  // normalisation: v * gain + offset
  bool channelsLast;
};

// Scratch of one thread, reused over its samples.
struct Workspace {
  FilterTaps vertical, horizontal;
  BlurKernel kernel;
  std::vector<float> columns, planes, blurred, row;

  Workspace(const Settings& s, int64_t widestCrop)
      : columns(std::max(widestCrop, kLanes) * s.paddedSize),
        planes(3 * s.size * s.paddedSize),
        blurred(3 * s.size * s.paddedSize),
        row(s.paddedSize + s.blurKernel + kLanes) {}
};

// Runs the colour operations of one sample in place, and says whether the result is grey (then only red holds it).
bool applyColorParameters(const float* p, const Settings& s, const Planes& planes) {
  ColorOperation pending[6];
  int count = 0;
  if (p[kOrder] >= 0.0f) {
    for (int operation : jitterOrder(static_cast<int>(p[kOrder]))) {
      if (operation == 0 && p[kBrightness] != 1.0f) pending[count++] = {ColorOperation::kMix, p[kBrightness], 0.0f};
      if (operation == 2 && p[kSaturation] != 1.0f) pending[count++] = {ColorOperation::kSaturate, p[kSaturation], 0.0f};
      if (operation == 3 && p[kHue] != 0.0f) pending[count++] = {ColorOperation::kHue, p[kHue], 0.0f};
      if (operation == 1 && p[kContrast] != 1.0f) {
        const double sum = applyColorsAndSumLuma(pending, count, planes);
        const float mean = static_cast<float>(sum / static_cast<double>(s.size * s.size));
        pending[0] = {ColorOperation::kMix, p[kContrast], mean};
        count = 1;
      }
    }
  }
  const bool gray = p[kGrayscale] != 0.0f;
  if (gray) pending[count++] = {ColorOperation::kGrayscale, 0.0f, 0.0f};
  applyColors(pending, count, planes);
  return gray;
}

// Transposes one 8-row strip of a transposed plane into rows `to[j * stride + x]`, normalised; j < rows.
void writeStrip(float* to, int64_t stride, const float* plane, int64_t y, int64_t rows, const Settings& s, float gain,
                float offset) {
  const Lanes g = splat(gain), o = splat(offset);
  if (s.size < kLanes) {
    for (int64_t j = 0; j < rows; ++j)
      for (int64_t x = 0; x < s.size; ++x) to[j * stride + x] = plane[x * s.paddedSize + y + j] * gain + offset;
    return;
  }
  for (int64_t block = 0; block < s.size; block += kLanes) {
    const int64_t x = std::min(block, s.size - kLanes);
    Lanes tile[kLanes];
    for (int64_t j = 0; j < kLanes; ++j) tile[j] = load(plane + (x + j) * s.paddedSize + y);
    transpose(tile);
    for (int64_t j = 0; j < rows; ++j) store(to + j * stride + x, tile[j] * g + o);
  }
}

void writeOutput(float* out, const float* const (&planes)[3], const Settings& s) {
  if (!s.channelsLast) {
    for (int c = 0; c < 3; ++c) {
      float* to = out + c * s.size * s.size;
      for (int64_t y = 0; y < s.size; y += kLanes)
        writeStrip(to + y * s.size, s.size, planes[c], y, std::min(kLanes, s.size - y), s, s.gain[c], s.offset[c]);
    }
    return;
  }
  std::vector<float> strip(3 * kLanes * s.paddedSize);
  for (int64_t y = 0; y < s.size; y += kLanes) {
    const int64_t rows = std::min(kLanes, s.size - y);
    for (int c = 0; c < 3; ++c)
      writeStrip(strip.data() + c * kLanes * s.paddedSize, s.paddedSize, planes[c], y, rows, s, s.gain[c], s.offset[c]);
    for (int64_t j = 0; j < rows; ++j) {
      const float* red = strip.data() + j * s.paddedSize;
      const float *green = red + kLanes * s.paddedSize, *blue = green + kLanes * s.paddedSize;
      float* to = out + (y + j) * s.size * 3;
      for (int64_t x = 0; x < s.size; ++x) {
        to[3 * x] = red[x];
        to[3 * x + 1] = green[x];
        to[3 * x + 2] = blue[x];
      }
    }
  }
}

void augmentSample(float* out, const uint8_t* image, const float* p, const Settings& s, Workspace& work) {
  const int64_t top = static_cast<int64_t>(p[kTop]), left = static_cast<int64_t>(p[kLeft]);
  const int64_t height = static_cast<int64_t>(p[kHeight]), width = static_cast<int64_t>(p[kWidth]);
  work.vertical.compute(height, s.size, 1.0 / 255.0, false);
  work.horizontal.compute(width, s.size, 1.0, p[kFlip] != 0.0f);

  const int64_t planeLength = s.size * s.paddedSize;
  float* plane[3] = {work.planes.data(), work.planes.data() + planeLength, work.planes.data() + 2 * planeLength};
  for (int c = 0; c < 3; ++c) {
    const uint8_t* source = image + (c * s.height + top) * s.width + left;
    resizePlaneTransposed(plane[c], work.columns.data(), source, s.width, width, s.size, s.paddedSize, work.vertical,
                          work.horizontal);
  }

  const bool gray = applyColorParameters(p, s, {plane[0], plane[1], plane[2], planeLength});
  const int distinct = gray ? 1 : 3;
  if (p[kSigma] > 0.0f) {
    work.kernel.compute(s.blurKernel, p[kSigma]);
    for (int c = 0; c < distinct; ++c) {
      float* to = work.blurred.data() + c * planeLength;
      blurPlane(to, work.row.data(), plane[c], s.size, s.paddedSize, work.kernel);
      plane[c] = to;
    }
  }
  if (p[kSolarize] != 0.0f) {
    for (int c = 0; c < distinct; ++c) solarize(plane[c], 0, planeLength, s.solarizeThreshold);
  }
  const float* const result[3] = {plane[0], gray ? plane[0] : plane[1], gray ? plane[0] : plane[2]};
  writeOutput(out, result, s);
}

bool isFlag(float x) {
  return x == 0.0f || x == 1.0f;
}

bool isWhole(float x) {
  return std::isfinite(x) && std::floor(x) == x;
}

// Checks every sample's parameters; returns the widest crop.
int64_t checkParameters(const float* params, int64_t batch, const Settings& s) {
  int64_t widest = 1;
  for (int64_t b = 0; b < batch; ++b) {
    const float* p = params + b * kParameters;
    for (int64_t i = 0; i < kParameters; ++i)
      TORCH_CHECK(std::isfinite(p[i]), "twoview::augment: parameter ", i, " of sample ", b, " is not finite");
    const double top = p[kTop], left = p[kLeft], height = p[kHeight], width = p[kWidth];
    TORCH_CHECK(isWhole(p[kTop]) && isWhole(p[kLeft]) && isWhole(p[kHeight]) && isWhole(p[kWidth]) && top >= 0 &&
                    left >= 0 && height >= 1 && width >= 1 && top + height <= static_cast<double>(s.height) &&
                    left + width <= static_cast<double>(s.width),
                "twoview::augment: the crop of sample ", b, " (top ", top, ", left ", left, ", height ", height,
                ", width ", width, ") is not a box of whole pixels inside a ", s.height, "x", s.width, " image");
    TORCH_CHECK(isFlag(p[kFlip]) && isFlag(p[kGrayscale]) && isFlag(p[kSolarize]), "twoview::augment: flip, grayscale ",
                "and solarize of sample ", b, " must be 0 or 1");
    TORCH_CHECK(isWhole(p[kOrder]) && p[kOrder] >= -1.0f && p[kOrder] <= 23.0f,
                "twoview::augment: the jitter order of sample ", b, " must be -1 (none) or a whole number up to 23");
    TORCH_CHECK(p[kBrightness] >= 0.0f && p[kContrast] >= 0.0f && p[kSaturation] >= 0.0f, "twoview::augment: ",
                "brightness, contrast and saturation of sample ", b, " must not be negative");
    TORCH_CHECK(std::fabs(p[kHue]) <= 0.5f, "twoview::augment: the hue of sample ", b, " must lie in [-0.5, 0.5]");
    TORCH_CHECK(p[kSigma] >= 0.0f, "twoview::augment: the blur sigma of sample ", b, " must not be negative");
    TORCH_CHECK(p[kSigma] == 0.0f || s.blurKernel / 2 < s.size, "twoview::augment: a blur kernel of ", s.blurKernel,
                " pixels needs an output wider than ", s.blurKernel / 2, " pixels, not ", s.size);
    widest = std::max(widest, static_cast<int64_t>(p[kWidth]));
  }
  return widest;
}

// images: uint8 [B, 3, H, W]; params: float32 [B, kParameters]; result: float32 [B, 3, size, size].
at::Tensor augment(const at::Tensor& images, const at::Tensor& params, int64_t size, at::ArrayRef<double> mean,
                   at::ArrayRef<double> std, int64_t blurKernel, double solarizeThreshold, bool channelsLast) {
  TORCH_CHECK(images.dim() == 4 && images.size(1) == 3 && images.scalar_type() == at::kByte,
              "twoview::augment: images must be uint8 of shape [B, 3, H, W], not ", images.scalar_type(), " ",
              images.sizes());
  const int64_t batch = images.size(0);
  TORCH_CHECK(params.dim() == 2 && params.size(0) == batch && params.size(1) == kParameters &&
                  params.scalar_type() == at::kFloat && params.device().is_cpu(),
              "twoview::augment: params must be float32 on the CPU of shape [", batch, ", ", int64_t{kParameters},
              "], not ", params.scalar_type(), " ", params.sizes());
  TORCH_CHECK(images.size(2) >= 1 && images.size(3) >= 1 && images.size(2) <= kMaxImageSide &&
                  images.size(3) <= kMaxImageSide,
              "twoview::augment: image sides must be between 1 and ", kMaxImageSide, " pixels, not ", images.size(2),
              "x", images.size(3));
  TORCH_CHECK(size >= 1 && size <= kMaxOutputSide, "twoview::augment: size must be between 1 and ", kMaxOutputSide,
              " pixels, not ", size);
  TORCH_CHECK(blurKernel >= 1 && blurKernel % 2 == 1 && blurKernel < 2 * kMaxOutputSide,
              "twoview::augment: the blur kernel must be an odd number of pixels, not ", blurKernel);
  TORCH_CHECK(std::isfinite(solarizeThreshold), "twoview::augment: the solarize threshold must be finite");
  TORCH_CHECK(mean.size() == 3 && std.size() == 3, "twoview::augment: mean and std must hold three numbers each");

  Settings settings{images.size(2), images.size(3), size, roundUpToLanes(size), blurKernel,
                    static_cast<float>(solarizeThreshold), {}, {}, channelsLast};
  for (int c = 0; c < 3; ++c) {
    TORCH_CHECK(std::isfinite(mean[c]) && std::isfinite(std[c]) && std[c] > 0.0,
                "twoview::augment: mean must be finite and std positive, not ", mean[c], " and ", std[c]);
    settings.gain[c] = static_cast<float>(1.0 / std[c]);
    settings.offset[c] = static_cast<float>(-mean[c] / std[c]);
  }
  const at::Tensor source = images.contiguous();
  const at::Tensor parameters = params.contiguous();
  const float* p = parameters.data_ptr<float>();
  const int64_t widestCrop = checkParameters(p, batch, settings);

  const auto format = channelsLast ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
  at::Tensor result = at::empty({batch, 3, size, size}, images.options().dtype(at::kFloat).memory_format(format));
  if (batch == 0) return result;
  const uint8_t* from = source.data_ptr<uint8_t>();
  float* to = result.data_ptr<float>();
  const int64_t imageLength = 3 * settings.height * settings.width, viewLength = 3 * size * size;
  const int64_t threads = std::max<int64_t>(1, at::get_num_threads());
  at::parallel_for(0, batch, (batch + threads - 1) / threads, [&](int64_t begin, int64_t end) {
    Workspace work(settings, widestCrop);
    for (int64_t b = begin; b < end; ++b)
      augmentSample(to + b * viewLength, from + b * imageLength, p + b * kParameters, settings, work);
  });
  return result;
}

}  // namespace
}  // namespace twoview

TORCH_LIBRARY(twoview, m) {
  m.def(
      "augment(Tensor images, Tensor params, int size, float[] mean, float[] std, int blur_kernel, "
      "float solarize_threshold, bool channels_last) -> Tensor");
}

TORCH_LIBRARY_IMPL(twoview, CPU, m) {
  m.impl("augment", twoview::augment);
}
