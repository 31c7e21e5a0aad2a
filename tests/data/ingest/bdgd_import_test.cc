// The real geodatabase of a distributor against what its tables say by themselves: counts by OGR's
// own SQL, connectivity by a union-find over the PAC texts that knows nothing of the importer.

#include <cpl_error.h>
#include <gdal.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ogr_api.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "core/network/supply_forest.h"
#include "data/ingest/region_import.h"

namespace gridmend::bdgd_import_test {
namespace {

namespace fs = std::filesystem;

std::string find_database() {
  const fs::path folder = fs::path{GRIDMEND_SOURCE_DIR} / "../shared/data/bdgd_mux";
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().string().ends_with(".gdb.zip")) return entry.path().string();
  }
  return {};
}

// Rows of texts, by GDAL alone.
std::vector<std::vector<std::string>> rows(GDALDatasetH dataset, const std::string& layer,
                                           const std::vector<std::string>& columns) {
  std::vector<std::vector<std::string>> result;
  OGRLayerH table = GDALDatasetGetLayerByName(dataset, layer.c_str());
  if (table == nullptr) return result;
  OGR_L_ResetReading(table);
  while (OGRFeatureH feature = OGR_L_GetNextFeature(table)) {
    std::vector<std::string> row;
    for (const std::string& column : columns) {
      row.emplace_back(
          OGR_F_GetFieldAsString(feature, OGR_F_GetFieldIndex(feature, column.c_str())));
    }
    OGR_F_Destroy(feature);
    result.push_back(std::move(row));
  }
  return result;
}

class Components {
 public:
  int number(const std::string& name) {
    const auto [it, added] = numbers_.try_emplace(name, static_cast<int>(parents_.size()));
    if (added) parents_.push_back(it->second);
    return it->second;
  }
  int root(int i) {
    while (parents_[i] != i) i = parents_[i] = parents_[parents_[i]];
    return i;
  }
  void join(const std::string& a, const std::string& b) {
    const int ra = root(number(a)), rb = root(number(b));
    parents_[ra] = rb;
  }
  bool has(const std::string& name) const { return numbers_.count(name) != 0; }
  std::vector<std::size_t> sizes() {
    std::map<int, std::size_t> by_root;
    for (int i = 0; i < static_cast<int>(parents_.size()); ++i) ++by_root[root(i)];
    std::vector<std::size_t> result;
    for (const auto& [r, size] : by_root) result.push_back(size);
    std::ranges::sort(result);
    return result;
  }

 private:
  std::map<std::string, int> numbers_;
  std::vector<int> parents_;
};

class BdgdImport : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const std::string path = find_database();
    if (path.empty()) return;
    GDALAllRegister();
    dataset_ = GDALOpenEx(("/vsizip/" + path).c_str(), GDAL_OF_VECTOR, nullptr, nullptr, nullptr);
    RegionSpec spec;
    spec.sources.push_back({path, "bdgd"});
    imported_ = new Result<RegionImport>(import_region(spec, {}));
  }
  static void TearDownTestSuite() {
    delete imported_;
    if (dataset_ != nullptr) GDALClose(dataset_);
  }
  void SetUp() override {
    if (imported_ == nullptr) GTEST_SKIP() << "the shared BDGD set is not beside this source tree";
    ASSERT_TRUE(*imported_) << describe(imported_->error());
    ASSERT_NE(dataset_, nullptr);
  }
  const RegionImport& imported() const { return **imported_; }
  const NetworkModel& network() const { return (*imported_)->region.network; }

  std::size_t count(DeviceKind kind) const {
    return static_cast<std::size_t>(
        std::ranges::count(network().devices().values(), kind, &Device::kind));
  }

  static GDALDatasetH dataset_;
  static Result<RegionImport>* imported_;
};
GDALDatasetH BdgdImport::dataset_ = nullptr;
Result<RegionImport>* BdgdImport::imported_ = nullptr;

