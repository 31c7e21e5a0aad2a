#include "data/ingest/source_name.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <system_error>
#include <utility>

#include "core/base/printable.h"
#include "data/ingest/letter_case.h"

namespace gridmend {
namespace {

constexpr std::string_view kPrefix = "PG:";
constexpr std::string_view kBlanks = " \t\r\n";
constexpr auto kNamedKeywords =
    std::to_array<std::string_view>({"host", "port", "dbname", "service"});
constexpr auto kHarmless = std::to_array<std::string_view>(
    {"host", "hostaddr", "port", "dbname", "service", "schemas", "active_schema", "tables",
     "sslmode", "connect_timeout", "application_name"});

constexpr auto kBeginnings =
    std::to_array<std::string_view>({"pg:", "postgresql://", "postgres://"});
constexpr std::size_t kLongestBeginning = 16;

bool blank(char c) { return kBlanks.find(c) != std::string_view::npos; }

void skip_blanks(std::string_view& rest) {
  while (!rest.empty() && blank(rest.front())) rest.remove_prefix(1);
}

std::optional<std::string> take_keyword(std::string_view& rest) {
  std::string keyword;
  while (!rest.empty() && rest.front() != '=' && !blank(rest.front())) {
    keyword += static_cast<char>(std::tolower(static_cast<unsigned char>(rest.front())));
    rest.remove_prefix(1);
  }
  skip_blanks(rest);
  const bool word = !keyword.empty() && std::ranges::all_of(keyword, [](unsigned char c) {
    return std::isalpha(c) != 0 || c == '_';
  });
  if (!word || rest.empty() || rest.front() != '=') return std::nullopt;
  rest.remove_prefix(1);
  skip_blanks(rest);
  return keyword;
}

std::optional<std::string> take_value(std::string_view& rest) {
  std::string value;
  const bool quoted = !rest.empty() && rest.front() == '\'';
  if (quoted) rest.remove_prefix(1);
  while (!rest.empty() && (quoted ? rest.front() != '\'' : !blank(rest.front()))) {
    if (rest.front() == '\\' && rest.size() > 1) rest.remove_prefix(1);
    value += rest.front();
    rest.remove_prefix(1);
  }
  if (quoted && rest.empty()) return std::nullopt;
  if (quoted) rest.remove_prefix(1);
  return value;
}

}  // namespace

bool is_database(const std::filesystem::path& source) {
  const std::string beginning = lower_case(source.native().substr(0, kLongestBeginning));
  return std::ranges::any_of(kBeginnings,
                             [&](std::string_view known) { return beginning.starts_with(known); });
}

bool is_same_path(const std::filesystem::path& a, const std::filesystem::path& b) {
  if (a == b) return true;
  if (is_database(a) || is_database(b)) return false;
  std::error_code error;
  return std::filesystem::equivalent(a, b, error) && !error;
}

std::string source_name(const std::filesystem::path& source) {
  if (is_database(source)) {
    const auto words = DatabaseWords::parse(source);
    return words ? words->name() : std::string{kPrefix};
  }
  std::string text = source.string();
  while (text.size() > 1 && text.ends_with('/')) text.pop_back();
  std::filesystem::path name = std::filesystem::path{text}.filename();
  if (name == "." || name == "..") {
    std::error_code error;
    name = std::filesystem::weakly_canonical(source, error).filename();
  }
  return printable(name.string());
}

Result<DatabaseWords> DatabaseWords::parse(const std::filesystem::path& source) {
  DatabaseWords words;
  std::string_view rest = source.native();
  rest.remove_prefix(std::min(rest.size(), kPrefix.size()));
  skip_blanks(rest);
  while (!rest.empty()) {
    auto keyword = take_keyword(rest);
    auto value = keyword ? take_value(rest) : std::nullopt;
    if (!value) {
      return refuse_at({std::string{kPrefix}, {}, {}, {}}, ErrorCode::invalid_argument,
                       "DATABASE_WORDS",
                       "a database is named as PG:host=db.example dbname=network user=reader; give "
                       "the password in PGPASSWORD or ~/.pgpass");
    }
    words.pairs_.push_back({std::move(*keyword), std::move(*value)});
    skip_blanks(rest);
  }
  words.connection_ = std::string{kPrefix} + source.native().substr(kPrefix.size());
  return words;
}

std::optional<std::string> DatabaseWords::value(std::string_view keyword) const {
  std::optional<std::string> found;
  for (const Pair& pair : pairs_) {
    if (pair.keyword == keyword) found = pair.value;
  }
  return found;
}

std::string DatabaseWords::name() const {
  std::string name;
  for (const Pair& pair : pairs_) {
    if (std::ranges::find(kNamedKeywords, pair.keyword) == kNamedKeywords.end()) continue;
    // A whole connection in the place of a name.
    if (pair.value.find_first_of("=@") != std::string::npos) continue;
    name += (name.empty() ? "" : " ") + pair.keyword + "=" + pair.value;
  }
  return printable(std::string{kPrefix} + name);
}

std::string DatabaseWords::without_secrets(std::string message) const {
  for (const Pair& pair : pairs_) {
    if (pair.value.empty() || std::ranges::find(kHarmless, pair.keyword) != kHarmless.end())
      continue;
    for (std::size_t at = 0; (at = message.find(pair.value, at)) != std::string::npos; at += 3) {
      message.replace(at, pair.value.size(), "***");
    }
  }
  std::ranges::replace(message, '\n', ' ');
  while (message.ends_with(' ')) message.pop_back();
  return message;
}

}  // namespace gridmend
