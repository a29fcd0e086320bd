// SPDX-License-Identifier: Apache-2.0
// A case: an attack and its harmless twin, and what is asked of them.
#pragma once

#include "tests/adversarial/child.hpp"
#include "tests/adversarial/scene.hpp"

namespace warpevm::adversarial {

enum class Side : uint8_t { attack, twin };
/// Who executes: serial's fast loop, its plain loop, the parallel executor as users have it, and with
/// everything speculated.
enum class Backend : uint8_t { serial, plain, cpu, speculated };
std::string_view name(Backend backend);

struct Case {
    std::string name;
    Fork fork = Fork::cancun;
    /// Puts the state and the transactions into the scene.
    std::function<void(Scene& scene, Side side)> build;
    /// In place of it: work that is no execution (a decoder). Its answer's gas is four times the input's
    /// bytes.
    std::function<Work(Side)> work{};
    /// Runs also on threads with little stack.
    bool small_stacks = false;
    /// What may be asked of the state view; zeros: not looked at.
    Reads most_reads{};
    /// Cheap enough for the address sanitizer, and something for it to find.
    bool sanitized = false;
    /// The twin spends as much gas, within a quarter. False: a case that has no such twin.
    bool same_gas = true;
    /// The twin does other work, so that four times its time says nothing: only the bound by gas holds.
    bool bound_by_gas = false;
    /// Million gas that a second above the twin's time must be good for. Less than 50 is a gap, and says why.
    double mgas_per_second = 50;
};
using Cases = std::vector<Case>;

/// Runs the case on every backend and reports to GoogleTest.
void check(const Case& one);
Measured measure(const Case& one, Side side, Backend backend, const ChildSettings& settings = {});

// The families.
void add_moving_memory(Cases& cases);
void add_deep_stacks(Cases& cases);
void add_colliding_keys(Cases& cases);
void add_translation(Cases& cases);
void add_creations(Cases& cases);
void add_hot_rows(Cases& cases);
void add_roots(Cases& cases);
void add_unpaid_reads(Cases& cases);
void add_reverts(Cases& cases);
void add_big_memory(Cases& cases);
void add_arithmetic(Cases& cases);
void add_precompiles(Cases& cases);
void add_envelopes(Cases& cases);
void add_decoders(Cases& cases);

}  // namespace warpevm::adversarial
