// The region file. An input that begins like one is read as it is; any other is a list of changes
// to the sections of a small sound region, sealed again with right checksums, so that what lies
// behind the checksums is reached:
//
//   change = section:u8 action:u8 offset:u16 value:u32
//
// What open_region takes can be asked anything; what it does not take has a reason.

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "core/base/check.h"
#include "core/network/supply_forest.h"
#include "data/region/region.h"
#include "data/region/section_file.h"
#include "tests/drawing/feeder_drawing.h"
#include "tests/fuzz/fuzz_file.h"

namespace gridmend {
namespace {

constexpr std::size_t kVersionAt = 12;
constexpr std::size_t kLargestToRepeat = 1U << 16U;
constexpr std::size_t kMostChanges = 64;

struct Change {
  std::uint8_t section;
  std::uint8_t action;
  std::uint16_t offset;
  std::uint32_t value;
};
static_assert(sizeof(Change) == 8);

struct SoundRegion {
  std::uint32_t version = 0;
  Hash128 content;
  std::vector<std::uint32_t> kinds;
  std::vector<std::uint32_t> record_sizes;
  std::vector<std::vector<std::byte>> bytes;
};

SoundRegion sound_region(const std::filesystem::path& path) {
  const NetworkModel network = drawing::draw(
      "S==B1--n1--F1[A]--T1[A](3)\n"
      "       |\n"
      "       n2--R1--n3--T2(2)\n"
      "                |\n"
      "                n4--L1/--n5--B2==S2\n");
  const Region region{network,
                      RoadGraph{},
                      {Defect{}},
                      {"lane", {"a.gpkg"}, "native", ""},
                      content_id(network.records(), {})};
  GRIDMEND_CHECK(write_region(region, path), "a sound region can be written");
  SoundRegion sound;
  std::ifstream in{path, std::ios::binary};
  const std::string file{std::istreambuf_iterator<char>{in}, {}};
  std::memcpy(&sound.version, file.data() + kVersionAt, sizeof sound.version);
  const auto sections = SectionFile::open(path, FormatVersions{sound.version, sound.version});
  GRIDMEND_CHECK(sections, "and be opened");
  sound.content = sections->content();
  for (const Section& section : sections->sections()) {
    sound.kinds.push_back(section.kind);
    sound.record_sizes.push_back(section.record_size);
    sound.bytes.emplace_back(section.bytes.begin(), section.bytes.end());
  }
  return sound;
}

void apply(const Change& change, SoundRegion& region) {
  const std::size_t at = change.section % region.kinds.size();
  std::vector<std::byte>& bytes = region.bytes[at];
  const std::size_t record = region.record_sizes[at];
  const std::size_t offset = bytes.empty() ? 0 : change.offset % bytes.size();
  const std::size_t size = std::min(sizeof change.value, bytes.size() - offset);
  switch (change.action % 5) {
    case 0:
      if (size > 0) std::memcpy(bytes.data() + offset, &change.value, size);
      break;
    case 1:
      bytes.resize(offset / record * record);
      break;
    case 2: {
      const std::vector<std::byte> copy = bytes;
      if (copy.size() > kLargestToRepeat) break;  // repeated often, it would grow without end
      for (std::uint32_t i = change.value % 4; i > 0; --i) {
        bytes.insert(bytes.end(), copy.begin(), copy.end());
      }
      break;
    }
    case 3:
      region.kinds[at] = change.value % 256;
      break;
    default:
      if (!bytes.empty()) bytes[offset] ^= static_cast<std::byte>(change.value);
  }
}

void write_changed(const FuzzFile& file, std::span<const std::uint8_t> input) {
  static const SoundRegion kSound = sound_region(file.path());
  SoundRegion region = kSound;
  const std::size_t changes = std::min(input.size() / sizeof(Change), kMostChanges);
  for (std::size_t i = 0; i < changes; ++i) {
    Change change{};
    std::memcpy(&change, input.data() + i * sizeof change, sizeof change);
    apply(change, region);
  }
  std::vector<Section> sections;
  for (std::size_t i = 0; i < region.kinds.size(); ++i) {
    sections.push_back({region.kinds[i], region.record_sizes[i], region.bytes[i]});
  }
  GRIDMEND_CHECK(write_sections(file.path(), region.version, region.content, sections),
                 "sections can be written");
}

void ask(const Region& region) {
  const NetworkModel& network = region.network;
  const SwitchState switches{network};
  const SupplyForest forest = SupplyForest::derive(network, switches);
  for (const Id<Device> device : network.devices().ids()) {
    GRIDMEND_CHECK(network.mrid(device).size() < 1U << 30U, "a text has a length");
    trace_downstream(forest, network.devices()[device].from);
  }
  for (const Id<UsagePoint> point : network.usage_points().ids()) {
    trace_upstream(forest, network.usage_points()[point].node);
  }
  unsupplied_islands(forest, switches);
}

}  // namespace
}  // namespace gridmend

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gridmend;
  static const FuzzFile file{"region.gmr"};
  if (text_of(data, size).starts_with("GRIDMEND")) {
    file.write({data, size});
  } else {
    write_changed(file, {data, size});
  }
  const auto region = open_region(file.path());
  if (region) {
    ask(*region);
  } else {
    GRIDMEND_CHECK(!region.error().reason.empty(), "a refusal has a reason");
  }
  return 0;
}
