// The module: one ThreadState per JavaScript thread, and the table of native functions.
#include <dlfcn.h>

#include <atomic>

#include "state.h"

namespace twoview {

uint32_t nextGenerationBase() {
  // Tables of different threads start far apart, so that a handle carried to another thread matches nothing there.
  static std::atomic<uint32_t> tables{0};
  return 1 + (tables.fetch_add(1) % 4096) * 0x1ffff;
}

ThreadState& stateOf(napi_env env) {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  return *static_cast<ThreadState*>(data);
}

void define(napi_env env, napi_value exports, const char* name, NativeFunction function) {
  napi_value value;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, function, &stateOf(env), &value);
  napi_set_named_property(env, exports, name, value);
}

}  // namespace twoview

NAPI_MODULE_INIT() {
  using namespace twoview;
  // Node unloads an addon when the last thread that loaded it ends; libtorch and OpenMP do not survive that.
  Dl_info self;
  if (dladdr(reinterpret_cast<void*>(&nextGenerationBase), &self)) dlopen(self.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
  napi_set_instance_data(
      env, new ThreadState(), [](napi_env, void* data, void*) { delete static_cast<ThreadState*>(data); }, nullptr);
  defineOperators(env, exports);
  defineTensors(env, exports);
  defineAutograd(env, exports);
  defineGenerators(env, exports);
  defineSystem(env, exports);
  defineCuda(env, exports);
  return exports;
}
