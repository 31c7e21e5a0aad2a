#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "data/ingest/check_context.h"

namespace gridmend {
namespace {

std::string kilovolts(double kv) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g kV", kv);
  return text;
}

// A side of a transformer is of the path's voltage within this ratio.
constexpr double kSameSide = 1.8;

// What is known of a path's voltage: 0 where nothing is. Behind a transformer only that it is not
// above `below_kv`.
struct Level {
  double kv = 0;
  double below_kv = 0;
  bool stepped_down = false;  // a transformer lies between it and the source
};

class VoltageCheck {
 public:
  explicit VoltageCheck(CheckContext& context)
      : context_(context), forest_(context.forest), levels_(context.network.nodes().size()) {}

  void run() {
    for (const Id<Feeder> id : context_.network.feeders().ids()) {
      const Feeder& feeder = context_.network.feeders()[id];
      if (!feeder.source_node.valid() || forest_.feeder(feeder.source_node) != id) continue;
      levels_[feeder.source_node.index].kv = usable(feeder.nominal_kv);
    }
    for (const Id<ConnectivityNode> node : forest_.tour()) {
      const Id<Device> by = forest_.parent_device(node);
      if (by.valid()) levels_[node.index] = behind(by, node, levels_[forest_.parent(node).index]);
    }
  }

 private:
  static double usable(float kv) {
    return kv > 0 && std::isfinite(kv) ? static_cast<double>(kv) : 0;
  }

  bool agree(double a, double b) const {
    return a == 0 || b == 0 || std::max(a, b) <= context_.settings.voltage_ratio * std::min(a, b);
  }

  Level behind(Id<Device> id, Id<ConnectivityNode> node, Level above) {
    const Device& device = context_.device(id);
    const double own_kv = usable(device.nominal_kv);
    if (device.kind == DeviceKind::power_transformer) {
      return behind_transformer(id, device.to == node, own_kv, above);
    }
    if (!agree(own_kv, above.kv)) {
      context_.report(id, {DefectClass::voltage_mismatch, DefectSeverity::warning,
                           "is of " + kilovolts(own_kv) + " on a path of " + kilovolts(above.kv) +
                               ", and no transformer lies between"});
    } else if (above.kv == 0 && above.below_kv > 0 && own_kv > above.below_kv * 1.1) {
      context_.report(
          id, {DefectClass::voltage_mismatch, DefectSeverity::warning,
               "is of " + kilovolts(own_kv) + " behind the lower side of a transformer of " +
                   kilovolts(above.below_kv)});
    }
    return own_kv > 0 ? Level{own_kv, 0, above.stepped_down} : above;
  }

  Level behind_transformer(Id<Device> id, bool downwards, double own_kv, Level above) {
    if (!downwards) {
      if (context_.customers_behind(id) > 0 && !steps_up(own_kv, above)) {
        context_.report(id, {DefectClass::voltage_mismatch, DefectSeverity::warning,
                             "is fed from its lower-voltage side; are its sides swapped?"});
      }
      return {own_kv, 0, above.stepped_down};
    }
    if (!agree(own_kv, above.kv)) {
      context_.report(id, {DefectClass::voltage_mismatch, DefectSeverity::warning,
                           "its higher side is of " + kilovolts(own_kv) + " on a path of " +
                               kilovolts(above.kv)});
    }
    return {0, std::max({own_kv, above.kv, above.below_kv}), true};
  }

  // Between the source and the grid, as at a power station, or within a meshed grid, which feeds
  // its transformers from either side. Behind another transformer it is supply that comes back.
  bool steps_up(double own_kv, Level above) const {
    const double meshed_above_kv = context_.settings.meshed_above_kv;
    if (above.kv > meshed_above_kv) return own_kv == 0 || own_kv > above.kv;
    // A power station whose voltage is not said.
    if (above.kv == 0 && above.below_kv == 0) return own_kv > meshed_above_kv;
    return !above.stepped_down && above.kv > 0 && own_kv > kSameSide * above.kv;
  }

  CheckContext& context_;
  const SupplyForest& forest_;
  std::vector<Level> levels_;  // by node
};

}  // namespace

void check_voltages(CheckContext& context) { VoltageCheck{context}.run(); }

}  // namespace gridmend
