#include "data/settings/toml_values.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <limits>
#include <utility>

namespace gridmend {
namespace {

constexpr std::size_t kMostBytes = 1 << 20;
constexpr double kMostSeconds = 1e10;

void collect(const toml::table& table, const std::string& prefix,
             std::map<std::string, const toml::node*>& values) {
  for (const auto& [key, node] : table) {
    const std::string name = prefix + std::string{key.str()};
    if (const toml::table* inner = node.as_table(); inner != nullptr) {
      collect(*inner, name + ".", values);
    } else {
      values.emplace(name, &node);
    }
  }
}

}  // namespace

double number_of(const toml::node& node, const std::string& name) {
  const auto value = node.is_number() ? node.value<double>() : std::nullopt;
  if (!value || !std::isfinite(*value)) refuse_node(node, name, "must be a number");
  return *value;
}

void refuse_node(const toml::node& node, const std::string& name, const std::string& what) {
  throw Refused{"line " + std::to_string(node.source().begin.line) + ": '" + name + "' " + what,
                name};
}

TomlValues::TomlValues(toml::table table) : table_(std::move(table)) {
  collect(table_, {}, values_);
}

TomlValues TomlValues::parse(std::string_view text) {
  if (text.size() > kMostBytes) throw Refused{"settings of more than a megabyte", {}};
  try {
    return TomlValues{toml::parse(text)};
  } catch (const toml::parse_error& error) {
    throw Refused{"line " + std::to_string(error.source().begin.line) + ": " +
                      std::string{error.description()},
                  {}};
  }
}

void TomlValues::operator()(const std::string& name, double& into) {
  if (const toml::node* node = take(name); node != nullptr) into = number_of(*node, name);
}

void TomlValues::operator()(const std::string& name, Duration& into) {
  const toml::node* node = take(name);
  if (node == nullptr) return;
  const double value = number_of(*node, name);
  if (!(value >= 0 && value <= kMostSeconds)) {
    refuse_node(*node, name, "must be seconds, from 0 to 10,000,000,000");
  }
  into = from_seconds(value);
}

void TomlValues::operator()(const std::string& name, std::uint32_t& into) {
  const toml::node* node = take(name);
  if (node == nullptr) return;
  const auto value = node->value_exact<std::int64_t>();
  if (!value || *value < 0 || *value > std::numeric_limits<std::int32_t>::max()) {
    refuse_node(*node, name, "must be a whole number of at least 0");
  }
  into = static_cast<std::uint32_t>(*value);
}

void TomlValues::operator()(const std::string& name, bool& into) {
  const toml::node* node = take(name);
  if (node == nullptr) return;
  const auto value = node->value_exact<bool>();
  if (!value) refuse_node(*node, name, "must be true or false");
  into = *value;
}

TomlValues::Tables TomlValues::take_tables(const std::string& name) {
  Tables tables;
  const toml::table* all = table_.at_path(name).as_table();
  if (all == nullptr) return tables;
  for (const auto& [key, node] : *all) {
    const std::string inner{key.str()};
    const toml::table* table = node.as_table();
    if (table == nullptr) refuse_node(node, name + "." + inner, "must be a table");
    auto& values = tables[inner];
    for (const auto& [own, value] : *table) values.emplace(std::string{own.str()}, &value);
  }
  std::erase_if(values_, [&](const auto& value) { return value.first.starts_with(name + "."); });
  return tables;
}

const toml::node* TomlValues::take(const std::string& name) {
  const auto it = values_.find(name);
  if (it == values_.end()) return nullptr;
  const toml::node* node = it->second;
  values_.erase(it);
  return node;
}

void TomlValues::finish(const std::string& of_what) const {
  if (values_.empty()) return;
  refuse_node(*values_.begin()->second, values_.begin()->first, "is no " + of_what);
}

std::string quoted_key(std::string_view name) {
  std::string quoted = "\"";
  for (const char letter : name) {
    const auto code = static_cast<unsigned char>(letter);
    if (code < 0x20 || code == 0x7f) {
      std::array<char, 8> escaped{};
      std::snprintf(escaped.data(), escaped.size(), "\\u%04X", unsigned{code});
      quoted += escaped.data();
      continue;
    }
    if (letter == '"' || letter == '\\') quoted += '\\';
    quoted += letter;
  }
  return quoted + "\"";
}

std::string shown(double value) {
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), end.ptr};
}

tl::unexpected<Error> refused(const Refused& refused, const ErrorPlace& place) {
  auto error = refuse_at(place, ErrorCode::invalid_argument, "SETTINGS_INVALID", refused.message);
  error.value().field = refused.field;
  return error;
}

Result<std::string> read_settings_text(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  std::string text(kMostBytes + 1, '\0');
  if (in) in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in.is_open() || in.bad() || (in.fail() && !in.eof())) {
    return refuse_at({file.string(), {}, {}, {}}, ErrorCode::not_found, "FILE_NOT_READABLE",
                     "the file cannot be read");
  }
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

}  // namespace gridmend
