// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/blocks/minimise.hpp"

#include <algorithm>
#include <chrono>

#include "evm/vm/opcodes.hpp"

namespace warpevm::fuzz {
namespace {

using Clock = std::chrono::steady_clock;

class Minimiser {
  public:
    Minimiser(FuzzBlock block, const std::function<bool(const FuzzBlock&)>& fails, unsigned seconds)
        : m_block(std::move(block)), m_fails(fails), m_end(Clock::now() + std::chrono::seconds(seconds)) {}

    FuzzBlock run() {
        do {
            m_progress = false;
            drop_from([](FuzzBlock & b) -> auto& { return b.transactions; });
            drop_accounts();
            drop_from([](FuzzBlock & b) -> auto& { return b.withdrawals; });
            drop_from([](FuzzBlock & b) -> auto& { return b.ommers; });
            simplify_accounts();
            simplify_transactions();
            shrink_all_codes();
        } while (m_progress && !late());
        return std::move(m_block);
    }

  private:
    [[nodiscard]] bool late() const { return Clock::now() > m_end; }
    /// Keeps a change if the block still fails.
    template <class Change>
    bool attempt(Change&& change) {
        if (late()) return false;
        FuzzBlock smaller = m_block;
        change(smaller);
        if (!m_fails(smaller)) return false;
        m_block = std::move(smaller);
        m_progress = true;
        return true;
    }

    /// Elements of a vector, in halves, quarters and so on.
    template <class Get>
    void drop_from(Get&& get) {
        for (size_t part = get(m_block).size(); part > 0; part /= 2)
            for (size_t at = 0; at < get(m_block).size();) {
                const size_t end = std::min(at + part, get(m_block).size());
                if (!attempt([&](FuzzBlock& b) {
                        auto& all = get(b);
                        all.erase(all.begin() + static_cast<std::ptrdiff_t>(at),
                                  all.begin() + static_cast<std::ptrdiff_t>(end));
                    }))
                    at = end;
            }
    }
    [[nodiscard]] std::vector<Address> addresses() const {
        std::vector<Address> all;
        for (const auto& entry : m_block.accounts) all.push_back(entry.first);
        return all;
    }
    void drop_accounts() {
        const std::vector<Address> all = addresses();
        for (size_t part = all.size(); part > 0; part /= 2)
            for (size_t at = 0; at < all.size(); at += part) {
                const bool present =
                    std::any_of(all.begin() + static_cast<std::ptrdiff_t>(at),
                                all.begin() + static_cast<std::ptrdiff_t>(std::min(at + part, all.size())),
                                [&](const Address& address) { return m_block.accounts.contains(address); });
                if (present)
                    attempt([&](FuzzBlock& b) {
                        for (size_t i = at; i < std::min(at + part, all.size()); ++i)
                            b.accounts.erase(all[i]);
                    });
            }
    }
    void simplify_accounts() {
        for (const Address& address : addresses()) {
            const FuzzAccount account = m_block.accounts[address];
            if (!account.storage.empty()) attempt([&](FuzzBlock& b) { b.accounts[address].storage.clear(); });
            if (!account.code.empty()) attempt([&](FuzzBlock& b) { b.accounts[address].code.clear(); });
        }
    }
    void simplify_transactions() {
        for (size_t i = 0; i < m_block.transactions.size(); ++i) {
            const Transaction tx = m_block.transactions[i].tx;
            if (!tx.access_list.empty())
                attempt([&](FuzzBlock& b) { b.transactions[i].tx.access_list.clear(); });
            if (!tx.value.is_zero()) attempt([&](FuzzBlock& b) { b.transactions[i].tx.value = 0; });
            if (tx.to && !tx.data.empty()) attempt([&](FuzzBlock& b) { b.transactions[i].tx.data.clear(); });
        }
    }
    void shrink_all_codes() {
        for (const Address& address : addresses())
            shrink_code([address](FuzzBlock& b) -> Bytes& { return b.accounts[address].code; });
        for (size_t i = 0; i < m_block.transactions.size(); ++i)
            shrink_code([i](FuzzBlock& b) -> Bytes& { return b.transactions[i].tx.data; });
    }
    /// Cuts off the end; then stretches become JUMPDESTs, which keeps the places that jumps go to.
    template <class Get>
    void shrink_code(Get&& get) {
        for (size_t cut = get(m_block).size(); cut > 0; cut /= 2)
            while (get(m_block).size() >= cut &&
                   attempt([&](FuzzBlock& b) { get(b).resize(get(b).size() - cut); })) {
            }
        for (size_t part = get(m_block).size() / 2; part > 0; part /= 2)
            for (size_t at = 0; at < get(m_block).size(); at += part) {
                const Bytes& code = get(m_block);
                const auto begin = code.begin() + static_cast<std::ptrdiff_t>(at);
                const auto end = code.begin() + static_cast<std::ptrdiff_t>(std::min(at + part, code.size()));
                if (std::all_of(begin, end, [](uint8_t op) { return op == OP_JUMPDEST; })) continue;
                attempt([&](FuzzBlock& b) {
                    Bytes& bytes = get(b);
                    for (size_t k = at; k < std::min(at + part, bytes.size()); ++k) bytes[k] = OP_JUMPDEST;
                });
            }
    }

    FuzzBlock m_block;
    const std::function<bool(const FuzzBlock&)>& m_fails;
    Clock::time_point m_end;
    bool m_progress = false;
};

}  // namespace

FuzzBlock minimise(FuzzBlock block, const std::function<bool(const FuzzBlock&)>& fails, unsigned seconds) {
    return Minimiser(std::move(block), fails, seconds).run();
}

}  // namespace warpevm::fuzz
