#pragma once

#include <toml++/toml.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/base/error.h"

namespace gridmend {

// What the readers of this folder share. They throw Refused, which refused() turns into a value at
// the library's border.
struct Refused {
  std::string message;
  std::string field;
};

[[noreturn]] void refuse_node(const toml::node& node, const std::string& name,
                              const std::string& what);

// The values of a TOML text by their whole dotted names; each is taken once.
class TomlValues {
 public:
  // Refuses more than a megabyte and what is no TOML.
  static TomlValues parse(std::string_view text);
  TomlValues(const TomlValues&) = delete;
  TomlValues& operator=(const TomlValues&) = delete;

  // Where the value is there it replaces `into`.
  void operator()(const std::string& name, double& into);
  void operator()(const std::string& name, Duration& into);  // seconds
  void operator()(const std::string& name, std::uint32_t& into);
  void operator()(const std::string& name, bool& into);

  // The tables inside the table of this dotted name, by their own names, which may hold dots: each
  // is a table of values whose names no longer have the prefix. All of them are taken.
  using Tables = std::map<std::string, std::map<std::string, const toml::node*>>;
  Tables take_tables(const std::string& name);

  bool has(const std::string& name) const { return values_.contains(name); }
  // nullptr: it is not there, or was taken.
  const toml::node* take(const std::string& name);
  // What nobody took is a name there is not: "'a.b' is no setting of the localiser".
  void finish(const std::string& of_what) const;

 private:
  explicit TomlValues(toml::table table);

  toml::table table_;
  std::map<std::string, const toml::node*> values_;
};

// A finite number, or Refused.
double number_of(const toml::node& node, const std::string& name);
// A name as a TOML key between quotes.
std::string quoted_key(std::string_view name);
// As a number or whole number is written: shortest, read back the same.
std::string shown(double value);
inline std::string shown(Duration value) { return shown(seconds(value)); }
inline std::string shown(std::uint32_t value) { return std::to_string(value); }
inline std::string shown(bool value) { return value ? "true" : "false"; }

// SETTINGS_INVALID at a file.
tl::unexpected<Error> refused(const Refused& refused, const ErrorPlace& place);

// FILE_NOT_READABLE; of a file that is too long a byte more than parse() takes.
Result<std::string> read_settings_text(const std::filesystem::path& file);

}  // namespace gridmend
