#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/network/supply_forest.h"
#include "data/region/region.h"
#include "data/region/section_file.h"
#include "routing/road/road_index.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::region_file_test {
namespace {

namespace fs = std::filesystem;

class RegionFile : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string folder = (fs::temp_directory_path() / "gridmend_region_XXXXXX").string();
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    folder_ = folder;
    path_ = folder_ / "a.gmr";
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string read() const {
    std::ifstream file{path_, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
  }
  void write(const std::string& bytes) const {
    std::ofstream{path_, std::ios::binary | std::ios::trunc} << bytes;
  }

  fs::path folder_, path_;
};

// One feeder with a lateral behind a fuse, and a square of streets.
Region small_region() {
  NetworkModel network = drawing::draw(R"(
S==B1--n1--F1--T1(3)
       |
       n2--F2[A]--T2[A](2,hospital)
)");
  TextPoolBuilder names;
  const TextId street = names.add("Main Street");
  RoadRecords roads;
  roads.vertices = Table<RoadVertex>{std::vector<RoadVertex>{{{120, 30}}, {{120.001, 30}}}};
  RoadEdge there;
  there.from = Id<RoadVertex>{0};
  there.to = Id<RoadVertex>{1};
  there.shape_end = 2;
  there.name = street;
  there.length_m = 96;
  there.speed_kmh = 30;
  RoadEdge back = there;
  std::swap(back.from, back.to);
  back.against_shape = 1;
  roads.edges = Table<RoadEdge>{std::vector<RoadEdge>{there, back}};
  roads.shapes = Table<RoadShapePoint, Position>{std::vector<Position>{{120, 30}, {120.001, 30}}};
  roads.texts = std::move(names).finish();
  roads.origin = RoadOrigin::synthetic;
  auto graph = RoadGraph::from_records(roads);
  EXPECT_TRUE(graph) << describe(graph.error());
  Defect defect;
  defect.defect_class = DefectClass::duplicate_id;
  defect.severity = DefectSeverity::severe;
  defect.place = {"a.gpkg", "lines", "7", "mrid"};
  defect.message = "twice";
  defect.action = "kept the first";
  defect.position = Position{120, 30};
  Defect note;
  note.severity = DefectSeverity::note;
  note.message = "nothing";
  Region region{std::move(network),
                std::move(*graph),
                {defect, note},
                {"town", {"a.gpkg"}, "native", "CC0"},
                {}};
  region.id = content_id(region.network.records(), region.roads.records());
  return region;
}

template <class Record, class Value>
bool same_bytes(const Table<Record, Value>& a, const Table<Record, Value>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.values().data(), b.values().data(),
                                                           a.values().size_bytes()) == 0);
}

TEST_F(RegionFile, WhatIsWrittenIsReadBackWhole) {
  const Region region = small_region();
  ASSERT_TRUE(write_region(region, path_));
  const auto opened = open_region(path_);
  ASSERT_TRUE(opened) << describe(opened.error());

  const NetworkRecords& a = region.network.records();
  const NetworkRecords& b = opened->network.records();
  EXPECT_TRUE(same_bytes(a.substations, b.substations));
  EXPECT_TRUE(same_bytes(a.feeders, b.feeders));
  EXPECT_TRUE(same_bytes(a.nodes, b.nodes));
  EXPECT_TRUE(same_bytes(a.devices, b.devices));
  EXPECT_TRUE(same_bytes(a.usage_points, b.usage_points));
  EXPECT_TRUE(same_bytes(a.vertices, b.vertices));
  EXPECT_TRUE(same_bytes(a.texts.letters(), b.texts.letters()));
  EXPECT_EQ(opened->network.find_device("F2"), region.network.find_device("F2"));
  EXPECT_EQ(opened->roads.name(Id<RoadEdge>{0}), "Main Street");
  EXPECT_EQ(opened->roads.origin(), RoadOrigin::synthetic);
  EXPECT_EQ(opened->provenance.name, "town");
  EXPECT_THAT(opened->provenance.sources, ::testing::ElementsAre("a.gpkg"));
  EXPECT_EQ(opened->provenance.licence, "CC0");
  ASSERT_EQ(opened->defects.size(), 2u);
  EXPECT_EQ(opened->defects[0].message, "twice");
  EXPECT_EQ(opened->defects[0].severity, DefectSeverity::severe);
  EXPECT_EQ(opened->defects[0].place.feature_id, "7");
  EXPECT_EQ(opened->defects[0].position, (Position{120, 30}));
  EXPECT_FALSE(opened->defects[1].position);
  EXPECT_EQ(opened->id, region.id);
}

