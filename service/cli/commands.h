#pragma once

// The commands of the one binary. Each is a file of its own (import_command.cc, ...) and adds
// itself as a subcommand of `app`; its callback leaves its exit code in `outcome`.

namespace CLI {
class App;
}

namespace gridmend {

// Exit codes of every command.
enum class ExitCode : int {
  done = 0,
  refused = 1,  // the input was refused: standard error says what and where
  usage = 2,
  machine_failed = 3,  // disk, memory, network of this machine
  interrupted = 130,   // by SIGINT or SIGTERM; what was found until then is written
};

struct CommandOutcome {
  ExitCode exit_code = ExitCode::done;
};

void add_import_command(CLI::App& app, CommandOutcome& outcome);
void add_synth_command(CLI::App& app, CommandOutcome& outcome);
void add_inspect_command(CLI::App& app, CommandOutcome& outcome);
void add_localise_command(CLI::App& app, CommandOutcome& outcome);
void add_learn_command(CLI::App& app, CommandOutcome& outcome);
void add_plan_command(CLI::App& app, CommandOutcome& outcome);
void add_route_command(CLI::App& app, CommandOutcome& outcome);
void add_drill_command(CLI::App& app, CommandOutcome& outcome);
void add_serve_command(CLI::App& app, CommandOutcome& outcome);
void add_replay_command(CLI::App& app, CommandOutcome& outcome);
void add_ctl_command(CLI::App& app, CommandOutcome& outcome);

}  // namespace gridmend
