#include "data/ingest/opendss_positions.h"

#include <algorithm>

#include "data/ingest/opendss_lexer.h"

namespace gridmend {

void read_dss_positions(
    std::string_view text, bool latitude_first, std::vector<DssBusPosition>& positions,
    const std::function<void(std::uint32_t line, std::string_view text)>& wrong) {
  for (std::uint32_t number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    DssLexer fields{line};
    DssParameter bus, first, second;
    if (!fields.next(bus)) continue;
    const bool three = fields.next(first) && fields.next(second);
    const auto x = parse_dss_number(first.value), y = parse_dss_number(second.value);
    if (three && x && y && !bus.value.empty()) {
      positions.push_back({bus.value, latitude_first ? Position{*y, *x} : Position{*x, *y}});
    } else if (number > 1) {
      wrong(number, line);
    }
  }
}

}  // namespace gridmend
