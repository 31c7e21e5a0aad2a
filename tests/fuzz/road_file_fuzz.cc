// A file of roads of the name GRIDMEND_FUZZ_FILE: OpenStreetMap as XML or PBF, or a layer of lines.
// What is taken makes a road graph; a refusal says why, and not at the length of the input.

#include "core/base/check.h"
#include "data/ingest/line_road_reader.h"
#include "routing/road/road_graph.h"
#include "tests/fuzz/fuzz_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gridmend;
  static const FuzzFile file{GRIDMEND_FUZZ_FILE};
  file.write({data, size});
  auto roads = read_road_file(file.path());
  if (!roads) {
    GRIDMEND_CHECK(!roads.error().reason.empty(), "a refusal has a reason");
    GRIDMEND_CHECK(roads.error().message.size() < 4096, "a refusal is a sentence");
    return 0;
  }
  GRIDMEND_CHECK(RoadGraph::from_records(std::move(roads->records)),
                 "roads that are taken make a graph");
  return 0;
}
