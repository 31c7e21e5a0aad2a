#include "data/ingest/toml_values.h"

#include <algorithm>
#include <sstream>

#include "data/ingest/in_quotes.h"

namespace gridmend::toml_values {
namespace {

template <class Read>
std::vector<std::string> list_of(const toml::array& array, std::string_view key, Read read) {
  std::vector<std::string> texts;
  for (const toml::node& item : array) texts.push_back(read(item, key));
  if (texts.empty()) refuse_node(array, in_quotes(key) + " is an empty list");
  return texts;
}

}  // namespace

std::string line_of(const toml::node& node) {
  return "line " + std::to_string(node.source().begin.line);
}

void refuse_node(const toml::node& node, const std::string& message) {
  throw Refused{line_of(node) + ": " + message};
}

const std::string& text_of(const toml::node& node, std::string_view key) {
  if (const auto* text = node.as_string()) return text->get();
  refuse_node(node, in_quotes(key) + " must be a text");
}

std::vector<std::string> texts_of(const toml::node& node, std::string_view key) {
  if (node.is_string()) return {text_of(node, key)};
  const auto* array = node.as_array();
  if (array == nullptr) refuse_node(node, in_quotes(key) + " must be a text or a list of texts");
  return list_of(*array, key, text_of);
}

bool flag_of(const toml::node& node, std::string_view key) {
  if (const auto* flag = node.as_boolean()) return flag->get();
  refuse_node(node, in_quotes(key) + " must be true or false");
}

double number_of(const toml::node& node, std::string_view key) {
  if (const auto number = node.value<double>(); number && node.is_number()) return *number;
  refuse_node(node, in_quotes(key) + " must be a number");
}

std::string scalar_of(const toml::node& node, std::string_view key) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "yes" : "no";
  if (const auto* number = node.as_floating_point()) {
    std::ostringstream text;
    text << number->get();
    return text.str();
  }
  refuse_node(node, in_quotes(key) + " must be a text, a number or a flag");
}

std::vector<std::string> scalars_of(const toml::node& node, std::string_view key) {
  const auto* array = node.as_array();
  if (array == nullptr) return {scalar_of(node, key)};
  return list_of(*array, key, scalar_of);
}

const toml::table& table_of(const toml::node& node, std::string_view key) {
  if (const auto* table = node.as_table()) return *table;
  refuse_node(node, in_quotes(key) + " must be a table");
}

const toml::node* Keys::find(const std::string& key) {
  asked_.push_back(key);
  return table_.get(key);
}

const toml::node& Keys::need(const std::string& key) {
  if (const toml::node* node = find(key)) return *node;
  refuse_node(table_, what_ + " lacks '" + key + "'");
}

void Keys::done() const {
  for (const auto& [key, node] : table_) {
    const std::string name{key.str()};
    if (std::ranges::find(asked_, name) == asked_.end()) {
      refuse_node(node, what_ + " has an unknown key '" + name + "'");
    }
  }
}

}  // namespace gridmend::toml_values
