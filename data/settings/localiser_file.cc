#include "data/settings/localiser_file.h"

#include <toml++/toml.h>

#include <array>
#include <charconv>
#include <cmath>
#include <exception>
#include <fstream>
#include <limits>
#include <map>
#include <utility>

#include "core/outage/settings_fields.h"

namespace gridmend {
namespace {

constexpr std::size_t kMostBytes = 1 << 20;
constexpr double kMostSeconds = 1e10;

struct Refused {
  std::string message;
  std::string field;
};

[[noreturn]] void refuse_node(const toml::node& node, const std::string& name,
                              const std::string& what) {
  throw Refused{"line " + std::to_string(node.source().begin.line) + ": '" + name + "' " + what,
                name};
}

// Values by their whole dotted names.
using Values = std::map<std::string, const toml::node*>;

void collect(const toml::table& table, const std::string& prefix, Values& values) {
  for (const auto& [key, node] : table) {
    const std::string name = prefix + std::string{key.str()};
    if (const toml::table* inner = node.as_table(); inner != nullptr) {
      collect(*inner, name + ".", values);
    } else {
      values.emplace(name, &node);
    }
  }
}

// Takes each value that a setting is named after.
class Reader {
 public:
  explicit Reader(Values values) : values_(std::move(values)) {}

  void operator()(const std::string& name, double& into) {
    if (const toml::node* node = take(name); node != nullptr) into = number(*node, name);
  }
  void operator()(const std::string& name, Duration& into) {
    const toml::node* node = take(name);
    if (node == nullptr) return;
    const double value = number(*node, name);
    if (!(value >= 0 && value <= kMostSeconds)) {
      refuse_node(*node, name, "must be seconds, from 0 to 10,000,000,000");
    }
    into = from_seconds(value);
  }
  void operator()(const std::string& name, std::uint32_t& into) {
    const toml::node* node = take(name);
    if (node == nullptr) return;
    const auto value = node->value_exact<std::int64_t>();
    if (!value || *value < 0 || *value > std::numeric_limits<std::int32_t>::max()) {
      refuse_node(*node, name, "must be a whole number of at least 0");
    }
    into = static_cast<std::uint32_t>(*value);
  }
  void operator()(const std::string& name, bool& into) {
    const toml::node* node = take(name);
    if (node == nullptr) return;
    const auto value = node->value_exact<bool>();
    if (!value) refuse_node(*node, name, "must be true or false");
    into = *value;
  }

  // What nobody took is a name there is not.
  void finish() const {
    if (values_.empty()) return;
    refuse_node(*values_.begin()->second, values_.begin()->first, "is no setting of the localiser");
  }

 private:
  const toml::node* take(const std::string& name) {
    const auto it = values_.find(name);
    if (it == values_.end()) return nullptr;
    const toml::node* node = it->second;
    values_.erase(it);
    return node;
  }
  static double number(const toml::node& node, const std::string& name) {
    const auto value = node.is_number() ? node.value<double>() : std::nullopt;
    if (!value || !std::isfinite(*value)) refuse_node(node, name, "must be a number");
    return *value;
  }

  Values values_;
};

LocaliserSettings read(std::string_view text) {
  if (text.size() > kMostBytes) throw Refused{"settings of more than a megabyte", {}};
  LocaliserSettings settings;
  toml::table table;
  try {
    table = toml::parse(text);
  } catch (const toml::parse_error& error) {
    throw Refused{"line " + std::to_string(error.source().begin.line) + ": " +
                      std::string{error.description()},
                  {}};
  }
  Values values;
  collect(table, {}, values);
  Reader reader{std::move(values)};
  visit_settings(settings, reader);
  reader.finish();
  return settings;
}

std::string shown(double value) {
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), end.ptr};
}
std::string shown(Duration value) { return shown(seconds(value)); }
std::string shown(std::uint32_t value) { return std::to_string(value); }
std::string shown(bool value) { return value ? "true" : "false"; }

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
  } catch (const Refused& refused) {
    auto error = refuse_at(place, ErrorCode::invalid_argument, "SETTINGS_INVALID", refused.message);
    error.value().field = refused.field;
    return error;
  } catch (const std::exception& error) {
    return refuse_at(place, ErrorCode::invalid_argument, "SETTINGS_INVALID", error.what());
  }
}

Result<LocaliserSettings> read_localiser_settings(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  std::string text(kMostBytes + 1, '\0');
  if (in) in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in.is_open() || in.bad() || (in.fail() && !in.eof())) {
    return refuse_at({file.string(), {}, {}, {}}, ErrorCode::not_found, "FILE_NOT_READABLE",
                     "the file cannot be read");
  }
  text.resize(static_cast<std::size_t>(in.gcount()));
  return parse_localiser_settings(text, file.string());
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
