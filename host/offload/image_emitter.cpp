// SPDX-License-Identifier: Apache-2.0
#include "host/offload/image_emitter.hpp"

#include "evm/base/seeded_hash.hpp"
#include "evm/vm/lowering/lowering.hpp"

namespace warpevm {
namespace {

using kernel::image_record;
using lowering::LoweredBlock;
using lowering::LoweredEnd;
using lowering::LoweredInstruction;
using lowering::Operand;

constexpr size_t longest_code = 0xffff;
/// So large may an image be: of 2,601 mainnet codes none has more than 9.8 bytes for a byte of the code,
/// above 4 KiB. What lowering costs goes with it: code that is nothing but JUMPDEST or PC would have 20 and
/// 48, and cost as much more.
constexpr size_t most_for_code_byte = 12, free_bytes = 4096;
/// Above its slots, a block needs room for the operands and the result of a call.
constexpr int32_t call_room = 8;

constexpr uint32_t halves(uint32_t low, uint32_t high) {
    return low | high << 16;
}

/// Whether an instruction's record is followed by its operands: what may charge, park or end the frame.
bool has_operands(uint16_t action) {
    switch (action) {
        case OP_EXP:
        case OP_KECCAK256:
        case OP_BALANCE:
        case OP_CALLDATACOPY:
        case OP_CODECOPY:
        case OP_EXTCODESIZE:
        case OP_EXTCODECOPY:
        case OP_RETURNDATACOPY:
        case OP_EXTCODEHASH:
        case OP_BLOCKHASH:
        case OP_BLOBHASH:
        case OP_MLOAD:
        case OP_MSTORE:
        case OP_MSTORE8:
        case OP_SLOAD:
        case OP_SSTORE:
        case OP_TLOAD:
        case OP_TSTORE:
        case OP_MCOPY: return true;
        default: return action >= OP_LOG0 && action < 256;
    }
}
bool begins_frame(uint16_t action) {
    return action == OP_CREATE || action == OP_CREATE2 || action == OP_CALL || action == OP_CALLCODE ||
           action == OP_DELEGATECALL || action == OP_STATICCALL;
}

class ImageMaker {
  public:
    ImageMaker(BytesView code, const GasTable& gas_table) : m_code(code), m_gas_table(gas_table) {}

    std::optional<Bytes> make(uint32_t at) {
        m_records.push_back({.what = kernel::IMAGE_FAIL});
        m_records.reserve(m_code.size() / 4 + 64);
        m_block_of.resize(m_code.size());
        lowering::lower_code(m_code, m_gas_table, lowering::Folding::deferred,
                             [&](const LoweredBlock& block) { return add_block(block); });
        if (m_is_too_large) return std::nullopt;
        for (const size_t i : m_jumps) resolve(m_records[i]);
        return lay_out(at);
    }

  private:
    image_record& emit(uint32_t action) { return m_records.emplace_back(image_record{.what = action}); }

    static uint32_t slot(int32_t s) {
        return static_cast<uint32_t>(s + static_cast<int32_t>(kernel::IMAGE_SLOT_BIAS));
    }
    uint32_t operand(Operand o) {
        return o.is_constant() ? kernel::IMAGE_FIRST_CONSTANT + constant(o) : slot(o.slot());
    }
    /// The image's number of a block's constant; equal ones are kept once.
    uint32_t constant(Operand o) {
        uint32_t& number = m_numbers[o.index()];
        if (number == none) number = number_of(m_values, m_block->constant(o));
        return number;
    }
    uint32_t number_of(SeededMap<U256, uint32_t>& known, const U256& key) {
        const auto [at, added] = known.try_emplace(key, static_cast<uint32_t>(m_constants.size()));
        if (added) m_constants.push_back(key);
        return at->second;
    }
    /// Equal expressions of equal constants are kept once too.
    void add_expressions() {
        for (const lowering::Expression& e : m_block->expressions) {
            const uint32_t a = constant(Operand::constant(e.a));
            const uint32_t b = e.is_unary() ? a : constant(Operand::constant(e.b));
            const size_t before = m_constants.size();
            const uint32_t number = number_of(m_expressed, U256{e.opcode, a, b, 0});
            m_numbers[static_cast<size_t>(e.constant)] = number;
            if (m_constants.size() != before) m_expressions.push_back({e.opcode, number, a, b});
        }
    }

