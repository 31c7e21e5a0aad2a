#include "tests/data/ingest/town_source.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace gridmend {
namespace {

std::string device(const std::string& mrid, const std::string& kind, const std::string& from,
                   const std::string& to, const std::string& more = {}) {
  return R"("mrid":")" + mrid + R"(","kind":")" + kind + R"(","from_node":")" + from +
         R"(","to_node":")" + to + R"(","phases":"ABC","feeder":"S1")" + more;
}

}  // namespace

std::string point_feature(double longitude, double latitude, const std::string& properties) {
  return R"({"type":"Feature","geometry":{"type":"Point","coordinates":[)" +
         std::to_string(longitude) + "," + std::to_string(latitude) + R"(]},"properties":{)" +
         properties + "}}";
}

std::string line_feature(const std::string& coordinates, const std::string& properties) {
  return R"({"type":"Feature","geometry":{"type":"LineString","coordinates":)" + coordinates +
         R"(},"properties":{)" + properties + "}}";
}

std::string bare_feature(const std::string& properties) {
  return R"({"type":"Feature","geometry":null,"properties":{)" + properties + "}}";
}

TownSource::TownSource() {
  std::string folder = (std::filesystem::temp_directory_path() / "gridmend_town_XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) std::abort();
  folder_ = folder;
  layers["substations"] = {point_feature(120, 30, R"("mrid":"SUB","name":"Old Mill")")};
  layers["feeders"] = {
      bare_feature(
          R"("mrid":"S1","name":"Mill 1","substation":"SUB","source_node":"s1","nominal_kv":10)"),
      bare_feature(
          R"("mrid":"S2","name":"Mill 2","substation":"SUB","source_node":"s2","nominal_kv":10)")};
  layers["switches"] = {
      point_feature(120, 30, device("CB1", "breaker", "s1", "n1", R"(,"normally_open":0)")),
      point_feature(120.002, 30, device("F1", "fuse", "n2", "n3", R"(,"normally_open":0)")),
      point_feature(120.002, 30.001,
                    device("TIE", "load_break_switch", "n2", "n9", R"(,"normally_open":1)"))};
  layers["transformers"] = {point_feature(
      120.003, 30,
      R"("mrid":"T1","from_node":"n3","to_node":"v1","phases":"ABC","feeder":"S1","rated_kva":400)")};
  layers["lines"] = {
      line_feature("[[120,30],[120.002,30]]", device("L1", "ac_line_segment", "n1", "n2")),
      // Drawn against its direction.
      line_feature(
          "[[120,30.002],[120.002,30.001]]",
          R"("mrid":"L9","kind":"ac_line_segment","from_node":"n9","to_node":"s2","phases":"ABC","feeder":"S2")"),
      line_feature("[[120.003,30],[120.0032,30.0001]]", device("D1", "service_drop", "v1", "m1"))};
  layers["usage_points"] = {
      point_feature(
          120.0033, 30.0001,
          R"("mrid":"u1","node":"m1","transformer":"T1","phases":"A","category":"hospital","customers":1)"),
      point_feature(
          120.0033, 30.0001,
          R"("mrid":"u2","node":"m1","transformer":"T1","phases":"?ABC","category":"residential","customers":12)")};
}

TownSource::~TownSource() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void TownSource::replace(const std::string& layer, std::string_view from, std::string_view to) {
  for (std::string& feature : layers.at(layer)) {
    const auto at = feature.find(from);
    if (at == std::string::npos) continue;
    feature.replace(at, from.size(), to);
    return;
  }
  ADD_FAILURE() << "layer " << layer << " has no " << from;
}

void TownSource::write_file(const std::string& name, std::string_view bytes) const {
  std::ofstream{folder_ / name, std::ios::binary | std::ios::trunc} << bytes;
}

const std::filesystem::path& TownSource::write() const {
  for (const auto& [name, features] : layers) {
    std::string text = R"({"type":"FeatureCollection","features":[)";
    for (std::size_t i = 0; i < features.size(); ++i) text += (i > 0 ? ",\n" : "\n") + features[i];
    write_file(name + ".geojson", text + "\n]}\n");
  }
  return folder_;
}

}  // namespace gridmend
