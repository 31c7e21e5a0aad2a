#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/text_pool.h"
#include "core/network/phase_set.h"
#include "data/ingest/text_interner.h"

namespace gridmend {

// Where an element of a model ends: a bus, and which of its nodes: bit 0 to 3 are the nodes 1 to 4,
// bit 4 any higher one, bit 5 that there are three from 4 up. Node 0 is the ground and has no bit.
struct DssTerminal {
  std::uint32_t bus = 0;
  std::uint8_t nodes = 0;
};

// The buses that elements name, without regard to case, and what hangs together without a
// transformer between: its voltage, and whether it is the secondary of a centre-tapped transformer,
// whose nodes 1 and 2 are legs and not the phases A and B.
class DssBuses {
 public:
  // `bus.1.2.3`; nodes that are not given are 1 to `phases`. An empty name is bus "".
  DssTerminal terminal(std::string_view spec, int phases);
  // The number of a bus that an element has named.
  std::optional<std::uint32_t> known(std::string_view name) const;
  static std::string_view name_of(std::string_view spec) { return spec.substr(0, spec.find('.')); }

  // Which of its nodes terminals have named so far.
  std::uint8_t nodes(std::uint32_t bus) const { return nodes_[bus]; }

  // By number, from 0. 33 bytes a bus and its letters.
  std::size_t size() const { return spellings_.size(); }
  std::string_view spelling(std::uint32_t bus) const { return spellings_[bus]; }

  void join(DssTerminal a, DssTerminal b);
  // The bus is fed by two legs.
  void mark_split(DssTerminal terminal);
  // Between phases. False: it is known to have another by more than a quarter.
  bool set_kv(std::uint32_t bus, double kv);

  // When all is joined and marked.
  double kv(std::uint32_t bus) const { return groups_[find(bus)].kv; }
  PhaseSet phases(DssTerminal terminal) const;

 private:
  struct Group {
    double kv = 0;  // 0: not known
    bool split = false;
    bool three_phases = false;  // node 3 is in use
  };
  std::uint32_t find(std::uint32_t bus) const;

  TextPoolBuilder lower_names_;
  TextInterner numbers_;
  std::vector<std::string_view> spellings_;
  std::vector<std::uint8_t> nodes_;
  mutable std::vector<std::uint32_t> parents_;
  std::vector<Group> groups_;  // by root
};

}  // namespace gridmend
