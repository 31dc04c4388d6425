// Tensors' metadata, and bytes in and out.
#include <algorithm>
#include <cstring>

#include "convert.h"

namespace twoview {
namespace {

napi_value release(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&] { return toBoolean(env, stateOf(env).tensors.release(call.number(0))); });
}

/// releaseMany(handles, count): the first `count` of a Float64Array.
napi_value releaseMany(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&]() -> napi_value {
    napi_typedarray_type type;
    size_t length = 0, offset = 0;
    void* data = nullptr;
    napi_value buffer;
    if (napi_get_typedarray_info(env, call[0], &type, &length, &data, &buffer, &offset) != napi_ok || type != napi_float64_array)
      throw UsageError("expected a Float64Array of handles", true);
    const auto count = std::min(length, static_cast<size_t>(std::max<int64_t>(call.integer(1), 0)));
    for (size_t i = 0; i < count; ++i) call.state->tensors.release(static_cast<const double*>(data)[i]);
    return nullptr;
  });
}

napi_value alias(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&] { return wrapTensor(env, stateOf(env), at::Tensor(call.tensor(0))); });
}

napi_value shape(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&] {
    const auto sizes = call.tensor(0).sizes();
    napi_value array;
    napi_create_array_with_length(env, sizes.size(), &array);
    for (size_t i = 0; i < sizes.size(); ++i) napi_set_element(env, array, i, toNumber(env, static_cast<double>(sizes[i])));
    return array;
  });
}

napi_value stride(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&] {
    const auto strides = call.tensor(0).strides();
    napi_value array;
    napi_create_array_with_length(env, strides.size(), &array);
    for (size_t i = 0; i < strides.size(); ++i) napi_set_element(env, array, i, toNumber(env, static_cast<double>(strides[i])));
    return array;
  });
}

napi_value dtype(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&] { return toString(env, scalarTypeName(call.tensor(0).scalar_type())); });
}

napi_value device(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&] { return toString(env, call.tensor(0).device().str()); });
}

napi_value numel(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&] { return toNumber(env, static_cast<double>(call.tensor(0).numel())); });
}

napi_value nbytes(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&] {
    const at::Tensor& tensor = call.tensor(0);
    return toNumber(env, tensor.has_storage() ? static_cast<double>(tensor.storage().nbytes()) : 0);
  });
}

napi_value isContiguous(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&] {
    const bool channelsLast = call.count() > 1 && call.boolean(1);
    return toBoolean(env, call.tensor(0).is_contiguous(channelsLast ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous));
  });
}

struct Bytes {
  const char* data;
  size_t length;
};

Bytes bytesOf(napi_env env, napi_value value) {
  napi_typedarray_type type;
  size_t length = 0, offset = 0;
  void* data = nullptr;
  napi_value buffer;
  if (!value || napi_get_typedarray_info(env, value, &type, &length, &data, &buffer, &offset) != napi_ok)
    throw UsageError("expected a typed array", true);
  static constexpr size_t widths[] = {1, 1, 1, 2, 2, 4, 4, 4, 8, 8, 8};
  return {static_cast<const char*>(data), length * widths[type]};
}

/// fromBytes(typedArray, dtype, shape): a CPU tensor with a copy of the bytes.
napi_value fromBytes(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&] {
    const Bytes bytes = bytesOf(env, call[0]);
    const at::ScalarType type = scalarTypeOf(env, call[1]);
    const auto sizes = call.sizes(2);
    size_t expected = c10::elementSize(type);
    for (const int64_t size : sizes)
      if (__builtin_mul_overflow(expected, static_cast<size_t>(size), &expected)) throw UsageError("this shape has too many elements");
    if (expected != bytes.length)
      throw UsageError("the shape needs " + std::to_string(expected) + " bytes, the array has " + std::to_string(bytes.length));
    at::Tensor tensor = at::empty(sizes, at::TensorOptions().dtype(type));
    if (bytes.length) std::memcpy(tensor.data_ptr(), bytes.data, bytes.length);
    return wrapTensor(env, stateOf(env), std::move(tensor));
  });
}

at::Tensor contiguousOnCpu(const at::Tensor& tensor) { return tensor.detach().to(at::kCPU).contiguous(); }

