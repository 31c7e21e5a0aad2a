#include "core/outage/crew_findings.h"

#include <algorithm>
#include <tuple>

namespace gridmend {
namespace {

auto rank(const SaidFinding& said) { return std::tuple{said.at, said.finding, said.source}; }

}  // namespace

bool CrewFindings::hear(const SaidFinding& said) {
  const auto own = std::ranges::find(words_, said.source, &SaidFinding::source);
  if (own != words_.end()) {
    if (rank(said) <= rank(*own)) return false;
    words_.erase(own);
  }
  const auto newer = [&](const SaidFinding& word) { return rank(word) > rank(said); };
  words_.insert(std::ranges::find_if_not(words_, newer), said);
  if (words_.size() <= kKept) return true;
  const bool itself = words_.back() == said;
  words_.pop_back();
  return !itself;
}

const SaidFinding* CrewFindings::against_newest(Time settled) const {
  if (words_.empty()) return nullptr;
  const Finding newest = words_.front().finding;
  if (newest != Finding::nothing_found && newest != Finding::intact) return nullptr;
  const auto seen = std::ranges::find_if(words_, [&](const SaidFinding& word) {
    return (word.finding == Finding::damaged || word.finding == Finding::open) && word.at > settled;
  });
  return seen == words_.end() ? nullptr : &*seen;
}

}  // namespace gridmend