TEST_F(BdgdImport, EveryRowOfEveryLayerIsADevice) {
  const auto size = [&](const char* layer) { return rows(dataset_, layer, {}).size(); };
  EXPECT_EQ(count(DeviceKind::ac_line_segment), size("SSDMT") + size("SSDBT"));
  EXPECT_EQ(count(DeviceKind::service_drop), size("RAMLIG"));
  EXPECT_EQ(count(DeviceKind::power_transformer), size("UNTRMT"));
  EXPECT_EQ(count(DeviceKind::voltage_regulator), size("UNREMT"));
  EXPECT_EQ(network().feeders().size(), size("CTMT"));
  EXPECT_EQ(network().substations().size(), size("SUB"));
  std::size_t switches = 0;
  for (const Device& device : network().devices()) switches += is_switch(device.kind) ? 1 : 0;
  EXPECT_EQ(switches, size("UNSEMT") + size("UNSEBT"));
  EXPECT_EQ(imported().usage_points.total, size("UCBT_tab") + size("UCMT_tab"));
  // The published figures of this set.
  EXPECT_EQ(count(DeviceKind::ac_line_segment), 2173u + 4283u);
  EXPECT_EQ(count(DeviceKind::service_drop), 7103u);
  EXPECT_EQ(count(DeviceKind::power_transformer), 273u);
  EXPECT_EQ(switches, 211u);
  EXPECT_EQ(imported().usage_points.total, 13'300u + 40u);
}

TEST_F(BdgdImport, SwitchesStandAsTheTableSaysAndCarryTheFusesItNames) {
  for (const auto& row : rows(dataset_, "UNSEMT", {"COD_ID", "P_N_OPE", "TIP_UNID", "CAP_ELO"})) {
    const auto id = network().find_device(row[0]);
    ASSERT_TRUE(id) << row[0];
    const Device& device = network().devices()[*id];
    EXPECT_EQ(device.normally_open != 0, row[1] == "A") << row[0];
    const bool link = row[3].ends_with("K") || row[3].ends_with("H") || row[3].ends_with("T");
    const DeviceKind expected = row[2] == "29"   ? DeviceKind::breaker
                                : row[2] == "32" ? DeviceKind::recloser
                                : link           ? DeviceKind::fuse
                                : row[2] == "57" ? DeviceKind::load_break_switch
                                                 : DeviceKind::disconnector;
    EXPECT_EQ(device.kind, expected) << row[0] << " TIP_UNID " << row[2] << " CAP_ELO " << row[3];
  }
}

TEST_F(BdgdImport, SupplyIsWhatUnionFindOverThePacsSays) {
  Components components;
  for (const char* layer : {"SSDMT", "SSDBT", "RAMLIG", "UNTRMT", "UNREMT"}) {
    for (const auto& row : rows(dataset_, layer, {"PAC_1", "PAC_2"}))
      components.join(row[0], row[1]);
  }
  for (const auto& row : rows(dataset_, "UNSEMT", {"PAC_1", "PAC_2", "P_N_OPE"})) {
    if (row[2] == "F") components.join(row[0], row[1]);
  }
  EXPECT_THAT(components.sizes(), ::testing::ElementsAre(6811u, 7205u));

  const SwitchState switches{network()};
  const SupplyForest forest = SupplyForest::derive(network(), switches);
  EXPECT_EQ(forest.tour().size(), 6811u + 7205u);
  EXPECT_TRUE(forest.loop_devices().empty());
  std::map<std::string, std::size_t> nodes_of_feeder;
  for (const auto node : forest.tour()) {
    ++nodes_of_feeder[std::string{network().mrid(forest.feeder(node))}];
  }
  for (const auto& row : rows(dataset_, "CTMT", {"COD_ID", "PAC_INI"})) {
    const int root = components.root(components.number(row[1]));
    std::size_t size = 0;
    for (const ConnectivityNode& node : network().nodes()) {
      const std::string name{network().text(node.mrid)};
      if (components.has(name) && components.root(components.number(name)) == root) ++size;
    }
    EXPECT_EQ(nodes_of_feeder[row[0]], size) << row[0];
  }
}

TEST_F(BdgdImport, EveryConsumerIsAccountedForAndSuppliedByItsCircuit) {
  const UsagePointLedger& ledger = imported().usage_points;
  EXPECT_EQ(ledger.total, ledger.supplied + ledger.unsupplied + ledger.refused);
  EXPECT_EQ(ledger.supplied, 13'340u);
  const SwitchState switches{network()};
  const SupplyForest forest = SupplyForest::derive(network(), switches);
  std::multiset<std::string> expected, actual;
  std::size_t inactive = 0, other_circuit = 0;
  for (const char* layer : {"UCBT_tab", "UCMT_tab"}) {
    for (const auto& row : rows(dataset_, layer, {"COD_ID", "PAC", "SIT_ATIV", "CTMT"})) {
      expected.insert(row[0] + " " + row[1]);
      inactive += row[2] == "DS" ? 1 : 0;
      const auto id = network().find_usage_point(row[0]);
      ASSERT_TRUE(id) << row[0];
      const auto node = network().usage_points()[*id].node;
      if (network().mrid(forest.feeder(node)) != row[3]) ++other_circuit;
    }
  }
  for (const auto id : network().usage_points().ids()) {
    const std::string mrid{network().mrid(id)};
    actual.insert(mrid.substr(0, mrid.find('#')) + " " +
                  std::string{network().mrid(network().usage_points()[id].node)});
  }
  EXPECT_EQ(actual, expected);
  EXPECT_EQ(ledger.inactive, inactive);
  EXPECT_EQ(other_circuit, 0u);
}

TEST_F(BdgdImport, OfConsumersOfOneIdTheActiveOneKeepsIt) {
  std::set<std::string> active, all;
  for (const auto& row : rows(dataset_, "UCBT_tab", {"COD_ID", "SIT_ATIV"})) {
    all.insert(row[0]);
    if (row[1] == "AT") active.insert(row[0]);
  }
  for (const std::string& id : all) {
    const auto point = network().find_usage_point(id);
    ASSERT_TRUE(point) << id;
    EXPECT_EQ(network().usage_points()[*point].customers, active.count(id)) << id;
  }
  const auto duplicates = static_cast<std::size_t>(std::ranges::count(
      imported().region.defects, DefectClass::duplicate_id, &Defect::defect_class));
  const auto rows_in_all = rows(dataset_, "UCBT_tab", {}).size();
  EXPECT_GE(duplicates, rows_in_all - all.size());
}

TEST_F(BdgdImport, EverythingStandsWhereThePolesStand) {
  double west = 180, east = -180, south = 90, north = -90;
  OGRLayerH poles = GDALDatasetGetLayerByName(dataset_, "PONNOT");
  OGREnvelope box;
  ASSERT_EQ(OGR_L_GetExtent(poles, &box, TRUE), OGRERR_NONE);
  const auto take = [&](Position p) {
    west = std::min(west, p.longitude_deg);
    east = std::max(east, p.longitude_deg);
    south = std::min(south, p.latitude_deg);
    north = std::max(north, p.latitude_deg);
  };
  for (const ConnectivityNode& node : network().nodes()) take(node.position);
  for (const Device& device : network().devices()) take(device.position);
  for (const UsagePoint& point : network().usage_points()) take(point.position);
  EXPECT_GE(west, box.MinX - 0.001);
  EXPECT_LE(east, box.MaxX + 0.001);
  EXPECT_GE(south, box.MinY - 0.001);
  EXPECT_LE(north, box.MaxY + 0.001);
}

TEST_F(BdgdImport, LinesRunBetweenTheirNodes) {
  std::size_t far = 0, lines = 0;
  for (const auto id : network().devices().ids()) {
    const auto polyline = network().polyline(id);
    if (polyline.empty()) continue;
    ++lines;
    const Device& device = network().devices()[id];
    if (distance_m(polyline.front(), network().nodes()[device.from].position) > 30 ||
        distance_m(polyline.back(), network().nodes()[device.to].position) > 30) {
      ++far;
    }
  }
  EXPECT_EQ(lines, 2173u + 4283u);
  EXPECT_LE(far, lines / 100);
}

TEST_F(BdgdImport, TheProfileIsRecognisedByTheLayers) {
  RegionSpec spec;
  spec.sources.push_back({find_database(), ""});
  const auto again = import_region(spec, {});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->profiles, std::vector<std::string>{"bdgd"});
  EXPECT_EQ(again->region.id, imported().region.id);
}

// A database that breaks off: each table in turn cut short.
TEST_F(BdgdImport, ATruncatedGdbIsRefusedOrItsDefectsSaid) {
  const fs::path folder = fs::temp_directory_path() / "gridmend_truncated_gdb";
  std::error_code ignored;
  fs::remove_all(folder, ignored);
  fs::create_directory(folder);
  const std::string unzip =
      "cd '" + folder.string() + "' && unzip -q '" + find_database() + "' 2>/dev/null";
  if (std::system(unzip.c_str()) != 0) GTEST_SKIP() << "unzip is not installed";
  const fs::path gdb = fs::directory_iterator(folder)->path();
  std::vector<fs::path> tables;
  for (const auto& entry : fs::directory_iterator(gdb)) {
    if (entry.path().extension() == ".gdbtable" && entry.file_size() > 200'000)
      tables.push_back(entry.path());
  }
  ASSERT_GT(tables.size(), 3u);
  std::ranges::sort(tables);
  std::size_t refused = 0;
  for (const fs::path& table : tables) {
    const fs::path kept = table.string() + ".kept";
    fs::copy_file(table, kept);
    fs::resize_file(table, fs::file_size(table) / 2);
    RegionSpec spec;
    spec.sources.push_back({gdb, "bdgd"});
    const auto damaged = import_region(spec, {});
    if (!damaged) {
      ++refused;
      EXPECT_THAT(describe(damaged.error()), ::testing::HasSubstr(gdb.filename().string()));
    } else {
      // The table was not one that the profile reads.
      EXPECT_EQ(damaged->region.id, imported().region.id) << table;
    }
    fs::rename(kept, table);
  }
  EXPECT_GE(refused, 4u);
  fs::remove_all(folder, ignored);
}

}  // namespace
}  // namespace gridmend::bdgd_import_test
