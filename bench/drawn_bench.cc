#include <benchmark/benchmark.h>

#include <cmath>

#include "core/base/random.h"
#include "data/ingest/drawn_connectivity.h"

namespace gridmend {
namespace {

// Streets of lines of four vertices whose ends lie up to 0.2 m beside their poles; every third line
// ends on the middle of another, every seventh place has a switch or a transformer.
Drawing streets(std::uint32_t lines) {
  Random random{5};
  Drawing drawing;
  const auto side = static_cast<std::uint32_t>(std::sqrt(lines / 1.5));
  constexpr double kStep_deg = 0.0005;
  const auto noisy = [&](double column, double row) {
    return Position{110 + column * kStep_deg + random.uniform(-2e-6, 2e-6),
                    28 + row * kStep_deg + random.uniform(-2e-6, 2e-6)};
  };
  const auto add = [&](Position a, Position b) {
    DrawnCourse course;
    course.begin = static_cast<std::uint32_t>(drawing.vertices.size());
    for (int i = 0; i < 4; ++i) {
      const double t = i / 3.0;
      drawing.vertices.push_back({a.longitude_deg + t * (b.longitude_deg - a.longitude_deg),
                                  a.latitude_deg + t * (b.latitude_deg - a.latitude_deg)});
    }
    course.end = static_cast<std::uint32_t>(drawing.vertices.size());
    drawing.courses.push_back(course);
  };
  for (std::uint32_t cell = 0; drawing.courses.size() < lines; ++cell) {
    const double column = cell % side;
    const double row = std::floor(cell / static_cast<double>(side));
    add(noisy(column, row), noisy(column + 1, row));
    if (cell % 2 == 0) add(noisy(column + 0.5, row), noisy(column + 0.5, row + 0.8));
    if (cell % 7 == 0) {
      DrawnPoint point;
      point.position = noisy(column + 0.25, row);
      point.reach_m = 2;
      point.to_level = cell % 2 == 0 ? 1 : 0;
      point.kind = point.to_level == 1 ? DrawnPointKind::transformer : DrawnPointKind::series;
      drawing.points.push_back(point);
    }
  }
  return drawing;
}

void resolve_a_drawing(benchmark::State& state) {
  const Drawing drawing = streets(static_cast<std::uint32_t>(state.range(0)));
  std::size_t nodes = 0;
  for (auto _ : state) nodes = resolve_drawing(drawing).nodes.size();
  state.counters["nodes"] = static_cast<double>(nodes);
}
BENCHMARK(resolve_a_drawing)
    ->RangeMultiplier(10)
    ->Range(10'000, 1'000'000)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace gridmend

BENCHMARK_MAIN();
