// SPDX-License-Identifier: Apache-2.0
// warpevm-generate: writes a chain of example blocks, a folder each, as `warpevm run` reads them.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "bench/workload/traffic.hpp"
#include "evm/codec/signature.hpp"
#include "evm/codec/wire.hpp"
#include "tools/generate/chain_maker.hpp"
#include "tools/generate/json.hpp"

namespace warpevm {
namespace {

struct Options {
    std::filesystem::path output;
    std::vector<std::string> mixes{"transfers", "erc20", "swaps", "mints", "mixed"};
    size_t transactions = 100;
    workload::WorldShape world{};
    workload::TrafficOptions traffic{};
};

void parse(CLI::App& app, Options& options) {
    app.add_option("output", options.output, "The folder that the blocks' folders are written to")
        ->required();
    app.add_option("--mix", options.mixes, "One block of each: transfers, erc20, swaps, mints, mixed")
        ->capture_default_str();
    app.add_option("--txs", options.transactions, "Transactions in a block")->capture_default_str();
    app.add_option("--seed", options.traffic.seed, "What the choices follow from")->capture_default_str();
    app.add_option("--accounts", options.world.accounts, "Accounts that send")->capture_default_str();
    app.add_option("--pairs", options.world.pairs, "Exchanges, each with two tokens")->capture_default_str();
    app.add_option("--hot", options.traffic.hot_percent,
                   "Per cent of the transactions that meet in one place")
        ->check(CLI::Range(0, 100))
        ->capture_default_str();
    app.footer(
        "Example: warpevm-generate examples/blocks --seed 1 --txs 100\n         warpevm run examples/blocks");
}

void write(const std::filesystem::path& file, const std::string& text) {
    std::ofstream out(file);
    out << text << '\n';
    if (!out.flush()) throw std::runtime_error("can't write " + file.string());
}

/// One account or member a line: diffs stay readable and the file stays small.
std::string lines(const tools::Json& object) {
    std::string text = "{";
    for (const auto& [key, value] : object.items()) {
        if (text.size() > 1) text += ',';
        text += "\n" + tools::Json(key).dump() + ": ";
        if (!value.is_array() || value.empty()) {
            text += value.dump();
            continue;
        }
        const char* separator = "[\n  ";
        for (const auto& element : value) text += std::exchange(separator, ",\n  ") + element.dump();
        text += "]";
    }
    return text + "\n}";
}

void generate(const Options& options) {
    const workload::Signer signer;
    const workload::World world = workload::make_world(signer, options.world);
    workload::Traffic traffic(signer, world, options.traffic);
    tools::ChainMaker chain(world.state);
    for (const std::string& name : options.mixes) {
        const auto mix = workload::parse_mix(name);
        if (!mix) throw CLI::ValidationError("--mix", "there is no mix called " + name);
        const Header parent = chain.parent();
        const std::string prestate = lines(tools::to_alloc(chain.state()));
        const Block block = chain.extend(traffic.batch(*mix, options.transactions));
        std::vector<Address> senders;
        for (const Transaction& tx : block.transactions)
            senders.push_back(recover_sender(tx, Fork::cancun, options.traffic.chain_id).value());

        const auto folder = options.output / std::to_string(block.header.number);
        std::filesystem::create_directories(folder);
        write(folder / "block.json", lines(tools::to_json(block, senders)));
        write(folder / "parent.json", lines(tools::to_json(parent)));
        write(folder / "prestate.json", prestate);
        std::cout << folder.string() << ": " << name << ", " << block.transactions.size() << " transactions, "
                  << block.header.gas_used << " gas\n";
    }
}

}  // namespace
}  // namespace warpevm

int main(int argc, char** argv) {
    CLI::App app{
        "Makes seeded example blocks over the example contracts, with complete pre-states and checked "
        "headers."};
    warpevm::Options options;
    parse(app, options);
    try {
        app.parse(argc, argv);
        warpevm::generate(options);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    } catch (const std::exception& error) {
        std::cerr << "warpevm-generate: " << error.what() << '\n';
        return 3;
    }
    return 0;
}
