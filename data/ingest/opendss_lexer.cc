#include "data/ingest/opendss_lexer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numbers>

#include "data/ingest/letter_case.h"

namespace gridmend {
namespace {

constexpr std::string_view kOpening = "\"'([{";
constexpr std::string_view kClosing = "\"')]}";
constexpr std::size_t kDeepestStack = 32;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\0'; }
bool is_separator(char c) { return c == ',' || c == '='; }

std::optional<double> signed_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

// The calculator of OpenDSS: a stack whose operators take their numbers from its top.
class Calculator {
 public:
  // False: not an operator, or a stack that is too deep or too empty for it.
  bool take(std::string_view word) {
    if (const auto number = signed_number(word)) return push(*number);
    if (same_word(word, "pi")) return push(std::numbers::pi);
    return unary(word) || binary(word);
  }
  std::optional<double> result() const {
    if (size_ == 0 || !std::isfinite(top())) return std::nullopt;
    return top();
  }

 private:
  bool push(double value) {
    if (size_ == stack_.size()) return false;
    stack_[size_++] = value;
    return true;
  }
  double top() const { return stack_[size_ - 1]; }

  bool unary(std::string_view word) {
    struct Operator {
      std::string_view name;
      double (*apply)(double);
    };
    constexpr double kDegree = std::numbers::pi / 180;
    static constexpr Operator kOperators[] = {
        {"sqr", [](double x) { return x * x; }},
        {"sqrt", [](double x) { return std::sqrt(x); }},
        {"inv", [](double x) { return 1 / x; }},
        {"ln", [](double x) { return std::log(x); }},
        {"exp", [](double x) { return std::exp(x); }},
        {"log10", [](double x) { return std::log10(x); }},
        {"sin", [](double x) { return std::sin(x * kDegree); }},
        {"cos", [](double x) { return std::cos(x * kDegree); }},
        {"tan", [](double x) { return std::tan(x * kDegree); }},
        {"asin", [](double x) { return std::asin(x) / kDegree; }},
        {"acos", [](double x) { return std::acos(x) / kDegree; }},
        {"atan", [](double x) { return std::atan(x) / kDegree; }},
    };
    for (const Operator& candidate : kOperators) {
      if (size_ == 0 || !same_word(word, candidate.name)) continue;
      stack_[size_ - 1] = candidate.apply(top());
      return true;
    }
    return false;
  }

  bool binary(std::string_view word) {
    if (size_ < 2) return false;
    const double y = stack_[size_ - 1], x = stack_[size_ - 2];
    double value = 0;
    if (word == "+") {
      value = x + y;
    } else if (word == "-") {
      value = x - y;
    } else if (word == "*") {
      value = x * y;
    } else if (word == "/") {
      value = x / y;
    } else if (word == "^") {
      value = std::pow(x, y);
    } else if (same_word(word, "atan2")) {
      value = std::atan2(x, y) * 180 / std::numbers::pi;
    } else if (same_word(word, "swap")) {
      std::swap(stack_[size_ - 1], stack_[size_ - 2]);
      return true;
    } else {
      return false;
    }
    stack_[--size_ - 1] = value;
    return true;
  }

  std::array<double, kDeepestStack> stack_{};
  std::size_t size_ = 0;
};

}  // namespace

void DssLexer::skip_blanks() {
  while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
}

bool DssLexer::at_remark() const { return rest_.starts_with('!') || rest_.starts_with("//"); }

DssLexer::Token DssLexer::token() {
  skip_blanks();
  delimiter_ = ' ';
  Token token;
  if (rest_.empty() || at_remark()) {
    rest_ = {};
    return token;
  }
  if (const auto kind = kOpening.find(rest_.front()); kind != std::string_view::npos) {
    token.quote = rest_.front();
    rest_.remove_prefix(1);
    const std::size_t end = std::min(rest_.find(kClosing[kind]), rest_.size());
    token.text = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
  } else {
    const char* const begin = rest_.data();
    while (!rest_.empty() && !is_blank(rest_.front()) && !is_separator(rest_.front()) &&
           !at_remark()) {
      rest_.remove_prefix(1);
    }
    token.text = {begin, static_cast<std::size_t>(rest_.data() - begin)};
  }
  skip_blanks();
  if (!rest_.empty() && is_separator(rest_.front())) {
    delimiter_ = rest_.front();
    rest_.remove_prefix(1);
  }
  return token;
}

bool DssLexer::next(DssParameter& parameter) {
  skip_blanks();
  parameter = {};
  if (rest_.empty() || at_remark()) return false;
  Token first = token();
  if (delimiter_ == '=') {
    parameter.name = first.text;
    first = token();
  }
  parameter.value = first.text;
  parameter.quote = first.quote;
  return true;
}

std::optional<double> parse_dss_number(std::string_view text) {
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  if (const auto number = signed_number(text)) return number;
  DssLexer lexer{text};
  DssParameter word;
  // An expression may stand in quotes once more: [(8 1000 /)].
  if (lexer.next(word) && word.quote != 0) text = word.value;
  Calculator calculator;
  lexer = DssLexer{text};
  while (lexer.next(word)) {
    if (!word.name.empty() || word.quote != 0 || !calculator.take(word.value)) return std::nullopt;
  }
  return calculator.result();
}

bool parse_dss_flag(std::string_view text) {
  if (text.empty()) return false;
  const char first = small_letter(text.front());
  if (first == 'y' || first == 't') return true;
  const auto number = signed_number(text);
  return number && *number != 0;
}

bool begins_like(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && same_word(text.substr(0, prefix.size()), prefix);
}

}  // namespace gridmend
