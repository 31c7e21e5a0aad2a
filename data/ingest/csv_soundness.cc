#include "data/ingest/csv_soundness.h"

#include <cpl_vsi.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "core/base/printable.h"
#include "data/ingest/gdal_handles.h"

namespace gridmend {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 18U;
constexpr std::size_t kNamedLines = 5;
// A line of a table of fewer is easily a sentence with as many commas.
constexpr std::size_t kFewestColumnsOfARow = 4;
constexpr std::uint64_t kFewestRowsOfATable = 10;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

std::string in_line(std::uint64_t line) { return "line " + with_commas(line); }

// Lines that something is to be said of.
class Lines {
 public:
  void add(std::uint64_t line) {
    if (count_++ < kNamedLines) first_.push_back(line);
  }
  std::uint64_t count() const { return count_; }
  std::string text() const {
    std::string text = count_ == 1 ? "line " : "lines ";
    for (std::size_t i = 0; i < first_.size(); ++i) {
      text += (i == 0 ? "" : ", ") + with_commas(first_[i]);
    }
    if (count_ > kNamedLines) text += " and " + with_commas(count_ - kNamedLines) + " more";
    return text;
  }

 private:
  std::uint64_t count_ = 0;
  std::vector<std::uint64_t> first_;
};

// Bytes that may end a value or a row, or that none may hold.
class SpecialBytes {
 public:
  explicit SpecialBytes(char separator) {
    for (const char c : {separator, '"', '\n', '\r', '\0'}) special_[index(c)] = true;
  }
  bool operator()(char c) const { return special_[index(c)]; }

 private:
  static std::size_t index(char c) { return static_cast<unsigned char>(c); }

  std::array<bool, 256> special_{};
};

// Byte after byte of a table, by the rules of GDAL: quotes open and close wherever they stand.
class TableScan {
 public:
  TableScan(char separator, std::size_t columns, const ErrorPlace& place)
      : separator_(separator), is_special_(separator), columns_(columns), place_(place) {}

  // The row of the columns' names has as many values as it should.
  bool is_separator() const { return rows_ > 0 && names_ == columns_; }
  bool has_names() const { return rows_ > 0; }

  Result<void> take(std::string_view bytes) {
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      at = skip_letters(bytes, at);
      if (at == bytes.size()) break;
      const char c = bytes[at];
      if (c == separator_ && !quoted_ && !closing_) {
        after_return_ = false;
        next_value();
        continue;
      }
      if (after_return_ && c == '\n') {
        after_return_ = false;
        continue;
      }
      after_return_ = c == '\r';
      if (auto taken = take(c); !taken) return taken;
    }
    return {};
  }

  Result<void> end() {
    if (quoted_ && !closing_) {
      return broken("a quote in " + in_line(quote_line_) + " is not closed up to the end");
    }
    if (closing_) close_quote();
    cut_off_ = !row_is_empty();
    end_row();
    // Not some rows are wrong then, but how the table is read.
    if (more_.count() >= kFewestRowsOfATable && 2 * more_.count() >= rows_) {
      return refuse_at(place_, ErrorCode::invalid_argument, "CSV_BROKEN",
                       with_commas(more_.count()) + " of " + with_commas(rows_ - 1) +
                           " rows have more values than the " + std::to_string(columns_) +
                           " columns, from " + more_.text() +
                           ": what stands under a name need not belong to it. Is a column without "
                           "a name, or are values with the separator in them put in other quotes "
                           "than \"?");
    }
    return {};
  }

  std::vector<LayerFinding> findings() const {
    std::vector<LayerFinding> found;
    const auto say = [&](std::string message, const char* action) {
      found.push_back(
          {DefectClass::unknown_value, DefectSeverity::severe, std::move(message), action});
    };
    if (more_.count() > 0) {
      say(with_commas(more_.count()) + (more_.count() == 1 ? " row has" : " rows have") +
              " more values than the " + std::to_string(columns_) + " columns: " + more_.text(),
          "those beyond were left out; put values that have the separator in them in quotes");
    }
    if (fewer_.count() > 0) {
      const bool last = last_is_fewer_ && cut_off_;
      say(with_commas(fewer_.count()) + (fewer_.count() == 1 ? " row has" : " rows have") +
              " fewer values than the " + std::to_string(columns_) + " columns: " + fewer_.text() +
              (last ? "; the file breaks off in its last line" : ""),
          "the others were read as empty; write every row in one line, with all its values");
    }
    if (like_rows_.count() > 0) {
      say(with_commas(like_rows_.count()) +
              (like_rows_.count() == 1 ? " value has" : " values have") +
              " lines in it that look like rows of the table, from a quote on in " +
              like_rows_.text(),
          "read as one value each; delete the quote, or write it twice inside of quotes");
    }
    return found;
  }

 private:
  tl::unexpected<Error> broken(std::string what) const {
    return refuse_at(place_, ErrorCode::invalid_argument, "CSV_BROKEN",
                     std::move(what) +
                         ": the rows after it would be lost; write a quote twice inside of quotes, "
                         "or delete it");
  }

  // Past the letters of a value, most of a table, of which no more is to be known than that there
  // are some. At what has to be looked at it answers `at`.
  std::size_t skip_letters(std::string_view bytes, std::size_t at) {
    if (closing_ || (goes_over_lines_ && !quoted_)) return at;
    const std::size_t begin = at;
    bool text = false;
    for (; at < bytes.size() && !is_special_(bytes[at]); ++at) {
      text |= bytes[at] != ' ' && bytes[at] != '\t';
    }
    if (at > begin) after_return_ = false;
    if (!quoted_ && text) {
      value_has_text_ = has_text_ = true;
      if (values_ > columns_) beyond_has_text_ = true;
    }
    return at;
  }

