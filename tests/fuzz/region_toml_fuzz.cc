// REGION.toml: the sources of a region and what is declared of them.

#include "core/base/check.h"
#include "data/ingest/region_import.h"
#include "tests/fuzz/fuzz_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gridmend;
  static const FuzzFile file{"REGION.toml"};
  file.write({data, size});
  const auto spec = read_region_toml(file.path());
  GRIDMEND_CHECK(spec || spec.error().reason == "REGION_TOML_INVALID",
                 "a region's list is taken or refused by name");
  if (!spec) return 0;
  GRIDMEND_CHECK(!spec->sources.empty(), "it names a source");
  for (const SourceSpec& source : spec->sources) {
    // A crs is a text for PROJ, which has fuzzers of its own and takes its time.
    SourceCoordinates declared = source.coordinates;
    declared.crs.clear();
    const auto conversion = CoordinateConversion::create(declared, {});
    GRIDMEND_CHECK(conversion || !conversion.error().reason.empty(), "a refusal has a reason");
  }
  return 0;
}
