// The library as a whole: version, threads, memory, further shared libraries.
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <dlfcn.h>

#include "allocator.h"
#include "convert.h"

namespace twoview {
namespace {

napi_value version(napi_env env, napi_callback_info) { return toString(env, TORCH_VERSION); }

napi_value config(napi_env env, napi_callback_info) {
  return guarded(env, [&] { return toString(env, at::show_config() + "\n" + at::get_parallel_info()); });
}

napi_value numThreads(napi_env env, napi_callback_info) { return toNumber(env, at::get_num_threads()); }

napi_value setNumThreads(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&]() -> napi_value {
    const int64_t threads = call.integer(0);
    if (threads < 1 || threads > 4096) throw UsageError("the number of threads must be from 1 to 4096");
    at::set_num_threads(static_cast<int>(threads));
    return nullptr;
  });
}

/// setDeterministic(flag): refuse or replace algorithms whose result depends on timing.
napi_value setDeterministic(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&]() -> napi_value {
    const bool wanted = call.boolean(0);
    at::globalContext().setDeterministicAlgorithms(wanted, /*warn_only=*/true);
    at::globalContext().setDeterministicCuDNN(wanted);
    at::globalContext().setBenchmarkCuDNN(!wanted);
    return nullptr;
  });
}

napi_value memory(napi_env env, napi_callback_info) {
  return guarded(env, [&] {
    const MemoryStatistics statistics = memoryStatistics();
    napi_value result;
    napi_create_object(env, &result);
    napi_set_named_property(env, result, "handles", toNumber(env, static_cast<double>(stateOf(env).tensors.live())));
    napi_set_named_property(env, result, "bytes", toNumber(env, static_cast<double>(statistics.bytes)));
    napi_set_named_property(env, result, "peakBytes", toNumber(env, static_cast<double>(statistics.peakBytes)));
    napi_set_named_property(env, result, "cachedBytes", toNumber(env, static_cast<double>(statistics.cachedBytes)));
    return result;
  });
}

napi_value resetPeak(napi_env, napi_callback_info) {
  resetPeakMemory();
  return nullptr;
}

napi_value emptyCache(napi_env, napi_callback_info) {
  emptyMemoryCache();
  return nullptr;
}

napi_value memoryLimit(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&]() -> napi_value {
    const double bytes = call.number(0);
    if (!(bytes >= 0) || bytes > 9007199254740991.0) throw UsageError("the memory limit is a number of bytes; 0 stands for none");
    setMemoryLimit(static_cast<size_t>(bytes));
    return nullptr;
  });
}

/// adjustExternal(delta): tells the garbage collector what its tensors hold outside its heap.
napi_value adjustExternal(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&]() -> napi_value {
    int64_t total = 0;
    napi_adjust_external_memory(env, call.integer(0), &total);
    return nullptr;
  });
}

/// loadLibrary(path): its TORCH_LIBRARY operators become reachable.
napi_value loadLibrary(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&]() -> napi_value {
    const std::string path = call.string(0);
    if (!dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE)) throw UsageError(std::string("cannot load the library: ") + dlerror());
    return nullptr;
  });
}

}  // namespace

void defineSystem(napi_env env, napi_value exports) {
  installAllocator();
  define(env, exports, "version", version);
  define(env, exports, "config", config);
  define(env, exports, "numThreads", numThreads);
  define(env, exports, "setNumThreads", setNumThreads);
  define(env, exports, "setDeterministic", setDeterministic);
  define(env, exports, "memory", memory);
  define(env, exports, "resetPeakMemory", resetPeak);
  define(env, exports, "emptyMemoryCache", emptyCache);
  define(env, exports, "setMemoryLimit", memoryLimit);
  define(env, exports, "adjustExternal", adjustExternal);
  define(env, exports, "loadLibrary", loadLibrary);
}

}  // namespace twoview