TEST_F(RegionFile, WhomDefectsTouchAndSuspectedLinksAreKept) {
  Region region = small_region();
  const Id<UsagePoint> point = drawing::usage_point(region.network, "T1.1");
  const Id<Device> t1 = drawing::device(region.network, "T1");
  const Id<Device> t2 = drawing::device(region.network, "T2");
  region.defects[0].subject = {t1, {}, Id<Feeder>{0}, 3};
  auto links = SuspectedLinks::from_rows({{point, t1, t2, 0.75F}}, region.network);
  ASSERT_TRUE(links) << describe(links.error());
  region.suspected_links = std::move(*links);
  ASSERT_TRUE(write_region(region, path_));
  const auto opened = open_region(path_);
  ASSERT_TRUE(opened) << describe(opened.error());
  EXPECT_EQ(opened->defects[0].subject, region.defects[0].subject);
  EXPECT_EQ(opened->defects[1].subject, DefectSubject{});
  ASSERT_EQ(opened->suspected_links.rows().size(), 1u);
  EXPECT_EQ(opened->suspected_links.rows()[0], region.suspected_links.rows()[0]);
  EXPECT_EQ(opened->id, region.id) << "they are not part of the content";
}

TEST_F(RegionFile, TheOrderOfTheRoadIndexIsKept) {
  Region region = small_region();
  region.road_order = RoadIndex::find_order(region.roads);
  ASSERT_FALSE(region.road_order.empty());
  ASSERT_TRUE(write_region(region, path_));
  const auto opened = open_region(path_);
  ASSERT_TRUE(opened) << describe(opened.error());
  EXPECT_EQ(opened->road_order, region.road_order);
  EXPECT_TRUE(opened->notes.empty());
  EXPECT_EQ(opened->id, region.id) << "it is not part of the content";
  EXPECT_TRUE(RoadIndex::from_order(opened->roads, {}, opened->road_order));
}

TEST_F(RegionFile, AnOrderThatDoesNotFitTheRoadsIsLeftAsideWithANote) {
  Region region = small_region();
  const ContractionOrder good = RoadIndex::find_order(region.roads);
  ContractionOrder twice = good;
  twice.back() = twice.front();
  ContractionOrder shorter{good.begin(), good.end() - 1};
  ContractionOrder beyond = good;
  beyond.back() = Id<GraphVertex>{good.size()};
  for (const ContractionOrder& order : {twice, shorter, beyond}) {
    region.road_order = order;
    ASSERT_TRUE(write_region(region, path_));
    const auto opened = open_region(path_);
    ASSERT_TRUE(opened) << describe(opened.error());
    EXPECT_TRUE(opened->road_order.empty());
    ASSERT_EQ(opened->notes.size(), 1u);
    EXPECT_THAT(opened->notes[0], ::testing::HasSubstr("road index"));
  }
}

TEST_F(RegionFile, ADefectAboutARecordThatIsNotThereIsRefused) {
  Region region = small_region();
  region.defects[0].subject.device = Id<Device>{9999};
  ASSERT_TRUE(write_region(region, path_));
  const auto opened = open_region(path_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().reason, "REGION_DAMAGED");
}

