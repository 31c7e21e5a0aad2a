#include <signal.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "service/cli/commands.h"
#include "service/cli/option_values.h"
#include "service/cli/standard_output.h"

namespace {

int run(int argc, char** argv) {
  using gridmend::ExitCode;
  CLI::App app{
      "Gridmend: what is broken, who sits in the dark, which crew goes where, when the light comes "
      "back."};
  app.name("gridmend");
  app.require_subcommand(1);
  gridmend::CommandOutcome outcome;
  gridmend::add_ctl_command(app, outcome);
  gridmend::add_drill_command(app, outcome);
  gridmend::add_import_command(app, outcome);
  gridmend::add_inspect_command(app, outcome);
  gridmend::add_localise_command(app, outcome);
  gridmend::add_learn_command(app, outcome);
  gridmend::add_plan_command(app, outcome);
  gridmend::add_replay_command(app, outcome);
  gridmend::add_route_command(app, outcome);
  gridmend::add_serve_command(app, outcome);
  gridmend::add_synth_command(app, outcome);
  gridmend::check_numbers(app);
  for (CLI::App* command : app.get_subcommands({})) gridmend::check_texts(*command);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    outcome.exit_code = app.exit(error) == 0 ? ExitCode::done : ExitCode::usage;
  }
  return static_cast<int>(gridmend::with_output_written(outcome.exit_code));
}

}  // namespace

int main(int argc, char** argv) {
  // A file that grows beyond the limit is told as a full disk is, not by a signal that kills.
  ::signal(SIGXFSZ, SIG_IGN);
  gridmend::keep_lines_in_order();
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gridmend: %s\n", error.what());
    return static_cast<int>(gridmend::ExitCode::machine_failed);
  }
}
