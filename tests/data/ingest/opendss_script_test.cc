#include "data/ingest/opendss_script.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace gridmend::opendss_script_test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class Script : public testing::Test {
 protected:
  Result<void> run(std::map<std::string, std::string> texts, const char* master = "master.dss") {
    files_ = files_in_memory(std::move(texts));
    script_ = std::make_unique<DssScript>(
        *files_,
        [this](const DssFinding& found) {
          said_.push_back(std::string{to_string(found.defect_class)} + "@" +
                          std::to_string(found.at.line) + " " + std::string{found.feature} + ": " +
                          found.message);
        },
        ReadingProgress{});
    return script_->run(master);
  }
  void run_one(const std::string& text) {
    const auto result = run({{"master.dss", text}});
    ASSERT_TRUE(result) << describe(result.error());
  }
  std::string value(DssClass dss_class, std::string_view name, DssSlot slot, int winding = 0) {
    const auto object = script_->model().find(dss_class, name);
    if (!object) return "no such object";
    return std::string{script_->model().text(*object, slot, winding).value_or("none")};
  }
  std::string line(std::string_view name, DssSlot slot) {
    return value(DssClass::line, name, slot);
  }

  std::unique_ptr<DssFiles> files_;
  std::unique_ptr<DssScript> script_;
  std::vector<std::string> said_;
};

TEST_F(Script, ValuesWithoutANameFollowTheOrderOfTheClass) {
  run_one("New Line.a x y code 0.3\nNew Line.b bus2=q code 2 units=km");
  EXPECT_EQ(line("a", DssSlot::bus), "x");
  EXPECT_EQ(line("a", DssSlot::bus2), "y");
  EXPECT_EQ(line("A", DssSlot::code), "code");
  EXPECT_EQ(line("a", DssSlot::length), "0.3");
  EXPECT_EQ(line("b", DssSlot::bus), "none");
  EXPECT_EQ(line("b", DssSlot::code), "code");
  EXPECT_EQ(line("b", DssSlot::length), "2");
  EXPECT_EQ(line("b", DssSlot::units), "km");
  EXPECT_THAT(said_, IsEmpty());
}

TEST_F(Script, AnObjectIsChangedByMoreEditReferenceAndBareProperties) {
  run_one(
      "New object=Line.a bus1=x\n~ bus2=y\nmore length=1\nunits=km\n"
      "New Line.b bus1=p bus2=q\nEdit Line.A length=2\nLine.a.phases=1 switch=y\n");
  EXPECT_EQ(line("a", DssSlot::bus2), "y");
  EXPECT_EQ(line("a", DssSlot::length), "2");
  EXPECT_EQ(line("a", DssSlot::units), "km");
  EXPECT_EQ(line("a", DssSlot::phases), "1");
  EXPECT_EQ(line("a", DssSlot::is_switch), "y");
  EXPECT_EQ(line("b", DssSlot::length), "none");
  EXPECT_THAT(said_, IsEmpty());
}

TEST_F(Script, WindingsAreSetOneByOneOrByArrays) {
  run_one(
      "New Transformer.a windings=3 wdg=1 bus=h kv=69 wdg=2 bus=m kv=12.47 wdg=3 bus=t\n"
      "New Transformer.b buses=[h.1 \"l 1.2\"] kVs='7.2, .24' kvas=(25 (10 15 +))\n");
  EXPECT_EQ(value(DssClass::transformer, "a", DssSlot::bus, 2), "m");
  EXPECT_EQ(value(DssClass::transformer, "a", DssSlot::kv, 1), "69");
  EXPECT_EQ(value(DssClass::transformer, "a", DssSlot::bus, 3), "t");
  EXPECT_EQ(value(DssClass::transformer, "b", DssSlot::bus, 2), "l 1.2");
  EXPECT_EQ(value(DssClass::transformer, "b", DssSlot::kv, 2), ".24");
  EXPECT_THAT(said_, IsEmpty());
}

TEST_F(Script, LikeCopiesWhatTheOtherHasNow) {
  run_one(
      "New Transformer.a phases=1 buses=[x y] kvs=[2 3]\n"
      "New Transformer.b like=a buses=[p q]\nTransformer.a.phases=3\nNew Transformer.c like=z\n");
  EXPECT_EQ(value(DssClass::transformer, "b", DssSlot::phases), "1");
  EXPECT_EQ(value(DssClass::transformer, "b", DssSlot::bus, 1), "p");
  EXPECT_EQ(value(DssClass::transformer, "b", DssSlot::kv, 2), "3");
  EXPECT_THAT(said_, ElementsAre(AllOf(HasSubstr("dangling_reference@4 c"), HasSubstr("'z'"))));
}

