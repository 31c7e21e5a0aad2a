// An OpenDSS model as its files lie: which is the master, what lies beside it, what is refused.

#include <cpl_vsi.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include "data/ingest/opendss_source.h"
#include "data/ingest/region_import.h"

namespace gridmend::opendss_folder_test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

constexpr std::string_view kHead = "Clear\nNew Circuit.town bus1=S basekv=12.47\n";

class OpenDssFolder : public testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(root_);
    fs::create_directories(root_);
  }
  void TearDown() override { fs::remove_all(root_); }
  void write(const fs::path& path, const std::string& text) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream{root_ / path, std::ios::binary} << text;
  }
  std::string master(const std::string& more = {}) const {
    return std::string{kHead} + "New Line.a bus1=S bus2=a\nNew Load.u bus1=a\n" + more;
  }
  Result<RegionImport> import(const fs::path& path, const std::string& profile = {}) {
    RegionSpec spec;
    spec.sources.push_back({root_ / path, profile});
    return import_region(spec, {.most_severe_percent = 100, .progress = {}});
  }
  std::string refusal(const fs::path& path, const std::string& profile = {}) {
    const auto result = import(path, profile);
    return result ? "imported" : result.error().reason + ": " + result.error().message;
  }

  fs::path root_ = fs::path{GRIDMEND_BINARY_DIR} / "opendss_folder";
};

TEST_F(OpenDssFolder, ADssFileIsKnownByItsName) {
  write("m/model.DSS", master());
  const auto imported = import("m/model.DSS");
  ASSERT_TRUE(imported) << describe(imported.error());
  EXPECT_EQ(imported->profiles.front(), "opendss");
  EXPECT_EQ(imported->usage_points.supplied, 1u);
}

TEST_F(OpenDssFolder, TheMasterOfAFolderIsTheOneSoCalledElseTheOnlyOneWithACircuit) {
  write("a/Master.dss", master());
  write("a/other.dss", master());
  write("a/feeder/Master.dss", master());
  EXPECT_TRUE(import("a"));
  EXPECT_TRUE(import("a/"));
  write("b/town.dss", master("Redirect loads.dss\n"));
  write("b/LOADS.DSS", "New Load.v bus1=a\n");
  const auto imported = import("b", "opendss");
  ASSERT_TRUE(imported) << describe(imported.error());
  EXPECT_EQ(imported->usage_points.total, 2u);
  write("c/below/deep/town.dss", master());
  EXPECT_TRUE(import("c"));
}

TEST_F(OpenDssFolder, OfSeveralCircuitsTheOneCalledMasterIsReadAndTheOthersAreTold) {
  write("m/TownMaster.dss", master());
  write("m/TownSwitching.dss", master());
  const auto imported = import("m");
  ASSERT_TRUE(imported) << describe(imported.error());
  const auto told = std::ranges::find_if(imported->region.defects, [](const Defect& defect) {
    return defect.message.find("m/TownSwitching.dss") != std::string::npos;
  });
  ASSERT_NE(told, imported->region.defects.end());
  EXPECT_EQ(told->severity, DefectSeverity::note);
}

TEST_F(OpenDssFolder, APartThatAnotherFileRedirectsToIsNoMaster) {
  write("m/Town_main.dss", "Clear\nRedirect parts\\Substation_town.dss\nRedirect loads.dss\n");
  write("m/parts/Substation_town.dss", master());
  write("m/loads.dss", "New Load.v bus1=a\nNew Load.w bus1=a\n");
  write("m/Run_town.dss", "Compile Town_main.dss\nSolve\n");
  const auto imported = import("m");
  ASSERT_TRUE(imported) << describe(imported.error());
  EXPECT_TRUE(imported->region.network.find_usage_point("w"));
  write("flat/Town_main.dss", "Redirect Substation.dss\nRedirect loads.dss\n");
  write("flat/Substation.dss", master());
  write("flat/loads.dss", "New Load.w bus1=a\n");
  const auto flat = import("flat");
  ASSERT_TRUE(flat) << describe(flat.error());
  EXPECT_TRUE(flat->region.network.find_usage_point("w"));
  write("study/TownMaster.dss", master());
  write("study/Study.dss", "Redirect TownMaster.dss\nNew Load.w bus1=a\n");
  const auto master_of_study = import("study");
  ASSERT_TRUE(master_of_study) << describe(master_of_study.error());
  EXPECT_FALSE(master_of_study->region.network.find_usage_point("w"));
}

