#pragma once

#include <cstddef>
#include <vector>

#include "data/ingest/defect_log.h"
#include "routing/road/road_records.h"

namespace gridmend {

// What came of reading a road source.
struct RoadReport {
  std::size_t features = 0;           // roads the source has
  std::size_t features_left_out = 0;  // of them: not drivable, or refused (then a defect says why)
  std::size_t source_vertices = 0;    // distinct positions or nodes of the roads taken, before
  std::size_t source_segments = 0;    // chains between junctions become one stretch each
  std::size_t stretches = 0;
  std::size_t components = 0;  // hang together, directions disregarded
  double length_km = 0;        // by stretch
  double largest_component_km = 0;
  double no_way_out_km = 0;  // of the largest component: entered from its core, and never left
  double no_way_in_km = 0;   // left for its core, and never entered
  std::size_t turn_restrictions = 0;  // of the source, that became forbidden turns
  std::size_t turn_restrictions_left_out =
      0;                                     // by a way, for other vehicles, ambiguous, or not ours
  std::size_t turn_restrictions_by_way = 0;  // of those left out
  std::vector<Defect> defects;
};

struct RoadImport {
  RoadRecords records;
  RoadReport report;
};

// Fills stretches, components and lengths from the records; a defect (a note) for every component
// but the longest, and within that one for every part that one-way roads let in and not out of, or
// out and not in, or neither, as seen from its core: the longest part in which one drives from
// everywhere to everywhere. Turn restrictions are not looked at.
void report_components(const RoadRecords& records, const ErrorPlace& place, RoadReport& report,
                       DefectLog& log);

// A defect (a warning) when more than half of the roads are bridges, which water does not stop, or
// tunnels: no town is so, and a column is taken for what it is not. Nothing is said of fewer than
// 20 roads.
void check_structures(const RoadRecords& records, const ErrorPlace& place, DefectLog& log);

}  // namespace gridmend
