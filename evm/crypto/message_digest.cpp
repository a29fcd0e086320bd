// SPDX-License-Identifier: Apache-2.0
// SHA-256 and RIPEMD-160 with OpenSSL. The algorithms are fetched once per process and the contexts kept per
// thread: fetching and allocating would cost more than hashing a short message.
#include "evm/crypto/message_digest.hpp"

#include <openssl/evp.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

namespace warpevm {
namespace {

struct AlgorithmDeleter {
    void operator()(EVP_MD* md) const { EVP_MD_free(md); }
};
struct ContextDeleter {
    void operator()(EVP_MD_CTX* c) const { EVP_MD_CTX_free(c); }
};
using Algorithm = std::unique_ptr<EVP_MD, AlgorithmDeleter>;

/// Without its hash functions no block can be executed, and no caller could do anything about it.
[[noreturn]] void abort_without(const char* what) {
    std::fprintf(stderr, "OpenSSL failed: %s\n", what);
    std::abort();
}

Algorithm fetch(const char* name) {
    Algorithm algorithm{EVP_MD_fetch(nullptr, name, nullptr)};
    if (!algorithm) abort_without(name);
    return algorithm;
}

void digest(const EVP_MD* algorithm, BytesView message, uint8_t* result) {
    thread_local const std::unique_ptr<EVP_MD_CTX, ContextDeleter> context{EVP_MD_CTX_new()};
    if (!context || EVP_DigestInit_ex2(context.get(), algorithm, nullptr) != 1 ||
        EVP_DigestUpdate(context.get(), message.data(), message.size()) != 1 ||
        EVP_DigestFinal_ex(context.get(), result, nullptr) != 1)
        abort_without("message digest");
}

}  // namespace

Hash sha256(BytesView message) {
    static const Algorithm algorithm = fetch("SHA2-256");
    Hash hash;
    digest(algorithm.get(), message, hash.bytes.data());
    return hash;
}

std::array<uint8_t, 20> ripemd160(BytesView message) {
    static const Algorithm algorithm = fetch("RIPEMD160");
    std::array<uint8_t, 20> hash;
    digest(algorithm.get(), message, hash.data());
    return hash;
}

}  // namespace warpevm
