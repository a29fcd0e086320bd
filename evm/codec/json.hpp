// SPDX-License-Identifier: Apache-2.0
// Reading JSON with errors that name the file, the path inside it and what was expected. Parsing is
// simdjson's.
#pragma once

#include <simdjson.h>

#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "evm/base/bytes.hpp"
#include "evm/base/result.hpp"
#include "evm/base/u256.hpp"
#include "evm/types/block.hpp"

namespace warpevm::json {

/// One value of a document with the path that led to it. Cheap to copy; valid as long as its document.
class Value {
  public:
    [[nodiscard]] bool is_object() const { return m_element.is_object(); }
    [[nodiscard]] bool is_array() const { return m_element.is_array(); }
    [[nodiscard]] bool is_string() const { return m_element.is_string(); }
    [[nodiscard]] bool is_null() const { return m_element.is_null(); }
    [[nodiscard]] bool is_boolean() const { return m_element.is_bool(); }
    [[nodiscard]] bool is_true() const {
        return m_element.is_bool() && bool(m_element.get_bool().value_unsafe());
    }

    /// The member `key` of an object; an error where it is missing or null.
    [[nodiscard]] Result<Value> at(std::string_view key) const;
    /// The member `key`, or nothing where this is no object or the member is missing or null.
    [[nodiscard]] std::optional<Value> find(std::string_view key) const;
    [[nodiscard]] bool has(std::string_view key) const { return find(key).has_value(); }
    /// True where the member is there, be it null.
    [[nodiscard]] bool names(std::string_view key) const;
    /// An array's element; an error where there are not that many.
    [[nodiscard]] Result<Value> at(size_t index) const;
    /// Number of elements or members; 0 for anything else.
    [[nodiscard]] size_t size() const;

    /// An error unless this is an object without repeated keys.
    [[nodiscard]] Result<void> check_object() const;
    /// The members in their order; an error unless this is an object without repeated keys.
    [[nodiscard]] Result<std::vector<std::pair<std::string_view, Value>>> members() const;
    [[nodiscard]] Result<std::vector<Value>> elements() const;

    /// A string's characters; an error unless it is one.
    [[nodiscard]] Result<std::string_view> text() const;
    /// A non-negative number in any form: 0x digits, decimal digits, or a JSON integer.
    [[nodiscard]] Result<U256> u256() const;
    [[nodiscard]] Result<uint64_t> u64() const;

    /// "transactions[3].gas"; "the document" at the top.
    [[nodiscard]] std::string path() const;
    /// json_field with "FILE: PATH: expected WHAT, got VALUE".
    [[nodiscard]] tl::unexpected<Error> expected(std::string_view what) const;
    /// json_field with "FILE: PATH: SENTENCE".
    [[nodiscard]] tl::unexpected<Error> wrong(std::string_view sentence) const;
    /// The value as JSON text again.
    [[nodiscard]] std::string raw() const { return simdjson::minify(m_element); }
    [[nodiscard]] std::string_view file() const { return *m_file; }

  private:
    friend class Document;
    struct Step {
        std::string_view key;  ///< with data() == nullptr: an index
        size_t index = 0;
    };
    static constexpr size_t max_steps = 10;

    Value(simdjson::dom::element element, const std::string* file) : m_element(element), m_file(file) {}
    [[nodiscard]] Value child(simdjson::dom::element element, Step step) const;
    [[nodiscard]] std::string path_of(std::string_view member) const;

    simdjson::dom::element m_element;
    const std::string* m_file;
    std::array<Step, max_steps> m_steps{};
    size_t m_depth = 0;
};

/// A parsed file or text. Movable; values stay valid across moves.
class Document {
  public:
    static Result<Document> read(const std::filesystem::path& file);
    /// `name` stands for the file in messages.
    static Result<Document> parse(std::string_view text, std::string name);
    static Result<Document> parse(const simdjson::padded_string& text, std::string name);
    [[nodiscard]] Value root() const { return {m_state->root, &m_state->file}; }

  private:
    struct State {
        std::string file;
        simdjson::dom::parser parser;
        simdjson::dom::element root;
    };
    explicit Document(std::unique_ptr<State> state) : m_state(std::move(state)) {}
    static Result<Document> finish(std::unique_ptr<State> state, simdjson::error_code code);
    std::unique_ptr<State> m_state;
};

// Reads one value into what the caller has; each names what it expected.
Result<void> read(const Value& value, uint64_t& into);
Result<void> read(const Value& value, uint8_t& into);
Result<void> read(const Value& value, U256& into);
Result<void> read(const Value& value, Address& into);
Result<void> read(const Value& value, Bytes32& into);
Result<void> read(const Value& value, Bloom& into);
Result<void> read(const Value& value, std::array<uint8_t, 8>& into);
Result<void> read(const Value& value, Bytes& into);
Result<void> read(const Value& value, std::string& into);
Result<void> read(const Value& value, bool& into);
Result<void> read(const Value& value, Withdrawal& into);
Result<void> read(const Value& value, AccessListEntry& into);
Result<void> read(const Value& value, Authorization& into);

template <class T>
Result<void> read(const Value& value, std::vector<T>& into) {
    auto elements = value.elements();
    if (!elements) return tl::unexpected(elements.error());
    into.clear();
    into.reserve(elements->size());
    for (const Value& element : *elements) {
        T item{};
        if (auto done = read(element, item); !done) return done;
        into.push_back(std::move(item));
    }
    return {};
}
template <class T>
Result<void> read(const Value& value, std::optional<T>& into) {
    return read(value, into.emplace());
}

/// Reads the members of one object in turn and keeps the first error, so that a struct's reader is a list of
/// its fields.
class Fields {
  public:
    explicit Fields(const Value& object);

    template <class T>
    Fields& required(std::string_view key, T& into) {
        if (m_error) return *this;
        auto member = m_object.at(key);
        note(member ? read(*member, into) : Result<void>(tl::unexpected(member.error())));
        return *this;
    }
    /// Missing or null leaves `into` as it is.
    template <class T>
    Fields& optional(std::string_view key, T& into) {
        if (m_error) return *this;
        if (auto member = m_object.find(key)) note(read(*member, into));
        return *this;
    }
    [[nodiscard]] Result<void> result() const {
        if (m_error) return tl::unexpected(*m_error);
        return {};
    }

  private:
    void note(const Result<void>& done) {
        if (!done) m_error = done.error();
    }
    const Value& m_object;
    std::optional<Error> m_error;
};

}  // namespace warpevm::json
