// Differentiation: libtorch's own engine, its modes and its gradients.
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/variable.h>

#include "convert.h"

namespace twoview {
namespace {

/// backward(outputs, gradOutputs, retainGraph, createGraph, inputs)
napi_value backward(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&]() -> napi_value {
    torch::autograd::backward(call.tensors(0), call.tensors(1), call.boolean(2), call.boolean(3), call.tensors(4));
    return nullptr;
  });
}

/// grad(outputs, inputs, gradOutputs, retainGraph, createGraph, allowUnused)
napi_value grad(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&] {
    auto result = torch::autograd::grad(call.tensors(0), call.tensors(1), call.tensors(2), call.boolean(3), call.boolean(4), call.boolean(5));
    return wrapTensors(env, stateOf(env), std::move(result));
  });
}

napi_value gradMode(napi_env env, napi_callback_info) { return toBoolean(env, at::GradMode::is_enabled()); }

napi_value setGradMode(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&]() -> napi_value {
    at::GradMode::set_enabled(call.boolean(0));
    return nullptr;
  });
}

napi_value requiresGrad(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&] { return toBoolean(env, call.tensor(0).requires_grad()); });
}

napi_value setRequiresGrad(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&]() -> napi_value {
    at::Tensor& tensor = call.tensor(0);
    const bool wanted = call.boolean(1);
    if (!tensor.is_leaf()) {
      if (wanted) return nullptr;
      throw UsageError("only a leaf tensor can stop requiring grad; use detach()");
    }
    if (wanted && !torch::autograd::isDifferentiableType(tensor.scalar_type()))
      throw UsageError(std::string("a ") + scalarTypeName(tensor.scalar_type()) + " tensor cannot require grad: only floating point ones can");
    tensor.set_requires_grad(wanted);
    return nullptr;
  });
}

napi_value isLeaf(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&] { return toBoolean(env, call.tensor(0).is_leaf()); });
}

napi_value gradOf(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&] {
    at::Tensor& tensor = call.tensor(0);
    // Not Tensor::grad(), which prints a warning for tensors that are not leaves.
    if (!tensor.is_leaf() && !tensor.retains_grad()) return toNull(env);
    at::Tensor& gradient = tensor.mutable_grad();
    // Zeros without memory, which some derivatives are, get theirs here, so that writes into the gradient stay.
    if (gradient.defined() && gradient._is_zerotensor()) gradient = at::zeros(gradient.sizes(), gradient.options());
    return wrapTensor(env, stateOf(env), gradient);
  });
}

napi_value setGradOf(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&]() -> napi_value {
    at::Tensor& tensor = call.tensor(0);
    if (isNullish(env, call[1])) {
      tensor.mutable_grad() = at::Tensor();
      return nullptr;
    }
    at::Tensor& gradient = call.tensor(1);
    if (!gradient.sizes().equals(tensor.sizes()) || gradient.scalar_type() != tensor.scalar_type() || gradient.device() != tensor.device())
      throw UsageError("a gradient must have its tensor's shape, dtype and device");
    tensor.mutable_grad() = gradient;
    return nullptr;
  });
}

napi_value retainGrad(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&]() -> napi_value {
    call.tensor(0).retain_grad();
    return nullptr;
  });
}

}  // namespace

void defineAutograd(napi_env env, napi_value exports) {
  define(env, exports, "backward", backward);
  define(env, exports, "grad", grad);
  define(env, exports, "gradMode", gradMode);
  define(env, exports, "setGradMode", setGradMode);
  define(env, exports, "requiresGrad", requiresGrad);
  define(env, exports, "setRequiresGrad", setRequiresGrad);
  define(env, exports, "isLeaf", isLeaf);
  define(env, exports, "gradOf", gradOf);
  define(env, exports, "setGradOf", setGradOf);
  define(env, exports, "retainGrad", retainGrad);
}

}  // namespace twoview
