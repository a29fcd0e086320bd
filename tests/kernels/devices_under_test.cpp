// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/devices_under_test.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "host/device/device_programs.hpp"
#include "host/device/devices.hpp"
#include "host/device/program_sources.hpp"

namespace warpevm::test {
namespace {

/// A page, since parts must be aligned.
constexpr size_t guard_bytes = 4096;
constexpr uint8_t guard = 0xc7;
constexpr uint8_t garbage = 0x5e;

#ifdef __SANITIZE_ADDRESS__  // GCC's word for it
constexpr bool address_sanitizer = true;
#elif defined(__has_feature)  // clang's
constexpr bool address_sanitizer = __has_feature(address_sanitizer);
#else
constexpr bool address_sanitizer = false;
#endif

std::string what(const DeviceError& error) {
    return to_string(error);
}

BufferPtr value_of(DeviceResult<BufferPtr> buffer) {
    if (!buffer) throw std::runtime_error(what(buffer.error()));
    return std::move(*buffer);
}

/// By the address sanitizer, which sees the kernels as C++, or by tools/oclgrind-kernels.
bool is_watched(const Device& device) {
    if (device.info().name == "native") return address_sanitizer;
    return std::getenv("WARPEVM_EXACT_BUFFERS") != nullptr;
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

GuardedBuffer::GuardedBuffer(Device& device, size_t bytes) : GuardedBuffer(device, Bytes(bytes, garbage)) {}

GuardedBuffer::GuardedBuffer(Device& device, BytesView content)
    : m_device(device), m_size(content.size()), m_guard(is_watched(device) ? 0 : guard_bytes) {
    m_whole = value_of(m_device.allocate(m_guard + m_size + m_guard, BufferKind::device));
    m_buffer = m_guard == 0 ? m_whole : value_of(m_device.part(m_whole, m_guard, m_size));
    Bytes all(m_guard, guard);
    all.insert(all.end(), content.begin(), content.end());
    all.resize(all.size() + m_guard, guard);
    const auto written = m_device.write(*m_whole, 0, all);
    if (!written) throw std::runtime_error(what(written.error()));
}

Bytes GuardedBuffer::content() const {
    Bytes all(m_guard + m_size + m_guard);
    const auto read = m_device.read(*m_whole, 0, all);
    if (!read) throw std::runtime_error(what(read.error()));
    const auto is_damaged = [](uint8_t byte) { return byte != guard; };
    const auto begin = all.begin() + static_cast<ptrdiff_t>(m_guard),
               end = all.end() - static_cast<ptrdiff_t>(m_guard);
    EXPECT_EQ(std::count_if(all.begin(), begin, is_damaged), 0)
        << "bytes written before a buffer of " << m_size;
    EXPECT_EQ(std::count_if(end, all.end(), is_damaged), 0) << "bytes written behind a buffer of " << m_size;
    return {begin, end};
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
