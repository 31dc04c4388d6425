// The C environment of the process. A worker's `process.env` is a copy that libraries never see, and OpenBLAS
// reads its settings once, when it is loaded: so this addon is not linked with libtorch and is loaded before it.
#include <node_api.h>

#include <cstdlib>
#include <string>

namespace {

bool readString(napi_env env, napi_value value, std::string& out) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, nullptr, 0, &length) != napi_ok) return false;
  out.resize(length + 1);
  napi_get_value_string_utf8(env, value, out.data(), length + 1, &length);
  out.resize(length);
  return true;
}

napi_value setEnv(napi_env env, napi_callback_info info) {
  size_t argc = 2;
  napi_value argv[2];
  napi_get_cb_info(env, info, &argc, argv, nullptr, nullptr);
  std::string name, value;
  if (argc < 2 || !readString(env, argv[0], name) || !readString(env, argv[1], value)) {
    napi_throw_type_error(env, nullptr, "setEnv expects a name and a value, both strings");
    return nullptr;
  }
  ::setenv(name.c_str(), value.c_str(), /*overwrite=*/1);
  return nullptr;
}

napi_value getEnv(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  napi_get_cb_info(env, info, &argc, argv, nullptr, nullptr);
  std::string name;
  napi_value result = nullptr;
  if (argc < 1 || !readString(env, argv[0], name)) {
    napi_throw_type_error(env, nullptr, "getEnv expects a name");
    return nullptr;
  }
  if (const char* value = std::getenv(name.c_str())) {
    napi_create_string_utf8(env, value, NAPI_AUTO_LENGTH, &result);
  } else {
    napi_get_null(env, &result);
  }
  return result;
}

}  // namespace

NAPI_MODULE_INIT() {
  napi_value fn;
  napi_create_function(env, "setEnv", NAPI_AUTO_LENGTH, setEnv, nullptr, &fn);
  napi_set_named_property(env, exports, "setEnv", fn);
  napi_create_function(env, "getEnv", NAPI_AUTO_LENGTH, getEnv, nullptr, &fn);
  napi_set_named_property(env, exports, "getEnv", fn);
  return exports;
}
