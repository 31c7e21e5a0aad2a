#include "data/ingest/opendss_lexer.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "data/ingest/opendss_classes.h"
#include "data/ingest/opendss_commands.h"

namespace gridmend::opendss_lexer_test {
namespace {

using testing::ElementsAre;

std::vector<std::string> cut(std::string_view line) {
  std::vector<std::string> found;
  DssLexer lexer{line};
  for (DssParameter p; lexer.next(p);) {
    std::string text;
    if (!p.name.empty()) text += std::string{p.name} + "=";
    found.push_back(text + std::string{p.value});
  }
  return found;
}

TEST(DssLexer, PartsNamesAndValuesByBlanksCommasAndEqualSigns) {
  EXPECT_THAT(cut("New Line.a Bus1=x.1  kW= 140.0,kV =4.8\tphases = 3"),
              ElementsAre("New", "Line.a", "Bus1=x.1", "kW=140.0", "kV=4.8", "phases=3"));
  EXPECT_THAT(cut(""), ElementsAre());
  EXPECT_THAT(cut("a=, b"), ElementsAre("a=", "b"));
}

TEST(DssLexer, AValueMayStandInAnyQuotes) {
  EXPECT_THAT(cut("a=[1 2] b=(3, 4) c={5|6} d=\"x y\" 'New York'"),
              ElementsAre("a=1 2", "b=3, 4", "c=5|6", "d=x y", "New York"));
  EXPECT_THAT(cut("a=[1 2"), ElementsAre("a=1 2"));
  EXPECT_THAT(cut("a=[\"x y\" (1 2)]"), ElementsAre("a=\"x y\" (1 2)"));
}

TEST(DssLexer, BracketsInsideANameArePartOfIt) {
  EXPECT_THAT(cut("Line.l(r:a-b) bus1=\"c\""), ElementsAre("Line.l(r:a-b)", "bus1=c"));
}

TEST(DssLexer, ARemarkEndsTheLineButNotInsideQuotes) {
  EXPECT_THAT(cut("solve ! now"), ElementsAre("solve"));
  EXPECT_THAT(cut("solve// now"), ElementsAre("solve"));
  EXPECT_THAT(cut("! all of it"), ElementsAre());
  EXPECT_THAT(cut("code=2/0 x=\"a//b!\" // end"), ElementsAre("code=2/0", "x=a//b!"));
}

TEST(DssNumber, IsPlainOrReversePolish) {
  struct Case {
    const char* text;
    std::optional<double> value;
  };
  for (const Case& c : {Case{"12.47", 12.47}, Case{" -1e-3 ", -1e-3}, Case{".5", .5},
                        Case{"+7", 7.0}, Case{"8 1000 /", .008}, Case{"0.00625 -1 * 1 +", .99375},
                        Case{"4.16 3 sqrt /", 2.4017771198}, Case{"2 3 ^", 8.0},
                        Case{"1 2 swap -", 1.0}, Case{"(8 1000 /)", .008}, Case{"3 sqr", 9.0},
                        Case{"", {}}, Case{"abc", {}}, Case{"1 0 /", {}}, Case{"+", {}},
                        Case{"1 +", {}}, Case{"nan", {}}, Case{"inf", {}}, Case{"1.2.3", {}}}) {
    const auto value = parse_dss_number(c.text);
    ASSERT_EQ(value.has_value(), c.value.has_value()) << c.text;
    EXPECT_NEAR(value.value_or(0), c.value.value_or(0), 1e-9) << c.text;
  }
}

TEST(DssNumber, QuotesWithinQuotesWithoutEndAreNone) {
  EXPECT_FALSE(parse_dss_number(std::string(1'000'000, '(')));
  EXPECT_FALSE(parse_dss_number(std::string(1'000'000, '1') + " 2"));
}

TEST(DssFlag, IsYesForWordsThatBeginSoAndNumbersOtherThanZero) {
  for (const char* text : {"y", "Yes", "T", "true", "1"}) EXPECT_TRUE(parse_dss_flag(text)) << text;
  for (const char* text : {"n", "No", "false", "0", "", "x"}) {
    EXPECT_FALSE(parse_dss_flag(text)) << text;
  }
}

TEST(DssProperties, AreFoundByTheFirstNameThatBeginsSo) {
  const auto name = [](DssClass dss_class, std::string_view text) {
    const auto found = find_dss_property(dss_class, text);
    return found ? properties_of(dss_class)[*found].name : std::string_view{"none"};
  };
  EXPECT_EQ(name(DssClass::line, "len"), "length");
  EXPECT_EQ(name(DssClass::line, "SW"), "Switch");
  EXPECT_EQ(name(DssClass::line, "c"), "C1");
  EXPECT_EQ(name(DssClass::line, "b"), "bus1");
  EXPECT_EQ(name(DssClass::transformer, "bus"), "bus");
  EXPECT_EQ(name(DssClass::transformer, "buse"), "buses");
  EXPECT_EQ(name(DssClass::transformer, "w"), "windings");
  EXPECT_EQ(name(DssClass::load, "nonsense"), "none");
  EXPECT_EQ(name(DssClass::load, ""), "none");
}

TEST(DssCommands, MayBeAbbreviated) {
  EXPECT_EQ(parse_dss_command("calcv"), DssCommand::ignored);
  EXPECT_EQ(parse_dss_command("REDIR"), DssCommand::redirect);
  EXPECT_EQ(parse_dss_command("buscoord"), DssCommand::bus_coordinates);
  EXPECT_EQ(parse_dss_command("m"), DssCommand::more);
  EXPECT_EQ(parse_dss_command("var"), DssCommand::variable);
  EXPECT_EQ(parse_dss_command("frobnicate"), std::nullopt);
  EXPECT_EQ(parse_dss_command(""), std::nullopt);
}

}  // namespace
}  // namespace gridmend::opendss_lexer_test
