// SPDX-License-Identifier: Apache-2.0
// The interpreter of kernels/evm.cl as C++ with one fault, chosen at run time: an instruction's gas, result
// or operand is wrong by one bit. The kernels' text has no part in it: what every instruction goes through
// (charge, top, set_top, push, finish_operands) is replaced here.
#pragma once

#include <string>
#include <vector>

#include "host/device/device.hpp"

namespace warpevm::test {

struct Mutant {
    enum Kind : uint8_t {
        none,
        gas,          ///< costs one more
        result_low,   ///< the lowest bit of what it leaves on the stack is flipped
        result_high,  ///< the highest
        operand       ///< from here on: the lowest bit of the operand at this depth is flipped
    };
    uint8_t op = 0;
    uint32_t kind = none;
};
std::string to_string(const Mutant& mutant);
/// Of each instruction all that apply to it.
std::vector<Mutant> all_mutants();

/// The native device with faulty lanes. One at a time: the fault is global, and lanes run on one thread.
std::unique_ptr<Device> open_mutant_device();
void set_mutant(const Mutant& mutant);
/// How often the fault changed something since it was set.
uint64_t mutations();

}  // namespace warpevm::test
