#include "data/ingest/cim_ids.h"

#include <optional>
#include <span>

#include "core/base/hash.h"

namespace gridmend {
namespace {

constexpr std::size_t kUuidLetters = 36;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_dash_place(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

struct Uuid {
  std::uint64_t high = 0, low = 0;
  bool upper_case = false;
};

std::optional<Uuid> parse_uuid(std::string_view text) {
  if (text.size() != kUuidLetters) return std::nullopt;
  Uuid uuid;
  for (std::size_t i = 0; i < kUuidLetters; ++i) {
    if (is_dash_place(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const int digit = hex_value(text[i]);
    if (digit < 0) return std::nullopt;
    if (text[i] >= 'A' && text[i] <= 'F') uuid.upper_case = true;
    uuid.high = (uuid.high << 4) | (uuid.low >> 60);
    uuid.low = (uuid.low << 4) | static_cast<std::uint64_t>(digit);
  }
  return uuid;
}

}  // namespace

std::string_view cim_id_in(std::string_view rdf_value) {
  constexpr std::string_view kUrn = "urn:uuid:";
  if (const auto hash = rdf_value.rfind('#'); hash != std::string_view::npos) {
    rdf_value.remove_prefix(hash + 1);
  }
  if (rdf_value.starts_with(kUrn)) rdf_value.remove_prefix(kUrn.size());
  if (rdf_value.starts_with('_') && parse_uuid(rdf_value.substr(1))) rdf_value.remove_prefix(1);
  return rdf_value;
}

std::uint32_t CimIds::intern(std::string_view id) {
  // All ones is no UUID that anyone was given; it would stand for other texts.
  if (const auto uuid = parse_uuid(id); uuid && uuid->low != kOtherText) {
    return place({uuid->high, uuid->low}, uuid->upper_case);
  }
  return place({others_.intern(letters_, id), kOtherText}, false);
}

std::uint32_t CimIds::place(Entry entry, bool upper_case) {
  if ((entries_.size() + 1) * 3 > slots_.size() * 2) grow();
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = checksum64(std::as_bytes(std::span<const Entry, 1>{&entry, 1})) & mask;
  while (slots_[at] != kFree) {
    const Entry& there = entries_[slots_[at]];
    if (there.high == entry.high && there.low == entry.low) return slots_[at];
    at = (at + 1) & mask;
  }
  slots_[at] = static_cast<std::uint32_t>(entries_.size());
  entries_.push_back(entry);
  upper_case_.push_back(upper_case ? 1 : 0);
  return slots_[at];
}

void CimIds::grow() {
  slots_.assign(slots_.empty() ? 64 : slots_.size() * 2, kFree);
  const std::size_t mask = slots_.size() - 1;
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    std::size_t at = checksum64(std::as_bytes(std::span<const Entry, 1>{&entries_[i], 1})) & mask;
    while (slots_[at] != kFree) at = (at + 1) & mask;
    slots_[at] = i;
  }
}

std::string CimIds::text(std::uint32_t number) const {
  const Entry& entry = entries_[number];
  if (entry.low == kOtherText) {
    return std::string{letters_[others_.text(static_cast<std::uint32_t>(entry.high))]};
  }
  const char* digits = upper_case_[number] != 0 ? "0123456789ABCDEF" : "0123456789abcdef";
  std::string text(kUuidLetters, '-');
  std::size_t nibble = 0;
  for (std::size_t i = 0; i < kUuidLetters; ++i) {
    if (is_dash_place(i)) continue;
    const std::uint64_t half = nibble < 16 ? entry.high : entry.low;
    text[i] = digits[(half >> (60 - 4 * (nibble % 16))) & 15];
    ++nibble;
  }
  return text;
}

}  // namespace gridmend
