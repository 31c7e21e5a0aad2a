#include "data/settings/localiser_file.h"

#include <exception>
#include <map>
#include <utility>

#include "core/outage/settings_fields.h"
#include "data/settings/toml_values.h"

namespace gridmend {
namespace {

LocaliserSettings read(std::string_view text) {
  LocaliserSettings settings;
  TomlValues values = TomlValues::parse(text);
  visit_settings(settings, values);
  values.finish("setting of the localiser");
  return settings;
}

// The settings for which wanted(name, value as text).
template <class Wanted>
std::string write(const LocaliserSettings& settings, Wanted&& wanted) {
  std::string text;
  std::string table;
  visit_settings(settings, [&](const std::string& name, const auto& value) {
    const std::string now = shown(value);
    if (!wanted(name, now)) return;
    const std::size_t dot = name.find('.');
    if (name.substr(0, dot) != table) {
      table = name.substr(0, dot);
      text += (text.empty() ? "[" : "\n[") + table + "]\n";
    }
    text += name.substr(dot + 1) + " = " + now + "\n";
  });
  return text;
}

}  // namespace

Result<LocaliserSettings> parse_localiser_settings(std::string_view toml, std::string_view file) {
  const ErrorPlace place{std::string{file}, {}, {}, {}};
  try {
    LocaliserSettings settings = read(toml);
    if (auto valid = validate(settings); !valid) {
      Error error = valid.error();
      error.place = place;
      return unexpected(std::move(error));
    }
    return settings;
  } catch (const Refused& why) {
    return refused(why, place);
  } catch (const std::exception& error) {
    return refuse_at(place, ErrorCode::invalid_argument, "SETTINGS_INVALID", error.what());
  }
}

Result<LocaliserSettings> read_localiser_settings(const std::filesystem::path& file) {
  const auto text = read_settings_text(file);
  if (!text) return unexpected(text.error());
  return parse_localiser_settings(*text, file.string());
}

std::string write_localiser_settings(const LocaliserSettings& settings) {
  std::map<std::string, std::string> defaults;
  const LocaliserSettings plain;
  visit_settings(plain, [&](const std::string& name, const auto& value) {
    defaults.emplace(name, shown(value));
  });
  return write(settings, [&](const std::string& name, const std::string& value) {
    return value != defaults.at(name);
  });
}

std::string write_whole_localiser_settings(const LocaliserSettings& settings) {
  return write(settings, [](const std::string&, const std::string&) { return true; });
}

}  // namespace gridmend
