#include "data/ingest/similar_ids.h"

#include <algorithm>
#include <span>

#include "core/base/hash.h"
#include "data/ingest/feature_reader.h"
#include "data/ingest/in_quotes.h"
#include "data/ingest/letter_case.h"

namespace gridmend {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view without_decimals(std::string_view id) {
  const std::size_t point = id.find('.');
  if (point == id.npos || point == 0 || point + 1 == id.size()) return id;
  const bool number =
      std::all_of(id.begin(), id.begin() + static_cast<std::ptrdiff_t>(point), is_digit);
  return number && id.find_first_not_of('0', point + 1) == id.npos ? id.substr(0, point) : id;
}

std::uint64_t hash_of(std::string_view text) { return checksum64(std::as_bytes(std::span{text})); }

}  // namespace

std::string plain_id(std::string_view id) {
  id = without_decimals(without_blanks(id));
  std::string plain;
  for (std::size_t i = 0; i < id.size(); ++i) {
    // Behind a point zeros count: 12.05 is not 12.5.
    const bool begins =
        plain.empty() || (!is_digit(plain.back()) && plain.back() != '.' && plain.back() != ',');
    const bool leads = begins && id[i] == '0' && i + 1 < id.size() && is_digit(id[i + 1]);
    if (!leads) plain += id[i];
  }
  return lower_case(plain);
}

std::string_view what_differs(std::string_view a, std::string_view b) {
  const std::string_view bare_a = without_blanks(a), bare_b = without_blanks(b);
  if (bare_a == bare_b) return "blanks around them";
  if (lower_case(bare_a) == lower_case(bare_b)) return "the case of letters";
  if (without_decimals(bare_a) == without_decimals(bare_b)) return "decimals of a whole number";
  return "leading zeros";
}

SimilarIds::SimilarIds(std::size_t count, TextOf text) : text_(std::move(text)) {
  for (std::size_t i = 0; i < count; ++i) {
    if (const auto id = text_(i)) entries_.push_back({hash_of(plain_id(*id)), i});
  }
  std::ranges::sort(entries_);
}

std::optional<std::string_view> SimilarIds::find(std::string_view id) const {
  const std::string plain = plain_id(id);
  if (plain.empty()) return std::nullopt;
  const Entry least{hash_of(plain), 0};
  for (auto at = std::ranges::lower_bound(entries_, least);
       at != entries_.end() && at->hash == least.hash; ++at) {
    const auto found = text_(at->number);
    if (found && *found != id && plain_id(*found) == plain) return found;
  }
  return std::nullopt;
}

std::string SimilarIds::did_you_mean(std::string_view id) {
  const auto found = find(id);
  if (!found) return {};
  if (++meant_ == 1) {
    first_ = in_quotes(id) + " and " + in_quotes(*found) + " differ only in " +
             std::string{what_differs(id, *found)};
  }
  return "; did you mean " + in_quotes(*found) + "?";
}

}  // namespace gridmend
