// CUDA devices, where the library has them: count, synchronisation, memory. Nothing here needs nvcc.
#include <torch/csrc/api/include/torch/cuda.h>

#include "convert.h"

#ifdef TWOVIEW_CUDA_ALLOCATOR
#include <c10/cuda/CUDACachingAllocator.h>
#endif

namespace twoview {
namespace {

napi_value deviceCount(napi_env env, napi_callback_info) {
  return guarded(env, [&] { return toNumber(env, static_cast<double>(torch::cuda::device_count())); });
}

int64_t deviceIndex(const Call& call) {
  const int64_t index = call.integer(0);
  const auto count = static_cast<int64_t>(torch::cuda::device_count());
  if (index < 0 || index >= count)
    throw UsageError("there is no CUDA device " + std::to_string(index) + "; this machine and library have " + std::to_string(count));
  return index;
}

napi_value synchronize(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&]() -> napi_value {
    torch::cuda::synchronize(deviceIndex(call));
    return nullptr;
  });
}

/// cudaMemory(device): { bytes, peakBytes, reservedBytes }, or null where the library cannot tell.
napi_value cudaMemory(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&]() -> napi_value {
    [[maybe_unused]] const int64_t index = deviceIndex(call);
#ifdef TWOVIEW_CUDA_ALLOCATOR
    const auto statistics = c10::cuda::CUDACachingAllocator::getDeviceStats(static_cast<c10::DeviceIndex>(index));
    napi_value result;
    napi_create_object(env, &result);
    napi_set_named_property(env, result, "bytes", toNumber(env, static_cast<double>(statistics.allocated_bytes[0].current)));
    napi_set_named_property(env, result, "peakBytes", toNumber(env, static_cast<double>(statistics.allocated_bytes[0].peak)));
    napi_set_named_property(env, result, "reservedBytes", toNumber(env, static_cast<double>(statistics.reserved_bytes[0].current)));
    return result;
#else
    return toNull(env);
#endif
  });
}

}  // namespace

void defineCuda(napi_env env, napi_value exports) {
  define(env, exports, "cudaDeviceCount", deviceCount);
  define(env, exports, "cudaSynchronize", synchronize);
  define(env, exports, "cudaMemory", cudaMemory);
}

}  // namespace twoview
