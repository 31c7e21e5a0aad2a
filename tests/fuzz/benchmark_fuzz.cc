// A TSPLIB or VRPLIB instance. What is taken makes a sound problem, rounded or not.

#include "core/base/check.h"
#include "routing/tour/benchmark_reader.h"
#include "tests/fuzz/fuzz_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gridmend;
  if (size > 20'000) return 0;
  const std::string_view text = text_of(data, size);
  static_cast<void>(is_benchmark(text));
  static_cast<void>(customary_distances(text));
  for (const Distances distances : {Distances::as_the_format_rounds, Distances::real}) {
    const auto benchmark = read_benchmark(text, distances);
    if (!benchmark) {
      GRIDMEND_CHECK(!benchmark.error().message.empty(), "a refusal is a sentence");
      continue;
    }
    for (const int crews : {0, 3}) {
      const DispatchProblem problem = benchmark_problem(*benchmark, crews);
      if (const auto sound = validate(problem); !sound)
        GRIDMEND_CHECK(!sound.error().message.empty(), "a refusal is a sentence");
      GRIDMEND_CHECK(problem.sites == benchmark->travel.sites(), "a site a place");
    }
  }
  return 0;
}
