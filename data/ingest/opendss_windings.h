#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "data/ingest/opendss_buses.h"
#include "data/ingest/opendss_model.h"

namespace gridmend {

// One winding of a Transformer or AutoTrans, with what its XfmrCode says where it does not.
struct DssWinding {
  int number = 1;
  std::string_view bus;  // empty: not given
  DssTerminal terminal;
  double rated_kv = 0;  // as given; 0: not
  double kv = 0;        // between phases
  double kva = 0;
};

bool is_single_phase_transformer(const DssModel& model, std::uint32_t transformer);

// The windings of one transformer that have a bus; the code, when it has one that is there, is
// `code`. Phases of the buses' nodes that are not given follow from its own.
std::vector<DssWinding> windings_of(const DssModel& model, std::uint32_t transformer,
                                    DssBuses& buses);

// Windings that end at one bus, seen from the others.
struct DssWindingGroup {
  std::uint32_t bus = 0;
  int winding = 1;         // the first of them
  std::uint8_t nodes = 0;  // all of theirs
  double rated_kv = 0;
  double kv = 0;  // the highest of theirs between phases; of two legs, from leg to leg
  double kva = 0;
  bool split = false;  // two legs of a centre-tapped winding
};

// Grouped by bus, the highest voltage first, then in order of winding.
std::vector<DssWindingGroup> group_windings(const std::vector<DssWinding>& windings,
                                            bool single_phase);

}  // namespace gridmend
