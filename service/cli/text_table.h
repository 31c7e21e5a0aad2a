#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gridmend {

// Columns that a terminal has room for, of text: wide (CJK) letters take two. Not a full treatment
// of Unicode: combining marks count one.
std::size_t display_width(std::string_view utf8);

// Rows under headings, columns as wide as their widest text, two spaces between.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> headings) { rows_.push_back(std::move(headings)); }
  // As many cells as headings.
  void add(std::vector<std::string> cells);
  // A note instead of a table without rows.
  std::string to_string(std::string_view when_empty = "none") const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace gridmend