    bool add_block(const LoweredBlock& block) {
        m_block = &block;
        m_numbers.assign(block.constants.size(), none);
        if (block.position < m_code.size() && m_code[block.position] == OP_JUMPDEST)
            m_block_of[block.position] = static_cast<uint32_t>(m_records.size());
        const size_t first = m_records.size();
        add_expressions();
        emit(halves(kernel::IMAGE_ENTER, static_cast<uint32_t>(block.position)));
        for (const LoweredInstruction& i : block.instructions) add(i);
        end();
        image_record& enter = m_records[first];
        enter.ab = halves(static_cast<uint32_t>(block.needs), static_cast<uint32_t>(block.growth));
        enter.cd = halves(static_cast<uint32_t>(block.slots_end + call_room),
                          static_cast<uint32_t>(m_records.size() - first));
        enter.extra = static_cast<uint32_t>(block.gas);
        m_is_too_large = size() > most_for_code_byte * block.end.next + free_bytes ||
                         m_constants.size() > kernel::IMAGE_MOST_CONSTANTS;
        return !m_is_too_large;
    }
    /// Of what has been made so far, in bytes.
    [[nodiscard]] size_t size() const {
        return m_records.size() * sizeof(image_record) + m_constants.size() * sizeof(U256) +
               m_expressions.size() * sizeof(kernel::image_expression);
    }

    void add(const LoweredInstruction& i) {
        if (i.action == lowering::CHARGE) {
            emit(kernel::IMAGE_CHARGE).extra = static_cast<uint32_t>(i.gas);
            return;
        }
        const bool follows = has_operands(i.action);
        uint32_t in[7]{};
        for (int n = 0; n < i.inputs; ++n) in[n] = operand(i.in[n]);
        const uint32_t action = i.action == lowering::COPY   ? uint32_t{kernel::IMAGE_COPY}
                                : i.action == lowering::SWAP ? uint32_t{kernel::IMAGE_SWAP}
                                                             : uint32_t{i.action};
        image_record& r = emit(halves(action, follows ? i.inputs : 0));
        r.ab = halves(in[0], in[1]);
        r.cd = halves(in[2], i.has_result ? slot(i.result) : 0);
        r.extra = static_cast<uint32_t>(i.gas);
        if (!follows) return;
        const auto slots_end = static_cast<uint32_t>(m_block->slots_end);
        m_records.push_back(
            {halves(in[0], in[1]), halves(in[2], in[3]), halves(in[4], in[5]), halves(in[6], slots_end)});
        if (!begins_frame(i.action)) return;
        image_record& take = emit(kernel::IMAGE_TAKE);
        take.ab = halves(0, slots_end);
        take.cd = halves(0, slot(i.result));
    }