TEST_F(Script, ASecondNewOfANameChangesTheFirstAndIsADefect) {
  run_one("New Line.a bus1=x bus2=y\nNew LINE.A bus2=z\n");
  EXPECT_THAT(script_->model().objects(), SizeIs(1));
  EXPECT_EQ(line("a", DssSlot::bus), "x");
  EXPECT_EQ(line("a", DssSlot::bus2), "z");
  EXPECT_THAT(said_, ElementsAre(HasSubstr("duplicate_id@2 a")));
}

TEST_F(Script, DuplicatesThatAreAllowedAreBothKept) {
  run_one("Set AllowDuplicates=yes\nNew Line.a bus1=x\nNew Line.a bus1=y\n");
  EXPECT_THAT(script_->model().objects(), SizeIs(2));
  EXPECT_THAT(said_, ElementsAre(HasSubstr("duplicate_id@3")));
}

TEST_F(Script, WhatIsNotUnderstoodIsSaidWithItsLine) {
  run_one(
      "New Circuit.c\nFrobnicate the network\nNew Widget.w bus1=a\n~ kv=3\nNew Line.a colour=red\n"
      "MakePosSeq\nEdit Line.zz length=1\nlength=9\nNew\nNew Line.b 1 2 3 4 like=a x y\n"
      "Line.a.b.c.d=1\n/* not ended");
  EXPECT_THAT(
      said_,
      ElementsAre(HasSubstr("statement_not_understood@2 : 'Frobnicate the network'"),
                  AllOf(HasSubstr("statement_not_understood@3"), HasSubstr("Widget.w")),
                  AllOf(HasSubstr("statement_not_understood@5 a"), HasSubstr("property")),
                  HasSubstr("statement_not_understood@6 : 'MakePosSeq'"),
                  AllOf(HasSubstr("dangling_reference@7"), HasSubstr("Line.zz")),
                  HasSubstr("statement_not_understood@9 : 'New'"),
                  AllOf(HasSubstr("statement_not_understood@10 b"), HasSubstr("'x'")),
                  HasSubstr("dangling_reference@11"), HasSubstr("statement_not_understood@12")));
}

TEST_F(Script, WhatOnlyComputesOrShowsIsPassedOver) {
  run_one(
      "Clear\nSet DefaultBaseFrequency=60\nNew Loadshape.s npts=3 mult=(file=none.csv)\n~ hour=1\n"
      "New Generator.g bus1=x\nGenerator.g.kw=3\nNew EnergyMeter.m Line.a 1\nSolve mode=daily\n"
      "calcv\nPlot Profile\nShow Voltage LN\nExport Summary\nbatchedit load..* kW=1\n! remark\n"
      "// remark\n/* a remark\nNew Line.no bus1=x\n*/\nOpen Generator.g\nhelp\n? Line.a.length\n");
  EXPECT_THAT(said_, IsEmpty());
  EXPECT_THAT(script_->model().objects(), IsEmpty());
}

TEST_F(Script, ABatchEditOfWhatIsReadIsSaid) {
  run_one("BatchEdit Line..* enabled=no\nBatchEdit Line..* r1=3\n");
  EXPECT_THAT(said_, ElementsAre(HasSubstr("statement_not_understood@1")));
}

TEST_F(Script, ClearForgetsTheCircuit) {
  run_one("New Circuit.a\nNew Line.x bus1=p\nClear\nNew Circuit.b\nNew Line.y bus1=q\n");
  EXPECT_EQ(script_->circuit(), "b");
  EXPECT_EQ(line("x", DssSlot::bus), "no such object");
  EXPECT_EQ(line("y", DssSlot::bus), "q");
  EXPECT_THAT(said_, IsEmpty());
}

TEST_F(Script, AClearAtTheEndIsPassedOverAndSaid) {
  run_one("Clear\nNew Circuit.a\nNew Line.x bus1=p\nSolve\nClearAll\nSet mode=snap\nClear\n");
  EXPECT_EQ(script_->circuit(), "a");
  EXPECT_EQ(line("x", DssSlot::bus), "p");
  EXPECT_THAT(said_, ElementsAre(HasSubstr("statement_not_understood@7")));
  said_.clear();
  run_one("New Circuit.a\nNew Line.x bus1=p\nClear\nEdit Line.x bus1=q\n");
  EXPECT_EQ(line("x", DssSlot::bus), "no such object") << "what is gone cannot be changed";
}

