// One generic way to every operator: look it up once, convert by its schema, call the dispatcher boxed.
#include "convert.h"

#include <sstream>

namespace twoview {
namespace {

int returnedArgument(const c10::FunctionSchema& schema) {
  if (schema.returns().size() != 1 || !schema.returns()[0].alias_info() || !schema.returns()[0].alias_info()->isWrite()) return -1;
  const auto& returned = *schema.returns()[0].alias_info();
  for (size_t i = 0; i < schema.arguments().size(); ++i) {
    const auto* alias = schema.arguments()[i].alias_info();
    if (alias && alias->isWrite() && alias->beforeSets() == returned.beforeSets()) return static_cast<int>(i);
  }
  return -1;
}

napi_value describeArguments(napi_env env, const c10::FunctionSchema& schema) {
  napi_value list;
  napi_create_array_with_length(env, schema.arguments().size(), &list);
  for (size_t i = 0; i < schema.arguments().size(); ++i) {
    const c10::Argument& source = schema.arguments()[i];
    const Argument argument = describeArgument(source);
    napi_value entry;
    napi_create_object(env, &entry);
    napi_set_named_property(env, entry, "name", toString(env, argument.name));
    napi_set_named_property(env, entry, "kind", toString(env, kindName(argument.kind)));
    napi_set_named_property(env, entry, "optional", toBoolean(env, argument.optional));
    napi_set_named_property(env, entry, "listSize", toNumber(env, argument.listSize));
    napi_set_named_property(env, entry, "keywordOnly", toBoolean(env, source.kwarg_only()));
    napi_set_named_property(env, entry, "written", toBoolean(env, source.alias_info() && source.alias_info()->isWrite()));
    if (argument.defaultValue) {
      std::ostringstream text;
      text << *argument.defaultValue;
      napi_set_named_property(env, entry, "default", toString(env, text.str()));
    }
    napi_set_element(env, list, i, entry);
  }
  return list;
}

napi_value describeReturns(napi_env env, const c10::FunctionSchema& schema) {
  napi_value list;
  napi_create_array_with_length(env, schema.returns().size(), &list);
  for (size_t i = 0; i < schema.returns().size(); ++i)
    napi_set_element(env, list, i, toString(env, kindName(describeArgument(schema.returns()[i]).kind)));
  return list;
}

napi_value describeSchema(napi_env env, const c10::FunctionSchema& schema) {
  napi_value entry;
  napi_create_object(env, &entry);
  napi_set_named_property(env, entry, "name", toString(env, schema.name()));
  napi_set_named_property(env, entry, "overload", toString(env, schema.overload_name()));
  napi_set_named_property(env, entry, "arguments", describeArguments(env, schema));
  napi_set_named_property(env, entry, "returns", describeReturns(env, schema));
  napi_set_named_property(env, entry, "returnsArgument", toNumber(env, returnedArgument(schema)));
  return entry;
}

/// schemas(prefix): every registered operator whose name starts with the prefix.
napi_value schemas(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&] {
    const std::string prefix = call.string(0);
    auto& dispatcher = c10::Dispatcher::singleton();
    napi_value list;
    napi_create_array(env, &list);
    uint32_t count = 0;
    for (const auto& name : dispatcher.getAllOpNames()) {
      if (name.name.compare(0, prefix.size(), prefix) != 0) continue;
      if (auto handle = dispatcher.findSchema(name)) napi_set_element(env, list, count++, describeSchema(env, handle->schema()));
    }
    return list;
  });
}

/// findOperator(name, overload): { id, schema }, or null where this libtorch has none.
napi_value findOperator(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&]() -> napi_value {
    ThreadState& state = stateOf(env);
    const std::string name = call.string(0), overload = call.string(1);
    const auto handle = c10::Dispatcher::singleton().findSchema({name, overload});
    if (!handle || handle->schema().arguments().size() >= Call::kMax) return toNull(env);
    const auto [entry, isNew] = state.operatorIds.try_emplace(name + "." + overload, static_cast<uint32_t>(state.operators.size()));
    if (isNew) {
      auto op = std::make_unique<Operator>(Operator{*handle, {}, returnedArgument(handle->schema())});
      for (const auto& argument : handle->schema().arguments()) op->arguments.push_back(describeArgument(argument));
      state.operators.push_back(std::move(op));
    }
    napi_value result = describeSchema(env, handle->schema());
    napi_set_named_property(env, result, "id", toNumber(env, entry->second));
    return result;
  });
}

/// The dispatcher's stack for one call. Its memory serves the next call of the thread: allocating it costs a twentieth
/// of a small operator.
struct BorrowedStack {
  std::vector<c10::IValue> values;
  BorrowedStack() { values.swap(spare()); }
  ~BorrowedStack() {
    values.clear();
    if (values.capacity() <= 64) values.swap(spare());
  }
  static std::vector<c10::IValue>& spare() {
    static thread_local std::vector<c10::IValue> empty;
    return empty;
  }
};

/// call(id, ...arguments): undefined where an in-place operator returns its own argument.
napi_value callOperator(napi_env env, napi_callback_info info) {
  Call call(env, info);
  return guarded(env, [&]() -> napi_value {
    ThreadState& state = *call.state;
    uint32_t id = 0;
    if (call.count() < 1 || napi_get_value_uint32(env, call[0], &id) != napi_ok || id >= state.operators.size())
      throw UsageError("no such operator", true);
    const Operator& op = *state.operators[id];
    BorrowedStack borrowed;
    std::vector<c10::IValue>& stack = borrowed.values;
    stack.reserve(std::max<size_t>(op.arguments.size(), 4));
    for (size_t i = 0; i < op.arguments.size(); ++i) stack.push_back(toIValue(env, state, op.arguments[i], call[i + 1]));
    op.handle.callBoxed(&stack);
    if (op.returnsArgument >= 0 || stack.empty()) return nullptr;
    if (stack.size() == 1) return fromIValue(env, state, std::move(stack[0]));
    napi_value results;
    napi_create_array_with_length(env, stack.size(), &results);
    for (size_t i = 0; i < stack.size(); ++i) napi_set_element(env, results, i, fromIValue(env, state, std::move(stack[i])));
    return results;
  });
}

}  // namespace

void defineOperators(napi_env env, napi_value exports) {
  define(env, exports, "schemas", schemas);
  define(env, exports, "findOperator", findOperator);
  define(env, exports, "call", callOperator);
}

}  // namespace twoview
