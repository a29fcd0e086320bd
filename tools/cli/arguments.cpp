// SPDX-License-Identifier: Apache-2.0
// Declares every command and option of `warpevm`, but t8n's, which are geth's (arguments_geth.cpp). These two
// files alone know the library for command lines, which is slow to compile.
#include "tools/cli/arguments.hpp"

#include <CLI/CLI.hpp>

#include "tools/cli/arguments_geth.hpp"
#include "tools/common/exit_code.hpp"
#include "tools/run/help.hpp"
#include "tools/simulate/help.hpp"

namespace warpevm::tools {
namespace {

constexpr unsigned max_threads = 4096;

template <class T>
using Choices = std::vector<std::pair<std::string, T>>;

/// An option that takes one of these names, in either case, and stands for a value.
template <class T>
void add_choice(CLI::App& app, const std::string& option, T& value, const Choices<T>& choices,
                const std::string& what) {
    std::vector<std::string> names;
    for (const auto& choice : choices) names.push_back(choice.first);
    const auto choose = [&value, choices](const std::string& name) {
        for (const auto& choice : choices)
            if (choice.first == name) value = choice.second;
    };
    // As a transformation it also gives the name as it is written here.
    app.add_option_function<std::string>(option, choose, what)
        ->transform(CLI::IsMember(names, CLI::ignore_case));
}

void add_common(CLI::App& app, CommonOptions& o) {
    app.add_option("--backend", o.backend, "what executes, one of " + executor_names())
        ->check(CLI::IsMember({"auto", "serial", "cpu", "opencl"}).description(""))
        ->capture_default_str();
    app.add_option("--device", o.devices, "INDEX, part of a NAME, or native; repeatable")
        ->allow_extra_args(false)
        ->take_all();
    app.add_flag("--require-device", o.require_device, "fail (exit 1) without a usable device");
    app.add_flag(
        "--wait-for-device", o.wait_for_device,
        "backend opencl: the device takes all that it can, and the CPU waits (to see what it can do)");
    app.add_option("--device-batch", o.device_batch,
                   "backend opencl: transactions that it executes at once; else as many as it has lanes for")
        ->check(CLI::Range(1U, 1U << 20));
    add_choice<Speculate>(app, "--speculate", o.speculate,
                          {{"measured", Speculate::measured},
                           {"at-once", Speculate::at_once},
                           {"everything", Speculate::everything}},
                          "what runs beside the commit loop (to test backend cpu)");
    app.add_option("--jobs", o.jobs, "cases or blocks at once")->check(CLI::Range(1U, max_threads));
    app.add_option("--fork", o.fork, "use this fork's rules, whatever the input says");
    app.add_option("--json", o.json, "write the results as JSON to FILE, or - for standard output");
    app.add_option("--filter", o.filter,
                   "a regular expression over path::name::fork::index (run: the block number; bench: "
                   "workload/case)");
    app.add_option(
        "--kernel-cache", o.kernel_cache,
        "the folder for compiled device programs, or off; default: warpevm/kernels in the user's cache");
    app.add_flag("--verbose", o.verbose, "say more");
    app.add_flag("--quiet", o.quiet, "no progress, only the last line");
}

/// Options that do nothing in a command are taken there, since they mean the same everywhere, but not listed.
void hide(CLI::App& app, std::initializer_list<const char*> options) {
    for (const char* option : options) app.get_option(option)->group("");
}

void add_threads(CLI::App& app, CommonOptions& o) {
    app.add_option("--threads", o.threads, "threads of the executor")->check(CLI::Range(1U, max_threads));
}

CLI::App* add_run(CLI::App& app, Arguments& a) {
    CLI::App* run = app.add_subcommand("run", "Executes blocks and compares the results with their headers");
    RunOptions& o = a.run;
    run->add_option("PATH", o.paths,
                    "a folder with block.json and prestate.json (see below), or a folder of such folders")
        ->required();
    add_common(*run, a.common);
    add_threads(*run, a.common);
    run->add_option("--chain", o.chain,
                    "mainnet, sepolia, holesky, hoodi, or a file: genesis.json, or its `config` alone")
        ->capture_default_str();
    run->add_option("--repeat", o.repeat, "execute N times and give the medians")
        ->check(CLI::Range(1U, 1000000U));
    add_choice<Verify>(*run, "--verify", o.verify,
                       {{"header", Verify::header}, {"serial", Verify::serial}, {"none", Verify::none}},
                       "what the results are compared with");
    run->add_flag("--explain", o.explain, "each group's route and the reasons");
    run->add_flag("--window", o.window,
                  "execute consecutive blocks as one window over the state before the first");
    run->add_option("--output", o.output,
                    "write receipts, logs and state difference of each block to this folder");
    CLI::Option* tx = run->add_option("--tx", o.tx, "the transaction (from 0) that --evm-trace is about");
    run->add_option("--evm-trace", o.evm_trace, "write the EIP-3155 trace of transaction --tx N to FILE")
        ->needs(tx);
    run->add_option("--report", o.report, "write an HTML report to FILE");
    run->add_option("--trace", o.trace, "write Chrome trace events to FILE (JSON)");
    run->add_flag("--strict-state", o.strict_state,
                  "reads that the pre-state does not answer are an error that names them all (exit 2)");
    run->footer(run_help);
    return run;
}

CLI::App* add_test(CLI::App& app, Arguments& a, const std::string& name, const std::string& what,
                   const std::string& example) {
    CLI::App* test = app.add_subcommand(name, "Runs " + what + " files or trees");
    test->add_option("PATH", a.test.paths, "files, or folders that hold .json files")->required();
    add_common(*test, a.common);
    add_threads(*test, a.common);
    hide(*test, {"--kernel-cache"});
    test->add_flag("--trace", a.test.trace, "write EIP-3155 lines to standard error (one case at a time)");
    if (name == "statetest")
        test->add_flag(
            "--trace-summary", a.test.trace_summary,
            "a line of JSON a case on standard error: state root, logs hash, verdict. So it is without "
            "this too where all PATHs are files, unless --quiet");
    test->footer("Example: " + example);
    return test;
}

CLI::App* add_devices(CLI::App& app, Arguments& a) {
    CLI::App* devices = app.add_subcommand("devices", "Lists the host's cores and each OpenCL device");
    add_common(*devices, a.common);
    hide(*devices, {"--backend", "--wait-for-device", "--device-batch", "--speculate", "--jobs", "--fork",
                    "--filter", "--verbose", "--quiet"});
    devices->add_flag("--self-test", a.devices.self_test,
                      "build every program for each device and run its known answers");
    devices->footer("Example: warpevm devices --self-test");
    return devices;
}

CLI::App* add_bench(CLI::App& app, Arguments& a) {
    CLI::App* bench = app.add_subcommand("bench", "Times named workloads, after comparing their results");
    BenchOptions& o = a.bench;
    bench->add_option("WORKLOAD", o.workloads, "names from --list; none: all");
    add_common(*bench, a.common);
    hide(*bench, {"--jobs", "--verbose"});
    bench->add_flag("--list", o.list, "name the workloads");
    bench->add_flag("--calibrate", o.calibrate,
                    "in place of workloads: measure devices for the backend auto, and keep that");
    bench->add_option("--txs", o.txs, "transactions of a generated block")
        ->check(CLI::Range(size_t{1}, size_t{10000000}))
        ->capture_default_str();
    bench->add_option("--seed", o.seed, "what a generated block follows from")->capture_default_str();
    bench->add_option("--threads", o.threads, "threads of the executor: one count, or several (1,2,4)")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->check(CLI::Range(1U, max_threads));
    bench->add_option("--repeat", o.repeat, "rounds per case; 31 and more for a claim")
        ->check(CLI::Range(1U, 100000U))
        ->capture_default_str();
    bench->add_option("--blocks", o.blocks, "the folder of real blocks (blocks)")->capture_default_str();
    bench->add_option("--cases", o.cases, "the folder of interpreter cases, in state-test form (evm)")
        ->capture_default_str();
    bench->add_option("--report", o.report, "write an HTML report to FILE");
    bench->add_option("--batch-ms", o.batch_ms, "CPU milliseconds of one batch (evm)")
        ->check(CLI::Range(1U, 10000U))
        ->capture_default_str();
    bench->add_option(
        "--recordings", o.recordings,
        "the folder for what blocks took and did; what is there is not recorded anew (schedule)");
    bench
        ->add_option("--slowdown", o.slowdown,
                     "how many times as long everything takes in parallel (schedule)")
        ->check(CLI::Range(1.0, 100.0))
        ->capture_default_str();
    bench->add_flag("--ablation", o.ablation, "what each constant of the policy is worth (schedule)");
    bench->footer("Example: warpevm bench erc20 hot --txs 10000 --threads 1,2 --report bench.html");
    return bench;
}

CLI::App* add_simulate(CLI::App& app, Arguments& a) {
    CLI::App* simulate =
        app.add_subcommand("simulate", "Executes independent calls on one pre-state: JSON lines in and out");
    SimulateOptions& o = a.simulate;
    simulate->add_option("FILE", o.file, "requests, one a line (see below), or - for standard input")
        ->required();
    simulate->add_option("--block", o.block, "the folder of a block, as for run: calls happen before it")
        ->required();
    add_common(*simulate, a.common);
    add_threads(*simulate, a.common);
    hide(*simulate, {"--device-batch", "--speculate", "--jobs", "--filter"});
    simulate
        ->add_option("--chain", o.chain,
                     "mainnet, sepolia, holesky, hoodi, or a file: genesis.json, or its `config` alone")
        ->capture_default_str();
    simulate->add_option("--output", o.output, "write the answers to FILE")->capture_default_str();
    simulate->add_option("--gas-cap", o.gas_cap, "the most gas of a call, and what one has that names none")
        ->check(CLI::Range(uint64_t{1}, uint64_t{1} << 62))
        ->capture_default_str();
    simulate->add_option("--batch", o.batch, "calls that are executed at once")
        ->check(CLI::Range(size_t{1}, size_t{1} << 24))
        ->capture_default_str();
    simulate
        ->add_option("--lanes", o.lanes,
                     "backend opencl: calls on the device at the same time; else by its size")
        ->check(CLI::Range(1U, 1U << 24));
    simulate
        ->add_option("--lane-memory", o.lane_memory_mib,
                     "backend opencl: their memory, in MiB; else a quarter of the device's")
        ->check(CLI::Range(uint64_t{1}, uint64_t{1} << 20));
    add_choice<bool>(*simulate, "--verify", o.verify, {{"serial", true}, {"none", false}},
                     "execute each bundle once more, serially, and compare everything");
    simulate->add_flag("--strict-state", o.strict_state,
                       "a call that reads what the pre-state does not say has no answer (exit 2)");
    simulate->footer(simulate_help);
    return simulate;
}

CLI::App* add_lower(CLI::App& app, Arguments& a) {
    CLI::App* lower =
        app.add_subcommand("lower", "Prints a code's abstract form, from which all backends run it");
    lower->add_option("CODE", a.lower.code, "hexadecimal digits, or a file that holds them")->required();
    add_common(*lower, a.common);
    hide(*lower, {"--backend", "--device", "--require-device", "--wait-for-device", "--device-batch",
                  "--speculate", "--jobs", "--json", "--filter", "--kernel-cache", "--verbose", "--quiet"});
    lower->add_flag("--deferred", a.lower.deferred,
                    "leave arithmetic on constants to the device, as its images do");
    lower->footer("Example: warpevm lower 0x5f355f52 --fork Shanghai");
    return lower;
}

}  // namespace

std::optional<Arguments> parse_arguments(int argc, const char* const* argv, int& exit_code) {
    if (argc > 0 && is_called_evm(argv[0])) return parse_geth_arguments(argc, argv, exit_code);
    Arguments a;
    CLI::App app("Executes EVM blocks, exactly and fast.", "warpevm");
    app.require_subcommand(1);
    app.footer("Example: warpevm run build/data/blocks\nEach command has --help.");
    std::vector<std::pair<CLI::App*, Command>> commands{
        {add_run(app, a), Command::run},
        {add_test(app, a, "statetest", "GeneralStateTests",
                  "warpevm statetest build/data/fixtures/ethereum-tests/GeneralStateTests"),
         Command::statetest},
        {add_test(app, a, "blocktest", "BlockchainTests",
                  "warpevm blocktest build/data/fixtures/ethereum-tests/BlockchainTests"),
         Command::blocktest},
        {add_t8n(app, a.t8n, "warpevm"), Command::t8n},
        {add_devices(app, a), Command::devices},
        {add_bench(app, a), Command::bench},
        {add_simulate(app, a), Command::simulate},
        {add_lower(app, a), Command::lower},
        {app.add_subcommand("version", "Version, commit, compiler, libraries and forks")
             ->footer("Example: warpevm version"),
         Command::version},
    };
    try {
        const bool geths =
            argc > 1 && (argv[1] == std::string_view("t8n") || argv[1] == std::string_view("transition"));
        std::vector<std::string> words = separated(argc, argv, geths);
        std::reverse(words.begin(), words.end());  // as the library wants them
        app.parse(std::move(words));
    } catch (const CLI::Success& wish) {
        exit_code = app.exit(wish);
        return std::nullopt;
    } catch (const CLI::ParseError& error) {
        app.exit(error);
        // geth's tool has a code of its own for arguments that can't be used.
        exit_code = app.got_subcommand("t8n") ? 3 : static_cast<int>(ExitCode::bad_input);
        return std::nullopt;
    }
    for (const auto& [command, which] : commands)
        if (command->parsed()) a.command = which;
    return a;
}

}  // namespace warpevm::tools
