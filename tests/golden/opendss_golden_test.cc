#include <gtest/gtest.h>

#include "tests/golden/import_summary.h"

namespace gridmend::opendss_golden_test {
namespace {

struct Model {
  const char* name;    // of the golden and of its proof
  const char* master;  // below the data sets
};

void PrintTo(const Model& model, std::ostream* out) { *out << model.name; }

class OpenDssGolden : public testing::TestWithParam<Model> {};

TEST_P(OpenDssGolden, ImportsAsBefore) {
  const auto master = golden::shared_data(GetParam().master);
  if (!master) GTEST_SKIP() << GetParam().master << " is not beside this source tree";
  const std::string name = GetParam().name;
  RegionSpec spec;
  spec.sources.push_back({*master, ""});
  golden::expect_import("import_" + name + ".txt", spec,
                        "proof/" + name + ".py counts the same from the model's text");
}

INSTANTIATE_TEST_SUITE_P(
    Models, OpenDssGolden,
    testing::Values(
        Model{"opendss_ieee_13", "opendss_ieee/13Bus/IEEE13Nodeckt.dss"},
        Model{"opendss_ieee_37", "opendss_ieee/37Bus/ieee37.dss"},
        Model{"opendss_ieee_123", "opendss_ieee/123Bus/IEEE123Master.dss"},
        Model{"opendss_ieee_123_switches", "opendss_ieee/123Bus/IEEE123Switches.dss"},
        Model{"opendss_ieee_123_run", "opendss_ieee/123Bus/Run_IEEE123Bus.DSS"},
        Model{"opendss_smartds_uhs3", "opendss_smartds/uhs3_1247"},
        Model{"opendss_smartds_uhs19", "opendss_smartds/uhs19_1247"},
        Model{"opendss_smartds_udt1567", "opendss_smartds/uhs3_1247/uhs3_1247--udt1567"},
        Model{"opendss_smartds_udt1571", "opendss_smartds/uhs3_1247/uhs3_1247--udt1571"},
        Model{"opendss_smartds_udt1582", "opendss_smartds/uhs3_1247/uhs3_1247--udt1582"},
        Model{"opendss_smartds_udt15839", "opendss_smartds/uhs19_1247/uhs19_1247--udt15839"},
        Model{"opendss_smartds_udt19872", "opendss_smartds/uhs19_1247/uhs19_1247--udt19872"}),
    [](const auto& model) { return std::string{model.param.name}; });

}  // namespace
}  // namespace gridmend::opendss_golden_test
