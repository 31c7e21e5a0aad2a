#pragma once

#include <optional>
#include <string_view>

namespace gridmend {

// One `name=value`, or a value alone. Both are views of the line; the value is without its quotes.
struct DssParameter {
  std::string_view name;
  std::string_view value;
  char quote = 0;  // what opened the value: one of " ' ( [ {, or 0

  bool empty() const { return name.empty() && value.empty() && quote == 0; }
};

// Cuts a line of OpenDSS, or the inside of an array, into parameters as OpenDSS does: blanks and
// commas part values, '=' parts a name from its value, any of "" '' () [] {} quotes up to its first
// closing mark or the end of the line, and outside quotes '!' and '//' begin a remark. Knows no
// command, class or property. Linear; allocates nothing.
class DssLexer {
 public:
  explicit DssLexer(std::string_view line) : rest_(line) {}

  // False at the end of the line.
  bool next(DssParameter& parameter);

 private:
  struct Token {
    std::string_view text;
    char quote = 0;
  };
  Token token();
  bool at_remark() const;
  void skip_blanks();

  std::string_view rest_;
  char delimiter_ = ' ';  // what ended the last token
};

// A number, or OpenDSS's arithmetic in reverse Polish notation: `4.16 3 sqrt /`. nullopt for what
// is neither and for what is not finite.
std::optional<double> parse_dss_number(std::string_view text);

// What OpenDSS takes as yes: text that begins with y or t, and a number other than 0.
bool parse_dss_flag(std::string_view text);

// Without regard to the case of A to Z.
bool begins_like(std::string_view text, std::string_view prefix);

}  // namespace gridmend
