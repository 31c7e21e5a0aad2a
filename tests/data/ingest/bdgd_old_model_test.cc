// The model of before 2021 (module 10 of the PRODIST as it was from 2016 on), as it comes out of a
// database: names in lower case. Against the present one CTMT has NOM and PAC for NOME and PAC_INI,
// the transformers are UNTRD and stand as UNI_TR_D at what they serve, that of the substation is
// UNI_TR_S, and consumers are UCBT and UCMT without _tab.
//
//   se==ct1--dj--p1--fu--p2--tr--b1--ramal--c1 (uc1, uc2 of another transformer, uc3 inactive)
//                 \--p3 (uc4 of UCMT)

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "core/network/supply_forest.h"
#include "data/ingest/gis_writer.h"
#include "data/ingest/profile_detection.h"
#include "data/ingest/profile_reader.h"
#include "data/ingest/region_import.h"
#include "data/ingest/vector_source.h"

namespace gridmend::bdgd_old_model_test {
namespace {

using ::testing::UnorderedElementsAre;

struct Row {
  std::vector<std::string> values;  // by column
  std::vector<Position> geometry = {};
};

struct Layer {
  std::string name;
  GisGeometryType geometry;
  std::vector<std::string> columns;
  std::vector<Row> rows;
};

constexpr Position kSubstation{-46.50, -21.00}, kPole1{-46.50, -21.01}, kPole2{-46.50, -21.02},
    kPole3{-46.49, -21.01};

std::vector<Layer> old_model() {
  using enum GisGeometryType;
  return {
      {"sub", point, {"cod_id", "nom", "dist", "pos"}, {{{"se1", "Muzambinho", "404", "PD"}}}},
      {"ctmt",
       none,
       {"cod_id", "nom", "barr", "sub", "pac", "ten_nom", "uni_tr_s"},
       {{{"ct1", "MUZ01", "b1", "se1", "se", "49", "ts1"}}}},
      {"ponnot",
       point,
       {"cod_id", "dist"},
       {{{"pn0", "404"}, {kSubstation}},
        {{"pn1", "404"}, {kPole1}},
        {{"pn2", "404"}, {kPole2}},
        {{"pn3", "404"}, {kPole3}}}},
      {"unsemt",
       point,
       {"cod_id", "pac_1", "pac_2", "fas_con", "sit_ativ", "tip_unid", "p_n_ope", "cap_elo", "ctmt",
        "uni_tr_s"},
       {{{"dj", "se", "p0", "ABC", "AT", "29", "F", "0", "ct1", "ts1"}, {kSubstation}},
        {{"fu", "p1", "p1f", "ABC", "AT", "22", "F", "10K", "ct1", "ts1"}, {kPole1}}}},
      {"ssdmt",
       line_string,
       {"cod_id", "pn_con_1", "pn_con_2", "ctmt", "uni_tr_s", "pac_1", "pac_2", "fas_con", "comp"},
       {{{"1", "pn0", "pn1", "ct1", "ts1", "p0", "p1", "ABC", "1109"}, {kSubstation, kPole1}},
        {{"2", "pn1", "pn2", "ct1", "ts1", "p1f", "p2", "ABC", "1109"}, {kPole1, kPole2}},
        {{"3", "pn1", "pn3", "ct1", "ts1", "p1", "p3", "ABC", "1036"}, {kPole1, kPole3}}}},
      {"untrd",
       point,
       {"cod_id", "pac_1", "pac_2", "pac_3", "fas_con_p", "fas_con_s", "fas_con_t", "sit_ativ",
        "tip_unid", "cap_elo", "pot_nom", "ctmt", "uni_tr_s", "pos"},
       {{{"tr", "p2", "b1", "0", "ABC", "ABCN", "0", "AT", "38", "1H", "75", "ct1", "ts1", "PD"},
         {kPole2}}}},
      {"ssdbt",
       line_string,
       {"cod_id", "pn_con_1", "pn_con_2", "ctmt", "uni_tr_d", "uni_tr_s", "pac_1", "pac_2",
        "fas_con", "comp"},
       {{{"1", "pn2", "pn2", "ct1", "tr", "ts1", "b1", "b2", "ABCN", "30"},
         {kPole2, {-46.5003, -21.02}}}}},
      {"ramlig",
       none,
       {"cod_id", "pn_con_1", "ctmt", "uni_tr_d", "uni_tr_s", "pac_1", "pac_2", "fas_con", "comp"},
       {{{"1", "pn2", "ct1", "tr", "ts1", "b2", "c1", "AN", "12"}}}},
      {"ucbt",
       none,
       {"cod_id", "pn_con", "pac", "uni_tr_d", "ctmt", "uni_tr_s", "clas_sub", "cnae", "fas_con",
        "sit_ativ", "brr"},
       {{{"uc1", "pn2", "c1", "tr", "ct1", "ts1", "RE1", "0", "AN", "AT", "Centro"}},
        {{"uc2", "pn2", "c1", "elsewhere", "ct1", "ts1", "CO1", "8610101", "AN", "AT", "Centro"}},
        {{"uc3", "pn2", "c1", "tr", "ct1", "ts1", "RE1", "0", "AN", "DS", "Centro"}}}},
      {"ucmt",
       none,
       {"cod_id", "pn_con", "pac", "ctmt", "uni_tr_s", "clas_sub", "cnae", "fas_con", "sit_ativ"},
       {{{"uc4", "pn3", "p3", "ct1", "ts1", "IN", "0", "ABC", "AT"}}}}};
}

class OldBdgd : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = std::filesystem::temp_directory_path() /
            ("gridmend_old_bdgd_" + std::to_string(::getpid()) + ".gpkg");
    auto writer = GisWriter::create(path_);
    ASSERT_TRUE(writer) << describe(writer.error());
    for (const Layer& layer : old_model()) write(*writer, layer);
    ASSERT_TRUE(writer->close());
  }
  void TearDown() override { std::filesystem::remove(path_); }

