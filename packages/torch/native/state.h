// What one JavaScript thread owns, and the few helpers every native file needs.
#pragma once

#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <node_api.h>
#include <torch/csrc/api/include/torch/version.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include "handles.h"

#define TWOVIEW_TORCH_AT_LEAST(major, minor) \
  (TORCH_VERSION_MAJOR > (major) || (TORCH_VERSION_MAJOR == (major) && TORCH_VERSION_MINOR >= (minor)))

namespace twoview {

#if TWOVIEW_TORCH_AT_LEAST(2, 4)
template <class T>
using Optional = std::optional<T>;
#else
template <class T>
using Optional = c10::optional<T>;
#endif

enum class Kind : uint8_t {
  Tensor, TensorList, OptionalTensorList, Int, Float, Bool, Scalar, String,
  IntList, FloatList, BoolList, ScalarList, ScalarType, Layout, MemoryFormat, Device, Generator, Unsupported,
};

struct Argument {
  std::string name;
  Kind kind;
  bool optional;
  int32_t listSize;  // N of `int[N]`: a single number stands for N equal ones; 0 if not of fixed size
  Optional<c10::IValue> defaultValue;
};

struct Operator {
  c10::OperatorHandle handle;
  std::vector<Argument> arguments;
  int returnsArgument;  // the index of the argument that an in-place operator returns, or -1
};

struct ThreadState {
  HandleTable<at::Tensor> tensors;
  HandleTable<at::Generator> generators;
  std::vector<std::unique_ptr<Operator>> operators;
  std::unordered_map<std::string, uint32_t> operatorIds;
  std::unordered_map<const void*, napi_ref> sharedBuffers;  // one ArrayBuffer per shared storage
};

/// A misuse found before libtorch was asked; `type` selects TypeError.
struct UsageError : std::runtime_error {
  explicit UsageError(const std::string& message, bool type = false) : std::runtime_error(message), type(type) {}
  bool type;
};

ThreadState& stateOf(napi_env env);

/// Runs `body`, turning any C++ exception into a pending JavaScript Error.
template <class Body>
napi_value guarded(napi_env env, Body body) {
  try {
    return body();
  } catch (const UsageError& e) {
    if (e.type) napi_throw_type_error(env, nullptr, e.what());
    else napi_throw_error(env, nullptr, e.what());
  } catch (const c10::Error& e) {
    napi_throw_error(env, "TORCH", e.what_without_backtrace());
  } catch (const std::bad_alloc&) {
    napi_throw_error(env, "TORCH", "out of memory");
  } catch (const std::exception& e) {
    napi_throw_error(env, "TORCH", e.what());
  } catch (...) {
    napi_throw_error(env, "TORCH", "libtorch threw something that is not an exception");
  }
  return nullptr;
}

/// The arguments of a native function, with the conversions that check.
class Call {
 public:
  /// More arguments than this do not reach a native function; N-API clears as many slots at each call.
  static constexpr size_t kMax = 24;

  Call(napi_env env, napi_callback_info info) : env(env), argc(kMax) {
    void* data = nullptr;
    napi_get_cb_info(env, info, &argc, argv, nullptr, &data);
    state = static_cast<ThreadState*>(data);
  }
  napi_value operator[](size_t i) const { return i < argc ? argv[i] : nullptr; }
  size_t count() const { return argc; }

  double number(size_t i) const;
  int64_t integer(size_t i) const;
  bool boolean(size_t i) const;
  std::string string(size_t i) const;
  at::Tensor& tensor(size_t i) const;
  std::vector<at::Tensor> tensors(size_t i) const;  // null entries become undefined tensors
  std::vector<int64_t> sizes(size_t i) const;

  napi_env env;
  ThreadState* state;  // this thread's; the same that stateOf(env) finds, without asking

 private:
  napi_value argv[kMax];
  size_t argc;
};

at::Tensor& tensorOf(napi_env env, napi_value value);
/// Throws for an expanded tensor with so many elements that an operator would seem to hang.
void refuseEndless(const at::Tensor& tensor);
napi_value wrapTensor(napi_env env, ThreadState& state, at::Tensor tensor);  // null for an undefined tensor
napi_value wrapTensors(napi_env env, ThreadState& state, std::vector<at::Tensor> tensors);
napi_value toNumber(napi_env env, double value);
napi_value toBoolean(napi_env env, bool value);
napi_value toString(napi_env env, const std::string& value);
napi_value toNull(napi_env env);
bool isNullish(napi_env env, napi_value value);
std::string readString(napi_env env, napi_value value);

using NativeFunction = napi_value (*)(napi_env, napi_callback_info);
void define(napi_env env, napi_value exports, const char* name, NativeFunction function);

void defineOperators(napi_env env, napi_value exports);
void defineTensors(napi_env env, napi_value exports);
void defineAutograd(napi_env env, napi_value exports);
void defineGenerators(napi_env env, napi_value exports);
void defineSystem(napi_env env, napi_value exports);
void defineCuda(napi_env env, napi_value exports);

}  // namespace twoview
