#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/clock.h"
#include "core/outage/evidence.h"

namespace gridmend {

// Who said something, as an index of EvidenceBook::sources(). 0 is nobody by name.
using SourceIndex = std::uint8_t;

struct SaidFinding {
  Time at = Time::min();
  Finding finding = Finding::nothing_found;
  SourceIndex source = 0;

  friend bool operator==(const SaidFinding&, const SaidFinding&) = default;
};

// What several people reported of one device: the newest word of each. Who looks again replaces his
// own word; what another saw stands beside it. Of more than kKept people the last to speak.
class CrewFindings {
 public:
  static constexpr std::size_t kKept = 8;

  // Is it news of him who said it? Not when it is older than his newest word, or that word again.
  bool hear(const SaidFinding& said);
  std::span<const SaidFinding> words() const { return words_; }  // newest first
  // Damage or an opening that somebody else saw than who spoke last and found nothing or found it
  // intact, and that is of after `settled`: the newest of them, nullptr where there is none.
  const SaidFinding* against_newest(Time settled) const;

 private:
  std::vector<SaidFinding> words_;
};

}  // namespace gridmend
