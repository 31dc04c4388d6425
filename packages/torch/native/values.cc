// JavaScript values that are not operator arguments: numbers, strings, lists of handles.
#include <cmath>

#include "state.h"

namespace twoview {

double Call::number(size_t i) const {
  double value = 0;
  if (i >= argc || napi_get_value_double(env, argv[i], &value) != napi_ok) throw UsageError("expected a number", true);
  return value;
}

int64_t Call::integer(size_t i) const {
  const double value = number(i);
  if (!(std::abs(value) <= 9007199254740991.0) || value != std::floor(value)) throw UsageError("expected an integer", true);
  return static_cast<int64_t>(value);
}

bool Call::boolean(size_t i) const {
  bool value = false;
  if (i >= argc || napi_get_value_bool(env, argv[i], &value) != napi_ok) throw UsageError("expected a boolean", true);
  return value;
}

std::string Call::string(size_t i) const {
  if (i >= argc) throw UsageError("expected a string", true);
  return readString(env, argv[i]);
}

at::Tensor& Call::tensor(size_t i) const {
  if (i >= argc) throw UsageError("expected a Tensor", true);
  return tensorOf(env, argv[i]);
}

std::vector<at::Tensor> Call::tensors(size_t i) const {
  bool isArray = false;
  if (i >= argc || napi_is_array(env, argv[i], &isArray) != napi_ok || !isArray) throw UsageError("expected a list of tensors", true);
  uint32_t length = 0;
  napi_get_array_length(env, argv[i], &length);
  std::vector<at::Tensor> result;
  result.reserve(length);
  for (uint32_t k = 0; k < length; ++k) {
    napi_value element;
    napi_get_element(env, argv[i], k, &element);
    if (isNullish(env, element)) result.emplace_back();
    else {
      result.push_back(tensorOf(env, element));
      refuseEndless(result.back());
    }
  }
  return result;
}

std::vector<int64_t> Call::sizes(size_t i) const {
  bool isArray = false;
  if (i >= argc || napi_is_array(env, argv[i], &isArray) != napi_ok || !isArray) throw UsageError("expected a shape", true);
  uint32_t length = 0;
  napi_get_array_length(env, argv[i], &length);
  std::vector<int64_t> result;
  result.reserve(length);
  for (uint32_t k = 0; k < length; ++k) {
    napi_value element;
    double value = -1;
    napi_get_element(env, argv[i], k, &element);
    if (napi_get_value_double(env, element, &value) != napi_ok || !(value >= 0) || value > 9007199254740991.0 || value != std::floor(value))
      throw UsageError("a shape is a list of integers of at least 0", true);
    result.push_back(static_cast<int64_t>(value));
  }
  return result;
}

at::Tensor& tensorOf(napi_env env, napi_value value) {
  double handle = 0;
  if (napi_get_value_double(env, value, &handle) != napi_ok) throw UsageError("expected a Tensor", true);
  at::Tensor* tensor = stateOf(env).tensors.find(handle);
  if (!tensor) throw UsageError("this tensor was freed (by dispose, by the end of its scope, or it belongs to another thread)");
  return *tensor;
}

void refuseEndless(const at::Tensor& tensor) {
  constexpr int64_t kMost = int64_t{1} << 36;
  const int64_t count = tensor.numel();
  if (count > 0 && count <= kMost) return;
  if (count == 0) {
    // No elements, but loops over the other dimensions.
    int64_t steps = 1;
    for (const int64_t size : tensor.sizes())
      if (size > 0 && (__builtin_mul_overflow(steps, size, &steps) || steps > kMost))
        throw UsageError("a tensor without elements has a dimension so long that going along it takes hours or longer");
    return;
  }
  if (tensor.has_storage() && static_cast<size_t>(count) <= tensor.storage().nbytes()) return;
  throw UsageError("a tensor of " + std::to_string(count) +
                   " elements that share a few bytes (the result of an expand) takes hours or longer to go through; reduce it before it is expanded");
}

napi_value wrapTensor(napi_env env, ThreadState& state, at::Tensor tensor) {
  if (!tensor.defined()) return toNull(env);
  // Some derivatives are zeros without memory, which only operators understand.
  if (tensor._is_zerotensor()) tensor = at::zeros(tensor.sizes(), tensor.options());
  const double handle = state.tensors.insert(std::move(tensor));
  if (handle == 0) throw UsageError("too many live tensors (16.7 million): something keeps them; use scope() or dispose()");
  return toNumber(env, handle);
}

napi_value wrapTensors(napi_env env, ThreadState& state, std::vector<at::Tensor> tensors) {
  napi_value array;
  napi_create_array_with_length(env, tensors.size(), &array);
  for (size_t i = 0; i < tensors.size(); ++i) napi_set_element(env, array, i, wrapTensor(env, state, std::move(tensors[i])));
  return array;
}

napi_value toNumber(napi_env env, double value) {
  napi_value result;
  napi_create_double(env, value, &result);
  return result;
}

napi_value toBoolean(napi_env env, bool value) {
  napi_value result;
  napi_get_boolean(env, value, &result);
  return result;
}

napi_value toString(napi_env env, const std::string& value) {
  napi_value result;
  napi_create_string_utf8(env, value.data(), value.size(), &result);
  return result;
}

napi_value toNull(napi_env env) {
  napi_value result;
  napi_get_null(env, &result);
  return result;
}

bool isNullish(napi_env env, napi_value value) {
  if (!value) return true;
  napi_valuetype type;
  napi_typeof(env, value, &type);
  return type == napi_undefined || type == napi_null;
}

std::string readString(napi_env env, napi_value value) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, nullptr, 0, &length) != napi_ok) throw UsageError("expected a string", true);
  std::string result(length + 1, '\0');
  napi_get_value_string_utf8(env, value, result.data(), length + 1, &length);
  result.resize(length);
  return result;
}

}  // namespace twoview