  void next_value() {
    begin_value();
    ++values_;
  }

  bool row_is_empty() const { return values_ == 1 && !has_text_ && !quoted_before_; }

  Result<void> take(char c) {
    if (c == '\0') {
      return refuse_at(place_, ErrorCode::invalid_argument, "CSV_BROKEN",
                       in_line(line_) +
                           " has a byte of zero in it, where a reader of texts stops: "
                           "save the table as UTF-8 without it");
    }
    if (quoted_ && !closing_) return take_quoted(c);
    if (closing_) {
      closing_ = false;
      if (c == '"') return {};  // doubled
      quoted_ = false;
      close_quote();
    }
    if (c == '"') {
      open_quote();
    } else if (c == separator_) {  // behind a quote
      next_value();
    } else if (c == '\n' || c == '\r') {
      end_row();
      ++line_;
    } else if (c != ' ' && c != '\t') {
      if (goes_over_lines_) {
        return broken("a quote in " + in_line(quote_line_) + " is closed in " + in_line(line_) +
                      ", in the middle of a value");
      }
      value_has_text_ = has_text_ = true;
      if (values_ > columns_) beyond_has_text_ = true;
    }
    return {};
  }

  void open_quote() {
    stray_ = value_has_text_;
    quoted_ = quoted_before_ = true;
    goes_over_lines_ = false;
    looks_like_row_ = false;
    quote_line_ = line_;
    if (values_ > columns_) beyond_has_text_ = true;
    separators_here_ = 0;
  }

  Result<void> take_quoted(char c) {
    if (c == '"') {
      closing_ = true;
    } else if (c == separator_) {
      ++separators_here_;
    } else if (c == '\n' || c == '\r') {
      if (stray_) {
        return broken("a quote in " + in_line(quote_line_) +
                      " stands inside a value and is not closed in its line");
      }
      if (goes_over_lines_) look_at_line();
      goes_over_lines_ = true;
      separators_here_ = 0;
      ++line_;
    }
    return {};
  }

  void look_at_line() {
    if (columns_ >= kFewestColumnsOfARow && separators_here_ + 1 == columns_)
      looks_like_row_ = true;
  }

  void close_quote() {
    if (goes_over_lines_) look_at_line();
    if (looks_like_row_) like_rows_.add(quote_line_);
    looks_like_row_ = false;
  }

  void begin_value() { value_has_text_ = goes_over_lines_ = stray_ = false; }

  void end_row() {
    if (!row_is_empty()) {
      if (++rows_ == 1) {
        names_ = values_;
      } else if (values_ > columns_ && beyond_has_text_) {
        more_.add(row_line_);
      } else if (values_ < columns_) {
        fewer_.add(row_line_);
      }
      last_is_fewer_ = values_ < columns_;
    }
    begin_value();
    values_ = 1;
    has_text_ = quoted_before_ = beyond_has_text_ = false;
    row_line_ = line_ + 1;
  }

  const char separator_;
  const SpecialBytes is_special_;
  const std::size_t columns_;
  const ErrorPlace& place_;

  std::uint64_t line_ = 1;
  std::uint64_t row_line_ = 1;
  std::uint64_t quote_line_ = 0;
  std::uint64_t rows_ = 0;
  std::size_t names_ = 0;
  std::size_t values_ = 1;  // of the row at hand
  std::size_t separators_here_ = 0;
  bool after_return_ = false;
  bool quoted_ = false;   // inside of quotes
  bool closing_ = false;  // at a quote that closes, unless another follows
  bool stray_ = false;    // the quote stands behind text
  bool value_has_text_ = false;
  bool has_text_ = false;
  bool beyond_has_text_ = false;
  bool quoted_before_ = false;  // in this row
  bool goes_over_lines_ = false;
  bool looks_like_row_ = false;
  bool last_is_fewer_ = false;
  bool cut_off_ = false;
  Lines more_, fewer_, like_rows_;
};

// The one that parts the first row into as many values as GDAL has columns.
std::optional<char> separator_of(std::string_view beginning, std::size_t columns) {
  const ErrorPlace nowhere;
  for (const char separator : {',', ';', '\t'}) {
    TableScan scan{separator, columns, nowhere};
    for (const char& c : beginning) {
      if (!scan.take({&c, 1}) || scan.has_names()) break;
    }
    if (!scan.has_names()) (void)scan.end();
    if (scan.is_separator()) return separator;
  }
  return std::nullopt;
}

}  // namespace

Result<std::vector<LayerFinding>> check_csv(const std::string& path, std::size_t columns,
                                            const ErrorPlace& place) {
  const std::unique_ptr<VSILFILE, FileCloser> file{VSIFOpenL(path.c_str(), "rb")};
  if (file == nullptr) return std::vector<LayerFinding>{};
  std::string block(kBlock, '\0');
  const auto next = [&] {
    return std::string_view{block}.substr(0, VSIFReadL(block.data(), 1, kBlock, file.get()));
  };
  std::string_view bytes = next();
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  const auto separator = separator_of(bytes, columns);
  if (!separator) return std::vector<LayerFinding>{};
  TableScan scan{*separator, columns, place};
  for (; !bytes.empty(); bytes = next()) {
    if (auto taken = scan.take(bytes); !taken) return unexpected(taken.error());
  }
  if (auto ended = scan.end(); !ended) return unexpected(ended.error());
  return scan.findings();
}

}  // namespace gridmend
