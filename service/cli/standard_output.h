#pragma once

#include "service/cli/commands.h"

namespace gridmend {

// Where standard output and standard error are one file (`> log 2>&1`), lines come to stand there
// in the order in which they are printed. Before anything is.
void keep_lines_in_order();

// At the end of a process that prints: a disk that was full behind standard output is told, and
// what would have been `done` is machine_failed.
ExitCode with_output_written(ExitCode so_far);

}  // namespace gridmend
