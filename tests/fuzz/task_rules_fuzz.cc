// Rules for tasks: TOML an operator wrote.

#include "core/base/check.h"
#include "data/settings/task_rules_file.h"
#include "tests/fuzz/fuzz_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gridmend;
  const auto rules = parse_task_rules(text_of(data, size), "r.toml");
  if (!rules) {
    GRIDMEND_CHECK(!rules.error().reason.empty() && !rules.error().message.empty(),
                   "a refusal has a reason");
    return 0;
  }
  GRIDMEND_CHECK(validate(*rules).has_value(), "what was taken can be used");
  for (const std::string& text : {write_task_rules(*rules), write_whole_task_rules(*rules)}) {
    const auto again = parse_task_rules(text, "r.toml");
    GRIDMEND_CHECK(again && *again == *rules, "it is read back as written");
  }
  return 0;
}
