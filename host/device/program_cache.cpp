// SPDX-License-Identifier: Apache-2.0
// An entry is a magic number, the SHA-256 of the content, and the content: drivers are not asked to load what
// is damaged, since not all of them survive it.
#include "host/device/program_cache.hpp"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>

#include "evm/base/hex.hpp"
#include "evm/crypto/message_digest.hpp"

namespace warpevm {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view magic = "WARPEVM1";
constexpr size_t head = 8 + 32;

BytesView view(std::string_view text) {
    return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

std::optional<Bytes> read_file(const fs::path& path) {
    std::error_code error;
    const auto size = fs::is_regular_file(path, error) ? fs::file_size(path, error) : 0;
    std::ifstream in(path, std::ios::binary);
    if (error || size == 0 || !in) return std::nullopt;
    Bytes bytes(size);
    in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
    if (in.gcount() != static_cast<std::streamsize>(size)) return std::nullopt;
    return bytes;
}

/// Unlike any other thread's or process's.
std::string temporary_suffix() {
    static std::atomic<unsigned> counter{0};
    return ".tmp-" + std::to_string(getpid()) + "-" + std::to_string(counter++);
}

}  // namespace

fs::path default_kernel_cache() {
    if (const char* xdg = std::getenv("XDG_CACHE_HOME"); xdg && *xdg)
        return fs::path(xdg) / "warpevm/kernels";
    if (const char* home = std::getenv("HOME"); home && *home)
        return fs::path(home) / ".cache/warpevm/kernels";
    return {};
}

ProgramCache::ProgramCache(fs::path folder, Warn warn)
    : m_folder(std::move(folder)), m_warn(std::move(warn)) {}

void ProgramCache::complain(const std::string& what) {
    std::call_once(m_warned, [&] {
        if (m_warn) m_warn("the kernel cache " + m_folder.string() + " is not used: " + what);
    });
}

std::optional<Bytes> ProgramCache::load(const std::string& name) const {
    if (!enabled()) return std::nullopt;
    auto bytes = read_file(file(name));
    if (!bytes || bytes->size() < head || !equal(BytesView(*bytes).first(8), view(magic)))
        return std::nullopt;
    const BytesView content = BytesView(*bytes).subspan(head);
    if (!equal(sha256(content), BytesView(*bytes).subspan(8, 32))) return std::nullopt;
    return Bytes(content.begin(), content.end());
}

void ProgramCache::store(const std::string& name, BytesView bytes) {
    if (!enabled()) return;
    std::error_code error;
    fs::create_directories(m_folder, error);
    if (error) return complain("it can't be made: " + error.message());
    const fs::path temporary = m_folder / (name + temporary_suffix());
    std::ofstream out(temporary, std::ios::binary);
    const Hash hash = sha256(bytes);
    for (const BytesView part : {view(magic), BytesView(hash), bytes})
        out.write(reinterpret_cast<const char*>(part.data()), static_cast<std::streamsize>(part.size()));
    out.close();
    if (out) fs::rename(temporary, file(name), error);
    if (out && !error) return;
    std::error_code ignored;
    fs::remove(temporary, ignored);
    complain("it can't be written" + (error ? ": " + error.message() : std::string()));
}

void ProgramCache::remove(const std::string& name) const {
    std::error_code ignored;
    if (enabled()) fs::remove(file(name), ignored);
}

std::string cache_entry(const DeviceInfo& device, const ProgramRequest& request, std::string_view kind) {
    Bytes all;
    for (const std::string_view part :
         {request.source, std::string_view(request.options), std::string_view(device.name),
          std::string_view(device.vendor), std::string_view(device.platform), std::string_view(device.driver),
          std::string_view(device.opencl)}) {
        append(all, view(std::to_string(part.size()) + ":"));
        append(all, view(part));
    }
    return std::string(request.name) + "-" + to_hex(sha256(all)).substr(2, 40) + "." + std::string(kind);
}

}  // namespace warpevm
