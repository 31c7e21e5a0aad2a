#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/geo/datum_shift.h"
#include "core/geo/position.h"
#include "data/ingest/network_builder.h"
#include "data/ingest/network_source.h"
#include "routing/road/road_graph.h"

namespace gridmend {

// How near positions lie to lines that are known to be in WGS 84, as they stand and with the shift
// of Chinese public maps undone.
struct DatumEvidence {
  Datum datum = Datum::wgs84;  // the best reading, and wgs84 unless the evidence is clear
  Datum best = Datum::wgs84;   // of the shifted ones
  double before_m = 0;         // median distance to the nearest line, as they stand
  double after_m = 0;          // the same with `best` undone
  double chance_m = 0;         // the least of the same with shifts of that size elsewhere
  std::size_t sample = 0;
};

// Power lines follow streets, so the right reading lies much nearer to them than any other. Clear
// is: at least 100 positions; the median at most half of what it was and at most 30 m; and at most
// 0.7 of what a shift of the same size in six other directions gives. `lines` of two or more
// vertices; positions beyond their area have no say. O((positions + vertices) log vertices).
DatumEvidence weigh_datum(std::span<const Position> positions,
                          std::span<const std::vector<Position>> lines);

// A source whose positions turn out to be shifted.
struct ShiftedSource {
  std::vector<std::size_t> sources;  // by their number; several when files share a name
  DatumEvidence evidence;
  std::string against;  // what it was compared with
  Defect defect() const;
  std::string file;
};

// Looks at every source in China that declares neither a datum nor an origin, as it has been read:
// against the roads of a file of their own, else against sources declared to be wgs84. `names` are
// the sources' names, `road_file` empty when the roads are the network's own.
std::vector<ShiftedSource> find_shifted_sources(std::span<const SourceSpec> specs,
                                                std::span<const std::string> names,
                                                const BuiltNetwork& network, const RoadGraph& roads,
                                                const std::string& road_file);

}  // namespace gridmend
