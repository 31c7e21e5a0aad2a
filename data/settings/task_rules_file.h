#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/work/task_rules.h"

namespace gridmend {

// TaskRules as TOML (docs/task_rules.md). What a file does not name keeps the program's value, so
// it says only what is different:
//
//   [repair.power_transformer]     # a kind of work, and of device, or "premises", or "all"
//   minutes = 150                  # on site, with all its crews there
//   crews = 2
//   material = 2                   # units, of all of them together
//   skills = ["lift"]              # of each crew, beside line or cable
//   [outages]
//   assess_below = 0.5
//   retry_after_s = 1800
//   weight_step = 0.1
//   late_factor = 4
//   [reserve_min]                  # by category of usage point
//   hospital = 480
//
// "all" holds for every device and premises that the file does not name for the same kind of work.
// Refuses, with file and line: what is no TOML, a name there is not, a value of another type
// (SETTINGS_INVALID), and numbers that validate() refuses (TASK_RULE_INVALID). `file` is for
// messages.
Result<TaskRules> parse_task_rules(std::string_view toml, std::string_view file);
Result<TaskRules> read_task_rules(const std::filesystem::path& file);

// What is different from the program's rules, in that form; read back it gives the same.
std::string write_task_rules(const TaskRules& rules);
// All of it: means the same to a program with other rules of its own.
std::string write_whole_task_rules(const TaskRules& rules);

}  // namespace gridmend
