#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <osmium/io/pbf_output.hpp>
#include <osmium/io/reader.hpp>
#include <osmium/io/writer.hpp>
#include <osmium/io/xml_input.hpp>
#include <sstream>

#include "core/base/random.h"
#include "data/ingest/osm_road_reader.h"
#include "routing/road/road_graph.h"

namespace gridmend {
namespace {

namespace fs = std::filesystem;

// A lattice of streets with names, a barrier and a restriction.
std::string lattice() {
  std::ostringstream xml;
  xml << "<osm version='0.6'>";
  for (int id = 1; id <= 100; ++id) {
    xml << "<node id='" << id << "' version='1' lat='" << 49 + (id / 10) * 0.001 << "' lon='"
        << 8 + (id % 10) * 0.001 << "'>" << (id == 55 ? "<tag k='barrier' v='bollard'/>" : "")
        << "</node>";
  }
  for (int row = 0; row < 9; ++row) {
    xml << "<way id='" << row + 1 << "' version='1'>";
    for (int column = 1; column <= 9; ++column) xml << "<nd ref='" << row * 10 + column << "'/>";
    xml << "<tag k='highway' v='residential'/><tag k='name' v='Straße " << row << "'/></way>";
    xml << "<way id='" << row + 101 << "' version='1'>";
    for (int k = 0; k < 9; ++k) xml << "<nd ref='" << k * 10 + row + 1 << "'/>";
    xml << "<tag k='highway' v='primary'/><tag k='maxspeed' v='30 mph'/></way>";
  }
  xml << "<relation id='1' version='1'><member type='way' ref='1' role='from'/>"
         "<member type='node' ref='5' role='via'/><member type='way' ref='105' role='to'/>"
         "<tag k='type' v='restriction'/><tag k='restriction' v='no_left_turn'/></relation></osm>";
  return xml.str();
}

// The same as PBF, not compressed, so that a changed byte reaches what parses it and does not
// stop at a checksum.
std::string plain_pbf(const fs::path& folder) {
  std::ofstream{folder / "t.osm"} << lattice();
  osmium::io::Reader reader{(folder / "t.osm").string()};
  osmium::io::Writer writer{
      osmium::io::File{(folder / "t.osm.pbf").string(), "pbf,pbf_compression=none"},
      osmium::io::overwrite::allow};
  while (osmium::memory::Buffer buffer = reader.read()) writer(std::move(buffer));
  writer.close();
  reader.close();
  std::ifstream in{folder / "t.osm.pbf", std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

TEST(OsmPbfFuzz, ADamagedFileIsAnErrorOrRoadsNeverACrash) {
  const fs::path folder = fs::path{testing::TempDir()} / "osm_pbf_fuzz";
  fs::create_directories(folder);
  const std::string content = plain_pbf(folder);
  ASSERT_TRUE(read_osm_roads(folder / "t.osm.pbf"));
  int read = 0;
  for (int seed = 1; seed <= 400; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{static_cast<std::uint64_t>(seed)};
    std::string damaged = content;
    for (int i = random.between(1, 4); i > 0; --i) {
      const std::size_t at = random.below(damaged.size());
      if (random.chance(0.8)) {
        damaged[at] = static_cast<char>(random.below(256));
      } else if (random.chance(0.5)) {
        damaged.erase(at, random.below(20));
      } else {
        damaged.insert(at, random.below(12), static_cast<char>(random.below(256)));
      }
    }
    const fs::path path = folder / "damaged.osm.pbf";
    std::ofstream{path, std::ios::binary} << damaged;
    const auto roads = read_osm_roads(path);
    if (roads) {
      ++read;
      ASSERT_TRUE(RoadGraph::from_records(roads->records));
    } else {
      ASSERT_FALSE(roads.error().message.empty());
      ASSERT_LT(roads.error().message.size(), 400U);
    }
  }
  EXPECT_GT(read, 20) << "some damage is to be survived, or nothing was tried";
  fs::remove_all(folder);
}

}  // namespace
}  // namespace gridmend