TEST_F(RegionFile, EqualRegionsAreEqualFiles) {
  ASSERT_TRUE(write_region(small_region(), path_));
  const std::string first = read();
  ASSERT_TRUE(write_region(small_region(), path_));
  EXPECT_EQ(first, read());
}

TEST_F(RegionFile, TheIdIsOfNetworkAndRoadsAlone) {
  const Region region = small_region();
  const NetworkRecords& network = region.network.records();
  EXPECT_EQ(content_id(network, region.roads.records()), region.id);
  NetworkRecords moved = network;
  std::vector<Device> devices{network.devices.begin(), network.devices.end()};
  devices[0].normally_open ^= 1;
  moved.devices = Table<Device>{std::move(devices)};
  EXPECT_NE(content_id(moved, region.roads.records()), region.id);
  RoadRecords no_roads;
  EXPECT_NE(content_id(network, no_roads), region.id);
}

TEST_F(RegionFile, ARegionWithoutRoadsOrDefectsIsARegion) {
  Region region = small_region();
  region.roads = *RoadGraph::from_records(RoadRecords{});
  region.defects.clear();
  ASSERT_TRUE(write_region(region, path_));
  const auto opened = open_region(path_);
  ASSERT_TRUE(opened) << describe(opened.error());
  EXPECT_TRUE(opened->roads.empty());
  EXPECT_TRUE(opened->defects.empty());
}

TEST_F(RegionFile, AnOpenRegionOutlivesItsReplacement) {
  ASSERT_TRUE(write_region(small_region(), path_));
  const auto opened = open_region(path_);
  ASSERT_TRUE(opened);
  ASSERT_TRUE(write_region(small_region(), path_));
  fs::remove(path_);
  EXPECT_EQ(opened->network.usage_points().size(), 6u);
  EXPECT_TRUE(opened->network.find_device("T1"));
}

TEST_F(RegionFile, NothingIsLeftBehindWhenWritingFails) {
  const auto written = write_region(small_region(), folder_ / "nowhere" / "a.gmr");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::not_found);
  fs::create_directory(path_);
  EXPECT_FALSE(write_region(small_region(), path_));
  EXPECT_EQ(std::distance(fs::directory_iterator{folder_}, {}), 1);
}

TEST_F(RegionFile, WhatIsNotARegionIsRefusedByName) {
  const auto reason = [&](const std::string& bytes) {
    write(bytes);
    const auto opened = open_region(path_);
    EXPECT_FALSE(opened);
    return opened ? std::string{} : opened.error().reason;
  };
  EXPECT_EQ(open_region(folder_ / "none.gmr").error().reason, "REGION_NOT_FOUND");
  EXPECT_EQ(open_region(folder_).error().reason, "NOT_A_REGION");
  EXPECT_EQ(reason(""), "NOT_A_REGION");
  EXPECT_EQ(reason("GRID"), "NOT_A_REGION");
  EXPECT_EQ(reason("PK\x03\x04 something else altogether, and long enough for a header, surely"),
            "NOT_A_REGION");
  EXPECT_EQ(reason("GRIDMEND"), "REGION_TRUNCATED");

  ASSERT_TRUE(write_region(small_region(), path_));
  const std::string good = read();
  std::string other = good;
  std::reverse(other.begin() + 8, other.begin() + 12);
  EXPECT_EQ(reason(other), "REGION_BYTE_ORDER");
  other = good;
  other[12] = 77;
  EXPECT_EQ(reason(other), "REGION_VERSION");
  EXPECT_EQ(reason(good.substr(0, good.size() - 1)), "REGION_TRUNCATED");
  EXPECT_EQ(reason(good + "x"), "REGION_TRUNCATED");
  other = good;
  other[good.size() - 3] ^= 1;
  EXPECT_EQ(reason(other), "REGION_DAMAGED");
}

