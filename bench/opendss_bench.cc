// OpenDSS: a made model, its text read and built. bench_opendss [LINES ...]
// Figures and the command that gives them: README.md.

#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "data/ingest/opendss_source.h"

namespace gridmend {
namespace {

// Streets of a hundred spans, each with a transformer and a load, in files of a hundred streets.
std::map<std::string, std::string> made_model(int lines) {
  std::map<std::string, std::string> files;
  std::string& master = files["m/master.dss"];
  std::string positions;
  master =
      "Clear\nNew Circuit.made bus1=s basekv=12.47\n"
      "New LineCode.oh nphases=3 units=km\nNew LineCode.ug nphases=2 units=km\n";
  std::string* part = nullptr;
  for (int i = 0; i < lines; i += 2) {
    if (i % 20'000 == 0) {
      const std::string name = "part" + std::to_string(i / 20'000) + ".dss";
      master += "Redirect " + name + "\n";
      part = &files["m/" + name];
    }
    const std::string n = std::to_string(i);
    const std::string before = i % 200 == 0 ? "s" : "mv" + std::to_string(i - 2);
    *part += "New Line.l(r:" + before + "-mv" + n + ") Units=km Length=0.0223 bus1=" + before +
             ".1.2.3 bus2=mv" + n + ".1.2.3 switch=n enabled=y phases=3 Linecode=oh\n\n" +
             "New Transformer.t" + n + " phases=1 windings=3 %loadloss=0.79 wdg=1 conn=wye bus=mv" +
             n + ".1 Kv=7.2 kva=50.0 wdg=2 conn=wye bus=lv" + n +
             ".1.0 Kv=0.12 kva=50.0 wdg=3 conn=wye bus=lv" + n + ".0.2 Kv=0.12 kva=50.0\n\n" +
             "New Line.drop" + n + " Units=km Length=0.0125 bus1=lv" + n + ".1.2 bus2=h" + n +
             ".1.2 switch=n enabled=y phases=2 Linecode=ug\n\nNew Load.load" + n +
             " conn=wye bus1=h" + n + ".1.2 kV=0.208 Vminpu=0.8 model=1 kW=8.66 Phases=2\n\n";
    const std::string at =
        " " + std::to_string(-79.9 + i % 200 * 1e-5) + " " + std::to_string(36 + i * 1e-6) + "\n";
    positions += "mv" + n + at + "lv" + n + at + "h" + n + at;
  }
  files["m/xy.txt"] = positions;
  master += "Buscoords xy.txt\nSolve\n";
  return files;
}

double peak_gb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1e6;
}

int run(int lines) {
  auto files = made_model(lines);
  std::size_t bytes = 0;
  for (const auto& [unused, text] : files) bytes += text.size();
  const auto source = opendss_source("made", files_in_memory(std::move(files)), "m/master.dss", {});
  const double before_gb = peak_gb();
  const auto begin = std::chrono::steady_clock::now();
  NetworkBuilder builder;
  if (!source->read(builder, {})) return 1;
  const auto read = std::chrono::steady_clock::now();
  const auto built = std::move(builder).finish();
  if (!built) return 1;
  const auto end = std::chrono::steady_clock::now();
  std::printf("| %d lines, %zu usage points, %.0f MB of text | %.2f s | %.2f s | %.2f GB |\n",
              lines, built->records.usage_points.size(), static_cast<double>(bytes) / 1e6,
              std::chrono::duration<double>(read - begin).count(),
              std::chrono::duration<double>(end - read).count(), peak_gb() - before_gb);
  return 0;
}

}  // namespace
}  // namespace gridmend

int main(int count, char** values) {
  std::vector<int> sizes;
  for (int i = 1; i < count; ++i) sizes.push_back(std::atoi(values[i]));
  if (sizes.empty()) sizes = {10'000, 100'000, 1'000'000};
  for (const int lines : sizes) {
    if (const int failed = gridmend::run(lines); failed != 0) return failed;
  }
  return 0;
}
