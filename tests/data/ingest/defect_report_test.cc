#include "data/ingest/defect_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "data/ingest/defect_catalogue.h"
#include "data/ingest/defect_map.h"
#include "data/ingest/vector_source.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::defect_report_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Region region_with(std::vector<Defect> defects) {
  NetworkModel network = drawing::draw("S==B1--n1--T1(3)\n       |\n       n2--T2(5)");
  const Hash128 id = content_id(network.records(), {});
  return {
      std::move(network), RoadGraph{}, std::move(defects), {"lane", {"a.gpkg"}, "native", ""}, id};
}

Defect defect(DefectClass defect_class, DefectSeverity severity, std::string feature,
              std::string message, std::uint32_t customers = 0) {
  Defect result{defect_class, severity, {}, std::move(message), "kept", Position{120, 30}};
  result.place = {"a.gpkg", "lines", std::move(feature), {}};
  result.subject.customers = customers;
  return result;
}

DefectTally tally_of(const Region& region) {
  DefectTally tally;
  for (const Defect& d : region.defects) tally.count(d.defect_class, d.severity);
  return tally;
}

std::string page(const Region& region) {
  std::ostringstream out;
  write_defects_html(out, region, tally_of(region));
  return out.str();
}

std::string csv(const Region& region) {
  std::ostringstream out;
  write_defects_csv(out, region);
  return out.str();
}

std::size_t count(const std::string& text, std::string_view what) {
  std::size_t n = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
  return n;
}

TEST(DefectReport, OtherEndingsAreRefused) {
  EXPECT_EQ(defect_format("a/b.html").value(), DefectFormat::html);
  EXPECT_EQ(defect_format("a.csv").value(), DefectFormat::csv);
  for (const char* path : {"a.xls", "a", "a.csv.gz", ".html"}) {
    const auto format = defect_format(path);
    ASSERT_FALSE(format) << path;
    EXPECT_EQ(format.error().reason, "DEFECT_FORMAT_UNKNOWN");
  }
}