TEST_F(Script, AClearBeforeAFileThatIsNotThereLeavesNothingOfTheOneBefore) {
  ASSERT_TRUE(run({{"master.dss", "Redirect a.dss\nClear\nRedirect b.dss\n"},
                   {"a.dss", "New Circuit.a\nNew Line.x bus1=p\n"}},
                  "master.dss"));
  EXPECT_EQ(line("x", DssSlot::bus), "no such object");
  EXPECT_THAT(said_, ElementsAre(HasSubstr("dangling_reference@3")));
}

TEST_F(Script, ASecondCircuitWithoutClearIsSaid) {
  run_one("New Circuit.a bus1=p\nNew Circuit.b bus1=q\n");
  EXPECT_EQ(value(DssClass::vsource, "source", DssSlot::bus), "p");
  EXPECT_THAT(said_, ElementsAre(HasSubstr("duplicate_id@2")));
}

TEST_F(Script, RedirectComesBackToItsFolderAndCompileStays) {
  ASSERT_TRUE(run({{"m/master.dss",
                    "Redirect Sub\\One.DSS\nRedirect two.dss\n"
                    "Compile \"sub/three.dss\"\nRedirect four.dss\n"},
                   {"m/sub/one.dss", "New Line.one bus1=a\nRedirect ../shared.dss\n"},
                   {"m/two.dss", "New Line.two bus1=b\n"},
                   {"m/sub/three.dss", "New Line.three bus1=c\n"},
                   {"m/sub/four.dss", "New Line.four bus1=d\n"},
                   {"m/shared.dss", "New Line.shared bus1=e\n"}},
                  "m/master.dss"));
  for (const char* name : {"one", "two", "three", "four", "shared"}) {
    EXPECT_NE(line(name, DssSlot::bus), "no such object") << name;
  }
  EXPECT_THAT(said_, IsEmpty());
}

TEST_F(Script, AFileThatIsNotThereOrNotBelowTheRootIsSaid) {
  ASSERT_TRUE(run({{"a/master.dss",
                    "Redirect nothing.dss\nRedirect ../../etc/passwd\n"
                    "Redirect /etc/passwd\nRedirect C:\\models\\lines.dss\n"
                    "Redirect \\\\server\\share\\x.dss\n"},
                   {"a/lines.dss", "New Line.x bus1=a\n"}},
                  "a/master.dss"));
  EXPECT_EQ(line("x", DssSlot::bus), "a");
  EXPECT_THAT(said_, ElementsAre(AllOf(HasSubstr("@1"), HasSubstr("no file 'a/nothing.dss'")),
                                 AllOf(HasSubstr("@2"), HasSubstr("not below")),
                                 AllOf(HasSubstr("@3"), HasSubstr("not below")),
                                 AllOf(HasSubstr("@4"), HasSubstr("another machine's")),
                                 AllOf(HasSubstr("@5"), HasSubstr("not below"))));
}

