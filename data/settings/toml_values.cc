#include "data/settings/toml_values.h"

#include <array>
#include <charconv>
#include <cmath>
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

double number(const toml::node& node, const std::string& name) {
  const auto value = node.is_number() ? node.value<double>() : std::nullopt;
  if (!value || !std::isfinite(*value)) refuse_node(node, name, "must be a number");
  return *value;
}

}  // namespace

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
  if (const toml::node* node = take(name); node != nullptr) into = number(*node, name);
}

void TomlValues::operator()(const std::string& name, Duration& into) {
  const toml::node* node = take(name);
  if (node == nullptr) return;
  const double value = number(*node, name);
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
