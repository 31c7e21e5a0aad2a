// An OpenDSS model of a few files. A line `== NAME` begins the file NAME; what stands before the
// first is the master. What was read is built and looked through.

#include <algorithm>
#include <map>
#include <string>

#include "core/base/check.h"
#include "core/network/supply_forest.h"
#include "data/ingest/network_checks.h"
#include "data/ingest/opendss_source.h"
#include "tests/fuzz/fuzz_file.h"

namespace gridmend {
namespace {

constexpr std::string_view kMaster = "m/master.dss";
constexpr std::string_view kMark = "== ";

std::map<std::string, std::string> split(std::string_view input) {
  std::map<std::string, std::string> files;
  std::string* file = &files[std::string{kMaster}];
  while (!input.empty()) {
    const std::string_view line = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(line.size() + 1, input.size()));
    if (line.starts_with(kMark)) {
      file = &files[std::string{line.substr(kMark.size())}];
    } else {
      *file += std::string{line} + "\n";
    }
  }
  return files;
}

void look_through(BuiltNetwork built) {
  const auto network = NetworkModel::from_records(built.records);
  GRIDMEND_CHECK(network, "what was built refers inside its tables");
  const SwitchState switches{*network};
  check_network(SupplyForest::derive(*network, switches), switches, CheckSettings{}, built);
  const UsagePointLedger& ledger = built.usage_points;
  GRIDMEND_CHECK(ledger.total == ledger.supplied + ledger.unsupplied + ledger.refused,
                 "every usage point is accounted for");
}

}  // namespace
}  // namespace gridmend

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gridmend;
  const auto source = opendss_source("model", files_in_memory(split(text_of(data, size))),
                                     std::string{kMaster}, {});
  NetworkBuilder builder;
  const auto read = source->read(builder, {});
  if (!read) {
    GRIDMEND_CHECK(!read.error().reason.empty(), "a refusal has a reason");
    return 0;
  }
  auto built = std::move(builder).finish();
  if (built) {
    look_through(std::move(*built));
  } else {
    GRIDMEND_CHECK(built.error().reason == "NETWORK_EMPTY", "nothing else is refused at the end");
  }
  return 0;
}
