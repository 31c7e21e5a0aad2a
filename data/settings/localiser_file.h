#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/outage/settings.h"

namespace gridmend {

// LocaliserSettings as TOML: a table a group, the names of core/outage/settings_fields.h, durations
// in seconds. What a file does not name keeps its default, so a file says only what is different:
//
//   [reliability]
//   last_gasp_reach = 0.62
//   scada_open = { if_open = 0.99, if_closed = 0.01 }
//   [weights.weight]
//   hospital = 100
//   [reliability.source."95598"]
//   call_false_factor = 3
//   [reliability.group."TG-0017"]
//   last_gasp_reach = 0.35
//
// Refuses, with file and line: what is no TOML, a name there is not, a value of another type, a
// negative or fractional count (SETTINGS_INVALID), and numbers that validate() refuses
// (LOCALISER_SETTING_INVALID). `file` is for messages.
Result<LocaliserSettings> parse_localiser_settings(std::string_view toml, std::string_view file);
Result<LocaliserSettings> read_localiser_settings(const std::filesystem::path& file);

// What is different from the defaults, in that form; read back it gives the same settings.
std::string write_localiser_settings(const LocaliserSettings& settings);
// All of them: means the same to a program with other defaults.
std::string write_whole_localiser_settings(const LocaliserSettings& settings);

}  // namespace gridmend