TEST_F(OpenDssFolder, AFileThatRedirectsToItselfManyTimesIsLookedAtOnce) {
  std::string itself, each_other;
  for (int i = 0; i < 50; ++i) {
    itself += "Redirect knot.dss\n";
    each_other += "Redirect knot" + std::to_string(i) + ".dss\n";
  }
  write("m/knot.dss", itself);
  for (int i = 0; i < 50; ++i) write("m/knot" + std::to_string(i) + ".dss", each_other);
  write("m/town.dss", master());
  const auto imported = import("m");  // 50^8 looks would take a year
  ASSERT_TRUE(imported) << describe(imported.error());
  write("m/far0.dss", master());
  for (int i = 1; i < 20; ++i) {
    const std::string number = std::to_string(i);
    write("m/far" + number + ".dss", "Redirect far" + std::to_string(i - 1) + ".dss\n");
  }
  fs::remove(root_ / "m/town.dss");
  EXPECT_TRUE(import("m")) << "the end of a long chain of redirects is its master";
}

TEST_F(OpenDssFolder, PositionsBesideTheMasterAreReadWhereTheModelReadsNone) {
  write("m/Master.dss", master());
  write("m/BusCoords.dat", "s 8.5 49\na 8.51 49.01\n");
  const auto of_folder = import("m");
  ASSERT_TRUE(of_folder) << describe(of_folder.error());
  const auto is_nowhere = [](const RegionImport& imported) {
    return std::ranges::any_of(imported.region.defects, [](const Defect& defect) {
      return defect.defect_class == DefectClass::missing_geometry &&
             defect.severity != DefectSeverity::note;
    });
  };
  EXPECT_FALSE(is_nowhere(*of_folder));
  const NetworkModel& network = of_folder->region.network;
  EXPECT_NEAR(network.devices()[*network.find_device("a")].position.longitude_deg, 8.505, .01);
  const auto told = std::ranges::find_if(of_folder->region.defects, [](const Defect& defect) {
    return defect.message.find("m/BusCoords.dat") != std::string::npos;
  });
  ASSERT_NE(told, of_folder->region.defects.end());
  const auto of_master = import("m/Master.dss");
  ASSERT_TRUE(of_master) << describe(of_master.error());
  EXPECT_FALSE(is_nowhere(*of_master)) << "named as a file or by its folder, it is one model";
  write("m/OtherBusXY.csv", "s,1,2\n");
  EXPECT_TRUE(is_nowhere(*import("m"))) << "of two neither";
}

TEST_F(OpenDssFolder, AModelIsDescribedByItsClasses) {
  write("m/Master.dss", master("Redirect loads.dss\n"));
  write("m/loads.dss", "New Load.v bus1=a\nNew Load.w bus1=a\n");
  const auto source = open_network_source({root_ / "m", ""});
  ASSERT_TRUE(source) << describe(source.error());
  EXPECT_TRUE(is_model({root_ / "m", ""}));
  const auto described = (*source)->describe();
  ASSERT_TRUE(described) << describe(described.error());
  EXPECT_EQ(described->files, (std::vector<std::string>{"m/Master.dss", "m/loads.dss"}));
  const auto loads = std::ranges::find(described->classes, "Load", &DescribedClass::name);
  ASSERT_NE(loads, described->classes.end());
  EXPECT_GE(loads->objects, 2U);
  EXPECT_THAT(description_text(*described), HasSubstr("Load"));
}

