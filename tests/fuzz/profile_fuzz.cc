// Profiles: TOML that says what a utility's layers mean.

#include "core/base/check.h"
#include "data/ingest/profile.h"
#include "tests/fuzz/fuzz_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gridmend;
  const auto profile = parse_profile(text_of(data, size), "p.toml");
  GRIDMEND_CHECK(
      profile || (profile.error().reason == "PROFILE_INVALID" && !profile.error().message.empty()),
      "a profile is taken or refused by name");
  return 0;
}
