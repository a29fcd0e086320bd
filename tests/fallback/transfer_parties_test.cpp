// SPDX-License-Identifier: Apache-2.0
// A plain transfer's parties: which of them are one account, and what was there before. Under every fork,
// all combinations, each of which goes straight into the table.
#include "tests/fallback/transfer_scene.hpp"
#include "tests/state/program.hpp"
#include "tests/state/whole_roots.hpp"

namespace warpevm::test {
namespace {

enum class Same : uint8_t {
    none,
    sender_and_recipient,
    sender_and_beneficiary,
    recipient_and_beneficiary,
    all
};
constexpr Same all_same[] = {Same::none, Same::sender_and_recipient, Same::sender_and_beneficiary,
                             Same::recipient_and_beneficiary, Same::all};
/// `stored`: empty, but for a slot.
enum class Before : uint8_t { unknown, absent, empty, stored, funded };
constexpr Before all_before[] = {Before::unknown, Before::absent, Before::empty, Before::stored,
                                 Before::funded};

struct Parties {
    Fork fork = Fork::frontier;
    Same same = Same::none;
    Before sender = Before::funded, recipient = Before::funded, beneficiary = Before::funded;
    uint64_t value = 0, price = 0;

    [[nodiscard]] bool has_recipient() const {
        return same == Same::none || same == Same::sender_and_beneficiary;
    }
    [[nodiscard]] bool has_beneficiary() const {
        return same != Same::sender_and_beneficiary && same != Same::all;
    }
    [[nodiscard]] std::string text() const {
        const auto number = [](auto choice) { return std::to_string(static_cast<int>(choice)); };
        return std::string(name(fork)) + ": same " + number(same) + ", before " + number(sender) + " " +
               number(recipient) + " " + number(beneficiary) + ", value " + std::to_string(value) +
               ", price " + std::to_string(price);
    }
};

/// Parties that are one with another are not varied, and who has nothing gives nothing.
std::vector<Parties> all_parties(Fork fork) {
    std::vector<Parties> all;
    for (const Same same : all_same)
        for (const Before sender : all_before)
            for (const Before recipient : all_before)
                for (const Before beneficiary : all_before)
                    for (const uint64_t amounts : {0, 1, 2, 3}) {
                        const Parties p{fork,       same, sender, recipient, beneficiary, 3 * (amounts & 1),
                                        amounts & 2};
                        if (amounts != 0 && sender != Before::funded) continue;
                        if (!p.has_recipient() && recipient != Before::funded) continue;
                        if (!p.has_beneficiary() && beneficiary != Before::funded) continue;
                        all.push_back(p);
                    }
    return all;
}

void set_before(MemoryState& state, const Address& who, Before before, uint64_t funds) {
    if (before == Before::unknown) return;
    if (before == Before::absent) return state.set_absent(who);
    state.set_account(who, 0, before == Before::funded ? funds : 0, {});
    if (before == Before::stored) state.set_slot(who, 1, 1);
}

/// How many unknown accounts were assumed to be absent.
size_t check(const Parties& p, Crews& crews) {
    const Address from = party(1), beneficiary = p.has_beneficiary() ? miner : from;
    const Address to = p.has_recipient()                           ? party(2)
                       : p.same == Same::recipient_and_beneficiary ? miner
                                                                   : from;
    Scene scene({.fork = p.fork, .beneficiary = beneficiary, .price = p.price, .open_state = true});
    set_before(scene.state, from, p.sender, 1'000'000'000);
    if (p.has_recipient()) set_before(scene.state, to, p.recipient, 5);
    if (p.has_beneficiary()) set_before(scene.state, miner, p.beneficiary, 5);
    scene.send(from, to, p.value);
    scene.pad();
    // What became of the accounts is what the next block finds.
    scene.begin_block();
    scene.pad();
    scene.send(Scene::padder(0), to, 1);
    // Of every transaction's end, not only of the block's.
    scene.options.state_roots = whole_roots(scene.state);
    scene.options.on_missing_state = OnMissingState::assume_absent;
    const auto outcome = scene.check(crews);
    const std::vector<uint64_t> all{Scene::padding + 1, Scene::padding + 1};
    EXPECT_EQ(scene.taken, all);
    if (!outcome || !outcome->back().verdict.valid()) {
        ADD_FAILURE() << "the case is not valid";
        return 0;
    }
    const size_t assumed = outcome->front().assumed_accounts.size();
    if (assumed == 0) return 0;
    scene.options.on_missing_state = OnMissingState::fail;
    EXPECT_FALSE(scene.check(crews));
    return assumed;
}

TEST(TransferParties, are_one_account_or_several_that_are_there_or_not) {
    Crews crews({3});
    std::array<uint64_t, 4> by_assumed{};
    for (const Fork fork : forks_by_rules)
        for (const Parties& p : all_parties(fork)) {
            const testing::ScopedTrace trace(__FILE__, __LINE__, p.text());
            ++by_assumed.at(check(p, crews));
            if (HasFailure()) return;
        }
    std::printf("%lu cases without unknown accounts, %lu with one, %lu with two, %lu with three\n",
                by_assumed[0], by_assumed[1], by_assumed[2], by_assumed[3]);
    for (const uint64_t n : by_assumed) EXPECT_GE(n, std::size(forks_by_rules));
}

}  // namespace
}  // namespace warpevm::test
