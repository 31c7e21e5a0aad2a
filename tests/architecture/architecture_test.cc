#include <gmock/gmock.h>

#include <string>

#include "tests/architecture/rules.h"
#include "tests/architecture/source_tree.h"

namespace gridmend::architecture::architecture_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const Tree& project() {
  static const Tree kTree = read_tree(GRIDMEND_SOURCE_DIR);
  return kTree;
}
const std::vector<std::string>& project_folders() {
  static const std::vector<std::string> kFolders = read_folders(GRIDMEND_SOURCE_DIR);
  return kFolders;
}

// One departure a line, so that a failure reads like a compiler's.
std::string list(const Departures& departures) {
  std::string text;
  for (const std::string& departure : departures) text += departure + "\n";
  return text;
}

TEST(Project, IsReadWhole) {
  EXPECT_GT(project().size(), 80U);
  EXPECT_THAT(project(), testing::Contains(testing::Field(&SourceFile::path, "core/base/id.h")));
  EXPECT_THAT(project_folders(), testing::Contains("routing/tour"));
}

TEST(Project, LibrariesStandOnEachOtherInOneDirection) {
  EXPECT_EQ(list(against_direction(project())), "");
}
TEST(Project, FoldersIncludeEachOtherWithoutCycles) { EXPECT_EQ(list(in_cycles(project())), ""); }
TEST(Project, ToursKnowNoRoads) { EXPECT_EQ(list(tour_on_road(project())), ""); }
TEST(Project, PackagesStayInTheFoldersThatOwnThem) {
  EXPECT_EQ(list(packages_astray(project())), "");
}
TEST(Project, MessagesEndInService) { EXPECT_EQ(list(messages_below_service(project())), ""); }
TEST(Project, IncludesArePathsFromTheRoot) {
  EXPECT_EQ(list(includes_not_from_root(project())), "");
}
TEST(Project, HeadersAreReadOnce) { EXPECT_EQ(list(headers_without_pragma_once(project())), ""); }
TEST(Project, TimeAndChanceAreValues) { EXPECT_EQ(list(hidden_time_or_chance(project())), ""); }
TEST(Project, FoldersExplainThemselves) {
  EXPECT_EQ(list(folders_without_readme(project(), project_folders())), "");
}
TEST(Project, FolderNamesSaySomething) {
  EXPECT_EQ(list(folders_that_say_nothing(project_folders())), "");
}
TEST(Project, PagesNameFilesThatAreThere) {
  EXPECT_EQ(list(pages_that_lead_nowhere(project(), project_folders())), "");
}
TEST(Project, KnowsNoPathOfOneMachine) { EXPECT_EQ(list(paths_of_a_machine(project())), ""); }

TEST(Includes, AreFoundWithTheirLines) {
  const SourceFile file{"core/a/b.h",
                        "#pragma once\n#include <vector>\n  # include \"core/a/c.h\"\n"};
  const std::vector<Include> found = includes(file);
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0].path, "vector");
  EXPECT_FALSE(found[0].quoted);
  EXPECT_EQ(found[1].path, "core/a/c.h");
  EXPECT_TRUE(found[1].quoted);
  EXPECT_EQ(found[1].line, 3);
}

TEST(Rules, NoticeALibraryThatIncludesALaterOne) {
  EXPECT_THAT(against_direction({{"core/a/b.cc", "\n#include \"data/region/region.h\"\n"}}),
              ElementsAre(HasSubstr("core/a/b.cc:2:")));
  EXPECT_THAT(against_direction({{"data/a/b.cc", "#include \"core/base/id.h\"\n"}}), IsEmpty());
  EXPECT_THAT(against_direction({{"tests/core/b.cc", "#include \"service/store/s.h\"\n"}}),
              IsEmpty());
}

TEST(Rules, NoticeACycleOfFolders) {
  EXPECT_THAT(in_cycles({{"core/a/x.h", "#include \"core/b/y.h\"\n"},
                         {"core/b/y.h", "#include \"core/c/z.h\"\n"},
                         {"core/c/z.h", "#include \"core/a/x.h\"\n"}}),
              SizeIs(3));
  EXPECT_THAT(in_cycles({{"core/a/x.h", "#include \"core/b/y.h\"\n"},
                         {"core/a/w.h", "#include \"core/a/x.h\"\n"},
                         {"core/b/y.h", "#include \"core/c/z.h\"\n"}}),
              IsEmpty());
}

TEST(Rules, NoticeATourThatKnowsRoads) {
  EXPECT_THAT(tour_on_road({{"routing/tour/a.cc", "#include \"routing/road/road_graph.h\"\n"}}),
              SizeIs(1));
  EXPECT_THAT(tour_on_road({{"routing/tour/a.cc", "#include \"routing/tour/planner.h\"\n"}}),
              IsEmpty());
}

