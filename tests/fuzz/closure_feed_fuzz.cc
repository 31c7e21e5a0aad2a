// Feeds of closed roads, Waze CIFS and WZDx.

#include "core/base/check.h"
#include "data/ingest/closure_feed.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gridmend;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto feed = parse_closure_feed(text, "feed.json");
  if (!feed) {
    GRIDMEND_CHECK(!feed.error().reason.empty(), "a refusal has a reason");
    return 0;
  }
  for (const RoadClosure& closure : feed->closures) {
    GRIDMEND_CHECK(validate(closure).has_value(), "what was taken is sound");
  }
  return 0;
}
