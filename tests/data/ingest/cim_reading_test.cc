// What a file of CIM may be written like, and what of it is refused.

#include <cpl_vsi.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <cstring>
#include <string>

#include "data/ingest/cim_ids.h"
#include "data/ingest/cim_source.h"
#include "data/ingest/cim_xml.h"
#include "data/ingest/region_import.h"
#include "tests/data/ingest/cim_text.h"

namespace gridmend::cim_reading_test {
namespace {

using ::testing::HasSubstr;

Result<RegionImport> import(const std::string& bytes, const std::string& profile = "cim") {
  const CimFolder folder;
  RegionSpec spec;
  spec.sources.push_back({folder.write("model.xml", bytes), profile});
  return import_region(spec, {.most_severe_percent = 100, .progress = {}});
}

Error refusal(const std::string& bytes) {
  auto region = import(bytes);
  EXPECT_FALSE(region) << "was imported";
  return region ? Error{} : region.error();
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  if (at != std::string::npos) text.replace(at, from.size(), to);
  return text;
}

// UTF-16 of ASCII, with a byte order mark.
std::string utf16(const std::string& text, bool big_endian) {
  std::string wide = big_endian ? "\xfe\xff" : "\xff\xfe";
  for (const char c : text) {
    if (big_endian) wide += '\0';
    wide += c;
    if (!big_endian) wide += '\0';
  }
  return wide;
}

TEST(CimIds, SpellingsOfOneIdAreOneId) {
  CimIds ids;
  const std::uint32_t first = ids.intern(cim_id_in("#_1AF2A953-B244-4D6D-9E95-002C1E1D084D"));
  EXPECT_EQ(ids.intern(cim_id_in("urn:uuid:1af2a953-b244-4d6d-9e95-002c1e1d084d")), first);
  EXPECT_EQ(ids.intern(cim_id_in("_1AF2A953-B244-4D6D-9E95-002C1E1D084D")), first);
  EXPECT_EQ(ids.intern(cim_id_in("http://a.example/m#_1AF2A953-B244-4D6D-9E95-002C1E1D084D")),
            first);
  EXPECT_EQ(ids.text(first), "1AF2A953-B244-4D6D-9E95-002C1E1D084D");
  EXPECT_NE(ids.intern("_line"), ids.intern("line"));
  EXPECT_EQ(ids.text(ids.intern(cim_id_in("#_line"))), "_line");
  const std::uint32_t ones = ids.intern("ffffffff-ffff-ffff-ffff-ffffffffffff");
  EXPECT_EQ(ids.text(ones), "ffffffff-ffff-ffff-ffff-ffffffffffff");
  EXPECT_EQ(ids.size(), 4u);
}

TEST(CimIds, TenThousandStayApart) {
  CimIds ids;
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    char uuid[40];
    std::snprintf(uuid, sizeof uuid, "%08x-0000-4000-8000-0000%08x", i * 2654435761u, i);
    ASSERT_EQ(ids.intern(uuid), i);
    ASSERT_EQ(ids.text(i), uuid);
  }
}

TEST(CimReading, AModelIsKnownByItsContentNotByItsName) {
  const CimFolder folder;
  EXPECT_TRUE(is_cim_source(folder.write("a.xml", small_feeder().text())));
  EXPECT_TRUE(is_cim_source(folder.write("a.RDF", small_feeder().text())));
  EXPECT_TRUE(is_cim_source(folder.path()));
  const CimFolder other;
  EXPECT_FALSE(is_cim_source(other.write("a.xml", "<gml/>")));
  EXPECT_FALSE(is_cim_source(other.write(
      "b.xml",
      replaced(small_feeder().text(), "http://iec.ch/TC57/CIM100#", "http://b.example/"))));
  EXPECT_FALSE(is_cim_source(other.write("c.xml", "")));
  EXPECT_FALSE(is_cim_source(other.path()));
  EXPECT_FALSE(is_cim_source(other.path() / "none.xml"));
}

TEST(CimReading, AnyVersionOfCimAndAnyPrefixIsRead) {
  for (const char* space :
       {"http://iec.ch/TC57/2013/CIM-schema-cim16#", "http://iec.ch/TC57/2016/CIM-schema-cim17#",
        "http://iec.ch/TC57/CIM100-European#", "https://cim.ucaiug.io/ns#",
        "http://ucaiug.org/61970cim18v02_61968cim14v00#"}) {
    const auto region =
        import(replaced(small_feeder().text(), "http://iec.ch/TC57/CIM100#", space), "");
    ASSERT_TRUE(region) << space << ": " << describe(region.error());
    EXPECT_EQ(region->region.network.devices().size(), 5u);
  }
}

TEST(CimReading, Utf16Latin1AndGbkAreRead) {
  const std::string plain =
      replaced(small_feeder().text(), "encoding=\"UTF-8\"", "encoding=\"UTF-16\"");
  for (const bool big_endian : {false, true}) {
    const auto region = import(utf16(plain, big_endian), "");
    ASSERT_TRUE(region) << describe(region.error());
    EXPECT_EQ(region->region.network.devices().size(), 5u);
  }
  const auto named = [](const char* encoding, const char* bytes) {
    return replaced(replaced(small_feeder().text(), "UTF-8", encoding), ">mill<",
                    ">" + std::string{bytes} + "<");
  };
  const auto address = [](const std::string& bytes) {
    const auto region = import(bytes, "");
    EXPECT_TRUE(region) << describe(region.error());
    if (!region) return std::string{};
    const NetworkModel& network = region->region.network;
    return std::string{
        network.text(network.usage_points()[*network.find_usage_point("C1")].address)};
  };
  EXPECT_EQ(address(named("ISO-8859-1", "M\xfchle")), "Mühle");
  EXPECT_EQ(address(named("windows-1252", "M\xfchle \x80")), "Mühle €");
  EXPECT_EQ(address(named("GBK", "\xb1\xe4\xb5\xe7\xd5\xbe")), "变电站");
  EXPECT_EQ(refusal(named("EBCDIC-US", "x")).reason, "XML_ENCODING");
  EXPECT_EQ(refusal(named("GBK", "\xff\xff")).reason, "XML_DAMAGED");
}

TEST(CimReading, AnEntityIsRefusedBeforeItCanGrow) {
  std::string bomb = "<!DOCTYPE rdf [<!ENTITY a \"aaaaaaaaaa\">";
  for (char c = 'b'; c <= 'k'; ++c) {
    bomb += std::string{"<!ENTITY "} + c + " \"";
    for (int i = 0; i < 10; ++i) bomb += std::string{"&"} + static_cast<char>(c - 1) + ";";
    bomb += "\">";
  }
  bomb += "]>\n<rdf:RDF";
  const Error error = refusal(replaced(small_feeder().text(), "<rdf:RDF", bomb));
  EXPECT_EQ(error.reason, "XML_DTD");
  EXPECT_THAT(describe(error), HasSubstr("declared in line 2; "));
  EXPECT_THAT(describe(error), HasSubstr("delete the declaration"));
  EXPECT_EQ(refusal(replaced(small_feeder().text(), "<rdf:RDF",
                             "<!DOCTYPE rdf SYSTEM \"file:///etc/passwd\"><rdf:RDF"))
                .reason,
            "XML_DTD");
  EXPECT_EQ(refusal(replaced(small_feeder().text(), ">mill<", ">&undeclared;<")).reason,
            "XML_DAMAGED");
}

TEST(CimReading, DepthTokensAndTextsHaveLimits) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  EXPECT_EQ(refusal(replaced(small_feeder().text(), "</rdf:RDF>", deep)).reason, "XML_TOO_DEEP");
  // A '>' may stand in an attribute: it does not end the tag.
  const std::string huge(4 << 20, '>');
  EXPECT_EQ(refusal(replaced(small_feeder().text(), "</rdf:RDF>",
                             "<cim:Breaker rdf:ID='" + huge + "'/></rdf:RDF>"))
                .reason,
            "XML_TOKEN_TOO_LONG");
  EXPECT_EQ(refusal(replaced(small_feeder().text(), "</rdf:RDF>", "<!--" + huge + "--></rdf:RDF>"))
                .reason,
            "XML_TOKEN_TOO_LONG");
  EXPECT_EQ(refusal(replaced(small_feeder().text(), ">mill<", ">" + std::string(70'000, 'm') + "<"))
                .reason,
            "CIM_TEXT_TOO_LONG");
  // Ids stand in every defect about their object.
  EXPECT_EQ(refusal(replaced(small_feeder().text(), "</rdf:RDF>",
                             "<cim:Breaker rdf:ID='" + std::string(2000, 'b') + "'/></rdf:RDF>"))
                .reason,
            "CIM_TEXT_TOO_LONG");
  EXPECT_EQ(
      refusal(replaced(small_feeder().text(), "\"#n4\"", "\"#" + std::string(2000, 'n') + "\""))
          .reason,
      "CIM_TEXT_TOO_LONG");
  // What the reader has no use for may be long.
  EXPECT_TRUE(import(replaced(small_feeder().text(), "</rdf:RDF>",
                              "<cim:Breaker rdf:ID='long'><cim:IdentifiedObject.description>" +
                                  std::string(3 << 20, 'd') +
                                  "</cim:IdentifiedObject.description></cim:Breaker></rdf:RDF>")));
}

TEST(CimReading, ALongNameIsCutBetweenCharactersToALabel) {
  std::string name;
  for (int i = 0; i < 300; ++i) name += "电";
  const auto region = import(replaced(small_feeder().text(), ">mill<", ">" + name + "<"));
  ASSERT_TRUE(region) << describe(region.error());
  const NetworkModel& network = region->region.network;
  const UsagePoint& point = network.usage_points()[*network.find_usage_point("C1")];
  EXPECT_EQ(network.text(point.address), name.substr(0, 240));
}

TEST(CimReading, AFileThatIsCutOffAnywhereIsRefusedByName) {
  const std::string whole = small_feeder().text();
  for (std::size_t size = 1; size < whole.size() - 10; size += 97) {
    const Error error = refusal(whole.substr(0, size));
    EXPECT_EQ(error.reason, "XML_DAMAGED") << size;
  }
  EXPECT_EQ(refusal("").reason, "SOURCE_EMPTY");
}

TEST(CimReading, WhatIsNoModelIsRefusedByName) {
  EXPECT_EQ(refusal("<gml/>").reason, "CIM_NOT_RDF");
  EXPECT_EQ(refusal(replaced(small_feeder().text(), "</rdf:RDF>",
                             "<dm:DifferenceModel xmlns:dm='http://iec.ch/TC57/61970-552/"
                             "DifferenceModel/1#' rdf:about='urn:uuid:1'/></rdf:RDF>"))
                .reason,
            "CIM_DIFFERENCE_MODEL");
  RegionSpec spec;
  spec.sources.push_back({"/vsicurl/http://a.example/model.xml", "cim"});
  EXPECT_EQ(import_region(spec, {}).error().reason, "SOURCE_NETWORK");
  spec.sources[0].path = "/nowhere/model.xml";
  EXPECT_EQ(import_region(spec, {}).error().reason, "SOURCE_NOT_FOUND");
  const CimFolder empty;
  spec.sources[0].path = empty.path();
  EXPECT_EQ(import_region(spec, {}).error().reason, "SOURCE_EMPTY");
}

void write_zipped(const std::filesystem::path& zip, const std::string& name, std::string_view begin,
                  std::size_t blanks, std::string_view end) {
  VSILFILE* file = VSIFOpenL(("/vsizip/{" + zip.string() + "}/" + name).c_str(), "wb");
  ASSERT_NE(file, nullptr);
  const std::string blank(1 << 20, ' ');
  VSIFWriteL(begin.data(), 1, begin.size(), file);
  for (std::size_t i = 0; i < blanks; i += blank.size()) {
    VSIFWriteL(blank.data(), 1, blank.size(), file);
  }
  VSIFWriteL(end.data(), 1, end.size(), file);
  VSIFCloseL(file);
}

TEST(CimReading, AModelMayBeZippedWholeOrFileByFile) {
  const std::string text = small_feeder().text();
  const auto end = text.find("<cim:Location ");
  const std::string_view head = std::string_view{text}.substr(0, text.find("<cim:"));
  const std::string network = text.substr(0, end) + "</rdf:RDF>";
  const std::string places = std::string{head} + text.substr(end);
  const CimFolder together, apart;
  write_zipped(together.path() / "model.zip", "a/network.xml", network, 0, "");
  write_zipped(apart.path() / "network.zip", "network.xml", network, 0, "");
  write_zipped(apart.path() / "places.zip", "places.xml", places, 0, "");
  for (const auto& path : {together.path() / "model.zip", apart.path()}) {
    RegionSpec spec;
    spec.sources.push_back({path, ""});
    const auto region = import_region(spec, {.most_severe_percent = 100, .progress = {}});
    ASSERT_TRUE(region) << describe(region.error());
    EXPECT_EQ(region->region.network.devices().size(), 5u);
    EXPECT_EQ(region->usage_points.supplied, 2u);
  }
}

void write_gzipped(const std::filesystem::path& path, std::string_view text, std::size_t blanks) {
  const gzFile file = gzopen(path.c_str(), "wb9");
  ASSERT_NE(file, nullptr);
  const std::string blank(1 << 20, ' ');
  gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
  for (std::size_t i = 0; i < blanks; i += blank.size()) {
    gzwrite(file, blank.data(), static_cast<unsigned>(blank.size()));
  }
  ASSERT_EQ(gzclose(file), Z_OK);
}

TEST(CimReading, AGzippedModelIsReadAndKnownByItsContent) {
  const CimFolder folder;
  write_gzipped(folder.path() / "model.xml.gz", small_feeder().text(), 0);
  for (const auto& path : {folder.path() / "model.xml.gz", folder.path()}) {
    EXPECT_TRUE(is_cim_source(path));
    RegionSpec spec;
    spec.sources.push_back({path, ""});
    const auto region = import_region(spec, {.most_severe_percent = 100, .progress = {}});
    ASSERT_TRUE(region) << describe(region.error());
    EXPECT_EQ(region->region.network.devices().size(), 5u);
  }
  const std::string text = small_feeder().text();
  write_gzipped(folder.path() / "bomb.xml.gz", text.substr(0, text.find("</rdf:RDF>")), 260u << 20);
  RegionSpec spec;
  spec.sources.push_back({folder.path() / "bomb.xml.gz", ""});
  const auto region = import_region(spec, {});
  ASSERT_FALSE(region);
  EXPECT_EQ(region.error().reason, "CIM_TOO_LARGE");
}

TEST(CimReading, AModelIsDescribedByItsClasses) {
  const CimFolder folder;
  const SourceSpec spec{folder.write("model.xml", small_feeder().text()), ""};
  EXPECT_TRUE(is_model(spec));
  const auto source = open_network_source(spec);
  ASSERT_TRUE(source) << describe(source.error());
  const auto described = (*source)->describe();
  ASSERT_TRUE(described) << describe(described.error());
  EXPECT_EQ(described->files, std::vector<std::string>{"model.xml"});
  std::size_t lines = 0, terminals = 0;
  for (const DescribedClass& one : described->classes) {
    if (one.name == "ACLineSegment") lines = one.objects;
    if (one.name == "Terminal") terminals = one.objects;
  }
  EXPECT_GT(lines, 0U);
  EXPECT_GT(terminals, lines);
}

TEST(CimReading, Utf16IsKnownByItsFirstBytesWhateverTheDeclarationSays) {
  const std::string declared_utf8 = small_feeder().text();
  ASSERT_NE(declared_utf8.find("encoding=\"UTF-8\""), std::string::npos);
  for (const bool big_endian : {false, true}) {
    for (const bool marked : {false, true}) {
      const auto region = import(utf16(declared_utf8, big_endian).substr(marked ? 0 : 2), "");
      ASSERT_TRUE(region) << describe(region.error());
      EXPECT_EQ(region->region.network.devices().size(), 5u);
    }
  }
}

TEST(CimReading, ADocumentTypeIsToldAlsoWhereNobodySaidThatItIsCim) {
  const std::string text = replaced(small_feeder().text(), "<rdf:RDF",
                                    "<!DOCTYPE rdf:RDF [<!ENTITY a \"b\">]>\n<rdf:RDF");
  const auto region = import(text, "");
  ASSERT_FALSE(region);
  EXPECT_EQ(region.error().reason, "XML_DTD");
}

TEST(CimReading, AZipThatInflatesWithoutEndIsRefused) {
  const CimFolder folder;
  const std::string text = small_feeder().text();
  const auto end = text.find("</rdf:RDF>");
  write_zipped(folder.path() / "bomb.zip", "bomb.xml", text.substr(0, end), 260u << 20,
               "</rdf:RDF>");
  RegionSpec spec;
  spec.sources.push_back({folder.path() / "bomb.zip", ""});
  const auto region = import_region(spec, {});
  ASSERT_FALSE(region);
  EXPECT_EQ(region.error().reason, "CIM_TOO_LARGE");
  EXPECT_EQ(region.error().place.file, "bomb.zip/bomb.xml");
}

TEST(CimReading, ReferencesInCirclesEnd) {
  CimText cim = small_feeder();
  cim.define("Bay", "bay", {{"Bay.VoltageLevel", "#level"}});
  cim.define("VoltageLevel", "level", {{"VoltageLevel.Substation", "#bay"}});
  cim.about("Breaker", "CB", {{"Equipment.EquipmentContainer", "#bay"}});
  cim.between("ACLineSegment", "SELF", "n2", "n2", {{"Equipment.EquipmentContainer", "#SELF"}});
  cim.define("TransformerTank", "t1", {{"TransformerTank.PowerTransformer", "#t2"}});
  cim.define("TransformerTank", "t2", {{"TransformerTank.PowerTransformer", "#t1"}});
  cim.define("RatioTapChanger", "tap", {{"RatioTapChanger.TransformerEnd", "#tap"}});
  cim.define("Terminal", "TT",
             {{"Terminal.ConductingEquipment", "#TT"}, {"Terminal.ConnectivityNode", "#TT"}});
  const auto region = import(cim.text());
  ASSERT_TRUE(region) << describe(region.error());
  EXPECT_EQ(region->usage_points.supplied, 2u);
}

TEST(CimReading, AnObjectMayBeADescriptionWithAType) {
  CimText cim = small_feeder();
  cim.nodes({"z"});
  cim.raw(
      "<rdf:Description rdf:ID='D'><rdf:type "
      "rdf:resource='http://iec.ch/TC57/CIM100#Disconnector'/>"
      "</rdf:Description>");
  for (const char* end : {"1", "2"}) {
    cim.define("Terminal", std::string{"D."} + end,
               {{"Terminal.ConductingEquipment", "#D"},
                {"Terminal.ConnectivityNode", *end == '1' ? "#n2" : "#z"}});
  }
  const auto region = import(cim.text());
  ASSERT_TRUE(region) << describe(region.error());
  const NetworkModel& network = region->region.network;
  ASSERT_TRUE(network.find_device("D"));
  EXPECT_EQ(network.devices()[*network.find_device("D")].kind, DeviceKind::disconnector);
}

}  // namespace
}  // namespace gridmend::cim_reading_test