TEST_F(Script, AFileThatIncludesItselfIsRefusedWithTheChain) {
  const auto result = run({{"master.dss", "\nRedirect a.dss\n"},
                           {"a.dss", "Redirect b.dss\n"},
                           {"b.dss", "\n\nRedirect A.DSS\n"}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().reason, "INCLUDE_LOOP");
  EXPECT_EQ(result.error().place.file, "b.dss");
  EXPECT_THAT(result.error().message,
              AllOf(HasSubstr("line 3"), HasSubstr("master.dss > a.dss > b.dss > a.dss")));
}

TEST_F(Script, FilesNestedTooDeepOrReadTooOftenAreRefused) {
  std::map<std::string, std::string> deep, often;
  for (int i = 0; i < 100; ++i) {
    deep[std::to_string(i) + ".dss"] = "Redirect " + std::to_string(i + 1) + ".dss\n";
  }
  const auto too_deep = run(deep, "0.dss");
  ASSERT_FALSE(too_deep);
  EXPECT_EQ(too_deep.error().reason, "INCLUDES_TOO_DEEP");
  // Each level twice: 2^40 inclusions.
  for (int i = 0; i < 40; ++i) {
    const std::string next = "Redirect " + std::to_string(i + 1) + ".dss\n";
    often[std::to_string(i) + ".dss"] = next + next;
  }
  often["40.dss"] = "New Line.a\n";
  const auto too_often = run(often, "0.dss");
  ASSERT_FALSE(too_often);
  EXPECT_EQ(too_often.error().reason, "INCLUDES_TOO_MANY");
}

TEST_F(Script, CopiesThatCostMoreThanTheirTextAreRefused) {
  std::string text = "New Transformer.a windings=16 buses=[";
  for (int i = 0; i < 16; ++i) text += "b ";
  text += "] kvs=[1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1] kvas=[1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1]\n";
  for (int i = 0; i < 1000; ++i) text += "New Transformer." + std::to_string(i) + " like=a\n";
  const auto result = run({{"master.dss", text}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().reason, "MODEL_TOO_LARGE");
  EXPECT_EQ(run({{"master.dss", "New Line.a bus1=x like=a like=a like=a\n"}}).has_value(), true);
}

TEST_F(Script, OpenAndCloseAreKeptInTheirOrder) {
  run_one(
      "New Line.a bus1=x\nNew Line.b bus1=x\nOpen Line.a terminal=2\nOpen Line.b 1\nClose Line.b "
      "1\n"
      "New Line.c bus1=x\nOpen Line.c 1 2\nDisable Line.c\nOpen Line.nil 1\n");
  EXPECT_EQ(line("a", DssSlot::opened), "y");
  EXPECT_EQ(line("b", DssSlot::opened), "n");
  EXPECT_EQ(line("c", DssSlot::opened), "none");
  EXPECT_EQ(line("c", DssSlot::enabled), "n");
  EXPECT_THAT(said_, ElementsAre(AllOf(HasSubstr("@7 c"), HasSubstr("one conductor")),
                                 HasSubstr("dangling_reference@9")));
}

TEST_F(Script, VariablesStandForTheirValues) {
  run_one("var @b=bus7 @f=3\nNew Line.a bus1=@b bus2=@b.1.2 length=@f code=@none\n");
  EXPECT_EQ(line("a", DssSlot::bus), "bus7");
  EXPECT_EQ(line("a", DssSlot::bus2), "bus7.1.2");
  EXPECT_EQ(line("a", DssSlot::length), "3");
}

TEST_F(Script, BusPositionsComeByCommasBlanksOrTabsWithAHeadingOrNot) {
  ASSERT_TRUE(
      run({{"master.dss", "BusCoords a.csv\nSetBusXY bus=f x=7 y=8\n"},
           {"a.csv", "Bus, X, Y\na, 1, 2\nb\t3\t4\nc 5 6\n\"d e\",7,8\nbroken, 1\n! no\n"}}));
  std::vector<std::string> buses;
  for (const DssBusPosition& at : script_->bus_positions()) buses.emplace_back(at.bus);
  EXPECT_THAT(buses, ElementsAre("a", "b", "c", "d e", "f"));
  EXPECT_EQ(script_->bus_positions()[1].position, (Position{3, 4}));
  EXPECT_THAT(said_, ElementsAre(AllOf(HasSubstr("@6"), HasSubstr("broken"))));
  ASSERT_TRUE(run({{"master.dss", "LatLongCoords a.csv\n"}, {"a.csv", "a 36.1 -79.8\n"}}));
  EXPECT_EQ(script_->bus_positions().front().position, (Position{-79.8, 36.1}));
  EXPECT_TRUE(script_->positions_are_degrees());
  ASSERT_TRUE(run({{"master.dss", "GISCoords a.csv\n"}, {"a.csv", "a,36.1,-79.8\n"}}));
  EXPECT_EQ(script_->bus_positions().front().position, (Position{-79.8, 36.1}));
}

TEST_F(Script, TextThatIsNotUtf8IsReadAsLatin1) {
  run_one("New Line.caf\xe9 bus1=x\n");
  EXPECT_EQ(line("caf\xc3\xa9", DssSlot::bus), "x");
  EXPECT_THAT(said_, ElementsAre(HasSubstr("text_not_utf8")));
}

TEST(DssPaths, LeadNowhereOutsideTheRoot) {
  EXPECT_EQ(resolve_dss_path("a/b", "..\\c\\.\\d.dss"), "a/c/d.dss");
  EXPECT_EQ(resolve_dss_path("", "x.dss"), "x.dss");
  EXPECT_EQ(resolve_dss_path("a", "../../x.dss"), std::nullopt);
  EXPECT_EQ(resolve_dss_path("a", "../b/../../x.dss"), std::nullopt);
  for (const char* path : {"/etc/passwd", "\\x", "C:x", "c:\\x", "//server/x"}) {
    EXPECT_EQ(resolve_dss_path("a", path), std::nullopt) << path;
  }
}

}  // namespace
}  // namespace gridmend::opendss_script_test
