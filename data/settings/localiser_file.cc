#include "data/settings/localiser_file.h"

#include <exception>
#include <map>
#include <utility>

#include "core/outage/settings_fields.h"
#include "data/settings/toml_values.h"

namespace gridmend {
namespace {

constexpr std::string_view kSources = "reliability.source", kGroups = "reliability.group";

// By name what a table tells of each; `visit` is that of settings_fields.h.
template <class Told, class Visit>
std::map<std::string, Told> read_told(TomlValues& values, std::string_view table, Visit visit) {
  std::map<std::string, Told> told;
  const std::string prefix{table};
  for (auto& [name, own] : values.take_tables(prefix)) {
    const std::string whole = prefix + "." + name;
    visit(told[name], [&, &own = own](const char* key, std::optional<double>& into) {
      const auto found = own.find(key);
      if (found == own.end()) return;
      into = number_of(*found->second, whole + "." + key);
      own.erase(found);
    });
    if (!own.empty()) {
      refuse_node(*own.begin()->second, whole + "." + own.begin()->first,
                  "is no setting of the localiser");
    }
    if (told[name] == Told{}) told.erase(name);
  }
  return told;
}

template <class Told, class Visit>
void write_told(const std::map<std::string, Told>& told, std::string_view table, Visit visit,
                std::string& text) {
  for (const auto& [name, values] : told) {
    text += (text.empty() ? "[" : "\n[") + std::string{table} + "." + quoted_key(name) + "]\n";
    visit(values, [&](const char* key, const std::optional<double>& value) {
      if (value) text += std::string{key} + " = " + shown(*value) + "\n";
    });
  }
}

constexpr auto kVisitSource = [](auto& source, auto&& visitor) {
  visit_told_source(source, visitor);
};
constexpr auto kVisitGroup = [](auto& group, auto&& visitor) { visit_told_group(group, visitor); };

LocaliserSettings read_settings(std::string_view text) {
  LocaliserSettings settings;
  TomlValues values = TomlValues::parse(text);
  settings.told_sources = read_told<ToldSource>(values, kSources, kVisitSource);
  settings.told_groups = read_told<ToldGroup>(values, kGroups, kVisitGroup);
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
  write_told(settings.told_sources, kSources, kVisitSource, text);
  write_told(settings.told_groups, kGroups, kVisitGroup, text);
  return text;
}

}  // namespace

Result<LocaliserSettings> parse_localiser_settings(std::string_view toml, std::string_view file) {
  const ErrorPlace place{std::string{file}, {}, {}, {}};
  try {
    LocaliserSettings settings = read_settings(toml);
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