TEST(Rules, NoticeAPackageOutsideItsFolder) {
  const char* strays[][2] = {
      {"core/outage/a.cc", "#include <boost/graph/adjacency_list.hpp>\n"},
      {"core/network/a.h", "#include <boost/graph/adjacency_list.hpp>\n"},
      {"data/synth/a.cc", "#include <gdal_priv.h>\n"},
      {"data/synth/a.cc", "#include <ogrsf_frmts.h>\n"},
      {"data/ingest/a.h", "#include <cpl_error.h>\n"},
      {"routing/road/a.cc", "#include <osmium/io/reader.hpp>\n"},
      {"service/engine/a.cc", "#include <sqlite3.h>\n"},
      {"service/store/a.h", "#include <sqlite3.h>\n"},
      {"service/engine/a.cc", "#include <grpcpp/grpcpp.h>\n"},
      {"service/converters/a.cc", "#include \"gridmend/v1/outage.grpc.pb.h\"\n"},
  };
  for (const auto& [path, text] : strays) {
    EXPECT_THAT(packages_astray({{path, text}}), SizeIs(1)) << path << ": " << text;
  }
  EXPECT_THAT(
      packages_astray({{"service/handlers/a.h", "#include <grpcpp/grpcpp.h>\n"},
                       {"service/store/a.cc", "#include <sqlite3.h>\n"},
                       {"data/ingest/a.cc", "#include <gdal_priv.h>\n"},
                       {"tests/core/network/a.cc", "#include <boost/graph/graph_traits.hpp>\n"}}),
      IsEmpty());
}

TEST(Rules, NoticeMessagesBelowService) {
  EXPECT_THAT(messages_below_service({{"data/a/b.cc", "#include \"gridmend/v1/outage.pb.h\"\n"}}),
              SizeIs(1));
  EXPECT_THAT(
      messages_below_service({{"service/a/b.cc", "#include \"gridmend/v1/outage.pb.h\"\n"}}),
      IsEmpty());
}

TEST(Rules, NoticeIncludesThatAreNotFromTheRoot) {
  EXPECT_THAT(includes_not_from_root({{"core/a/b.cc", "#include \"b.h\"\n#include \"../a/b.h\"\n"},
                                      {"core/a/b.h", "#pragma once\n"}}),
              SizeIs(2));
  EXPECT_THAT(includes_not_from_root(
                  {{"core/a/b.cc", "#include \"core/a/b.h\"\n"}, {"core/a/b.h", "#pragma once\n"}}),
              IsEmpty());
}

TEST(Rules, NoticeHeadersThatAreReadTwice) {
  EXPECT_THAT(headers_without_pragma_once({{"core/a/b.h", "#include <vector>\n"}}), SizeIs(1));
}

TEST(Rules, NoticeHiddenTimeAndChance) {
  EXPECT_THAT(
      hidden_time_or_chance({{"core/outage/a.cc", "auto t = std::chrono::system_clock::now();\n"}}),
      SizeIs(1));
  EXPECT_THAT(
      hidden_time_or_chance({{"data/synth/a.cc", "std::uniform_int_distribution<int> d;\n"}}),
      SizeIs(1));
  EXPECT_THAT(hidden_time_or_chance({{"service/cli/a.cc", "auto t = clock.now();\n"}}), IsEmpty());
}

TEST(Rules, NoticeFoldersThatDoNotExplainThemselves) {
  EXPECT_THAT(folders_without_readme({}, {"core", "core/a", "core/a/b", "docs/x"}),
              ElementsAre("core/a has no README.md"));
  EXPECT_THAT(folders_that_say_nothing({"core/utils", "common", "core/network"}), SizeIs(2));
}

TEST(Rules, NoticePagesThatLeadNowhere) {
  const SourceFile header{"core/base/id.h", "#pragma once\n"};
  const auto departures = [&header](const std::string& page) {
    return pages_that_lead_nowhere({header, {"docs/a.md", page}}, {"core", "core/base", "docs"});
  };
  EXPECT_THAT(departures("[ids](../core/base/id.h) in `core/base`, core/base/id.h.\n"), IsEmpty());
  EXPECT_THAT(departures("[CIM](https://example.org/x), crews/tasks, [here](#here)\n"), IsEmpty());
  EXPECT_THAT(departures("[ids](id.h)\n"), ElementsAre(HasSubstr("docs/a.md:1: links to id.h")));
  EXPECT_THAT(departures("\nsee `core/base/table.h`.\n"),
              ElementsAre(HasSubstr("docs/a.md:2: names core/base/table.h")));
}

TEST(Rules, NoticePathsOfAMachine) {
  const std::string home = "/home";
  EXPECT_THAT(paths_of_a_machine({{"docs/a.md", "run `" + home + "/ann/gridmend`\n"}}), SizeIs(1));
  EXPECT_THAT(paths_of_a_machine({{"docs/a.md", "see core/work/crew.h and ../data/x\n"}}),
              IsEmpty());
}

}  // namespace
}  // namespace gridmend::architecture::architecture_test
