// OpenStreetMap's power=* as XML, through the shipped profile to a network.

#include "core/base/check.h"
#include "data/ingest/osm_power_source.h"
#include "data/ingest/profile_reader.h"
#include "tests/fuzz/fuzz_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gridmend;
  static const Profile profile = *find_profile("osm-power");
  static const FuzzFile file{"power.osm"};
  file.write({data, size});
  const auto source = OsmPowerSource::open(file.path());
  if (!source) {
    GRIDMEND_CHECK(source.error().reason.starts_with("OSM_"), "a file is refused by name");
    return 0;
  }
  NetworkBuilder builder;
  const auto read = read_through_profile(*source, profile, builder, {});
  GRIDMEND_CHECK(read.has_value(), "every layer of an open file can be read");
  const auto built = std::move(builder).finish();
  if (!built) {
    GRIDMEND_CHECK(built.error().reason == "NETWORK_EMPTY", "it is refused by name");
    return 0;
  }
  GRIDMEND_CHECK(NetworkModel::from_records(built->records).has_value(), "the network is sound");
  return 0;
}
