#pragma once

// Values of a TOML file that a person wrote, each by what it has to be; the business of profile.cc,
// profile_fields.cc, region_toml.cc and water_reader.cc alone. What is refused is thrown as Refused
// and caught where the file was opened, so that the rules of a file read as what they say; nothing
// leaves those.

#include <toml++/toml.h>

#include <string>
#include <string_view>
#include <vector>

namespace gridmend::toml_values {

// A sentence that begins with the line, where there is one.
struct Refused {
  std::string message;
};

std::string line_of(const toml::node& node);
[[noreturn]] void refuse_node(const toml::node& node, const std::string& message);

// `key` is what the message calls the value.
const std::string& text_of(const toml::node& node, std::string_view key);
// "A" or ["A", "B"], not an empty list.
std::vector<std::string> texts_of(const toml::node& node, std::string_view key);
bool flag_of(const toml::node& node, std::string_view key);
double number_of(const toml::node& node, std::string_view key);
// A text, a number or a flag, as text: 1.5, yes.
std::string scalar_of(const toml::node& node, std::string_view key);
// As texts_of, of texts, numbers and flags.
std::vector<std::string> scalars_of(const toml::node& node, std::string_view key);
const toml::table& table_of(const toml::node& node, std::string_view key);

// A table whose every key must be asked for: what remains is unknown.
class Keys {
 public:
  // `what` names the table in messages; both outlive this.
  Keys(const toml::table& table, std::string what) : table_(table), what_(std::move(what)) {}

  const toml::node* find(const std::string& key);
  const toml::node& need(const std::string& key);
  // Refuses a key that was never asked for.
  void done() const;
  const std::string& what() const { return what_; }

 private:
  const toml::table& table_;
  std::string what_;
  std::vector<std::string> asked_;
};

}  // namespace gridmend::toml_values