// What version 1 of the program wrote: the same container under the number 1, and devices without
// a word about their second terminal's phases.
std::string version_1(std::string bytes) {
  bytes[12] = 1;
  // header_checksum, the last 8 of 64 bytes, is of the bytes before it.
  const std::uint64_t checksum = checksum64(std::as_bytes(std::span{bytes.data(), 56}));
  std::memcpy(bytes.data() + 56, &checksum, sizeof checksum);
  return bytes;
}

// Every number of header and table in the other byte order, as the other machine writes them.
std::string byte_swapped(std::string bytes) {
  const auto reverse = [&bytes](std::size_t at, std::size_t size) {
    std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                 bytes.begin() + static_cast<std::ptrdiff_t>(at + size));
  };
  std::uint32_t sections = 0;
  std::memcpy(&sections, bytes.data() + 40, sizeof sections);
  for (const std::size_t at : {8U, 12U, 40U, 44U}) reverse(at, 4);
  for (const std::size_t at : {16U, 24U, 32U, 48U, 56U}) reverse(at, 8);
  for (std::size_t entry = 64; entry < 64 + 32U * sections; entry += 32) {
    for (const std::size_t at : {0U, 4U}) reverse(entry + at, 4);
    for (const std::size_t at : {8U, 16U, 24U}) reverse(entry + at, 8);
  }
  return bytes;
}

TEST_F(RegionFile, VersionOneIsReadAndSaidToBe) {
  const Region region = small_region();
  ASSERT_TRUE(write_region(region, path_));
  EXPECT_EQ(open_region(path_)->format, 2U);
  write(version_1(read()));
  const auto opened = open_region(path_, RegionCheck::content_id);
  ASSERT_TRUE(opened) << describe(opened.error());
  EXPECT_EQ(opened->format, 1U);
  EXPECT_EQ(opened->id, region.id) << "the same network and roads are the same region";
  for (const Device& device : opened->network.devices()) {
    EXPECT_EQ(device.to_phases, PhaseSet::none());
  }
  ASSERT_TRUE(write_region(*opened, path_));
  EXPECT_EQ(open_region(path_)->format, 2U) << "written again it is of the present version";
}

// version_1.gmr was written by the program as it was before format 2 (commit 5e9304b), of
// small_region() as it was then.
TEST_F(RegionFile, AFileThatVersionOneWroteIsReadWhole) {
  const auto opened = open_region(fs::path{GRIDMEND_SOURCE_DIR} / "tests/data/region/version_1.gmr",
                                  RegionCheck::content_id);
  ASSERT_TRUE(opened) << describe(opened.error());
  EXPECT_EQ(opened->format, 1U);
  EXPECT_EQ(to_hex(opened->id), "7249174a395267bccbdc832b73a1b80e");
  EXPECT_EQ(opened->network.devices().size(), 11U);
  EXPECT_EQ(opened->network.usage_points().size(), 6U);
  EXPECT_EQ(opened->roads.records().edges.size(), 2U);
  EXPECT_EQ(opened->provenance.licence, "CC0");
  ASSERT_EQ(opened->defects.size(), 2U);
  EXPECT_EQ(opened->defects[0].defect_class, DefectClass::duplicate_id);
  EXPECT_EQ(opened->defects[0].message, "twice");
  ASSERT_TRUE(write_region(*opened, path_));
  EXPECT_EQ(open_region(path_)->id, opened->id);
}

TEST_F(RegionFile, TheSecondTerminalsPhasesAreKeptFromVersionTwoOn) {
  Region region = small_region();
  NetworkRecords records = region.network.records();
  std::vector<Device> devices{records.devices.begin(), records.devices.end()};
  devices.back().to_phases = PhaseSet::split_phase();
  records.devices = Table<Device>{std::move(devices)};
  region.network = *NetworkModel::from_records(records);
  ASSERT_TRUE(write_region(region, path_));
  const auto opened = open_region(path_);
  ASSERT_TRUE(opened) << describe(opened.error());
  EXPECT_EQ(opened->network.devices().values().back().to_phases, PhaseSet::split_phase());
  EXPECT_NE(opened->id, region.id);
  write(version_1(read()));
  EXPECT_EQ(open_region(path_).error().reason, "REGION_DAMAGED")
      << "version 1 had no such byte: whoever wrote it was not version 1";
}

