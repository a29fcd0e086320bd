// SPDX-License-Identifier: Apache-2.0
// The accounts of one lane, each once: a transaction may name as many as its access list has gas for.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "evm/base/bytes.hpp"
#include "evm/base/seeded_hash.hpp"

namespace warpevm {

/// Addresses in the order in which they were named first.
class Names {
  public:
    void clear() {
        m_all.clear();
        m_places.clear();
    }
    uint32_t place_of(const Address& address) {
        if (const uint32_t* place = find(address)) return *place;
        const auto place = static_cast<uint32_t>(m_all.size());
        m_all.push_back(address);
        if (m_all.size() == few)
            for (uint32_t i = 0; i < few; ++i) m_places.try_emplace(m_all[i], i);
        else if (m_all.size() > few)
            m_places.try_emplace(address, place);
        return place;
    }
    /// The first ones.
    void keep(size_t count) {
        const std::vector<Address> kept(m_all.begin(), m_all.begin() + static_cast<std::ptrdiff_t>(count));
        clear();
        for (const Address& address : kept) place_of(address);
    }
    [[nodiscard]] bool contains(const Address& address) const { return find(address) != nullptr; }
    [[nodiscard]] std::span<const Address> all() const { return m_all; }

  private:
    /// So many are looked through; from there on there is a table.
    static constexpr uint32_t few = 8;

    [[nodiscard]] const uint32_t* find(const Address& address) const {
        static constexpr std::array<uint32_t, few> places{0, 1, 2, 3, 4, 5, 6, 7};
        if (m_all.size() >= few) {
            const auto found = m_places.find(address);
            return found == m_places.end() ? nullptr : &found->second;
        }
        for (size_t i = 0; i < m_all.size(); ++i)
            if (m_all[i] == address) return &places[i];
        return nullptr;
    }
    std::vector<Address> m_all;
    SeededMap<Address, uint32_t> m_places;
};

}  // namespace warpevm
