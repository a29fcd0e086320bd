// SPDX-License-Identifier: Apache-2.0
// What travels between host and lanes: accounts that many lanes know go up once, results come back as they
// were written, and words that are no result are refused.
#include <bit>

#include "evm/chain/envelope.hpp"
#include "host/offload/collect.hpp"
#include "host/offload/pack.hpp"
#include "tests/offload/lanes.hpp"

namespace warpevm::test {
namespace {

/// Words of a result, one after the other.
class Words {
  public:
    Words& put(std::initializer_list<uint32_t> words) {
        all.insert(all.end(), words);
        return *this;
    }
    template <class T>
    Words& put(const T& value) {
        static_assert(sizeof(T) % 4 == 0);
        const size_t at = all.size();
        all.resize(at + sizeof(T) / 4);
        std::memcpy(all.data() + at, &value, sizeof(T));
        return *this;
    }
    std::vector<uint32_t> all;
};

constexpr uint32_t effects(uint32_t flags) {
    return flags << kernel::RESULT_EFFECT_SHIFT;
}

const Address first = Address::from_low(0x11), second = Address::from_low(0x22);
const Hash some_hash{{1, 2, 3}}, other_hash{{4, 5, 6}};

/// Two accounts, two slots, a log, a code.
Words some_result() {
    Words w;
    w.put(uint64_t{21'000}).put({kernel::LANE_SUCCEEDED, 2, 1, 2, 1, 1, 1});
    w.put(first).put({OBSERVED_NONCE | OBSERVED_CODE | OBSERVED_BELOW | kernel::RESULT_BALANCE |
                      effects(WROTE_NONCE | TOUCHED) | kernel::RESULT_DELTA});
    w.put(U256{5}).put(U256{9}).put(some_hash).put(uint64_t{7}).put(-U256{3}).put(uint64_t{8});
    w.put(second).put({effects(WROTE_CODE)}).put(other_hash);
    w.put({1});  // the second was read
    w.put({kernel::RESULT_SLOT_OBSERVED | kernel::RESULT_SLOT_WRITTEN | 1}).put(U256{70});
    w.put(U256{71}).put(U256{72});
    w.put({0}).put(U256{80});
    w.put({0});
    w.put({1, 2, 5}).put(some_hash).put(other_hash).put({0x64636261, 0x65});
    return w.put(other_hash).put({3, 0x00fffefd});
}

OffloadResults for_jobs(size_t count) {
    OffloadResults r;
    r.records.resize(count);
    r.codes_of.resize(count);
    return r;
}

TEST(LaneResult, is_read_into_columns) {
    OffloadResults r = for_jobs(2);
    ASSERT_TRUE(append_lane_result(some_result().all, 1, r));
    ASSERT_TRUE(append_lane_result(some_result().all, 0, r));  // behind the other
    EXPECT_EQ(r.accounts.size(), 4U);
    EXPECT_EQ(r.slots.size(), 4U);
    for (const size_t job : {0U, 1U}) {
        const testing::ScopedTrace trace(__FILE__, __LINE__, "job " + std::to_string(job));
        const transaction_record& t = r.records[job];
        EXPECT_EQ(t.gas_used, 21'000U);
        EXPECT_EQ(t.flags, uint32_t{RECORD_SUCCESS});
        ASSERT_EQ(t.account_observations.count, 1U);
        const account_observation& o = r.account_observations[t.account_observations.first];
        EXPECT_EQ(r.account(o.row), first);
        EXPECT_EQ(o.flags, uint32_t{OBSERVED_NONCE | OBSERVED_CODE | OBSERVED_BELOW});
        EXPECT_EQ(o.balance, U256{5});
        EXPECT_EQ(o.below, U256{9});
        EXPECT_EQ(o.code_hash, some_hash);
        EXPECT_EQ(o.nonce, 7U);
        ASSERT_EQ(t.account_effects.count, 2U);
        const account_effect& e = r.account_effects[t.account_effects.first];
        EXPECT_EQ(e.flags, uint32_t{WROTE_NONCE | TOUCHED});
        EXPECT_EQ(e.delta, -U256{3});
        EXPECT_EQ(e.nonce, 8U);
        const account_effect& deployed = r.account_effects[t.account_effects.first + 1];
        EXPECT_EQ(r.account(deployed.row), second);
        EXPECT_EQ(deployed.code_hash, other_hash);
        ASSERT_EQ(t.accounts_read.count, 1U);
        EXPECT_EQ(r.account(r.accounts_read[t.accounts_read.first]), second);
        ASSERT_EQ(t.slot_observations.count, 1U);
        const slot_observation& s = r.slot_observations[t.slot_observations.first];
        EXPECT_EQ(r.slot(s.row), (SlotKey{second, U256{70}}));
        EXPECT_EQ(s.value, U256{71});
        ASSERT_EQ(t.slot_effects.count, 1U);
        EXPECT_EQ(r.slot_effects[t.slot_effects.first].value, U256{72});
        EXPECT_EQ(r.slot(r.slots_read[t.slots_read.first]).slot, U256{70});
        ASSERT_EQ(t.logs.count, 1U);
        const log_record& log = r.logs[t.logs.first];
        EXPECT_EQ(log.address, second);
        EXPECT_EQ(log.topic_count, 2U);
        EXPECT_EQ(r.topics[log.first_topic + 1], other_hash);
        const BytesView data = BytesView(r.log_bytes).subspan(log.data_offset, log.data_size);
        EXPECT_EQ(Bytes(data.begin(), data.end()), (Bytes{'a', 'b', 'c', 'd', 'e'}));
        ASSERT_EQ(r.codes_of[job].count, 1U);
        const kernel::deployed_code& code = r.codes[r.codes_of[job].first];
        EXPECT_EQ(code.hash, other_hash);
        const BytesView bytes = BytesView(r.code_bytes).subspan(code.at, code.size);
        EXPECT_EQ(Bytes(bytes.begin(), bytes.end()), (Bytes{0xfd, 0xfe, 0xff}));
    }
}

TEST(LaneResult, of_any_other_length_is_refused) {
    const std::vector<uint32_t> good = some_result().all;
    for (size_t size = 0; size < good.size(); ++size) {
        OffloadResults r = for_jobs(1);
        EXPECT_FALSE(append_lane_result(std::span(good).first(size), 0, r)) << size;
    }
    std::vector<uint32_t> longer = good;
    longer.push_back(0);
    OffloadResults r = for_jobs(1);
    EXPECT_FALSE(append_lane_result(longer, 0, r));
}

/// Each word is garbled in turn: what is accepted refers to nothing that is not there.
TEST(LaneResult, that_is_garbled_refers_to_nothing_else) {
    const std::vector<uint32_t> good = some_result().all;
    size_t refused = 0;
    for (size_t i = 0; i < good.size(); ++i)
        for (const uint32_t by : {1U, 1U << 16, 1U << 18, 1U << 31, ~0U}) {
            std::vector<uint32_t> bad = good;
            bad[i] ^= by;
            OffloadResults r = for_jobs(1);
            if (!append_lane_result(bad, 0, r)) {
                ++refused;
                continue;
            }
            for (const ResultSlot& slot : r.slots) ASSERT_LT(slot.account, r.accounts.size());
            for (const uint32_t row : r.accounts_read) ASSERT_LT(row & ~ROW_IS_NEW_KEY, r.accounts.size());
            for (const uint32_t row : r.slots_read) ASSERT_LT(row & ~ROW_IS_NEW_KEY, r.slots.size());
            for (const log_record& log : r.logs) {
                ASSERT_LE(log.first_topic + log.topic_count, r.topics.size());
                ASSERT_LE(log.data_offset + log.data_size, r.log_bytes.size());
            }
            for (const kernel::deployed_code& code : r.codes)
                ASSERT_LE(uint64_t{code.at} + code.size, r.code_bytes.size());
        }
    // Of the counts, indices, sizes and what is said of accounts: nearly all.
    EXPECT_GT(refused, 60U);
}

/// The envelopes of jobs that are packed one after the other.
std::vector<kernel::lane_envelope> pack_all(const Scene& scene, PackedJobs& packed) {
    CodeStore codes;
    std::vector<kernel::lane_envelope> envelopes;
    for (const OffloadJob& job : scene.jobs) {
        const HostLane lane = JobPacker(codes, false, packed).pack(job);
        std::memcpy(&envelopes.emplace_back(), packed.inputs.data() + lane.at, sizeof envelopes[0]);
    }
    return envelopes;
}

TEST(Pack, accounts_that_many_know_go_up_once) {
    Scene scene(Fork::prague);
    scene.state.set_account(scene_contract, 1, 50, Program().push(1).log().code());
    for (int i = 0; i < 10; ++i)
        scene.call(scene_contract, Bytes(100, 7), 100'000 + static_cast<uint64_t>(i));
    PackedJobs packed;
    const auto envelopes = pack_all(scene, packed);
    // Sender, contract and beneficiary; the latter has no code, and the first two have theirs by number.
    EXPECT_EQ(packed.account_bytes, 3 * sizeof(kernel::given_account));
    EXPECT_EQ(packed.call_data_bytes, 1000U);
    for (size_t i = 0; i < 10; ++i) {
        EXPECT_EQ(envelopes[i].gas_limit, 100'000 + i);
        EXPECT_EQ(envelopes[i].input_size, 100U);
    }
}

/// Of many codes, one that is new brings its bytes and its record, and not the records of all.
TEST(Codes, that_are_there_are_not_sent_again) {
    Scene scene(Fork::prague);
    for (uint64_t i = 0; i < 300; ++i) {
        const Address at = Address::from_low(0x10000 + i);
        scene.state.set_account(at, 1, 0, Program().push(i).store(1).code());
        scene.call(at);
    }
    for (const Images images : {Images::worth, Images::never}) {
        OffloadOptions options;
        options.images = images;
        LaneRunner lanes("native", options);
        const std::span<const OffloadJob> jobs(scene.jobs);
        // A second lane of a code pays for its image.
        lanes.run(jobs.first(200));
        const uint64_t again = lanes.run(jobs.first(1)).traffic.tables;
        const uint64_t next = lanes.run(jobs.subspan(200, 1)).traffic.tables;
        EXPECT_LT(again, 2000U);
        EXPECT_LT(next, 2000U);
        Tally tally;
        ExecutionContext context;
        compare_with_cpu(lanes, context, jobs, tally);
        EXPECT_EQ(tally.equal, jobs.size());
    }
}

TEST(Pack, numbers_take_the_words_that_they_have) {
    for (const unsigned bits : {0U, 1U, 31U, 32U, 33U, 64U, 65U, 200U}) {
        Scene scene(Fork::prague);
        scene.state.set_account(scene_sender, 5, U256{1} << 254, {});
        const U256 value = bits == 0 ? U256{} : (U256{1} << bits) - 1;
        scene.call(scene_contract, {}, 100'000, value);
        PackedJobs packed;
        EXPECT_EQ(pack_all(scene, packed)[0].number_sizes >> (4 * kernel::NUMBER_VALUE) & 15,
                  (bits + 31) / 32);
    }
}

class WideNumbers : public Lanes {};

/// Each limb and word boundary, through a lane and back.
TEST_P(WideNumbers, come_through) {
    Scene scene(Fork::prague);
    scene.state.set_account(scene_sender, 5, U256{1} << 254, {});
    scene.state.set_account(scene_contract, 1, 0, Program().op(OP_CALLVALUE).log().code());
    for (unsigned bits = 1; bits <= 250; bits += 7)
        for (const U256& value : {(U256{1} << bits) - 1, U256{1} << bits})
            scene.call(scene_contract, {}, 100'000, value);
    compare(scene);
    EXPECT_EQ(tally.equal, 4 * scene.jobs.size());
}

WARPEVM_ON_EACH_DEVICE(WideNumbers);

}  // namespace
}  // namespace warpevm::test
