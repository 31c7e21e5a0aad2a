#include "service/cli/text_table.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/base/printable.h"

namespace gridmend {

namespace {

bool is_wide(char32_t letter) {
  return (letter >= 0x1100 && letter <= 0x115f) || (letter >= 0x2e80 && letter <= 0xa4cf) ||
         (letter >= 0xac00 && letter <= 0xd7a3) || (letter >= 0xf900 && letter <= 0xfaff) ||
         (letter >= 0xfe30 && letter <= 0xfe6f) || (letter >= 0xff00 && letter <= 0xff60) ||
         (letter >= 0xffe0 && letter <= 0xffe6) || (letter >= 0x20000 && letter <= 0x3fffd);
}

}  // namespace

std::size_t display_width(std::string_view utf8) {
  std::size_t width = 0;
  char32_t letter = 0;
  for (std::size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    const std::size_t bytes = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    letter = bytes == 1 ? lead : lead & (0xffU >> (bytes + 1));
    for (std::size_t j = 1; j < bytes && i + j < utf8.size(); ++j) {
      letter = letter << 6 | (static_cast<unsigned char>(utf8[i + j]) & 0x3fU);
    }
    width += is_wide(letter) ? 2 : 1;
    i += bytes;
  }
  return width;
}

void TextTable::add(std::vector<std::string> cells) {
  GRIDMEND_CHECK(cells.size() == rows_.front().size(), "a row has a cell for each heading");
  for (std::string& cell : cells) cell = printable(cell);
  rows_.push_back(std::move(cells));
}

std::string TextTable::to_string(std::string_view when_empty) const {
  if (rows_.size() == 1) return std::string{when_empty} + "\n";
  std::vector<std::size_t> widths(rows_.front().size());
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], display_width(row[i]));
  }
  std::string text;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - display_width(row[i]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace gridmend
