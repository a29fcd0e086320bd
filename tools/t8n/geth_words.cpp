// SPDX-License-Identifier: Apache-2.0
#include "tools/t8n/geth_words.hpp"

#include "evm/base/hex.hpp"
#include "evm/crypto/keccak.hpp"

namespace warpevm::tools {
namespace {

/// Puts `text` in the place of `mark`; nothing where the mark is not there.
void fill_in(std::string& words, std::string_view mark, const std::string& text) {
    if (const size_t at = words.find(mark); at != std::string::npos) words.replace(at, mark.size(), text);
}

/// What recover_sender says of a signature that is in its ranges and yet nobody's; geth words that apart.
constexpr std::string_view unrecoverable = "no public key recovers from it";

}  // namespace

const char* geth_words_of(ErrorCode code) {
    switch (code) {
#define WARPEVM_GETH_WORDS(reason, words) \
    case ErrorCode::reason:               \
        return words;
#include "tools/t8n/geth_words.def"
#undef WARPEVM_GETH_WORDS
        default: return nullptr;
    }
}

std::string geth_words(const Error& error, const Concerned& of) {
    const char* const pattern = geth_words_of(error.code);
    if (pattern == nullptr) return to_string(error);
    if (error.code == ErrorCode::tx_bad_signature && error.detail == unrecoverable) return "recovery failed";
    std::string words = pattern;
    if (words.ends_with(": {}") && error.detail.empty()) words.resize(words.size() - 4);
    fill_in(words, "{sender}", checksummed(of.sender));
    fill_in(words, "{index}", std::to_string(of.index));
    fill_in(words, "{}", error.detail);
    return words;
}

std::string checksummed(const Address& address) {
    std::string text = to_hex(address);
    const Hash hash =
        keccak256({reinterpret_cast<const uint8_t*>(text.data()) + 2, 2 * address.bytes.size()});
    for (size_t i = 0; i < 2 * address.bytes.size(); ++i) {
        const uint8_t nibble = hash.bytes[i / 2] >> (i % 2 == 0 ? 4 : 0) & 0xf;
        char& c = text[i + 2];
        if (c >= 'a' && nibble >= 8) c = static_cast<char>(c - 'a' + 'A');
    }
    return text;
}

}  // namespace warpevm::tools
