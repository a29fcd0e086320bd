// SPDX-License-Identifier: Apache-2.0
// The envelope of JSON-RPC answers.
#pragma once

#include "evm/codec/json.hpp"

namespace warpevm::json {

/// "result" of a JSON-RPC answer, or the value itself where it is none. An answer that reports an error, or
/// has no result, is an error that says the node's message.
Result<Value> rpc_result(const Value& value);

}  // namespace warpevm::json
