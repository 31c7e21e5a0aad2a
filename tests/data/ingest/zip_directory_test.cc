#include "data/ingest/zip_directory.h"

#include <cpl_string.h>
#include <cpl_vsi.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <ctime>
#include <map>

#include "core/base/random.h"
#include "data/ingest/cim_source.h"
#include "data/ingest/gdal_session.h"
#include "data/ingest/opendss_source.h"
#include "tests/data/ingest/hostile_source.h"

namespace gridmend::zip_directory_test {
namespace {

using Sizes = std::map<std::string, std::uint64_t>;

// What GDAL shows of the files in an archive.
Sizes shown_by_gdal(const fs::path& zip) {
  prepare_gdal();
  const GdalErrors quiet;
  const std::string root = "/vsizip/{" + zip.string() + "}";
  const CPLStringList names{VSIReadDirRecursive(root.c_str())};
  Sizes sizes;
  for (int i = 0; i < names.size(); ++i) {
    VSIStatBufL status;
    EXPECT_EQ(VSIStatL((root + "/" + names[i]).c_str(), &status), 0) << names[i];
    if (!VSI_ISDIR(status.st_mode)) sizes[names[i]] = static_cast<std::uint64_t>(status.st_size);
  }
  return sizes;
}

Sizes listed(const fs::path& zip) {
  const auto files = read_zip_directory(zip);
  EXPECT_TRUE(files) << describe(files.error());
  Sizes sizes;
  if (!files) return sizes;
  for (const ZippedFile& one : *files) {
    if (!one.folder) sizes[one.name] = one.bytes;
  }
  return sizes;
}

void write_through_gdal(const fs::path& zip, const std::vector<std::string>& names) {
  prepare_gdal();
  const GdalErrors quiet;
  const std::string root = "/vsizip/{" + zip.string() + "}";
  VSILFILE* keep_open = VSIFOpenL(root.c_str(), "wb");
  ASSERT_NE(keep_open, nullptr);
  for (const std::string& name : names) {
    VSILFILE* one = VSIFOpenL((root + "/" + name).c_str(), "wb");
    ASSERT_NE(one, nullptr) << name;
    VSIFWriteL(name.data(), 1, name.size(), one);
    VSIFCloseL(one);
  }
  VSIFCloseL(keep_open);
}

void write_bytes(const fs::path& path, const std::string& bytes) {
  std::ofstream{path, std::ios::binary} << bytes;
}

std::string little(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}

// The end of an archive of ZIP64, which claims so many entries.
std::string zip64_end(std::uint64_t entries, std::uint64_t directory_bytes) {
  const std::string end = "PK\x06\x06" + little(44, 8) + little(45, 2) + little(45, 2) +
                          little(0, 4) + little(0, 4) + little(entries, 8) + little(entries, 8) +
                          little(directory_bytes, 8) + little(0, 8);
  const std::string locator =
      "PK\x06\x07" + little(0, 4) + little(directory_bytes, 8) + little(1, 4);
  return end + locator + "PK\x05\x06" + little(0, 4) + little(0xffff, 2) + little(0xffff, 2) +
         little(0xffffffff, 4) + little(0xffffffff, 4) + little(0, 2);
}

TEST_F(HostileSource, AnArchiveIsListedAsGdalShowsIt) {
  write_zip(file("plain.zip"), {{"a.csv", "1,2\n"},
                                {"b/c/d.geojson", "{}"},
                                {"./dot.txt", "x"},
                                {"back\\x.txt", "yy"},
                                {"\xb1\xe4\xb5\xe7\xd5\xbe.shp", "GBK"},
                                {"e/", ""}});
  write_through_gdal(file("gdal.zip"), {"d/M\xc3\xbchle.geojson", "\xe5\x8f\x98.gpkg", "z.txt"});
  const std::string bytes = bytes_of(file("plain.zip"));
  write_bytes(file("before.zip"), "#!/bin/sh\n" + bytes);
  std::string commented = bytes;
  commented.replace(commented.size() - 2, 2, little(30, 2));
  write_bytes(file("comment.zip"), commented + "thirty letters are a comment..");
  for (const char* name : {"plain.zip", "gdal.zip", "before.zip", "comment.zip"}) {
    const Sizes expected = shown_by_gdal(file(name));
    EXPECT_GE(expected.size(), 3U) << name;
    EXPECT_EQ(listed(file(name)), expected) << name;
  }
}

TEST_F(HostileSource, WhatIsNoArchiveIsSaidToBeNone) {
  write_zip(file("whole.zip"), {{"a.csv", "1,2\n"}, {"b.csv", "3\n"}});
  const std::string whole = bytes_of(file("whole.zip"));
  Random random{11};
  for (int round = 0; round < 2'000; ++round) {
    std::string bytes = whole.substr(0, random.below(whole.size() + 1));
    for (auto i = random.below(4); i > 0 && !bytes.empty(); --i) {
      bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
    }
    if (random.chance(.3)) bytes += whole.substr(whole.size() - 22);
    write_bytes(file("bent.zip"), bytes);
    const auto files = read_zip_directory(file("bent.zip"));
    if (files) continue;
    EXPECT_FALSE(files.error().reason.empty()) << "seed 11, round " << round;
  }
  for (const std::string& bytes : {std::string{}, std::string{"PK"}, std::string(100'000, 'x')}) {
    write_bytes(file("none.zip"), bytes);
    EXPECT_EQ(read_zip_directory(file("none.zip")).error().reason, "SOURCE_EMPTY");
  }
}

// An entry of the directory of an archive of ZIP64, which claims so many bytes.
std::string zip64_entry(const std::string& name, std::uint64_t bytes) {
  return "PK\x01\x02" + little(45, 2) + little(45, 2) + little(0, 2) + little(8, 2) + little(0, 8) +
         little(0xffffffff, 4) + little(0xffffffff, 4) + little(name.size(), 2) + little(20, 2) +
         little(0, 2) + little(0, 2) + little(0, 2) + little(0, 4) + little(0, 4) + name +
         little(1, 2) + little(16, 2) + little(bytes, 8) + little(10, 8);
}

TEST_F(HostileSource, AnArchiveUnderAPasswordIsRefusedAndNotTakenForWhatItsBytesLookLike) {
  write_zip(file("locked.zip"), {{"lines.csv", "mrid,WKT\nL1,POINT (8 49)\n"}});
  ASSERT_TRUE(VectorSource::open(file("locked.zip")));
  std::string bytes = bytes_of(file("locked.zip"));
  const auto entry = bytes.find(std::string("PK\x01\x02", 4));
  ASSERT_NE(entry, std::string::npos);
  bytes[entry + 8] = static_cast<char>(bytes[entry + 8] | 1);
  town.write_file("locked.zip", bytes);
  const auto source = VectorSource::open(file("locked.zip"));
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().reason, "SOURCE_ZIP_LOCKED");
  EXPECT_THAT(source.error().message, testing::HasSubstr("'lines.csv' under a password"));
}

TEST_F(HostileSource, SizesThatAddUpToNothingAreStillTheSizesOfABomb) {
  const std::uint64_t half = std::uint64_t{1} << 63U;
  const std::string entries = zip64_entry("a.csv", half) + zip64_entry("b.csv", half);
  write_bytes(file("wraps.zip"), entries + zip64_end(2, entries.size()));
  EXPECT_EQ(listed(file("wraps.zip")), (Sizes{{"a.csv", half}, {"b.csv", half}}));
  EXPECT_EQ(VectorSource::open(file("wraps.zip")).error().reason, "SOURCE_ZIP_BOMB");
}

TEST_F(HostileSource, ANameEndsWhereItsFirstNulStands) {
  const std::string entry = zip64_entry(std::string{"a.csv\0.txt", 10}, 7);
  write_bytes(file("nul.zip"), entry + zip64_end(1, entry.size()));
  EXPECT_EQ(listed(file("nul.zip")), (Sizes{{"a.csv", 7}}));
}

TEST_F(HostileSource, ArchivesOfTooManyFilesAreRefusedByEveryReaderAtOnce) {
  // None of the members is there: who opens one breaks down in another way.
  write_bytes(file("claims.zip"), zip64_end(kMostZipEntries + 1, 0));
  write_bytes(file("huge.zip"),
              std::string(70 << 20, '\0') + zip64_end(10, std::uint64_t{70} << 20));
  write_zip(file("modest.zip"), {{"a.xml", "<x/>", 0, static_cast<int>(kMostZipEntries) + 1}});
  for (const char* name : {"claims.zip", "huge.zip", "modest.zip"}) {
    const std::clock_t begin = std::clock();
    EXPECT_EQ(VectorSource::open(file(name)).error().reason, "SOURCE_ZIP_BOMB") << name;
    EXPECT_EQ(open_cim_source({file(name), "cim"}).error().reason, "SOURCE_ZIP_BOMB") << name;
    EXPECT_EQ(open_opendss_source({file(name), "opendss"}).error().reason, "SOURCE_ZIP_BOMB")
        << name;
    EXPECT_LT(std::clock() - begin, 5 * CLOCKS_PER_SEC) << name;
  }
}

TEST_F(HostileSource, TimeGrowsWithTheFilesOfAnArchiveAndNotWithTheirSquare) {
  std::vector<ZipEntry> entries = {
      {"lines.geojson", R"({"type":"FeatureCollection","features":[]})"}};
  for (int i = 0; i < 60'000; ++i) {
    entries.push_back({"folder/of/things/photo-" + std::to_string(i) + ".txt", ""});
  }
  write_zip(file("many.zip"), entries);
  const std::clock_t begin = std::clock();
  const auto source = VectorSource::open(file("many.zip"));
  ASSERT_TRUE(source) << describe(source.error());
  EXPECT_EQ(source->layers().size(), 1U);
  EXPECT_LT(std::clock() - begin, 4 * CLOCKS_PER_SEC);
}

TEST_F(HostileSource, MoreLayersThanCanBeOpenAreRefusedBeforeTheyAreOpened) {
  std::vector<ZipEntry> entries;
  for (int i = 0; i < 3'000; ++i) {
    entries.push_back({"tile-" + std::to_string(i) + ".geojson", "{}"});
  }
  write_zip(file("tiles.zip"), entries);
  const auto source = VectorSource::open(file("tiles.zip"));
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().reason, "SOURCE_TOO_MANY_FILES");
  EXPECT_THAT(source.error().message, testing::HasSubstr("3000"));
}

TEST_F(HostileSource, WhatAnOperatingSystemLeavesInArchivesIsPassedOver) {
  town.write();
  write_zip(file("mac.zip"), {{"lines.geojson", bytes_of(file("lines.geojson"))},
                              {"._lines.geojson", "resource"},
                              {"__MACOSX/._lines.geojson", "resource"}});
  const auto source = VectorSource::open(file("mac.zip"));
  ASSERT_TRUE(source) << describe(source.error());
  EXPECT_EQ(source->layers().size(), 1U);
}

}  // namespace
}  // namespace gridmend::zip_directory_test
