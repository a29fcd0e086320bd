// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/arguments_geth.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "evm/types/fork.hpp"
#include "tools/cli/version.hpp"

namespace warpevm::tools {
namespace {

/// What the arguments that can't be used end geth's transition tool with.
constexpr int t8n_config_error = 3;
constexpr int geth_usage_error = 1;

/// Of an option given twice the last counts, as in geth.
template <class T>
CLI::Option* add_last(CLI::App& app, const std::string& name, T& value, const std::string& what) {
    return app.add_option(name, value, what)->take_last()->capture_default_str();
}
CLI::Option* add_switch(CLI::App& app, const std::string& name, bool& value, const std::string& what) {
    return app.add_flag(name, value, what)->take_last();
}

std::string all_forks() {
    std::string text;
    for (const std::string& name : fork_names()) text += (text.empty() ? "" : ", ") + name;
    return text;
}

/// Tracing, in front of the command (as geth once took it) or behind it.
void add_tracing(CLI::App& app, GethTestOptions& o) {
    add_switch(app, "--trace", o.trace, "write EIP-3155 lines to standard error");
    add_switch(app, "--json,--debug", o.trace, "the same (deprecated)")->group("");
    add_last(app, "--trace.format", o.trace_format, "json")->check(CLI::IsMember({"json"}));
    add_switch(app, "--trace.nomemory,--nomemory", o.no_memory, "leave out the memory (default: true)");
    add_switch(app, "--trace.nostack,--nostack", o.no_stack, "leave out the stack");
    add_switch(app, "--trace.nostorage,--nostorage", o.ignored, "taken, storage is never written")->group("");
    add_switch(app, "--trace.noreturndata,--noreturndata", o.no_return_data,
               "leave out what the last callee returned (default: true)");
    add_last(app, "--verbosity", o.verbosity, "taken, there is no log")->group("");
}

CLI::App* add_test(CLI::App& app, GethTestOptions& o, const std::string& name, const std::string& what) {
    CLI::App* test = app.add_subcommand(name, "Runs " + what);
    test->add_option("PATH", o.path,
                     "a file or a folder; none: names of files on standard input, up to an empty line");
    add_last(*test, "--run", o.run, "only tests whose name matches this regular expression");
    add_switch(*test, "--human", o.human, "a line a test in place of JSON");
    add_switch(*test, "--dump,--bench,--fuzz,--cross-check,--xc", o.ignored, "taken, without effect")
        ->group("");
    add_tracing(*test, o);
    return test;
}

}  // namespace

bool is_called_evm(const char* program) {
    const std::string name = std::filesystem::path(program).filename().string();
    return name == "evm" || name == "evm.exe";
}

std::vector<std::string> separated(int argc, const char* const* argv, bool one_dash) {
    std::vector<std::string> words;
    bool only_values = false;
    for (int i = 1; i < argc; ++i) {
        std::string word = argv[i];
        only_values = only_values || word == "--";
        const bool short_form =
            word.size() > 2 && word[0] == '-' && std::isalpha(static_cast<unsigned char>(word[1]));
        if (one_dash && short_form && !only_values) word.insert(0, "-");
        const bool empty_value =
            word.starts_with("--") && word.ends_with('=') && std::ranges::count(word, '=') == 1;
        if (!empty_value || only_values) {
            words.push_back(std::move(word));
            continue;
        }
        word.pop_back();
        words.push_back(std::move(word));
        words.emplace_back();
    }
    return words;
}

CLI::App* add_t8n(CLI::App& app, T8nOptions& o, const std::string& program) {
    CLI::App* t8n =
        app.add_subcommand("t8n", "Executes transactions on a pre-state, as geth's `evm t8n` does");
    t8n->alias("transition");
    add_last(*t8n, "--input.alloc", o.input_alloc, "the pre-state, or stdin");
    add_last(*t8n, "--input.env", o.input_env, "the environment, or stdin");
    add_last(*t8n, "--input.txs", o.input_txs, "the transactions (.json, .rlp), or stdin");
    add_last(*t8n, "--input.blobParams", o.input_blob_params,
             "target, max and baseFeeUpdateFraction in place of the fork's: a file, or stdin");
    add_last(*t8n, "--state.fork", o.state_fork, "the fork's name");
    add_last(*t8n, "--state.chainid", o.state_chainid, "the chain id");
    add_last(*t8n, "--state.reward", o.state_reward, "the block reward in wei; -1: none");
    add_switch(*t8n, "--state-test", o.state_test,
               "only the transactions: no system calls, withdrawals, requests or reward");
    add_last(*t8n, "--output.basedir", o.output_basedir, "folder for the output files");
    add_last(*t8n, "--output.result", o.output_result, "stdout, stderr or a file; empty: not written");
    add_last(*t8n, "--output.alloc", o.output_alloc, "stdout, stderr or a file; empty: not written");
    add_last(*t8n, "--output.body", o.output_body,
             "the same for the RLP of the included transactions; by default it is not written");
    add_last(*t8n, "--opcode.count", o.opcode_count, "write how often each instruction ran to this file");
    add_switch(*t8n, "--trace", o.trace, "write trace-INDEX-HASH.jsonl for each transaction");
    add_switch(*t8n, "--trace.memory", o.trace_memory, "with the memory");
    add_switch(*t8n, "--trace.nostack", o.trace_no_stack, "without the stack");
    add_switch(*t8n, "--trace.returndata", o.trace_return_data, "with what the last callee returned");
    add_last(*t8n, "--verbosity", o.verbosity, "taken, there is no log")->group("");
    add_switch(*t8n, "--trace.nomemory,--trace.noreturndata", o.ignored, "taken, this is the default")
        ->group("");
    t8n->footer(fmt::format(
        "Forks: {}; and changes between two of them: ShanghaiToCancunAtTime15k, BerlinToLondonAt5.\n"
        "Options may have one dash, and of an option given twice the last counts.\n"
        "Example: {} t8n --input.alloc alloc.json --input.env env.json --input.txs txs.json --state.fork "
        "Cancun "
        "--output.result stdout --output.alloc stdout\n"
        "Exit codes are geth's: 2 execution, 3 configuration, 4 missing block hash, 10 JSON, 11 files, 12 "
        "RLP.",
        all_forks(), program));
    return t8n;
}

std::optional<Arguments> parse_geth_arguments(int argc, const char* const* argv, int& exit_code) {
    Arguments a;
    CLI::App app("Executes EVM transactions, blocks and tests in the manner of geth's evm.", "evm");
    app.set_version_flag("-v,--version",
                         fmt::format("evm version {}-warpevm-{}", build_version, build_commit));
    app.require_subcommand(1);
    add_tracing(app, a.geth_test);
    const CLI::App* t8n = add_t8n(app, a.t8n, "evm");
    CLI::App* statetest = add_test(app, a.geth_test, "statetest", "state tests");
    add_last(*statetest, "--statetest.fork", a.geth_test.fork, "only cases of this fork");
    add_last(*statetest, "--statetest.index", a.geth_test.index, "only the case at this place of each test");
    const CLI::App* blocktest = add_test(app, a.geth_test, "blocktest", "blockchain tests");
    try {
        std::vector<std::string> words = separated(argc, argv, true);
        std::ranges::reverse(words);
        app.parse(std::move(words));
    } catch (const CLI::Success& wish) {
        exit_code = app.exit(wish);
        return std::nullopt;
    } catch (const CLI::ParseError& error) {
        app.exit(error);
        exit_code = t8n->parsed() ? t8n_config_error : geth_usage_error;
        return std::nullopt;
    }
    a.command = t8n->parsed()         ? Command::t8n
                : blocktest->parsed() ? Command::geth_blocktest
                                      : Command::geth_statetest;
    return a;
}

}  // namespace warpevm::tools
