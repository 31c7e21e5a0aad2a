// The profiles that are shipped and those of users, by name; and how their texts match.

#include <fstream>
#include <iterator>

#include "data/ingest/letter_case.h"
#include "data/ingest/profile.h"
#include "data/ingest/shipped_profiles.h"

namespace gridmend {
namespace {

Result<std::string> read_text(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file) {
    return refuse_at({.file = path, .layer = {}, .feature_id = {}, .column = {}},
                     ErrorCode::not_found, "PROFILE_UNKNOWN", "cannot be read");
  }
  return std::string{std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace

Result<RoadRule> find_road_rule(const std::filesystem::path& file) {
  const auto text = read_text(file.string());
  if (!text) return unexpected(text.error());
  return parse_road_rule(*text, file.string());
}

Result<Profile> find_profile(const std::string& name_or_file) {
  if (name_or_file.ends_with(".toml")) {
    const auto text = read_text(name_or_file);
    if (!text) return unexpected(text.error());
    return parse_profile(*text, name_or_file);
  }
  for (const ShippedProfile& shipped : shipped_profiles()) {
    if (shipped.name == name_or_file) {
      return parse_profile(shipped.toml, std::string{shipped.name} + ".toml");
    }
  }
  std::string known;
  for (const std::string& name : shipped_profile_names())
    known += (known.empty() ? "" : ", ") + name;
  return refuse(ErrorCode::not_found, "PROFILE_UNKNOWN",
                "there is no profile '" + name_or_file + "'; known are " + known +
                    ", or give the path of a .toml",
                "profile");
}

std::vector<std::string> shipped_profile_names() {
  std::vector<std::string> names;
  for (const ShippedProfile& shipped : shipped_profiles()) names.emplace_back(shipped.name);
  return names;
}

bool matches_pattern(std::string_view pattern, std::string_view text) {
  // Greedy with one point of return, the last '*': linear for what profiles contain.
  std::size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && small_letter(pattern[p]) == small_letter(text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace gridmend
