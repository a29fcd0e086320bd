// SPDX-License-Identifier: Apache-2.0
// Many messages through a permutation of several lanes: a lane that finishes its message takes the next one
// at once, so that messages of different lengths keep all lanes busy.
#include <algorithm>

#include "evm/crypto/keccak_backends.hpp"
#include "evm/crypto/keccak_sponge.hpp"

namespace warpevm::keccak {
namespace {

template <size_t Lanes>
class Batch {
  public:
    Batch(Permute permute, std::span<const BytesView> messages, std::span<Hash> digests)
        : m_permute(permute), m_messages(messages), m_digests(digests) {}

    void run() {
        m_active = std::min(Lanes, m_messages.size());
        for (size_t lane = 0; lane < m_active; ++lane) take_next(lane);
        // One message that is left over, long perhaps, gains nothing from the other lanes.
        while (m_active > (Lanes > 1 ? 1 : 0)) step();
        for (Job& job : m_jobs)
            if (job.digest != nullptr) finish_alone(job);
    }

  private:
    /// What a lane is busy with; idle where `digest` is null.
    struct Job {
        const uint8_t* bytes = nullptr;
        size_t left = 0;
        Hash* digest = nullptr;
        bool last = false;
    };

    void take_next(size_t lane) {
        m_sponge.begin(lane);
        const BytesView message = m_messages[m_next];
        m_jobs[lane] = {message.data(), message.size(), &m_digests[m_next], false};
        ++m_next;
    }

    template <size_t N>
    static void absorb(Sponge<N>& sponge, size_t lane, Job& job) {
        job.last = job.left < rate;
        if (job.last) {
            sponge.absorb_last(lane, job.bytes, job.left);
        } else {
            sponge.absorb_block(lane, job.bytes);
            job.bytes += rate;
            job.left -= rate;
        }
    }

    void step() {
        for (size_t lane = 0; lane < Lanes; ++lane)
            if (m_jobs[lane].digest != nullptr) absorb(m_sponge, lane, m_jobs[lane]);
        m_permute(m_sponge.words);
        for (size_t lane = 0; lane < Lanes; ++lane) {
            Job& job = m_jobs[lane];
            if (!job.last) continue;
            *job.digest = m_sponge.digest(lane);
            if (m_next < m_messages.size()) {
                take_next(lane);
            } else {
                job = {};
                --m_active;
            }
        }
    }

    void finish_alone(Job& job) {
        const auto lane = static_cast<size_t>(&job - m_jobs);
        const Permute permute = best_single().permute;
        Sponge<1> sponge;
        for (size_t w = 0; w < state_lanes; ++w) sponge.words[w] = m_sponge.words[w * Lanes + lane];
        do {
            absorb(sponge, 0, job);
            permute(sponge.words);
        } while (!job.last);
        *job.digest = sponge.digest(0);
    }

    Permute m_permute;
    std::span<const BytesView> m_messages;
    std::span<Hash> m_digests;
    /// The first message that no lane has taken, and the number of lanes at work.
    size_t m_next = 0;
    size_t m_active = 0;
    Job m_jobs[Lanes]{};
    Sponge<Lanes> m_sponge;
};

}  // namespace

void hash_all(const Backend& backend, std::span<const BytesView> messages, std::span<Hash> digests) {
    if (backend.lanes == 8)
        Batch<8>(backend.permute, messages, digests).run();
    else if (backend.lanes == 4)
        Batch<4>(backend.permute, messages, digests).run();
    else
        Batch<1>(backend.permute, messages, digests).run();
}

}  // namespace warpevm::keccak
