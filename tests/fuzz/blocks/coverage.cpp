// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/blocks/coverage.hpp"

#include "evm/vm/precompiles.hpp"

namespace warpevm::fuzz {
namespace {

int kind_of(uint8_t opcode) {
    switch (opcode) {
        case OP_CALL: return Coverage::call;
        case OP_CALLCODE: return Coverage::callcode;
        case OP_DELEGATECALL: return Coverage::delegatecall;
        case OP_STATICCALL: return Coverage::staticcall;
        case OP_CREATE: return Coverage::create;
        case OP_CREATE2: return Coverage::create2;
        default: return -1;
    }
}
bool is_create(int kind) {
    return kind == Coverage::create || kind == Coverage::create2;
}
bool halts(uint8_t opcode) {
    return opcode == OP_STOP || opcode == OP_RETURN || opcode == OP_REVERT || opcode == OP_SELFDESTRUCT;
}
int precompile_index(const Address& address, Fork fork) {
    if (find_precompile(address, fork) == nullptr) return -1;
    return address.bytes[18] != 0 ? int{Coverage::precompiles_count} - 1 : address.bytes[19];
}
void raise(uint64_t& most, uint64_t now) {
    most = std::max(most, now);
}
constexpr uint64_t mebibyte = uint64_t{1} << 20;

}  // namespace

void CoverageTracer::announce(FrameSeen& frame, const TraceStep& step) {
    frame.opcode = step.opcode;
    frame.entered = false;
    frame.precompile = -1;
    frame.kind = kind_of(step.opcode);
    const size_t words = step.stack.size();
    if (frame.kind < 0 || words < 6) return;
    if (is_create(frame.kind)) return;
    const bool has_value = step.opcode == OP_CALL || step.opcode == OP_CALLCODE;
    frame.precompile = precompile_index(to_address(step.stack[words - 2]), m_fork);
    frame.input_size = step.stack[words - (has_value ? 5 : 4)].saturated_u64();
}

/// The call that a frame made has ended.
void CoverageTracer::conclude(FrameSeen& frame, bool success) {
    const auto count = [&](Coverage::Ends& ends) { ++(success ? ends.success : ends.failure); };
    if (frame.entered) {
        count(m_coverage.frames[static_cast<size_t>(frame.kind)]);
        if (frame.precompile >= 0) count(m_coverage.precompiles[static_cast<size_t>(frame.precompile)]);
        if (is_create(frame.kind) && !success && frame.callee == Status::success)
            ++m_coverage.creations_refused;
    } else if (!success) {
        ++m_coverage.calls_without_frame;
    }
    frame.kind = -1;
}

void CoverageTracer::on_step(const TraceStep& step) {
    const auto depth = static_cast<size_t>(step.depth);
    FrameSeen& frame = m_frames[depth];
    if (depth > m_depth) {
        const FrameSeen& caller = m_frames[depth - 1];
        const bool first = depth == 1;
        frame = {.memory_below = first ? 0 : caller.memory_below + caller.memory,
                 .words_below = first ? 0 : caller.words_below + caller.words};
        raise(m_coverage.deepest, depth);
    } else if (frame.kind >= 0) {
        conclude(frame, !step.stack.back().is_zero());
    }
    m_depth = depth;
    const uint64_t before = frame.memory_below + frame.memory, after = frame.memory_below + step.memory_size;
    if (before < mebibyte && after >= mebibyte && depth > 1 && m_frames[depth - 1].input_size != 0)
        ++m_coverage.grown_under_input;
    frame.memory = step.memory_size;
    frame.words = step.stack.size();
    raise(m_coverage.most_memory, frame.memory);
    raise(m_coverage.most_shared_memory, after);
    raise(m_coverage.most_words, frame.words);
    raise(m_coverage.most_live_words, frame.words_below + frame.words);
    announce(frame, step);
}

void CoverageTracer::on_enter(int64_t) {
    m_frames[m_depth].entered = true;
    m_frames[m_depth].callee = Status::success;
}

void CoverageTracer::on_step_done(const StepEnd& end) {
    FrameSeen& frame = m_frames[m_depth];
    const bool executed = !is_exceptional(end.status);
    if (executed) ++m_coverage.opcodes[frame.opcode];
    if (executed && !halts(frame.opcode)) return;
    ++m_coverage.statuses[static_cast<size_t>(end.status)];
    if (--m_depth > 0) m_frames[m_depth].callee = end.status;
}

void Coverage::count(const BlockOutcome& outcome, Fork fork) {
    ++blocks;
    ++forks[static_cast<size_t>(fork)];
    if (!outcome.verdict.valid()) ++invalid_blocks;
    logs += outcome.logs.size();
    for (const TransactionOutcome& tx : outcome.transactions) {
        ++transactions;
        if (tx.invalid.code != ErrorCode::none)
            ++invalid[std::min(static_cast<size_t>(tx.invalid.code), errors_count - 1)];
        else
            ++(tx.success ? succeeded : failed);
    }
}

void Coverage::count(const RouteReport& counters) {
    speculated += counters.speculated();
    direct += counters.direct();
    repeated += counters.repeated();
    backed_off += counters.back_offs;
}

}  // namespace warpevm::fuzz
