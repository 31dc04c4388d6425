// Random generators as explicit values: seeded, saved and restored.
#include <ATen/CPUGeneratorImpl.h>
#include <torch/csrc/api/include/torch/cuda.h>

#include <mutex>

#include "convert.h"

namespace twoview {
namespace {

at::Generator& generatorOf(napi_env env, const Call& call) {
  at::Generator* generator = stateOf(env).generators.find(call.number(0));
  if (!generator) throw UsageError("this Generator was freed, or belongs to another thread");
  return *generator;
}

/// createGenerator(device, seed)
napi_value createGenerator(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&] {
    const c10::Device device(call.string(0));
    at::Generator generator;
    if (device.is_cpu()) {
      generator = at::detail::createCPUGenerator();
    } else if (device.is_cuda() && torch::cuda::is_available()) {
      generator = at::globalContext().defaultGenerator(device).clone();
    } else {
      throw UsageError("no generator for device '" + device.str() + "'");
    }
    generator.set_current_seed(static_cast<uint64_t>(call.integer(1)));
    return toNumber(env, stateOf(env).generators.insert(std::move(generator)));
  });
}

napi_value defaultGenerator(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&] {
    const c10::Device device(call.string(0));
    if (!device.is_cpu() && !torch::cuda::is_available()) throw UsageError("no generator for device '" + device.str() + "'");
    return toNumber(env, stateOf(env).generators.insert(at::globalContext().defaultGenerator(device)));
  });
}

napi_value releaseGenerator(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&] { return toBoolean(env, stateOf(env).generators.release(call.number(0))); });
}

napi_value seedGenerator(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&]() -> napi_value {
    at::Generator& generator = generatorOf(env, call);
    const std::lock_guard<std::mutex> lock(generator.mutex());
    generator.set_current_seed(static_cast<uint64_t>(call.integer(1)));
    return nullptr;
  });
}

napi_value generatorState(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&] {
    at::Generator& generator = generatorOf(env, call);
    const std::lock_guard<std::mutex> lock(generator.mutex());
    return wrapTensor(env, stateOf(env), generator.get_state());
  });
}

napi_value setGeneratorState(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&]() -> napi_value {
    at::Generator& generator = generatorOf(env, call);
    const std::lock_guard<std::mutex> lock(generator.mutex());
    generator.set_state(call.tensor(1));
    return nullptr;
  });
}

}  // namespace

void defineGenerators(napi_env env, napi_value exports) {
  define(env, exports, "createGenerator", createGenerator);
  define(env, exports, "defaultGenerator", defaultGenerator);
  define(env, exports, "releaseGenerator", releaseGenerator);
  define(env, exports, "seedGenerator", seedGenerator);
  define(env, exports, "generatorState", generatorState);
  define(env, exports, "setGeneratorState", setGeneratorState);
}

}  // namespace twoview
