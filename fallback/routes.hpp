// SPDX-License-Identifier: Apache-2.0
// What an executor says of each block beside its outcome: where its transactions were executed, and why.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace warpevm {

enum class Route : uint8_t {
#define WARPEVM_ROUTE(name, sentence) name,
#include "fallback/routes.def"
#undef WARPEVM_ROUTE
};
struct RouteText {
    std::string_view name, sentence;
};
inline constexpr auto route_texts = std::to_array<RouteText>({
#define WARPEVM_ROUTE(name, sentence) {#name, sentence},
#include "fallback/routes.def"
#undef WARPEVM_ROUTE
});

/// Of one block.
class RouteReport {
  public:
    void count(Route route, uint64_t transactions = 1) {
        m_transactions[static_cast<size_t>(route)] += transactions;
    }
    [[nodiscard]] uint64_t operator[](Route route) const {
        return m_transactions[static_cast<size_t>(route)];
    }

    /// On the serial journal, at serial's speed.
    [[nodiscard]] uint64_t alone() const {
        return (*this)[Route::serial_backend] + (*this)[Route::one_thread] + (*this)[Route::traced] +
               (*this)[Route::too_short] + (*this)[Route::backed_off];
    }
    /// By the commit loop for the first time.
    [[nodiscard]] uint64_t direct() const { return alone() + (*this)[Route::in_turn]; }
    /// Ahead of their turn or elsewhere, and committed as they were.
    [[nodiscard]] uint64_t speculated() const { return (*this)[Route::ahead] + (*this)[Route::elsewhere]; }
    /// Executed a second time, in their turn.
    [[nodiscard]] uint64_t repeated() const {
        return (*this)[Route::stale] + (*this)[Route::undecided] + (*this)[Route::elsewhere_stale];
    }
    [[nodiscard]] uint64_t transactions() const { return direct() + speculated() + repeated(); }
    /// Nothing was speculated.
    [[nodiscard]] bool serial() const { return alone() == transactions(); }
    [[nodiscard]] double executions_per_transaction() const {
        const uint64_t all = transactions();
        return all == 0 ? 0 : 1 + static_cast<double>(repeated() + again) / static_cast<double>(all);
    }

    RouteReport& operator+=(const RouteReport& more) {
        for (size_t i = 0; i < m_transactions.size(); ++i) m_transactions[i] += more.m_transactions[i];
        repeated_gas += more.repeated_gas;
        transfers += more.transfers;
        back_offs += more.back_offs;
        again += more.again;
        batched += more.batched;
        ordered_seconds += more.ordered_seconds;
        for (const auto& [why, count] : more.given_back) given_back[why] += count;
        for (const auto& [why, count] : more.not_lent) not_lent[why] += count;
        return *this;
    }

    /// Gas of the incarnations that were found stale in their turn.
    uint64_t repeated_gas = 0;
    /// Executions ahead that were found stale ahead of their turn, and repeated there.
    uint64_t again = 0;
    /// Plain transfers, whose effects were formed without running anything, while others speculated.
    uint64_t transfers = 0;
    /// Of what was lent and came back undone: how many, by the borrower's reason.
    std::map<std::string, uint64_t> given_back;
    /// Of what was not lent: how many, by the reason of whoever decides that.
    std::map<std::string, uint64_t> not_lent;
    /// How often the commit loop backed off: no speculation for a stretch of transactions.
    uint64_t back_offs = 0;

    /// Validated and committed together with others.
    uint64_t batched = 0;
    /// Seconds of the commit loop's, in batches, that nobody could help with.
    double ordered_seconds = 0;

  private:
    std::array<uint64_t, route_texts.size()> m_transactions{};
};

}  // namespace warpevm
