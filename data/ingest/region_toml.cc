#include <exception>
#include <new>
#include <string>

#include "data/ingest/region_import.h"
#include "data/ingest/source_name.h"
#include "data/ingest/toml_values.h"

namespace gridmend {
namespace {

using toml_values::number_of;
using toml_values::refuse_node;
using toml_values::Refused;
using toml_values::text_of;

// Relative to the folder of the .toml; a database is nowhere in it.
std::filesystem::path path_of(const toml::node& node, std::string_view key,
                              const std::filesystem::path& folder) {
  const std::filesystem::path path = text_of(node, key);
  return is_database(path) ? path : folder / path;
}

// False: the key is none of them.
bool read_coordinates(std::string_view key, const toml::node& value, SourceCoordinates& out) {
  DeclaredValue declared;
  if (const auto* text = value.as_string()) declared.text = text->get();
  if (value.is_number()) declared.numbers.push_back(number_of(value, key));
  if (const auto* array = value.as_array()) {
    for (const toml::node& item : *array) declared.numbers.push_back(number_of(item, key));
  }
  const auto wrong = declare_coordinates(out, key, declared);
  if (wrong && !wrong->empty()) refuse_node(value, *wrong);
  return wrong.has_value();
}

SourceSpec read_source(const toml::node& node, const std::filesystem::path& folder) {
  const auto* table = node.as_table();
  if (table == nullptr) refuse_node(node, "'sources' must be written [[sources]]");
  SourceSpec source;
  for (const auto& [key, value] : *table) {
    if (key == "path") {
      source.path = path_of(value, "path", folder);
    } else if (key == "profile") {
      source.profile = text_of(value, "profile");
      if (source.profile.ends_with(".toml")) source.profile = (folder / source.profile).string();
    } else if (key == "encoding") {
      source.encoding = text_of(value, "encoding");
    } else if (key == "tolerance_m") {
      source.tolerance_m = number_of(value, "tolerance_m");
      if (!(*source.tolerance_m > 0 && *source.tolerance_m <= 1000)) {
        refuse_node(value, "'tolerance_m' must be above 0 and at most 1000");
      }
    } else if (!read_coordinates(key.str(), value, source.coordinates)) {
      refuse_node(value, "[[sources]] has an unknown key '" + std::string{key.str()} + "'");
    }
  }
  if (source.path.empty()) refuse_node(node, "[[sources]] lacks 'path'");
  return source;
}

std::vector<SourceSpec> read_sources(const toml::array& array,
                                     const std::filesystem::path& folder) {
  std::vector<SourceSpec> sources;
  for (const toml::node& item : array) {
    SourceSpec source = read_source(item, folder);
    for (std::size_t i = 0; i < sources.size(); ++i) {
      if (sources[i].profile != source.profile || !is_same_path(sources[i].path, source.path)) {
        continue;
      }
      refuse_node(item, "the same source and profile as the [[sources]] of line " +
                            std::to_string(array[i].source().begin.line) +
                            ": all of it would be there twice");
    }
    sources.push_back(std::move(source));
  }
  return sources;
}

void require(const Result<void>& set, const toml::node& node) {
  if (!set) refuse_node(node, set.error().message);
}

void read_class_rule(std::string_view name, const toml::node& node, CheckSettings& checks) {
  const auto* table = node.as_table();
  if (table == nullptr) {
    refuse_node(node,
                "'" + std::string{name} + "' must be a table of severity, most, most_percent");
  }
  for (const auto& [key, value] : *table) {
    const std::string_view part = key.str();
    require(part == "severity" ? set_defect_severity(checks, name, text_of(value, part))
                               : set_defect_limit(checks, name, part, number_of(value, part)),
            value);
  }
}

CheckSettings read_checks(const toml::node& node) {
  const auto* table = node.as_table();
  if (table == nullptr) refuse_node(node, "'checks' must be written [checks]");
  CheckSettings checks;
  for (const auto& [key, value] : *table) {
    if (key != "classes") {
      require(set_check_number(checks, key.str(), number_of(value, key.str())), value);
      continue;
    }
    const auto* classes = value.as_table();
    if (classes == nullptr) refuse_node(value, "'classes' must be written [checks.classes.CLASS]");
    for (const auto& [name, rule] : *classes) read_class_rule(name.str(), rule, checks);
  }
  return checks;
}

RegionSpec read_spec(const toml::table& table, const std::filesystem::path& folder) {
  RegionSpec spec;
  for (const auto& [key, value] : table) {
    if (key == "name") {
      spec.name = text_of(value, "name");
    } else if (key == "licence") {
      spec.licence = text_of(value, "licence");
    } else if (key == "roads") {
      spec.roads = path_of(value, "roads", folder);
    } else if (key == "roads_profile") {
      spec.roads_profile = path_of(value, "roads_profile", folder);
    } else if (key == "checks") {
      spec.checks = read_checks(value);
    } else if (key == "sources") {
      const auto* array = value.as_array();
      if (array == nullptr) refuse_node(value, "'sources' must be written [[sources]]");
      spec.sources = read_sources(*array, folder);
    } else {
      refuse_node(value, "unknown key '" + std::string{key.str()} + "'");
    }
  }
  if (spec.roads_profile && !spec.roads) throw Refused{"'roads_profile' goes with 'roads'"};
  if (spec.sources.empty()) throw Refused{"names no [[sources]]"};
  return spec;
}

}  // namespace

Result<RegionSpec> read_region_toml(const std::filesystem::path& path) {
  const auto refused = [&path](std::string message) {
    return refuse_at({.file = path.string(), .layer = {}, .feature_id = {}, .column = {}},
                     ErrorCode::invalid_argument, "REGION_TOML_INVALID", std::move(message));
  };
  if (std::error_code unused; !std::filesystem::exists(path, unused)) {
    return refuse_at({.file = path.string(), .layer = {}, .feature_id = {}, .column = {}},
                     ErrorCode::not_found, "SOURCE_NOT_FOUND", "there is no such file");
  }
  try {
    return read_spec(toml::parse_file(path.string()), path.parent_path());
  } catch (const toml::parse_error& error) {
    return refused("line " + std::to_string(error.source().begin.line) + ": " +
                   std::string{error.description()});
  } catch (const std::bad_alloc&) {
    throw;  // says nothing about the file
  } catch (const Refused& refusal) {
    return refused(refusal.message);
  } catch (const std::exception& error) {
    return refused(error.what());
  }
}

}  // namespace gridmend