TEST_F(RegionFile, VersionsBeforeAndAfterAreRefusedByName) {
  ASSERT_TRUE(write_region(small_region(), path_));
  const std::string good = read();
  for (const char version : {'\0', '\3', '\x7f'}) {
    std::string other = good;
    other[12] = version;
    write(other);
    const auto opened = open_region(path_);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().reason, "REGION_VERSION");
    EXPECT_THAT(opened.error().message, ::testing::HasSubstr("versions 1 to 2"));
  }
}

TEST_F(RegionFile, AFileOfTheOtherByteOrderIsRefusedByName) {
  ASSERT_TRUE(write_region(small_region(), path_));
  write(byte_swapped(read()));
  EXPECT_EQ(open_region(path_).error().reason, "REGION_BYTE_ORDER");
}

// The sections of a region and one more.
class MoreSections : public RegionFile {
 protected:
  void write_with(std::uint32_t kind) {
    ASSERT_TRUE(write_region(small_region(), path_));
    const auto file = SectionFile::open(path_, {2, 2});
    ASSERT_TRUE(file);
    std::vector<Section> sections{file->sections().begin(), file->sections().end()};
    constexpr std::byte kContent[] = {std::byte{1}, std::byte{2}};
    sections.push_back({kind, 1, kContent});
    ASSERT_TRUE(write_sections(path_, 2, file->content(), sections));
  }
};

TEST_F(MoreSections, AKindThatMayBeIgnoredIs) {
  write_with(kMayIgnore | 200);
  const auto opened = open_region(path_, RegionCheck::content_id);
  ASSERT_TRUE(opened) << describe(opened.error());
  EXPECT_EQ(opened->id, small_region().id);
}

TEST_F(MoreSections, AKindThatMustBeUnderstoodIsRefusedByNumber) {
  write_with(200);
  const auto opened = open_region(path_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().reason, "REGION_SECTION_UNKNOWN");
  EXPECT_THAT(opened.error().message, ::testing::HasSubstr("kind 200"));
}

TEST_F(MoreSections, AKindThatOccursTwiceIsRefused) {
  write_with(1);
  EXPECT_EQ(open_region(path_).error().reason, "REGION_DAMAGED");
}

TEST_F(RegionFile, AnIdThatIsNotTheContentsIsFoundWhenAskedFor) {
  ASSERT_TRUE(write_region(small_region(), path_));
  {
    const auto file = SectionFile::open(path_, {2, 2});
    ASSERT_TRUE(file);
    ASSERT_TRUE(write_sections(path_, 2, {1, 2}, file->sections()));
  }
  EXPECT_TRUE(open_region(path_));
  EXPECT_EQ(open_region(path_, RegionCheck::content_id).error().reason, "REGION_ID_WRONG");
}

