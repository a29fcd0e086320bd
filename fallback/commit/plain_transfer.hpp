// SPDX-License-Identifier: Apache-2.0
// A transfer of ether to an account without code executes nothing: what it observes and does follows from the
// transaction, and needs neither journal nor machine.
#pragma once

#include "fallback/commit/speculation.hpp"

namespace warpevm {

/// Whether nothing but the accounts' state keeps `tx` from being a plain transfer: it calls something that is
/// no precompile, and lists neither accesses, blobs nor authorizations.
bool may_be_plain_transfer(const BlockTransaction& tx, Fork fork);

/// Forms the records of `tx` as of the view's position. False, and nothing formed, where it may be more than
/// a plain transfer, or is invalid: then it is executed like any other.
bool run_plain_transfer(const BlockTransaction& tx, const BlockInput& block, PositionView& view,
                        Incarnation& result);

}  // namespace warpevm
