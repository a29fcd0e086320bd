// SPDX-License-Identifier: Apache-2.0
#include "host/device/faulty_device.hpp"

namespace warpevm {

bool FaultyDevice::strikes(FaultPoint point) {
    const unsigned call = ++m_calls[static_cast<size_t>(point)];
    return point == m_plan.point && (call == m_plan.at_call || (m_plan.persistent && call > m_plan.at_call));
}

tl::unexpected<DeviceError> FaultyDevice::failed(const char* call) const {
    return tl::unexpected(DeviceError{m_plan.fault, info().name, call, "injected"});
}

DeviceResult<ProgramPtr> FaultyDevice::build(const ProgramRequest& request) {
    if (strikes(FaultPoint::build)) return failed("build");
    return m_inner->build(request);
}

DeviceResult<Bytes> FaultyDevice::binary(DeviceProgram& program) {
    return m_inner->binary(program);
}

DeviceResult<BufferPtr> FaultyDevice::allocate(size_t bytes, BufferKind kind) {
    if (strikes(FaultPoint::allocate)) return failed("allocate");
    return m_inner->allocate(bytes, kind);
}

DeviceResult<BufferPtr> FaultyDevice::part(const BufferPtr& whole, size_t offset, size_t bytes) {
    if (strikes(FaultPoint::allocate)) return failed("part");
    return m_inner->part(whole, offset, bytes);
}

DeviceResult<void> FaultyDevice::write(DeviceBuffer& buffer, size_t offset, BytesView from) {
    if (strikes(FaultPoint::upload)) return failed("write");
    return m_inner->write(buffer, offset, from);
}

DeviceResult<void> FaultyDevice::read(DeviceBuffer& buffer, size_t offset, std::span<uint8_t> to) {
    if (strikes(FaultPoint::read_back)) return failed("read");
    auto done = m_inner->read(buffer, offset, to);
    if (strikes(FaultPoint::wrong_answer))
        for (uint8_t& byte : to) byte ^= 0x01;
    return done;
}

DeviceResult<EventPtr> FaultyDevice::upload(Queue queue, DeviceBuffer& buffer, size_t bytes,
                                            std::span<const EventPtr> after) {
    if (strikes(FaultPoint::upload)) return failed("upload");
    return m_inner->upload(queue, buffer, bytes, after);
}

DeviceResult<EventPtr> FaultyDevice::read_back(Queue queue, DeviceBuffer& buffer, size_t bytes,
                                               std::span<const EventPtr> after) {
    if (strikes(FaultPoint::read_back)) return failed("read_back");
    auto event = m_inner->read_back(queue, buffer, bytes, after);
    if (event && strikes(FaultPoint::wrong_answer)) {
        if (const auto done = m_inner->wait(*event); !done) return tl::unexpected(done.error());
        for (uint8_t& byte : buffer.host().first(bytes)) byte ^= 0x01;
    }
    return event;
}

DeviceResult<EventPtr> FaultyDevice::launch(Queue queue, DeviceProgram& program, const Launch& launch,
                                            std::span<const EventPtr> after) {
    if (strikes(FaultPoint::enqueue)) return failed("launch");
    if (strikes(FaultPoint::stall)) m_plan.stall();
    return m_inner->launch(queue, program, launch, after);
}

DeviceResult<void> FaultyDevice::wait(const EventPtr& event) {
    if (strikes(FaultPoint::wait)) return failed("wait");
    return m_inner->wait(event);
}

DeviceResult<double> FaultyDevice::seconds(const EventPtr& event) {
    return m_inner->seconds(event);
}

DeviceResult<void> FaultyDevice::finish(Queue queue) {
    return m_inner->finish(queue);
}

}  // namespace warpevm