/// toBytes(handle): an ArrayBuffer with a copy of the elements in row-major order.
napi_value toBytes(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&] {
    const at::Tensor tensor = contiguousOnCpu(call.tensor(0));
    void* data = nullptr;
    napi_value buffer;
    if (napi_create_arraybuffer(env, tensor.nbytes(), &data, &buffer) != napi_ok)
      throw UsageError("JavaScript cannot hold an ArrayBuffer of " + std::to_string(tensor.nbytes()) + " bytes");
    if (tensor.nbytes()) std::memcpy(data, tensor.data_ptr(), tensor.nbytes());
    return buffer;
  });
}

/// copyBytes(handle, typedArray): overwrites a contiguous CPU tensor's elements.
napi_value copyBytes(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&]() -> napi_value {
    at::Tensor& tensor = call.tensor(0);
    const Bytes bytes = bytesOf(env, call[1]);
    if (!tensor.device().is_cpu() || !tensor.is_contiguous()) throw UsageError("copying bytes needs a contiguous tensor on the CPU");
    if (tensor.requires_grad() && at::GradMode::is_enabled()) throw UsageError("copying bytes into a tensor that requires grad needs noGrad");
    if (tensor.nbytes() != bytes.length)
      throw UsageError("the tensor has " + std::to_string(tensor.nbytes()) + " bytes, the array has " + std::to_string(bytes.length));
    if (bytes.length) std::memcpy(tensor.data_ptr(), bytes.data, bytes.length);
    tensor.unsafeGetTensorImpl()->bump_version();
    return nullptr;
  });
}

struct Shared {
  at::Tensor pinned;
  const void* storage;
};

/// share(handle): { buffer, byteOffset } where the buffer is the one ArrayBuffer over the tensor's whole storage.
napi_value share(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&] {
    ThreadState& state = stateOf(env);
    at::Tensor& tensor = call.tensor(0);
    if (!tensor.device().is_cpu()) throw UsageError("only a tensor on the CPU can be shared; copy it with .to({ device: 'cpu' }) first");
    if (!tensor.is_contiguous()) throw UsageError("only a contiguous tensor can be shared; call contiguous() first");
    const void* storage = tensor.storage().unsafeGetStorageImpl();
    napi_value buffer = nullptr;
    auto known = state.sharedBuffers.find(storage);
    if (known != state.sharedBuffers.end()) napi_get_reference_value(env, known->second, &buffer);
    if (!buffer) {
      if (known != state.sharedBuffers.end()) napi_delete_reference(env, known->second);
      auto* pin = new Shared{tensor.detach(), storage};
      const auto finalize = [](napi_env, void*, void* hint) { delete static_cast<Shared*>(hint); };
      char* data = static_cast<char*>(const_cast<void*>(tensor.storage().data()));
      if (napi_create_external_arraybuffer(env, data, tensor.storage().nbytes(), finalize, pin, &buffer) != napi_ok) {
        delete pin;
        throw UsageError("this JavaScript engine does not allow shared buffers; use data() for a copy");
      }
      napi_ref reference;
      napi_create_reference(env, buffer, 0, &reference);
      state.sharedBuffers[storage] = reference;
    }
    napi_value result;
    napi_create_object(env, &result);
    napi_set_named_property(env, result, "buffer", buffer);
    napi_set_named_property(env, result, "byteOffset", toNumber(env, static_cast<double>(tensor.storage_offset() * tensor.element_size())));
    return result;
  });
}

/// item(handle): the only element as number, bigint or boolean.
napi_value item(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&]() -> napi_value {
    const at::Tensor& tensor = call.tensor(0);
    if (tensor.numel() != 1) throw UsageError("item() needs a tensor with exactly one element; this one has " + std::to_string(tensor.numel()));
    const at::Scalar scalar = tensor.item();
    if (scalar.isBoolean()) return toBoolean(env, scalar.toBool());
    if (scalar.isIntegral(false)) return fromIValue(env, stateOf(env), c10::IValue(scalar.toLong()));
    return toNumber(env, scalar.toDouble());
  });
}

}  // namespace

void defineTensors(napi_env env, napi_value exports) {
  define(env, exports, "release", release);
  define(env, exports, "releaseMany", releaseMany);
  define(env, exports, "alias", alias);
  define(env, exports, "shape", shape);
  define(env, exports, "stride", stride);
  define(env, exports, "dtype", dtype);
  define(env, exports, "device", device);
  define(env, exports, "numel", numel);
  define(env, exports, "nbytes", nbytes);
  define(env, exports, "isContiguous", isContiguous);
  define(env, exports, "fromBytes", fromBytes);
  define(env, exports, "toBytes", toBytes);
  define(env, exports, "copyBytes", copyBytes);
  define(env, exports, "share", share);
  define(env, exports, "item", item);
}

}  // namespace twoview
