// SPDX-License-Identifier: Apache-2.0
// Where a group of transactions runs: a pure function of what is known of the group, of the machine, and of
// what the user wishes. It says all that speaks for or against.
#pragma once

#include <array>
#include <string_view>

#include "host/offload/cost_model.hpp"

namespace warpevm {

enum class RouteReason : uint8_t {
#define WARPEVM_ROUTE_REASON(name, key, sentence) name,
#include "host/offload/route_reasons.def"
#undef WARPEVM_ROUTE_REASON
};
struct RouteReasonText {
    std::string_view key;  ///< in reports
    std::string_view sentence;
};
inline constexpr auto route_reason_texts = std::to_array<RouteReasonText>({
#define WARPEVM_ROUTE_REASON(name, key, sentence) {key, sentence},
#include "host/offload/route_reasons.def"
#undef WARPEVM_ROUTE_REASON
});

inline const RouteReasonText& text_of(RouteReason reason) {
    return route_reason_texts[static_cast<size_t>(reason)];
}

/// A set of reasons.
class RouteReasons {
  public:
    void add(RouteReason reason) { m_bits |= 1U << static_cast<unsigned>(reason); }
    [[nodiscard]] bool has(RouteReason reason) const {
        return (m_bits >> static_cast<unsigned>(reason) & 1U) != 0;
    }
    [[nodiscard]] bool empty() const { return m_bits == 0; }
    /// The first of the table that is there; there must be one.
    [[nodiscard]] RouteReason first() const;
    bool operator==(const RouteReasons&) const = default;

  private:
    uint32_t m_bits = 0;
};

enum class RouteWish : uint8_t {
    cores,   ///< nothing goes to a device
    device,  ///< all that a device can do goes there
    faster,  ///< what becomes faster by it
};

enum class DeviceState : uint8_t { none, unopened, opening, ready, lost };

/// What is asked of `route`.
struct RouteQuestion {
    Work work;
    /// In the dependency graph, from 1: so many launches until it can come out right; and the most that are
    /// worth it.
    uint32_t level = 1, most_levels = 8;
    /// Batches that the device's threads work on at once.
    uint32_t slots = 1;
    bool supported = true;
    /// A batch that is launched anyway takes these along.
    bool shares_batch = false;
    DeviceState device = DeviceState::none;
    RouteWish wish = RouteWish::faster;
    CostModel costs;
};

/// How fast a device and the cores go through a group, in seconds: the device's begins with `fixed`, whatever
/// the group is; the others are of one transaction.
struct Pace {
    double fixed = 0, device = 0, cores = 0, merging = 0;
    double others = 0;  ///< transactions a second of further devices

    /// Both begin at once and meet, the device from the end, the cores from the beginning: the device's part
    /// of so many transactions. 0 where the cores are done before it.
    [[nodiscard]] double share(double transactions) const;
    [[nodiscard]] double seconds(double transactions, double share) const;
};

struct RouteAnswer {
    bool to_device = false;
    /// The part of the work that the device has done when the cores have done the rest.
    double share = 0;
    double core_seconds = 0;    ///< by the cores alone
    double shared_seconds = 0;  ///< by both
    Pace pace;
    RouteReasons reasons;  ///< never empty
};

RouteAnswer route(const RouteQuestion& question);

}  // namespace warpevm
