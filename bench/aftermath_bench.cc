// What is listed after breakers came back with a device open unseen behind each, minutes and hours
// later. bench_aftermath [STORMS]
// Figures and the command that gives them: docs/algorithms/localisation.md.

#include <cstdio>
#include <cstdlib>

#include "tests/storm/aftermath.h"

namespace gridmend {
namespace {

void row(storm::Aftermath aftermath, const char* told_by, int storms) {
  const storm::AftermathScore score = storm::run_aftermath(aftermath, storms, 20261130);
  for (std::size_t i = 0; i < score.looks.size(); ++i) {
    const storm::AftermathScore::Look& look = score.looks[i];
    std::printf("| %.2f | %s | %d min | %.3f | %.4f | %.4f | %.2f |\n", aftermath.reach, told_by,
                static_cast<int>(storm::kAftermathLooks[i].count()), look.device_f1(),
                look.precision(), look.recall(), 1.0 * look.phantoms / storms);
  }
  std::fflush(stdout);
}

}  // namespace
}  // namespace gridmend

int main(int argc, char** argv) {
  using ToldBy = gridmend::storm::Aftermath::ToldBy;
  const int storms = argc > 1 ? std::atoi(argv[1]) : 40;
  if (storms < 1) {
    std::fprintf(stderr, "bench_aftermath [STORMS]\n");
    return 2;
  }
  std::printf(
      "%d storms\n\n| reach | told by | after | device F1 | household precision | household recall "
      "| phantom outages a storm |\n| --- | --- | --- | --- | --- | --- | --- |\n",
      storms);
  for (const double reach : {.5, .8, .95}) {
    gridmend::row({reach, ToldBy::scada_and_crew}, "SCADA and crew", storms);
    gridmend::row({reach, ToldBy::crew}, "crew", storms);
    gridmend::row({reach, ToldBy::nobody}, "nobody", storms);
  }
  return 0;
}
