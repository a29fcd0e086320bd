// SPDX-License-Identifier: Apache-2.0
#include "evm/types/blobs.hpp"

#include <algorithm>

namespace warpevm {

BlobSchedule mainnet_blob_schedule(Fork fork) {
    if (fork < Fork::cancun) return {0, 0, 0};
    if (fork < Fork::prague) return {3, 6, 3338477};  // EIP-4844
    if (fork < Fork::bpo1) return {6, 9, 5007716};    // EIP-7691
    if (fork < Fork::bpo2) return {10, 15, 8346193};  // EIP-7892
    if (fork < Fork::bpo3) return {14, 21, 11684671};
    // Mainnet has scheduled none of these: what the reference tests and geth's t8n run under their names.
    if (fork < Fork::bpo4) return {21, 32, 20609697};
    return {14, 21, 13739630};
}

U256 blob_base_fee(uint64_t excess_blob_gas, const BlobSchedule& schedule) {
    const U256 fraction = std::max<uint64_t>(schedule.base_fee_update_fraction, 1);
    // Taylor's series of e^x, its terms scaled by `fraction` (EIP-4844's fake_exponential with a minimum of 1
    // wei).
    U256 sum, term = fraction;
    for (uint64_t i = 1; !term.is_zero(); ++i) {
        const auto next = checked_add(sum, term);
        if (!next) return U256::max();
        sum = *next;
        term = mul_div(term, excess_blob_gas, fraction * i);
        if (term == U256::max()) return term;
    }
    return sum / fraction;
}

}  // namespace warpevm
