// SPDX-License-Identifier: Apache-2.0
// Values with their paths, and the readers of the plain types.
#include "evm/codec/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "evm/base/hex.hpp"

namespace warpevm::json {
namespace {

namespace dom = simdjson::dom;

/// What a value looks like in a message: its first characters.
std::string shown(const dom::element& element) {
    std::ostringstream out;
    switch (element.type()) {
        case dom::element_type::OBJECT: return "an object";
        case dom::element_type::ARRAY: return "an array";
        default: out << element; break;
    }
    std::string text = out.str();
    if (text.size() > 80) text = text.substr(0, 77) + "...";
    return text;
}

/// The first key that occurs twice: each pair compared in small objects, else by sorting.
std::optional<std::string_view> repeated_key(const dom::object& object) {
    constexpr size_t few = 24;
    std::array<std::string_view, few> first;
    size_t count = 0;
    for (const auto& [key, ignored] : object) {
        if (count == few) break;
        if (std::find(first.begin(), first.begin() + count, key) != first.begin() + count) return key;
        first[count++] = key;
    }
    if (count < few) return std::nullopt;
    std::vector<std::string_view> keys;
    keys.reserve(object.size());
    for (const auto& [key, ignored] : object) keys.push_back(key);
    std::sort(keys.begin(), keys.end());
    const auto twice = std::adjacent_find(keys.begin(), keys.end());
    if (twice == keys.end()) return std::nullopt;
    return *twice;
}

template <size_t N>
Result<void> read_fixed(const Value& value, std::array<uint8_t, N>& into, std::string_view what) {
    const auto text = value.text();
    if (!text) return value.expected(what);
    const auto bytes = bytes_from_hex(*text);
    if (!bytes || bytes->size() != N) return value.expected(what);
    std::copy(bytes->begin(), bytes->end(), into.begin());
    return {};
}

}  // namespace

Value Value::child(dom::element element, Step step) const {
    Value v = *this;
    v.m_element = element;
    if (v.m_depth < max_steps) v.m_steps[v.m_depth++] = step;
    return v;
}

std::string Value::path() const {
    std::string path;
    for (size_t i = 0; i < m_depth; ++i) {
        const Step& step = m_steps[i];
        if (step.key.data() == nullptr) {
            path += fmt::format("[{}]", step.index);
        } else {
            if (!path.empty()) path += '.';
            path += step.key;
        }
    }
    return path.empty() ? "the document" : path;
}

std::string Value::path_of(std::string_view member) const {
    return m_depth == 0 ? std::string(member) : path() + "." + std::string(member);
}

tl::unexpected<Error> Value::expected(std::string_view what) const {
    return fail(ErrorCode::json_field,
                fmt::format("{}: {}: expected {}, got {}", file(), path(), what, shown(m_element)));
}

tl::unexpected<Error> Value::wrong(std::string_view complaint) const {
    return fail(ErrorCode::json_field, fmt::format("{}: {}: {}", file(), path(), complaint));
}

std::optional<Value> Value::find(std::string_view key) const {
    dom::object object;
    if (m_element.get(object) != simdjson::SUCCESS) return std::nullopt;
    // The path keeps the document's spelling of the key, which lives as long as the value may.
    for (const auto& [name, element] : object)
        if (name == key) return element.is_null() ? std::nullopt : std::optional(child(element, {name, 0}));
    return std::nullopt;
}

bool Value::names(std::string_view key) const {
    dom::object object;
    return m_element.get(object) == simdjson::SUCCESS && object.at_key(key).error() == simdjson::SUCCESS;
}

Result<Value> Value::at(std::string_view key) const {
    if (!is_object()) return expected("an object");
    if (auto member = find(key)) return *member;
    return fail(ErrorCode::json_field, fmt::format("{}: {}: is missing", file(), path_of(key)));
}

Result<Value> Value::at(size_t index) const {
    dom::array array;
    if (m_element.get(array) != simdjson::SUCCESS) return expected("an array");
    dom::element element;
    if (array.at(index).get(element) != simdjson::SUCCESS)
        return wrong(fmt::format("expected more than {} elements, got {}", index, array.size()));
    return child(element, {{}, index});
}

size_t Value::size() const {
    dom::array array;
    if (m_element.get(array) == simdjson::SUCCESS) {
        // simdjson saturates its stored count at 2^24-1.
        return array.size() < 0xFFFFFF ? array.size()
                                       : static_cast<size_t>(std::distance(array.begin(), array.end()));
    }
    dom::object object;
    if (m_element.get(object) == simdjson::SUCCESS)
        return object.size() < 0xFFFFFF ? object.size()
                                        : static_cast<size_t>(std::distance(object.begin(), object.end()));
    return 0;
}

Result<void> Value::check_object() const {
    dom::object object;
    if (m_element.get(object) != simdjson::SUCCESS) return expected("an object");
    if (const auto key = repeated_key(object))
        return fail(ErrorCode::json_field, fmt::format("{}: {}: is there twice", file(), path_of(*key)));
    return {};
}

Result<std::vector<std::pair<std::string_view, Value>>> Value::members() const {
    if (const auto known = check_object(); !known) return tl::unexpected(known.error());
    const dom::object object = m_element.get_object().value_unsafe();
    std::vector<std::pair<std::string_view, Value>> all;
    all.reserve(object.size());
    for (const auto& [key, element] : object) all.emplace_back(key, child(element, {key, 0}));
    return all;
}

Result<std::vector<Value>> Value::elements() const {
    dom::array array;
    if (m_element.get(array) != simdjson::SUCCESS) return expected("an array");
    std::vector<Value> all;
    all.reserve(array.size());
    for (const dom::element& element : array) all.push_back(child(element, {{}, all.size()}));
    return all;
}

Result<std::string_view> Value::text() const {
    std::string_view text;
    if (m_element.get(text) != simdjson::SUCCESS) return expected("a string");
    return text;
}

Result<U256> Value::u256() const {
    constexpr std::string_view what = "a number of at most 256 bits";
    uint64_t integer = 0;
    if (m_element.get(integer) == simdjson::SUCCESS) return U256{integer};
    std::string_view text;
    if (m_element.get(text) != simdjson::SUCCESS) return expected(what);
    const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
    const auto number = hexadecimal ? u256_from_hex(text) : from_decimal(text);
    if (!number) return expected(what);
    return *number;
}

Result<uint64_t> Value::u64() const {
    const auto number = u256();
    if (!number || !number->fits_u64()) return expected("a number of at most 64 bits");
    return number->limb[0];
}

Result<void> read(const Value& value, uint64_t& into) {
    const auto number = value.u64();
    if (!number) return tl::unexpected(number.error());
    into = *number;
    return {};
}

Result<void> read(const Value& value, uint8_t& into) {
    const auto number = value.u64();
    if (!number || *number > 255) return value.expected("a number of at most 8 bits");
    into = static_cast<uint8_t>(*number);
    return {};
}

Result<void> read(const Value& value, U256& into) {
    const auto number = value.u256();
    if (!number) return tl::unexpected(number.error());
    into = *number;
    return {};
}

Result<void> read(const Value& value, Address& into) {
    return read_fixed(value, into.bytes, "an address of 20 bytes in hexadecimal");
}
Result<void> read(const Value& value, Bytes32& into) {
    return read_fixed(value, into.bytes, "32 bytes in hexadecimal");
}
Result<void> read(const Value& value, Bloom& into) {
    return read_fixed(value, into.bytes, "a bloom of 256 bytes in hexadecimal");
}
Result<void> read(const Value& value, std::array<uint8_t, 8>& into) {
    return read_fixed(value, into, "8 bytes in hexadecimal");
}

Result<void> read(const Value& value, Bytes& into) {
    constexpr std::string_view what = "bytes in hexadecimal";
    const auto text = value.text();
    if (!text) return value.expected(what);
    auto bytes = bytes_from_hex(*text);
    if (!bytes) return value.expected(what);
    into = std::move(*bytes);
    return {};
}

Result<void> read(const Value& value, std::string& into) {
    const auto text = value.text();
    if (!text) return tl::unexpected(text.error());
    into = *text;
    return {};
}

Result<void> read(const Value& value, bool& into) {
    const auto number = value.u64();
    if (number && *number <= 1) {
        into = *number == 1;
        return {};
    }
    if (!value.is_boolean()) return value.expected("true or false");
    into = value.is_true();
    return {};
}

Result<void> read(const Value& value, Withdrawal& into) {
    return Fields(value)
        .required("index", into.index)
        .required("validatorIndex", into.validator_index)
        .required("address", into.address)
        .required("amount", into.amount_gwei)
        .result();
}

Result<void> read(const Value& value, AccessListEntry& into) {
    return Fields(value)
        .required("address", into.address)
        .optional("storageKeys", into.storage_keys)
        .result();
}

Result<void> read(const Value& value, Authorization& into) {
    Fields fields(value);
    fields.required("chainId", into.chain_id).required("address", into.address).required("nonce", into.nonce);
    fields.required("r", into.r).required("s", into.s);
    // Clients write the parity under three names.
    for (const char* key : {"yParity", "v", "y_parity"})
        if (value.has(key)) {
            fields.required(key, into.y_parity);
            return fields.result();
        }
    return fields.required("yParity", into.y_parity).result();
}

Fields::Fields(const Value& object) : m_object(object) {
    if (const auto known = object.check_object(); !known) m_error = known.error();
}

}  // namespace warpevm::json