  static void write(GisWriter& writer, const Layer& layer) {
    GisLayerDefinition definition{layer.name, layer.geometry, {}};
    for (const std::string& column : layer.columns) {
      const bool number = column == "pot_nom" || column == "comp";
      definition.columns.push_back({column, number ? GisColumnType::real : GisColumnType::text});
    }
    const auto added = writer.add_layer(definition);
    ASSERT_TRUE(added) << describe(added.error());
    for (const Row& row : layer.rows) {
      ASSERT_EQ(row.values.size(), layer.columns.size()) << layer.name;
      std::vector<GisValue> values;
      for (std::size_t i = 0; i < row.values.size(); ++i) {
        const bool number = definition.columns[i].type == GisColumnType::real;
        values.push_back(number ? GisValue{std::stod(row.values[i])}
                                : GisValue{std::string_view{row.values[i]}});
      }
      const auto written = writer.write(*added, values, row.geometry);
      ASSERT_TRUE(written) << describe(written.error());
    }
  }

  std::filesystem::path path_;
};

TEST_F(OldBdgd, IsRecognisedByItsLayers) {
  const auto source = VectorSource::open(path_);
  ASSERT_TRUE(source) << describe(source.error());
  const auto profile = detect_profile(*source);
  ASSERT_TRUE(profile) << describe(profile.error());
  EXPECT_EQ(profile->name, "bdgd");
}

TEST_F(OldBdgd, WithoutPolesIsStillRecognisedAndItsMissingLayerNamed) {
  std::filesystem::remove(path_);
  auto writer = GisWriter::create(path_);
  ASSERT_TRUE(writer) << describe(writer.error());
  for (const Layer& layer : old_model()) {
    if (layer.name != "ponnot" && layer.name != "ssdbt") write(*writer, layer);
  }
  ASSERT_TRUE(writer->close());
  RegionSpec spec;
  spec.sources.push_back({path_, ""});
  const auto refused = import_region(spec, {.most_severe_percent = 100.0, .progress = {}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "LAYER_MISSING");
  EXPECT_THAT(refused.error().place.layer, ::testing::AnyOf("SSDBT", "PONNOT"));
}

TEST_F(OldBdgd, IsReadWholeUnderItsOwnNames) {
  RegionSpec spec;
  spec.sources.push_back({path_, ""});
  const auto imported = import_region(spec, {.most_severe_percent = 100.0, .progress = {}});
  ASSERT_TRUE(imported) << describe(imported.error());
  const NetworkModel& network = imported->region.network;
  std::vector<std::string> devices;
  for (const Device& device : network.devices()) {
    devices.push_back(std::string{network.text(device.mrid)} + " " +
                      std::string{to_string(device.kind)});
  }
  EXPECT_THAT(devices, UnorderedElementsAre("dj breaker", "fu fuse", "SSDMT/1 ac_line_segment",
                                            "SSDMT/2 ac_line_segment", "SSDMT/3 ac_line_segment",
                                            "tr power_transformer", "SSDBT/1 ac_line_segment",
                                            "RAMLIG/1 service_drop"));
  ASSERT_EQ(network.feeders().size(), 1u);
  const auto transformer = network.find_device("tr");
  ASSERT_TRUE(transformer);
  EXPECT_FLOAT_EQ(network.devices()[*transformer].rated_kva, 75.0F);

  const SwitchState switches{network};
  const SupplyForest forest = SupplyForest::derive(network, switches);
  EXPECT_EQ(imported->usage_points.total, 4u);
  EXPECT_EQ(imported->usage_points.supplied, 4u);
  for (const char* id : {"uc1", "uc2", "uc3", "uc4"}) {
    const auto usage_point = network.find_usage_point(id);
    ASSERT_TRUE(usage_point) << id;
    EXPECT_EQ(network.mrid(forest.feeder(network.usage_points()[*usage_point].node)), "ct1") << id;
  }
}

TEST_F(OldBdgd, KnowsWhichTransformerAConsumerIsOfByItsOldName) {
  RegionSpec spec;
  spec.sources.push_back({path_, ""});
  const auto imported = import_region(spec, {.most_severe_percent = 100.0, .progress = {}});
  ASSERT_TRUE(imported) << describe(imported.error());
  std::vector<std::string> disagreeing;
  for (const Defect& defect : imported->region.defects) {
    if (defect.place.feature_id == "uc2")
      disagreeing.push_back(std::string{to_string(defect.defect_class)});
    EXPECT_NE(defect.place.feature_id, "uc1") << to_string(defect.defect_class);
  }
  EXPECT_FALSE(disagreeing.empty());
}

}  // namespace
}  // namespace gridmend::bdgd_old_model_test
