#include "data/synth/low_voltage.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace gridmend {
namespace {

constexpr double kPoleSpacing_m = 40;
constexpr double kMostDropsAPole = 8;

PhaseSet one_phase(std::uint64_t which) {
  constexpr std::array<std::uint8_t, 3> kPhases = {PhaseSet::kA, PhaseSet::kB, PhaseSet::kC};
  return PhaseSet{kPhases[which % 3]};
}

float kva_for(std::uint32_t usage_points) {
  constexpr std::array<float, 8> kSizes = {50, 100, 160, 200, 315, 400, 500, 630};
  const double wanted = 4. * usage_points;
  for (const float size : kSizes) {
    if (size >= wanted) return size;
  }
  return kSizes.back();
}

}  // namespace

std::uint32_t LowVoltage::add_node(PlanePoint at) {
  out_.nodes.push_back(at);
  return static_cast<std::uint32_t>(out_.nodes.size() - 1);
}

void LowVoltage::add_line(DeviceKind kind, std::uint32_t from, std::uint32_t to,
                          std::uint32_t feeder, PhaseSet phases) {
  TownLine line;
  line.kind = kind;
  line.from = from;
  line.to = to;
  line.feeder = feeder;
  line.phases = phases;
  line.low_voltage = true;
  line.shape_begin = static_cast<std::uint32_t>(out_.shapes.size());
  out_.shapes.push_back(out_.nodes[from]);
  out_.shapes.push_back(out_.nodes[to]);
  line.shape_end = static_cast<std::uint32_t>(out_.shapes.size());
  out_.lines.push_back(line);
}

// A box on the ground or, in the older streets, on a pole.
std::uint32_t LowVoltage::add_transformer(const TransformerArea& area) {
  TownTransformer transformer;
  transformer.from = area.tap;
  transformer.at = out_.nodes[area.tap];
  transformer.to = add_node(transformer.at);
  transformer.feeder = area.feeder;
  transformer.rated_kva = kva_for(area.usage_points);
  transformer.live_part_height_m =
      static_cast<float>(random_.chance(.6) ? std::round(random_.uniform(7, 15)) / 10 : 3.2);
  out_.transformers.push_back(transformer);
  return static_cast<std::uint32_t>(out_.transformers.size() - 1);
}

// A building beside the street with its drop from the nearest pole.
std::uint32_t LowVoltage::building(const TransformerArea& area, double along_m, std::uint32_t pole,
                                   PhaseSet phases) {
  const PlanePose pose = pose_along(area.street, along_m);
  const double side = random_.chance(.5) ? 1 : -1;
  const double off = side * random_.uniform(9, 17);
  const std::uint32_t node = add_node(
      {pose.at.east_m - off * pose.direction_north, pose.at.north_m + off * pose.direction_east});
  add_line(DeviceKind::service_drop, pole, node, area.feeder, phases);
  return node;
}

void LowVoltage::move_in(const TransformerArea& area, std::uint32_t transformer, std::uint32_t node,
                         int count, PhaseSet phases) {
  ++house_;
  for (int i = 0; i < count; ++i) {
    TownUsagePoint usage_point;
    usage_point.node = node;
    usage_point.transformer = transformer;
    usage_point.at = out_.nodes[node];
    usage_point.street = plan_.edges[area.street_edge].name;
    usage_point.house = house_;
    usage_point.phases = phases == PhaseSet::abc() ? one_phase(random_()) : phases;
    out_.usage_points.push_back(usage_point);
  }
}

void LowVoltage::grow(const TransformerArea& area) {
  if (area.usage_points == 0) return;
  const std::uint32_t transformer = add_transformer(area);
  const std::uint32_t bus = out_.transformers[transformer].to;

  // Poles outwards to both sides; as many households share a building as the street is short.
  const int side_poles = std::max(1, static_cast<int>(area.stretch_m / 2 / kPoleSpacing_m));
  const double pole_m = area.stretch_m / 2 / side_poles;
  std::vector<std::pair<std::uint32_t, double>> poles = {{bus, area.tap_m}};
  for (const double side : {-1., 1.}) {
    std::uint32_t last = bus;
    for (int k = 1; k <= side_poles; ++k) {
      const double along = area.tap_m + side * pole_m * (k - .3);
      const std::uint32_t pole = add_node(pose_along(area.street, along).at);
      add_line(DeviceKind::ac_line_segment, last, pole, area.feeder, PhaseSet::abc());
      poles.emplace_back(pole, along);
      last = pole;
    }
  }
  const double drops = kMostDropsAPole * static_cast<double>(poles.size());
  const int mean = std::max(1, static_cast<int>(std::ceil(area.usage_points / drops)));
  house_ = static_cast<std::uint16_t>(area.tap_m / 5);
  std::uint32_t left = area.usage_points;
  for (std::size_t k = 0; left > 0; ++k) {
    const int count = static_cast<int>(
        std::min<std::uint64_t>(left, 1 + random_.below(static_cast<std::uint64_t>(2 * mean))));
    const auto& [pole, along] = poles[k % poles.size()];
    // One house hangs on one phase, a block of flats on all three.
    const PhaseSet phases = count <= 2 ? one_phase(random_()) : PhaseSet::abc();
    const double at = along + random_.uniform(-.45, .45) * pole_m;
    move_in(area, transformer, building(area, at, pole, phases), count, phases);
    left -= static_cast<std::uint32_t>(count);
  }
}

void name_places(TownNetwork& network, const Terrain& terrain, std::uint64_t seed) {
  Random random = Random{seed}.fork(0xca7e);
  auto& all = network.usage_points;
  if (all.empty()) return;
  struct Share {
    UsagePointCategory category;
    double share;
  };
  constexpr std::array<Share, 8> kShares = {{{UsagePointCategory::commercial, .06},
                                             {UsagePointCategory::elderly_alone, .03},
                                             {UsagePointCategory::industrial, .005},
                                             {UsagePointCategory::life_support, .002},
                                             {UsagePointCategory::school, .001},
                                             {UsagePointCategory::telecom, .001},
                                             {UsagePointCategory::shelter, .0005},
                                             {UsagePointCategory::emergency_service, .0005}}};
  for (TownUsagePoint& usage_point : all) {
    double draw = random.uniform();
    for (const auto& [category, share] : kShares) {
      if (draw < share) {
        usage_point.category = category;
        break;
      }
      draw -= share;
    }
  }
  // The one of some drawn usage points that lies best for its purpose.
  const auto place = [&](UsagePointCategory category, std::size_t count, bool low) {
    for (std::size_t i = 0; i < count; ++i) {
      std::size_t best = random.below(all.size());
      for (int draw = 0; draw < 40; ++draw) {
        const std::size_t other = random.below(all.size());
        const double a = terrain.height_m(all[best].at);
        const double b = terrain.height_m(all[other].at);
        if (low ? b < a : b > a) best = other;
      }
      all[best].category = category;
    }
  };
  const std::size_t n = all.size();
  place(UsagePointCategory::pump_station, std::max<std::size_t>(2, n / 2500), true);
  place(UsagePointCategory::water_works, std::max<std::size_t>(1, n / 50'000), true);
  place(UsagePointCategory::hospital, std::max<std::size_t>(1, n / 15'000), false);
}

}  // namespace gridmend
