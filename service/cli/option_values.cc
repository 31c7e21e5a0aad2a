#include "service/cli/option_values.h"

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdlib>
#include <optional>

#include "data/ingest/gis_writer.h"

namespace gridmend {
namespace {

// Nothing when the text is no number, or more than one.
std::optional<double> number_of(const std::string& text) {
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  if (end == text.c_str() || *end != '\0') return std::nullopt;
  return number;
}

// As CLI11 names what an option takes; a size has units behind its number.
std::string check_number(const std::string& type, const std::string& text) {
  const bool counts = type.starts_with("UINT") || type.starts_with("SIZE");
  if (counts && text.find('-') != std::string::npos) return "is not negative: '" + text + "'";
  if (!type.starts_with("FLOAT")) return {};
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  if (*end == '\0' && !std::isfinite(number)) return "is a finite number, not '" + text + "'";
  return {};
}

template <class Check>
void check_options(CLI::App& command, const Check& check) {
  for (CLI::Option* option : command.get_options()) {
    if (option->get_items_expected_max() == 0) continue;  // a flag
    const std::string type = option->get_type_name();
    // Before all other checks: some of them convert.
    option->transform(
        CLI::Validator{[check, type](std::string& text) { return check(type, text); }, ""});
  }
}

}  // namespace

void check_numbers(CLI::App& app) {
  check_options(app, check_number);
  for (CLI::App* command : app.get_subcommands({})) check_numbers(*command);
}

void check_texts(CLI::App& command) {
  check_options(command, [](const std::string&, const std::string& text) -> std::string {
    return text.empty() ? "is empty" : "";
  });
}

std::string check_positive(const std::string& text) {
  const auto number = number_of(text);
  if (number && *number > 0) return {};
  return "is a number above 0, not '" + text + "'";
}

std::string check_not_negative(const std::string& text) {
  const auto number = number_of(text);
  if (number && *number >= 0) return {};
  return "is a number not below 0, not '" + text + "'";
}

std::string check_ending(const std::string& file, std::initializer_list<const char*> endings) {
  const std::string ending = lower_case_suffix(file);
  std::string known;
  for (const char* one : endings) {
    if (ending == one) return {};
    known += (known.empty() ? "" : ", ") + std::string{one};
  }
  return "'" + file + "' ends in none of " + known;
}

}  // namespace gridmend
