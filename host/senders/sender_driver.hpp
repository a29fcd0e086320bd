// SPDX-License-Identifier: Apache-2.0
// One device's part in recovering senders: a thread that opens it, measures it, and then takes its share of
// each batch, two slots at a time.
#pragma once

#include <memory>
#include <string>

#include "host/device/program_cache.hpp"
#include "host/senders/recover_engine.hpp"
#include "host/senders/recover_rates.hpp"
#include "host/senders/sender_batch.hpp"

namespace warpevm {

/// Where a device's rates are kept: those of other kernels don't count.
std::string rates_entry(const std::string& source, const DeviceInfo& device);

class SenderDriver {
  public:
    struct Settings {
        RecoverSource source{};
        unsigned threads = 1;       ///< of the processor, that compete
        bool device_first = false;  ///< claims all it can, whatever the rates say
        std::shared_ptr<ProgramCache> cache{};
    };
    enum class State : uint8_t { starting, ready, failed };
    struct Status {
        State state = State::starting;
        RecoverRates rates{};  ///< once ready
        DeviceError error{};   ///< once failed
    };

    explicit SenderDriver(Settings settings);
    /// As stop(0).
    ~SenderDriver();
    SenderDriver(const SenderDriver&) = delete;
    SenderDriver& operator=(const SenderDriver&) = delete;

    /// From now on the device may claim parts of the batch.
    void offer(std::shared_ptr<SenderBatch> batch);
    [[nodiscard]] Status status() const;
    [[nodiscard]] const std::string& name() const;
    void wait_until_ready();
    /// Ends the thread. False where it is still within a driver's call after `patience` seconds; it then ends
    /// by itself, some time.
    bool stop(double patience);

  private:
    struct Work;
    std::shared_ptr<Work> m_work;  ///< shared with the thread, which may outlive this
};

}  // namespace warpevm
