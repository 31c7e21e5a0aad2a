#pragma once

#include "service/cli/commands.h"

namespace gridmend {

// At the end of a process that prints: a disk that was full behind standard output is told, and
// what would have been `done` is machine_failed.
ExitCode with_output_written(ExitCode so_far);

}  // namespace gridmend
