// STORM.toml.

#include "core/base/check.h"
#include "data/synth/storm.h"
#include "tests/fuzz/fuzz_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gridmend;
  const auto storm = parse_storm(text_of(data, size), "storm.toml");
  GRIDMEND_CHECK(storm || storm.error().reason == "STORM_INVALID",
                 "a storm is taken or refused by name");
  return 0;
}
