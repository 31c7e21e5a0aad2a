// Localiser settings: TOML an operator wrote.

#include "core/base/check.h"
#include "data/settings/localiser_file.h"
#include "tests/fuzz/fuzz_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gridmend;
  const auto settings = parse_localiser_settings(text_of(data, size), "l.toml");
  if (!settings) {
    GRIDMEND_CHECK(!settings.error().reason.empty() && !settings.error().message.empty(),
                   "a refusal has a reason");
    return 0;
  }
  GRIDMEND_CHECK(validate(*settings).has_value(), "what was taken can be used");
  const std::string text = write_localiser_settings(*settings);
  const auto again = parse_localiser_settings(text, "l.toml");
  GRIDMEND_CHECK(again && write_localiser_settings(*again) == text, "it is read back as written");
  return 0;
}