TEST(DefectReport, NoTextOfASourceBecomesMarkup) {
  const std::string hostile = "</td><script>alert('x')</script>\"' onload=\"&<!--";
  Defect bad = defect(DefectClass::duplicate_id, DefectSeverity::severe, hostile, hostile);
  bad.place.layer = bad.place.file = bad.place.column = bad.action = hostile;
  Region region = region_with({bad});
  region.provenance = {hostile, {hostile}, hostile, hostile};
  const std::string html = page(region);
  EXPECT_THAT(html, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(html, Not(HasSubstr("<!--")));
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert(&#39;x&#39;)"));
  EXPECT_EQ(count(html, "<script>"), 1u) << "its own";
  EXPECT_EQ(html_text("a<b>\"c'&\x01"), "a&lt;b&gt;&quot;c&#39;&amp; ");
}

TEST(DefectReport, ThePageNeedsNothingElse) {
  const std::string html =
      page(region_with({defect(DefectClass::duplicate_id, DefectSeverity::note, "x", "y")}));
  for (const char* what : {"http:", "https:", " src=", "url(", "@import", "<link"}) {
    EXPECT_THAT(html, Not(HasSubstr(what)));
  }
  EXPECT_THAT(html, HasSubstr("<svg"));
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
}

TEST(DefectReport, OfAClassTheFirstAreListedAndTheRestPointedTo) {
  std::vector<Defect> many;
  for (std::size_t i = 0; i < kListedOfAClass + 7; ++i) {
    many.push_back(defect(DefectClass::duplicate_id, DefectSeverity::warning, "f", "m"));
  }
  const std::string html = page(region_with(many));
  EXPECT_EQ(count(html, "<tr data-severity"), kListedOfAClass);
  EXPECT_THAT(html, HasSubstr("7 more are not listed here"));
}

TEST(DefectReport, WithoutDefectsItSaysSo) {
  EXPECT_THAT(page(region_with({})), HasSubstr("No defects"));
}

TEST(DefectReport, EveryClassIsExplainedInBothLanguages) {
  for (std::size_t i = 0; i < kDefectClasses; ++i) {
    const auto defect_class = static_cast<DefectClass>(i);
    const DefectExplanation& text = explain(defect_class);
    for (const auto part : {text.title, text.title_zh, text.meaning, text.remedy}) {
      EXPECT_FALSE(part.empty()) << to_string(defect_class);
    }
    EXPECT_EQ(parse_defect_class(to_string(defect_class)), defect_class);
  }
}

// A source beyond hope: ten classes at what an import keeps of each.
Region hopeless_region() {
  std::vector<Defect> defects;
  for (int i = 0; i < 200'000; ++i) {
    defects.push_back(defect(static_cast<DefectClass>(i % 10), static_cast<DefectSeverity>(i % 3),
                             "feature " + std::to_string(i), "is not as it should be, in words",
                             1));
    defects.back().position = Position{120 + i * 1e-6, 30};
  }
  return region_with(std::move(defects));
}

TEST(DefectReport, ThePageOfTwoHundredThousandDefectsStaysOneThatABrowserOpens) {
  const std::string html = page(hopeless_region());
  EXPECT_EQ(count(html, "<tr data-severity"), 10 * kListedOfAClass);
  EXPECT_EQ(count(html, "19,800 more are not listed here"), 10u);
  EXPECT_LT(html.size(), 2'000'000u);
}

TEST(DefectReport, TheTableOfTwoHundredThousandDefectsHasThemAll) {
  const std::string text = csv(hopeless_region());
  EXPECT_EQ(count(text, "\r\n"), 200'001u);
  EXPECT_THAT(text, HasSubstr("\"feature 199999\""));
}

TEST(DefectReport, ASpreadsheetSeesNoFormula) {
  const std::string text = csv(region_with(
      {defect(DefectClass::duplicate_id, DefectSeverity::note, "=HYPERLINK(\"x\")", "+1"),
       defect(DefectClass::duplicate_id, DefectSeverity::note, "@SUM", "-2\nsecond \"line\"")}));
  EXPECT_THAT(text, StartsWith("\xef\xbb\xbf"
                               "class,severity,"));
  EXPECT_THAT(text, HasSubstr(R"csv("'=HYPERLINK(""x"")")csv"));
  EXPECT_THAT(text, HasSubstr(R"("'+1")"));
  EXPECT_THAT(text, HasSubstr(R"("'@SUM")"));
  EXPECT_THAT(text, HasSubstr("\"'-2\nsecond \"\"line\"\"\""));
  EXPECT_EQ(count(text, "\r\n"), 3u);
}

TEST(DefectReport, WhatTouchesMostCustomersComesFirst) {
  const std::vector<Defect> defects = {
      defect(DefectClass::duplicate_id, DefectSeverity::note, "note", "", 100),
      defect(DefectClass::duplicate_id, DefectSeverity::warning, "few", "", 9),
      defect(DefectClass::duplicate_id, DefectSeverity::severe, "none", "", 0),
      defect(DefectClass::duplicate_id, DefectSeverity::warning, "many", "", 40)};
  EXPECT_THAT(by_urgency(defects), ::testing::ElementsAre(3, 0, 1, 2));
}

TEST(DefectReport, AGeoPackageHasThePointsAndTheLines) {
  const NetworkModel drawn = drawing::draw("S==B1--n1--T1(3)\n       |\n       n2--T2(5)");
  Defect on_line = defect(DefectClass::dangling_line_end, DefectSeverity::note, "n1-n2", "m");
  on_line.subject.device = drawing::device(drawn, "n1-n2");
  Region region = region_with(
      {on_line, defect(DefectClass::duplicate_id, DefectSeverity::severe, "x", "y", 12)});
  const auto path = std::filesystem::path{::testing::TempDir()} / "defect_report_test.gpkg";
  const auto written = write_defects(region, tally_of(region), path);
  ASSERT_TRUE(written) << describe(written.error());
  const auto source = VectorSource::open(path);
  ASSERT_TRUE(source) << describe(source.error());
  ASSERT_TRUE(source->find_layer("defects"));
  std::vector<std::string> rows;
  const std::vector<ColumnRequest> columns = {{"class"}, {"customers"}, {"rank"}};
  ASSERT_TRUE(source->read(*source->find_layer("defects"), columns,
                           [&](const VectorFeature& feature) -> Result<void> {
                             rows.emplace_back(std::string{feature.text(0)});
                             return {};
                           }));
  EXPECT_THAT(rows, ::testing::ElementsAre("dangling_line_end", "duplicate_id"));
  EXPECT_TRUE(source->find_layer("defect_lines"));
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace gridmend::defect_report_test
