// SPDX-License-Identifier: Apache-2.0
// What recovers senders on a device, a slot at a time; and where such engines come from.
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "evm/codec/signature.hpp"
#include "evm/types/transaction.hpp"
#include "host/device/device.hpp"

namespace warpevm {

struct RecoveredSender {
    enum class Verdict : uint8_t {
        sender,     ///< `address` signed
        no_sender,  ///< no public key recovers from the signature
        undecided,  ///< the host must do this one
    };
    Verdict verdict = Verdict::undecided;
    Address address{};
};

/// One caller at a time. After an error only destruction makes sense.
class RecoverEngine {
  public:
    virtual ~RecoverEngine() = default;
    [[nodiscard]] virtual const DeviceInfo& info() const = 0;
    /// How many slots may be in flight, and how many transactions fit one.
    [[nodiscard]] virtual size_t slots() const = 0;
    [[nodiscard]] virtual size_t capacity() const = 0;
    /// Fewer than this take as long: what one launch keeps busy anyway.
    [[nodiscard]] virtual size_t least() const = 0;
    /// Packs the transactions and enqueues all work on them. They are signed, their signatures have passed
    /// check_signature, and they are not looked at after the call. At most capacity(); answers how many fit.
    virtual DeviceResult<size_t> submit(size_t slot, std::span<const Transaction* const> transactions) = 0;
    /// Waits for the slot; a verdict for each transaction submitted, valid until the slot's next submit().
    virtual DeviceResult<std::span<const RecoveredSender>> collect(size_t slot) = 0;
};

/// A device that may recover senders, not opened yet.
struct RecoverSource {
    std::string name{};
    bool uses_host_cores = false;
    /// Opens the device, builds its programs and tests them: seconds where nothing is cached.
    std::function<DeviceResult<std::unique_ptr<RecoverEngine>>()> open{};
};

}  // namespace warpevm
