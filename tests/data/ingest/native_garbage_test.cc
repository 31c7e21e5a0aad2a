#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "core/base/random.h"
#include "data/ingest/gis_writer.h"
#include "tests/data/ingest/town_import.h"
#include "tests/data/ingest/town_source.h"

namespace gridmend::native_garbage_test {
namespace {

namespace fs = std::filesystem;

std::string read_bytes(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

void spoil(std::string& bytes, Random& random) {
  const std::size_t changes = 1 + random.below(6);
  for (std::size_t i = 0; i < changes && !bytes.empty(); ++i) {
    const std::size_t at = random.below(bytes.size());
    switch (random.below(4)) {
      case 0:
        bytes[at] = static_cast<char>(random.below(256));
        break;
      case 1:
        bytes.erase(at, random.below(40));
        break;
      case 2:
        bytes.insert(at, bytes.substr(random.below(bytes.size()), random.below(60)));
        break;
      default:
        if (random.chance(0.1)) bytes.resize(at);
        break;
    }
  }
}

TEST(NativeImport, SpoiltGeoJsonNeverCrashesIt) {
  const TownSource town;
  town.write();
  std::map<std::string, std::string> good;
  for (const auto& [name, features] : town.layers) {
    good[name] = read_bytes(town.folder() / (name + ".geojson"));
  }
  std::size_t imported_count = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    auto it = good.begin();
    std::advance(it, random.below(good.size()));
    std::string bytes = it->second;
    spoil(bytes, random);
    town.write_file(it->first + ".geojson", bytes);
    const auto imported = import(town.folder());
    if (imported) {
      ++imported_count;
      const UsagePointLedger& ledger = imported->usage_points;
      EXPECT_EQ(ledger.total, ledger.supplied + ledger.unsupplied + ledger.refused);
    } else {
      EXPECT_FALSE(imported.error().message.empty());
      EXPECT_FALSE(describe(imported.error()).empty());
    }
    town.write_file(it->first + ".geojson", it->second);
  }
  EXPECT_GT(imported_count, 20u);
  EXPECT_LT(imported_count, 390u);
}

TEST(NativeImport, ASpoiltGeoPackageNeverCrashesIt) {
  const TownSource town;
  const fs::path path = town.folder() / "a.gpkg";
  {
    auto writer = GisWriter::create(path);
    ASSERT_TRUE(writer);
    const auto feeders =
        writer->add_layer({"feeders", GisGeometryType::none, {{"mrid"}, {"source_node"}}});
    const auto lines = writer->add_layer(
        {"lines", GisGeometryType::line_string, {{"mrid"}, {"from_node"}, {"to_node"}}});
    const auto points =
        writer->add_layer({"usage_points", GisGeometryType::point, {{"mrid"}, {"node"}}});
    using V = std::vector<GisValue>;
    ASSERT_TRUE(writer->write(*feeders, V{"S", "n0"}, {}));
    for (int i = 0; i < 40; ++i) {
      const std::string id = std::to_string(i), from = "n" + id, to = "n" + std::to_string(i + 1);
      const std::vector<Position> line = {{120 + i * 1e-3, 30}, {120.001 + i * 1e-3, 30}};
      ASSERT_TRUE(writer->write(
          *lines, V{std::string_view{id}, std::string_view{from}, std::string_view{to}}, line));
      ASSERT_TRUE(writer->write(*points, V{std::string_view{id}, std::string_view{to}},
                                std::span{line}.last(1)));
    }
    ASSERT_TRUE(writer->close());
  }
  const std::string good = read_bytes(path);
  ASSERT_TRUE(import(path)) << describe(import(path).error());
  for (std::uint64_t seed = 0; seed < 120; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    std::string bytes = good;
    spoil(bytes, random);
    town.write_file("a.gpkg", bytes);
    const auto imported = import(path);
    EXPECT_TRUE(imported || !describe(imported.error()).empty());
  }
}

}  // namespace
}  // namespace gridmend::native_garbage_test
