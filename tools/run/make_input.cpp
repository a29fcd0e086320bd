// SPDX-License-Identifier: Apache-2.0
// From a read block to what executors take: senders are recovered, or believed where nothing is signed.
#include <fmt/format.h>

#include "evm/base/hex.hpp"
#include "evm/chain/block_input.hpp"
#include "evm/codec/wire.hpp"
#include "tools/run/execute.hpp"

namespace warpevm::tools {

Result<BlockInput> make_input(const BlockFolder& folder, BlockReport& report, SenderRecovery& senders) {
    BlockInput input;
    input.rules = folder.rules;
    input.environment = block_environment(folder.block.header.with_defaults(), folder.rules);
    input.withdrawals = folder.block.withdrawals;
    if (folder.block.ommers)
        for (const Header& ommer : *folder.block.ommers)
            input.ommers.push_back({ommer.beneficiary, ommer.number});
    std::vector<SenderRequest> requests;
    std::vector<size_t> asked;
    for (size_t i = 0; i < folder.block.transactions.size(); ++i) {
        const json::GivenTransaction& given = folder.block.transactions[i];
        input.transactions.push_back({&given.tx, given.from.value_or(Address{}), given.invalid});
        if (!given.tx.is_signed()) {
            ++report.unsigned_txs;
            if (!given.from)
                return fail(
                    ErrorCode::json_field,
                    fmt::format("{}: transactions[{}]: expected a signature or \"from\", found neither",
                                folder.path.string(), i));
        } else if (given.invalid.code == ErrorCode::none) {
            requests.push_back({&given.tx, &folder.rules});
            asked.push_back(i);
        }
    }
    const auto recovered = senders.recover(requests, &report.senders);
    for (size_t k = 0; k < asked.size(); ++k) {
        const json::GivenTransaction& given = folder.block.transactions[asked[k]];
        BlockTransaction& tx = input.transactions[asked[k]];
        const Result<Address>& sender = recovered[k];
        if (!sender)
            tx.invalid = sender.error();
        else if (given.from && *given.from != *sender)
            tx.invalid = Error{
                ErrorCode::sender_mismatch,
                fmt::format("\"from\" is {}, the signature is {}'s", to_hex(*given.from), to_hex(*sender))};
        else
            tx.sender = *sender;
        if (const Hash hash = transaction_hash(given.tx); given.hash && hash != *given.hash)
            report.mismatches.push_back({"transaction_hash", to_hex(*given.hash), to_hex(hash), asked[k]});
    }
    return input;
}

}  // namespace warpevm::tools
