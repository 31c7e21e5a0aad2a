#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "data/ingest/region_import.h"
#include "tests/data/ingest/town_source.h"
#include "tests/service/cli/postgis_cluster.h"
#include "tests/service/cli/program.h"

namespace gridmend::postgis_import_test {
namespace {

using testing::HasSubstr;
using testing::Not;

// Columns of the town's layers and their types in PostgreSQL; the geometry comes last.
const std::map<std::string, std::vector<std::string>> kColumns = {
    {"substations", {"mrid text", "name text", "Point"}},
    {"feeders",
     {"mrid text", "name text", "substation text", "source_node text", "nominal_kv float8", ""}},
    {"switches",
     {"mrid text", "kind text", "from_node text", "to_node text", "phases text", "feeder text",
      "normally_open int", "Point"}},
    {"transformers",
     {"mrid text", "from_node text", "to_node text", "phases text", "feeder text",
      "rated_kva float8", "Point"}},
    {"lines",
     {"mrid text", "kind text", "from_node text", "to_node text", "phases text", "feeder text",
      "LineString"}},
    {"usage_points",
     {"mrid text", "node text", "transformer text", "phases text", "category text", "customers int",
      "Point"}}};

std::string create_table(const std::string& layer, const std::vector<std::string>& features) {
  std::string json;
  for (const std::string& feature : features) json += (json.empty() ? "" : ",") + feature;
  std::string columns = "CREATE TABLE " + layer + " AS SELECT row_number() OVER ()::int AS id";
  const std::vector<std::string>& types = kColumns.at(layer);
  for (std::size_t i = 0; i + 1 < types.size(); ++i) {
    const auto blank = types[i].find(' ');
    const std::string name = types[i].substr(0, blank);
    columns +=
        ", (f->'properties'->>'" + name + "')::" + types[i].substr(blank + 1) + " AS " + name;
  }
  if (!types.back().empty()) {
    columns += ", ST_SetSRID(ST_GeomFromGeoJSON(f->>'geometry'), 4326)::geometry(" + types.back() +
               ", 4326) AS geom";
  }
  return columns + " FROM jsonb_array_elements($json$[" + json +
         "]$json$::jsonb) AS f; ALTER TABLE " + layer + " ADD PRIMARY KEY (id)";
}

RegionSpec from(const std::filesystem::path& source) {
  RegionSpec spec;
  spec.sources.push_back({source, "native"});
  return spec;
}

TEST(PostgisImport, ADatabaseIsImportedAsItsFilesWouldBe) {
  const auto cluster = PostgisCluster::start();
  if (cluster == nullptr) GTEST_SKIP() << "PostgreSQL 15 with PostGIS is not installed here";
  const TownSource town;
  for (const auto& [layer, features] : town.layers) {
    ASSERT_NE(cluster->run(create_table(layer, features)), "") << layer;
  }
  const std::string words = "PG:host=127.0.0.1 port=" + std::to_string(cluster->port()) +
                            " dbname=grid user=admin password='" + cluster->password() + "'";
  const auto files = import_region(from(town.write()), {});
  ASSERT_TRUE(files) << describe(files.error());
  const auto database = import_region(from(words), {});
  ASSERT_TRUE(database) << describe(database.error());
  EXPECT_EQ(database->region.id, files->region.id);
  EXPECT_EQ(database->usage_points.supplied, 2U);
  const std::string name =
      "PG:host=127.0.0.1 port=" + std::to_string(cluster->port()) + " dbname=grid";
  EXPECT_EQ(database->region.provenance.sources, std::vector<std::string>{name});
  EXPECT_EQ(database->region.provenance.name, name);

  const std::string region = (town.folder() / "town.gmr").string();
  const Ran ran = gridmend("import \"" + words + "\" -o '" + region + "'");
  EXPECT_EQ(ran.exit_code, 0) << ran.output;
  EXPECT_THAT(ran.output, HasSubstr(to_hex(files->region.id)));
  const Ran inspected = gridmend("inspect '" + region + "' --json");
  for (const std::string& text : {ran.output, inspected.output}) {
    EXPECT_THAT(text, Not(HasSubstr("s3cret")));
  }

  cluster->run("ALTER TABLE usage_points ADD no_such_type point");
  std::string wrong = words;
  wrong.replace(wrong.find("of the"), 6, "of thi");
  const Ran refused = gridmend("import \"" + wrong + "\" -o '" + region + "'");
  EXPECT_EQ(refused.exit_code, 3) << refused.output;
  EXPECT_THAT(refused.output, testing::AllOf(HasSubstr(name), Not(HasSubstr("s3cret"))));
}

}  // namespace
}  // namespace gridmend::postgis_import_test
