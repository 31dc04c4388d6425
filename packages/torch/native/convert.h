// Between JavaScript values and the dispatcher's IValues, directed by an operator's schema.
#pragma once

#include "state.h"

namespace twoview {

/// Classifies a schema's type once, so that a call only switches on an enum.
Argument describeArgument(const c10::Argument& argument);
const char* kindName(Kind kind);

/// `undefined` takes the schema's default; `null` is None where the argument is optional.
c10::IValue toIValue(napi_env env, ThreadState& state, const Argument& argument, napi_value value);
napi_value fromIValue(napi_env env, ThreadState& state, c10::IValue value);

at::ScalarType scalarTypeOf(napi_env env, napi_value value);
const char* scalarTypeName(at::ScalarType type);  // "float32", ...; throws for types that are not exposed

}  // namespace twoview
