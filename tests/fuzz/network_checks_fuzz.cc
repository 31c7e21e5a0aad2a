// A network of whatever shape the bytes make, given to the builder, to all checks, to the search
// for suspected links and to the writers of reports:
//
//   record = what:u8 a:u8 b:u8 c:u8 value:u32       devices, usage points, feeders, nodes in turn
//
// Nobody is lost, every finding is about a record there is, and no text of the source is markup.

#include <bit>
#include <cstring>
#include <sstream>
#include <string>
#include <vector>

#include "core/base/check.h"
#include "data/ingest/defect_report.h"
#include "data/ingest/network_checks.h"
#include "data/ingest/suspected_links.h"
#include "tests/fuzz/fuzz_file.h"

namespace gridmend {
namespace {

constexpr std::size_t kMostRecords = 400;

struct Record {
  std::uint8_t what, a, b, c;
  std::uint32_t value;
};
static_assert(sizeof(Record) == 8);

std::string name(char kind, std::uint8_t number) {
  // Some ids that pages and spreadsheets could mistake.
  if (number % 32 == 31) return std::string{"<b>\"'&"} + kind;
  std::string text{kind};
  text += std::to_string(number % 32);
  return text;
}

Position position(std::uint32_t value) {
  if (value % 97 == 0) return {1e300, -7};  // not on earth: the builder's business
  return {120 + static_cast<double>(value & 0x3ffU) * 1e-5,
          30 + static_cast<double>((value >> 10U) & 0x3ffU) * 1e-5};
}

void add(NetworkBuilder& builder, SourceLayer layer, std::int64_t number, const Record& record) {
  const std::string from = name('n', record.a), to = name('n', record.b),
                    mrid = name('d', record.c), other = name('d', record.a),
                    customer = name('u', record.c);
  const std::vector<Position> place = {position(record.value)};
  const std::vector<Position> line = {place[0], position(record.value * 31)};
  switch (record.what % 8) {
    case 0:
      builder.add_feeder({layer, number},
                         {mrid, mrid, {}, from, std::bit_cast<float>(record.value)});
      return;
    case 1:
      builder.add_node({layer, number}, {from, place[0]});
      return;
    case 2:
    case 3: {
      UsagePointInput point;
      point.mrid = customer;
      point.node = from;
      point.transformer = other;
      point.address = to;
      point.phases = PhaseSet{record.b};
      point.customers = static_cast<std::uint16_t>(record.value);
      if (record.b % 4 != 0) point.position = place[0];
      builder.add_usage_point({layer, number}, point);
      return;
    }
    default: {
      DeviceInput device;
      device.mrid = mrid;
      device.from_node = from;
      device.to_node = to;
      device.kind = static_cast<DeviceKind>(record.value % kDeviceKinds);
      device.feeder = other;
      device.phases = PhaseSet{static_cast<std::uint8_t>(record.value >> 8U)};
      device.to_phases = PhaseSet{static_cast<std::uint8_t>(record.value >> 16U)};
      device.normally_open = record.value % 5 == 0;
      device.nominal_kv = device.length_m = device.rated_kva = std::bit_cast<float>(record.value);
      device.geometry = record.what % 2 == 0 ? line : place;
      builder.add_device({layer, number}, device);
    }
  }
}

void check_subjects(const std::vector<Defect>& defects, const NetworkModel& network) {
  for (const Defect& defect : defects) {
    const DefectSubject& subject = defect.subject;
    GRIDMEND_CHECK(!subject.device.valid() || subject.device.index < network.devices().size(),
                   "a finding is about a device there is");
    GRIDMEND_CHECK(
        !subject.usage_point.valid() || subject.usage_point.index < network.usage_points().size(),
        "or about a usage point there is");
    GRIDMEND_CHECK(!defect.message.empty() && !defect.action.empty(), "and says something");
  }
}

void write_reports(const Region& region, const DefectTally& tally) {
  std::ostringstream html, csv;
  write_defects_html(html, region, tally);
  write_defects_csv(csv, region);
  GRIDMEND_CHECK(html.str().find("<b>\"'") == std::string::npos, "no id becomes markup");
}

}  // namespace
}  // namespace gridmend

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gridmend;
  NetworkBuilder builder;
  const SourceLayer layers[] = {builder.layer("a", "lines"), builder.layer("a", "points")};
  const std::size_t records = std::min(size / sizeof(Record), kMostRecords);
  for (std::size_t i = 0; i < records; ++i) {
    Record record{};
    std::memcpy(&record, data + i * sizeof record, sizeof record);
    add(builder, layers[record.what >> 7U], static_cast<std::int64_t>(i), record);
  }
  auto built = std::move(builder).finish();
  if (!built) return 0;
  auto network = NetworkModel::from_records(built->records);
  GRIDMEND_CHECK(network, "what the builder makes is a network");
  SupplyForest forest = SupplyForest::derive(*network, SwitchState{*network});
  if (open_loops(forest, CheckSettings{}, *built)) {
    const std::size_t supplied = forest.tour().size();
    network = NetworkModel::from_records(built->records);
    GRIDMEND_CHECK(network, "what loops were cut of is a network");
    forest = SupplyForest::derive(*network, SwitchState{*network});
    GRIDMEND_CHECK(forest.tour().size() == supplied, "all stays supplied");
  }
  const SwitchState switches{*network};
  check_network(forest, switches, CheckSettings{}, *built);
  check_links(forest, switches, CheckSettings{}, *built);
  find_subjects(forest, *built);
  const UsagePointLedger& ledger = built->usage_points;
  GRIDMEND_CHECK(ledger.total == ledger.supplied + ledger.unsupplied + ledger.refused,
                 "nobody is lost");
  check_subjects(built->defects.defects(), *network);
  const DefectTally tally = built->defects.tally();
  const Hash128 id = content_id(network->records(), {});
  write_reports({std::move(*network),
                 RoadGraph{},
                 std::move(built->defects).finish(),
                 {"<b>\"'", {"<b>\"'"}, "native", ""},
                 id},
                tally);
  return 0;
}