    void end() {
        const LoweredEnd& e = m_block->end;
        const uint32_t change = slot(e.change);
        switch (e.kind) {
            case LoweredEnd::output: break;
            case LoweredEnd::halt:
                emit(e.status == Status::success ? kernel::IMAGE_STOP : kernel::IMAGE_FAIL);
                break;
            case LoweredEnd::fall_through:
                if (e.change != 0) emit(kernel::IMAGE_MOVE).ab = halves(0, change);
                break;
            case LoweredEnd::jump: {
                image_record& r = emit_jump(kernel::IMAGE_JUMP, kernel::IMAGE_JUMP_COMPUTED, false);
                r.ab = halves(0, change);
                break;
            }
            case LoweredEnd::branch: {
                image_record& r = emit_jump(branch_of(e.condition), kernel::IMAGE_BRANCH_COMPUTED, e.when);
                r.ab = halves(operand(e.a), e.condition == OP_ISZERO ? 0 : operand(e.b));
                r.cd |= halves(0, change);
                break;
            }
        }
    }
    static uint32_t branch_of(uint8_t condition) {
        switch (condition) {
            case OP_LT: return kernel::IMAGE_BRANCH_LESS;
            case OP_SLT: return kernel::IMAGE_BRANCH_SIGNED;
            case OP_EQ: return kernel::IMAGE_BRANCH_EQUAL;
            default: return kernel::IMAGE_BRANCH_ZERO;
        }
    }
    /// To a position that is known, which is resolved when all blocks are there, or to one in a slot or an
    /// expression.
    image_record& emit_jump(uint32_t known, uint32_t computed, bool when) {
        const Operand target = m_block->end.target;
        if (!m_block->is_known(target)) {
            const uint32_t position = operand(target);
            image_record& r = emit(computed);
            r.cd = position;
            return r;
        }
        m_jumps.push_back(m_records.size());
        image_record& r = emit(halves(known, when ? 1 : 0));
        const U256& position = m_block->constant(target);
        r.extra = position.fits_u64() && position.limb[0] < m_code.size()
                      ? static_cast<uint32_t>(position.limb[0])
                      : none;
        return r;
    }
    /// Positions without a block are no jump destinations: their jumps lead to the record that fails.
    void resolve(image_record& r) const { r.extra = r.extra == none ? 0 : m_block_of[r.extra]; }

    template <class T>
    static uint32_t append_all(Bytes& bytes, uint32_t at, const std::vector<T>& values) {
        const auto place = at + static_cast<uint32_t>(bytes.size());
        const auto* first = reinterpret_cast<const uint8_t*>(values.data());
        bytes.insert(bytes.end(), first, first + values.size() * sizeof(T));
        bytes.resize((bytes.size() + 7) / 8 * 8);
        return place;
    }

    Bytes lay_out(uint32_t at) {
        std::vector<uint32_t> ranks, blocks;
        for (size_t i = 0; i < m_block_of.size(); ++i) {
            if (i % 64 == 0) ranks.push_back(static_cast<uint32_t>(blocks.size()));
            if (m_block_of[i] != 0) blocks.push_back(m_block_of[i]);
        }
        kernel::image_header header{};
        Bytes bytes(sizeof header);
        header.records_at = append_all(bytes, at, m_records);
        header.record_count = static_cast<uint32_t>(m_records.size());
        header.constants_at = append_all(bytes, at, m_constants);
        header.constant_count = static_cast<uint32_t>(m_constants.size());
        header.expressions_at = append_all(bytes, at, m_expressions);
        header.expression_count = static_cast<uint32_t>(m_expressions.size());
        header.ranks_at = append_all(bytes, at, ranks);
        header.blocks_at = append_all(bytes, at, blocks);
        std::memcpy(bytes.data(), &header, sizeof header);
        return bytes;
    }

    static constexpr uint32_t none = 0xffffffff;
    BytesView m_code;
    const GasTable& m_gas_table;
    std::vector<image_record> m_records;
    std::vector<U256> m_constants;
    std::vector<kernel::image_expression> m_expressions;
    SeededMap<U256, uint32_t> m_values, m_expressed;
    std::vector<uint32_t> m_block_of;  ///< by position: the first record of a jump destination's block, or 0
    bool m_is_too_large = false;
    std::vector<size_t> m_jumps;  ///< records whose target is a position still
    // Of the block at hand.
    const LoweredBlock* m_block = nullptr;
    std::vector<uint32_t> m_numbers;  ///< of its constants
};

}  // namespace

std::optional<Bytes> make_image(BytesView code, const GasTable& gas_table, uint32_t at) {
    if (code.size() > longest_code) return std::nullopt;
    return ImageMaker(code, gas_table).make(at);
}

}  // namespace warpevm
