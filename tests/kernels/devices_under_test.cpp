// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/devices_under_test.hpp"

#include <cstdio>

#include "host/device/device_programs.hpp"
#include "host/device/devices.hpp"
#include "host/device/program_sources.hpp"

namespace warpevm::test {
namespace {

constexpr size_t guard_bytes = 256;
constexpr uint8_t guard = 0xc7;
constexpr uint8_t garbage = 0x5e;

std::string what(const DeviceError& error) {
    return to_string(error);
}

}  // namespace

std::vector<DeviceUnderTest> devices_of(const std::string& kind) {
    std::vector<DeviceUnderTest> devices;
    if (kind == "native") {
        // Its options were chosen when it was compiled; arithmetic_test.cpp has the others.
        devices.push_back({open_native_device(), {""}});
        return devices;
    }
    const DeviceSearch search = find_devices();
    if (search.found.empty()) std::printf("left out: no OpenCL device: %s\n", search.none_because.c_str());
    for (const FoundDevice& found : search.found) {
        if (!found.info.refused.empty()) {
            std::printf("left out: %s: %s\n", found.info.name.c_str(), found.info.refused.c_str());
            continue;
        }
        auto opened = found.open();
        if (!opened) {
            ADD_FAILURE() << what(opened.error());
            continue;
        }
        devices.push_back({std::move(*opened), {build_options(found.info)}});
    }
    return devices;
}

GuardedBuffer::GuardedBuffer(Device& device, size_t bytes) : m_device(device), m_size(bytes) {
    upload(Bytes(bytes, garbage));
}

GuardedBuffer::GuardedBuffer(Device& device, BytesView content) : m_device(device), m_size(content.size()) {
    upload(content);
}

void GuardedBuffer::upload(BytesView content) {
    auto buffer = m_device.allocate(m_size + guard_bytes, BufferKind::device);
    if (!buffer) throw std::runtime_error(what(buffer.error()));
    m_buffer = std::move(*buffer);
    Bytes all(content.begin(), content.end());
    all.resize(m_size + guard_bytes, guard);
    const auto written = m_device.write(*m_buffer, 0, all);
    if (!written) throw std::runtime_error(what(written.error()));
}

Bytes GuardedBuffer::content() const {
    Bytes all(m_size + guard_bytes);
    const auto read = m_device.read(*m_buffer, 0, all);
    if (!read) throw std::runtime_error(what(read.error()));
    for (size_t i = m_size; i < all.size(); ++i)
        if (all[i] != guard) {
            ADD_FAILURE() << "a kernel wrote " << i - m_size << " bytes behind a buffer of " << m_size;
            break;
        }
    all.resize(m_size);
    return all;
}

ProgramUnderTest::ProgramUnderTest(Device& device, const std::string& name, const std::string& options)
    : m_device(device) {
    const ProgramSource* source = find_program_source(name);
    if (source == nullptr) throw std::runtime_error("no program " + name);
    auto built = device.build({.name = source->name, .source = source->text, .options = options});
    if (!built) throw std::runtime_error(what(built.error()));
    m_program = std::move(*built);
}

void ProgramUnderTest::run(std::string_view kernel, size_t items, size_t group_size,
                           const std::vector<KernelArgument>& arguments) const {
    const auto event = m_device.launch(
        Queue::compute, *m_program,
        {.kernel = kernel, .items = items, .group_size = group_size, .arguments = arguments}, {});
    if (!event) throw std::runtime_error(what(event.error()));
    const auto done = m_device.wait(*event);
    if (!done) throw std::runtime_error(what(done.error()));
}

}  // namespace warpevm::test