TEST_F(OpenDssFolder, ValuesThatAreNoNumbersAreDefectsAndPassedOver) {
  write("m/Master.dss",
        master("New Line.long bus1=a bus2=b phases=1000000000\nNew Line.odd bus1=b bus2=c "
               "length=12x phases=2.5\nNew Load.v bus1=c kV=n/a numcust=(2 3 *)\n"));
  const auto imported = import("m");
  ASSERT_TRUE(imported) << describe(imported.error());
  std::vector<std::string> found;
  for (const Defect& defect : imported->region.defects) {
    if (defect.defect_class == DefectClass::value_out_of_range && !defect.place.column.empty()) {
      found.push_back(defect.place.feature_id + " " + defect.place.column);
    }
  }
  EXPECT_THAT(found, ::testing::UnorderedElementsAre("long phases", "odd phases", "odd length"))
      << "and kV of a load is of no interest";
}

TEST_F(OpenDssFolder, SeveralMastersAreRefusedByTheirNames) {
  write("m/one.dss", master());
  write("m/two.dss", master());
  EXPECT_THAT(refusal("m"),
              AllOf(HasSubstr("SOURCE_AMBIGUOUS"), HasSubstr("m/one.dss, m/two.dss")));
  EXPECT_THAT(refusal("none", "opendss"), HasSubstr("SOURCE_NOT_FOUND"));
  write("empty/lines.dss", "New Line.a bus1=x bus2=y\n");
  EXPECT_THAT(refusal("empty"), HasSubstr("SOURCE_EMPTY"));
}

TEST_F(OpenDssFolder, OnlyFilesOfAModelBelowTheNeighbourhoodAreRead) {
  write("secret/x.dss", "New Load.secret bus1=a\n");
  write("area/shared.dss", "New Load.shared bus1=a\n");
  write("area/m/key.pem", "New Load.pem bus1=a\n");
  write("area/m/.hidden.dss", "New Load.hidden bus1=a\n");
  fs::create_symlink(root_ / "secret/x.dss", root_ / "area/m/link.dss");
  write("area/m/Master.dss", master("Redirect ../shared.dss\nRedirect ../../secret/x.dss\n"
                                    "Redirect key.pem\nRedirect .hidden.dss\nRedirect link.dss\n"
                                    "Redirect " +
                                    (root_ / "secret/x.dss").string() + "\n"));
  const auto imported = import("area/m");
  ASSERT_TRUE(imported) << describe(imported.error());
  EXPECT_EQ(imported->usage_points.total, 2u);
  EXPECT_TRUE(imported->region.network.find_usage_point("shared"));
  EXPECT_EQ(imported->defect_tally.of(DefectClass::dangling_reference), 5u);
}

TEST_F(OpenDssFolder, WhereNothingIsLeftTheRefusalNamesWhatWasNotFound) {
  write("far/away/feeder.dss", master());
  write("area/m/run.dss",
        "Redirect ../../far/away/feeder.dss\nRedirect b\nRedirect c\nRedirect d\n");
  EXPECT_THAT(refusal("area/m/run.dss"),
              AllOf(HasSubstr("has no device"),
                    HasSubstr("'../../far/away/feeder.dss' is not below"), HasSubstr("m/run.dss"),
                    HasSubstr("there is no file 'm/c'"), HasSubstr("and 1 more like these")));
}

TEST_F(OpenDssFolder, AZipIsReadAsItIs) {
  const std::string zip = "/vsizip/" + (root_ / "m.zip").string();
  const auto put = [&](const std::string& name, const std::string& text) {
    VSILFILE* file = VSIFOpenL((zip + "/" + name).c_str(), "wb");
    ASSERT_NE(file, nullptr);
    VSIFWriteL(text.data(), 1, text.size(), file);
    VSIFCloseL(file);
  };
  put("town/Master.dss", master("Redirect Parts\\Loads.dss\nRedirect ../../../etc/passwd\n"));
  put("town/parts/loads.dss", "New Load.v bus1=a\n");
  const auto imported = import("m.zip");
  ASSERT_TRUE(imported) << describe(imported.error());
  EXPECT_EQ(imported->usage_points.supplied, 2u);
}

}  // namespace
}  // namespace gridmend::opendss_folder_test