// In a child process with a limit on the size of files, which the kernel reports like a full disk.
TEST_F(RegionFile, ADiskWithoutRoomLeavesTheOldFileAndNothingElse) {
  ASSERT_TRUE(write_region(small_region(), path_));
  const std::string before = read();
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1000, 1000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const auto written = write_region(small_region(), path_);
    const bool said = !written && written.error().code == ErrorCode::resource_exhausted &&
                      written.error().reason == "REGION_NO_ROOM";
    ::_exit(said ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(read(), before);
  EXPECT_EQ(std::distance(fs::directory_iterator{folder_}, {}), 1);
}

// Killed while it writes over and over: what is there is a whole region, the first or the second.
TEST_F(RegionFile, AKilledWriterLeavesAWholeFile) {
  Region other = small_region();
  other.provenance.name = "another";
  ASSERT_TRUE(write_region(small_region(), path_));
  Random random{20260720};
  for (int round = 0; round < 25; ++round) {
    const pid_t child = ::fork();
    if (child == 0) {
      for (int i = 0;; ++i) (void)write_region(i % 2 == 0 ? other : small_region(), path_);
    }
    ::usleep(static_cast<useconds_t>(random.below(8000)));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const auto opened = open_region(path_, RegionCheck::content_id);
    ASSERT_TRUE(opened) << "round " << round << ": " << describe(opened.error());
    EXPECT_EQ(opened->id, small_region().id);
  }
}

TEST_F(RegionFile, EveryFlippedByteIsNoticed) {
  ASSERT_TRUE(write_region(small_region(), path_));
  const std::string good = read();
  for (std::size_t i = 0; i < good.size(); i += i < 1024 ? 1 : 5) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x5a);
    write(bad);
    ASSERT_FALSE(open_region(path_)) << "byte " << i;
  }
}

TEST_F(RegionFile, EveryTruncationIsNoticed) {
  ASSERT_TRUE(write_region(small_region(), path_));
  const std::string good = read();
  for (std::size_t size = 0; size < good.size(); size += size < 200 ? 1 : 17) {
    write(good.substr(0, size));
    ASSERT_FALSE(open_region(path_)) << size << " bytes";
  }
}

// Sections with right checksums but wrong contents: what a bug or malice would write.
TEST_F(RegionFile, CraftedRecordsAreRefusedOrHarmless) {
  ASSERT_TRUE(write_region(small_region(), path_));
  std::vector<std::string> contents;
  std::vector<Section> sections;
  {
    const auto file = SectionFile::open(path_, {2, 2});
    ASSERT_TRUE(file);
    for (std::uint32_t kind = 0; kind < 100; ++kind) {
      const Section* section = file->find(kind);
      if (section == nullptr) continue;
      contents.emplace_back(reinterpret_cast<const char*>(section->bytes.data()),
                            section->bytes.size());
      sections.push_back({kind, section->record_size, {}});
    }
  }
  std::size_t accepted = 0;
  for (std::uint64_t seed = 0; seed < 800; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    std::vector<std::string> crafted = contents;
    const std::size_t changes = 1 + random.below(3);
    for (std::size_t i = 0; i < changes; ++i) {
      std::string& bytes = crafted[random.below(crafted.size())];
      if (bytes.empty()) continue;
      if (random.chance(0.2)) {
        bytes.resize(random.below(bytes.size() + 1));
      } else {
        bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
      }
    }
    std::vector<Section> written = sections;
    for (std::size_t i = 0; i < written.size(); ++i) {
      written[i].bytes = std::as_bytes(std::span{crafted[i].data(), crafted[i].size()});
    }
    if (random.chance(0.05)) written.erase(written.begin() + random.below(written.size()));
    ASSERT_TRUE(write_sections(path_, 2, {}, written));
    const auto opened = open_region(path_);
    if (!opened) continue;
    ++accepted;
    // What is accepted can be walked: every name, every position, supply.
    const NetworkModel& network = opened->network;
    std::size_t letters = 0;
    for (const auto id : network.devices().ids()) {
      letters += network.mrid(id).size() + network.polyline(id).size();
    }
    for (const auto id : network.nodes().ids()) letters += network.mrid(id).size();
    for (const auto id : network.substations().ids()) letters += network.mrid(id).size();
    for (const auto id : network.usage_points().ids()) letters += network.mrid(id).size();
    for (const auto id : opened->roads.edges().ids()) {
      letters += opened->roads.name(id).size() + opened->roads.polyline(id).size();
    }
    const SwitchState switches{network};
    letters += SupplyForest::derive(network, switches).tour().size();
    EXPECT_GT(letters, 0u);
  }
  EXPECT_GT(accepted, 20u);
  EXPECT_LT(accepted, 780u);
}

}  // namespace
}  // namespace gridmend::region_file_test
