// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/recover_launch.hpp"

namespace warpevm::test {
namespace {

constexpr uint32_t generator_points = 2 * kernel::GENERATOR_TABLE;
constexpr size_t point_bytes = 8 * kernel::RECOVER_POINT_WORDS;
constexpr size_t number_bytes = 8 * kernel::RECOVER_NUMBER_WORDS;

}  // namespace

RecoverProgram::RecoverProgram(Device& device, const std::string& options)
    : m_program(device, "recover", options),
      m_generator(device, size_t{8} * kernel::GENERATOR_POINT_WORDS * generator_points) {
    const GuardedBuffer bases(device, 2 * point_bytes);
    m_program.run("generator_bases", 1, 1, {bases.get()});
    m_program.run("generator_table", generator_points, 8, {bases.get(), m_generator.get()});
    (void)bases.content();
    (void)m_generator.content();
}

RecoverProgram::RecoverProgram(Device& device, const std::string& options,
                               const std::vector<uint64_t>& generator)
    : m_program(device, "recover", options), m_generator(guarded(device, generator)) {}

Recovered RecoverProgram::recover(const GuardedBuffer& signatures, const GuardedBuffer& statuses,
                                  uint32_t count, uint32_t stride) const {
    Device& device = m_program.device();
    const GuardedBuffer points(device, count * point_bytes);
    const GuardedBuffer scalars(device, count * number_bytes);
    const GuardedBuffer zs(device, count * number_bytes);
    const GuardedBuffer scratch(device, count * number_bytes);
    const GuardedBuffer addresses(device, count * sizeof(AddressBytes));
    constexpr size_t group = 8;
    m_program.run("recover_prepare", count, group,
                  {signatures.get(), statuses.get(), points.get(), scalars.get(), count});
    m_program.run("invert_scalars", stride, 1, {scalars.get(), scratch.get(), stride, count});
    m_program.run(
        "recover_multiply", count, group,
        {signatures.get(), statuses.get(), m_generator.get(), scalars.get(), points.get(), zs.get(), count});
    m_program.run("invert_fields", stride, 1, {zs.get(), scratch.get(), stride, count});
    m_program.run("recover_finish", count, group,
                  {statuses.get(), points.get(), zs.get(), addresses.get(), count});
    for (const GuardedBuffer* work : {&points, &scalars, &zs, &scratch}) (void)work->content();
    return {values_of<uint32_t>(statuses), values_of<AddressBytes>(addresses)};
}

Recovered RecoverProgram::recover(const std::vector<kernel::signature>& signatures) const {
    const auto on_device = guarded(m_program.device(), signatures);
    const auto count = static_cast<uint32_t>(signatures.size());
    std::vector<Recovered> runs;
    for (const uint32_t stride : {count / 5 + 1, 2 * count + 3}) {
        const auto statuses = guarded(m_program.device(), std::vector<uint32_t>(count, kernel::STATUS_ok));
        runs.push_back(recover(on_device, statuses, count, stride));
    }
    EXPECT_EQ(runs[0], runs[1]);
    return runs[0];
}

}  // namespace warpevm::test
