// Between JavaScript values and the dispatcher's IValues, directed by an operator's schema.
#include "convert.h"

#include <torch/csrc/api/include/torch/cuda.h>

#include <cmath>

namespace twoview {
namespace {

constexpr double kMaxSafe = 9007199254740991.0;
constexpr uint32_t kMaxListLength = 1u << 24;

struct NamedType {
  const char* name;
  at::ScalarType type;
};
constexpr NamedType kScalarTypes[] = {
    {"float32", at::kFloat}, {"float64", at::kDouble}, {"bfloat16", at::kBFloat16}, {"float16", at::kHalf},
    {"int64", at::kLong},    {"int32", at::kInt},      {"int16", at::kShort},       {"int8", at::kChar},
    {"uint8", at::kByte},    {"bool", at::kBool},
};

Kind kindOf(const c10::TypePtr& type) {
  switch (type->kind()) {
    case c10::TypeKind::TensorType: return Kind::Tensor;
    case c10::TypeKind::IntType:
    case c10::TypeKind::SymIntType: return Kind::Int;
    case c10::TypeKind::FloatType: return Kind::Float;
    case c10::TypeKind::BoolType: return Kind::Bool;
    case c10::TypeKind::NumberType: return Kind::Scalar;
    case c10::TypeKind::StringType: return Kind::String;
    case c10::TypeKind::ScalarTypeType: return Kind::ScalarType;
    case c10::TypeKind::LayoutType: return Kind::Layout;
    case c10::TypeKind::MemoryFormatType: return Kind::MemoryFormat;
    case c10::TypeKind::DeviceObjType: return Kind::Device;
    case c10::TypeKind::GeneratorType: return Kind::Generator;
    case c10::TypeKind::ListType: {
      const auto element = type->castRaw<c10::ListType>()->getElementType();
      if (element->kind() == c10::TypeKind::OptionalType)
        return element->castRaw<c10::OptionalType>()->getElementType()->kind() == c10::TypeKind::TensorType ? Kind::OptionalTensorList
                                                                                                            : Kind::Unsupported;
      switch (kindOf(element)) {
        case Kind::Tensor: return Kind::TensorList;
        case Kind::Int: return Kind::IntList;
        case Kind::Float: return Kind::FloatList;
        case Kind::Bool: return Kind::BoolList;
        case Kind::Scalar: return Kind::ScalarList;
        default: return Kind::Unsupported;
      }
    }
    default: return Kind::Unsupported;
  }
}

[[noreturn]] void wrongType(const Argument& argument, const std::string& expected) {
  throw UsageError("argument '" + argument.name + "' must be " + expected, true);
}

double readDouble(napi_env env, const Argument& argument, napi_value value) {
  double result;
  if (napi_get_value_double(env, value, &result) != napi_ok) wrongType(argument, "a number");
  return result;
}

int64_t readInt(napi_env env, const Argument& argument, napi_value value) {
  double number;
  if (napi_get_value_double(env, value, &number) == napi_ok) {
    if (!(std::abs(number) <= kMaxSafe) || number != std::floor(number)) wrongType(argument, "an integer");
    return static_cast<int64_t>(number);
  }
  int64_t result;
  bool lossless = false;
  if (napi_get_value_bigint_int64(env, value, &result, &lossless) != napi_ok || !lossless) wrongType(argument, "an integer");
  return result;
}

bool readBool(napi_env env, const Argument& argument, napi_value value) {
  bool result;
  if (napi_get_value_bool(env, value, &result) != napi_ok) wrongType(argument, "true or false");
  return result;
}

at::Scalar readScalar(napi_env env, const Argument& argument, napi_value value) {
  double number;
  if (napi_get_value_double(env, value, &number) == napi_ok) {
    const bool whole = std::abs(number) <= kMaxSafe && number == std::floor(number) && !(number == 0 && std::signbit(number));
    return whole ? at::Scalar(static_cast<int64_t>(number)) : at::Scalar(number);
  }
  bool flag;
  if (napi_get_value_bool(env, value, &flag) == napi_ok) return at::Scalar(flag);
  int64_t integer;
  bool lossless = false;
  if (napi_get_value_bigint_int64(env, value, &integer, &lossless) == napi_ok && lossless) return at::Scalar(integer);
  wrongType(argument, "a number");
}

at::Tensor& readTensor(ThreadState& state, const Argument& argument, double handle) {
  at::Tensor* tensor = state.tensors.find(handle);
  if (!tensor) throw UsageError("argument '" + argument.name + "' is a tensor that was freed, or that belongs to another thread");
  refuseEndless(*tensor);
  return *tensor;
}

at::Tensor& readTensor(napi_env env, ThreadState& state, const Argument& argument, napi_value value) {
  double handle;
  if (napi_get_value_double(env, value, &handle) != napi_ok) wrongType(argument, "a Tensor");
  return readTensor(state, argument, handle);
}

/// Calls `each(element)` over a JavaScript array; a lone value counts as N of them where the schema says `[N]`.
template <class Each>
void forEachElement(napi_env env, const Argument& argument, napi_value value, const char* expected, Each each) {
  uint32_t length = 0;
  if (napi_get_array_length(env, value, &length) != napi_ok) {  // not an array
    if (argument.listSize <= 0) wrongType(argument, expected);
    for (int32_t i = 0; i < argument.listSize; ++i) each(value);
    return;
  }
  if (length > kMaxListLength) wrongType(argument, std::string(expected) + " (this one is too long)");
  for (uint32_t i = 0; i < length; ++i) {
    napi_value element;
    if (napi_get_element(env, value, i, &element) != napi_ok) wrongType(argument, expected);
    each(element);
  }
}

/// A list of integers has one for each dimension, but for lists of where to cut. libtorch recurses, or takes minutes, over long ones.
void refuseManyDimensions(const Argument& argument, size_t length) {
  constexpr size_t kMost = 64;
  if (length <= kMost) return;
  for (const char* name : {"split_size", "split_sizes", "indices", "path", "sections"})
    if (argument.name == name) return;
  throw UsageError("argument '" + argument.name + "' has " + std::to_string(length) + " entries; a tensor has at most 64 dimensions");
}

at::Layout readLayout(napi_env env, const Argument& argument, napi_value value) {
  if (readString(env, value) != "strided") wrongType(argument, "'strided'");
  return at::kStrided;
}

at::MemoryFormat readMemoryFormat(napi_env env, const Argument& argument, napi_value value) {
  const std::string name = readString(env, value);
  if (name == "contiguous") return at::MemoryFormat::Contiguous;
  if (name == "preserve") return at::MemoryFormat::Preserve;
  if (name == "channels_last") return at::MemoryFormat::ChannelsLast;
  if (name == "channels_last_3d") return at::MemoryFormat::ChannelsLast3d;
  wrongType(argument, "'contiguous', 'channels_last', 'channels_last_3d' or 'preserve'");
}

c10::Device readDevice(napi_env env, const Argument& argument, napi_value value) {
  const c10::Device device(readString(env, value));
  if (device.is_cpu()) return device;
  if (!device.is_cuda()) wrongType(argument, "'cpu' or 'cuda:N'");
  const auto count = static_cast<int>(torch::cuda::device_count());
  if (count > 0 && device.index() >= count)
    throw UsageError("there is no device '" + device.str() + "': this machine and libtorch have " + std::to_string(count) + " CUDA devices");
  if (count == 0) throw UsageError("there is no CUDA device here, or this libtorch was built without CUDA; use device 'cpu'");
  return device;
}

template <class T>
napi_value fromList(napi_env env, ThreadState& state, const c10::List<T>& list) {
  napi_value array;
  napi_create_array_with_length(env, list.size(), &array);
  for (size_t i = 0; i < list.size(); ++i) napi_set_element(env, array, i, fromIValue(env, state, c10::IValue(T(list.get(i)))));
  return array;
}

}  // namespace

Argument describeArgument(const c10::Argument& argument) {
  c10::TypePtr type = argument.real_type();
  bool optional = false;
  if (type->kind() == c10::TypeKind::OptionalType) {
    optional = true;
    type = type->castRaw<c10::OptionalType>()->getElementType();
  }
  Optional<c10::IValue> defaultValue;
  if (argument.default_value()) defaultValue = *argument.default_value();
  return {argument.name(), kindOf(type), optional, argument.N() ? *argument.N() : 0, std::move(defaultValue)};
}

const char* kindName(Kind kind) {
  static const char* const names[] = {"Tensor",  "Tensor[]", "Tensor?[]", "int",        "float",  "bool",         "Scalar", "str",       "int[]",
                                      "float[]", "bool[]",   "Scalar[]",  "ScalarType", "Layout", "MemoryFormat", "Device", "Generator", "unsupported"};
  return names[static_cast<size_t>(kind)];
}

at::ScalarType scalarTypeOf(napi_env env, napi_value value) {
  const std::string name = readString(env, value);
  for (const NamedType& entry : kScalarTypes)
    if (name == entry.name) return entry.type;
  throw UsageError("unknown dtype '" + name + "': use float32, float64, bfloat16, float16, int64, int32, int16, int8, uint8 or bool", true);
}

const char* scalarTypeName(at::ScalarType type) {
  for (const NamedType& entry : kScalarTypes)
    if (type == entry.type) return entry.name;
  return c10::toString(type);
}

c10::IValue toIValue(napi_env env, ThreadState& state, const Argument& argument, napi_value value) {
  double number;
  if (argument.kind == Kind::Tensor && value && napi_get_value_double(env, value, &number) == napi_ok)  // the common case first
    return c10::IValue(readTensor(state, argument, number));
  napi_valuetype type = napi_undefined;
  if (value) napi_typeof(env, value, &type);
  if (type == napi_undefined) {
    if (argument.defaultValue) return *argument.defaultValue;
    if (argument.optional) return c10::IValue();
    throw UsageError("argument '" + argument.name + "' is missing", true);
  }
  if (type == napi_null) {
    if (argument.optional) return c10::IValue();
    wrongType(argument, std::string("given (it may not be null; expected ") + kindName(argument.kind) + ")");
  }
  switch (argument.kind) {
    case Kind::Tensor: return c10::IValue(readTensor(env, state, argument, value));
    case Kind::TensorList: {
      c10::List<at::Tensor> list;
      forEachElement(env, argument, value, "a list of Tensors",
                     [&](napi_value element) { list.push_back(readTensor(env, state, argument, element)); });
      return c10::IValue(std::move(list));
    }
    case Kind::OptionalTensorList: {
      c10::List<Optional<at::Tensor>> list;
      forEachElement(env, argument, value, "a list of Tensors or nulls", [&](napi_value element) {
        if (isNullish(env, element)) list.push_back(Optional<at::Tensor>());
        else list.push_back(readTensor(env, state, argument, element));
      });
      return c10::IValue(std::move(list));
    }
    case Kind::Int: return c10::IValue(readInt(env, argument, value));
    case Kind::Float: return c10::IValue(readDouble(env, argument, value));
    case Kind::Bool: return c10::IValue(readBool(env, argument, value));
    case Kind::Scalar: return c10::IValue(readScalar(env, argument, value));
    case Kind::String: return c10::IValue(readString(env, value));
    case Kind::IntList: {
      c10::List<int64_t> list;
      forEachElement(env, argument, value, "a list of integers", [&](napi_value e) { list.push_back(readInt(env, argument, e)); });
      refuseManyDimensions(argument, list.size());
      return c10::IValue(std::move(list));
    }
    case Kind::FloatList: {
      c10::List<double> list;
      forEachElement(env, argument, value, "a list of numbers", [&](napi_value e) { list.push_back(readDouble(env, argument, e)); });
      return c10::IValue(std::move(list));
    }
    case Kind::BoolList: {
      c10::List<bool> list;
      forEachElement(env, argument, value, "a list of booleans", [&](napi_value e) { list.push_back(readBool(env, argument, e)); });
      return c10::IValue(std::move(list));
    }
    case Kind::ScalarList: {
      c10::impl::GenericList list(c10::NumberType::get());
      forEachElement(env, argument, value, "a list of numbers", [&](napi_value e) { list.push_back(c10::IValue(readScalar(env, argument, e))); });
      return c10::IValue(std::move(list));
    }
    case Kind::ScalarType: return c10::IValue(static_cast<int64_t>(scalarTypeOf(env, value)));
    case Kind::Layout: return c10::IValue(static_cast<int64_t>(readLayout(env, argument, value)));
    case Kind::MemoryFormat: return c10::IValue(static_cast<int64_t>(readMemoryFormat(env, argument, value)));
    case Kind::Device: return c10::IValue(readDevice(env, argument, value));
    case Kind::Generator: {
      at::Generator* generator = state.generators.find(readDouble(env, argument, value));
      if (!generator) throw UsageError("argument '" + argument.name + "' is a Generator that was freed, or that belongs to another thread");
      return c10::IValue(*generator);
    }
    case Kind::Unsupported: break;
  }
  throw UsageError("argument '" + argument.name + "' has a type that JavaScript cannot express; leave it out", true);
}

napi_value fromIValue(napi_env env, ThreadState& state, c10::IValue value) {
  if (value.isTensor()) return wrapTensor(env, state, std::move(value).toTensor());
  if (value.isNone()) return toNull(env);
  if (value.isInt()) {
    const int64_t integer = value.toInt();
    napi_value result;
    if (std::abs(static_cast<double>(integer)) <= kMaxSafe) napi_create_int64(env, integer, &result);
    else napi_create_bigint_int64(env, integer, &result);
    return result;
  }
  if (value.isDouble()) return toNumber(env, value.toDouble());
  if (value.isBool()) return toBoolean(env, value.toBool());
  if (value.isString()) return toString(env, value.toStringRef());
  if (value.isTensorList()) return fromList(env, state, value.toTensorList());
  if (value.isIntList()) return fromList(env, state, value.toIntList());
  if (value.isDoubleList()) return fromList(env, state, value.toDoubleList());
  if (value.isBoolList()) return fromList(env, state, value.toBoolList());
  throw UsageError("the operator returned a " + value.tagKind() + ", which JavaScript cannot express");
}

}  // namespace twoview
