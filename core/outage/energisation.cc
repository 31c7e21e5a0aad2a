#include "core/outage/energisation.h"

#include <algorithm>
#include <cstdio>
#include <vector>

#include "core/outage/device_priors.h"
#include "core/outage/explanation.h"

namespace gridmend {
namespace {

std::string metres(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

std::string minute_of(Time time) {
  std::string text = to_rfc3339(time).substr(0, 16);
  text[10] = ' ';
  return text + " UTC";
}

// Water at one device over time, against the depth from which it is dangerous.
class WaterAtDevice {
 public:
  WaterAtDevice(const Device& device, const Water& water, const LocaliserSettings& settings)
      : position_(device.position),
        water_(water),
        sigmas_(settings.energisation.sigmas),
        height_m_(live_part_height_m(device, settings.priors)),
        limit_m_(height_m_ - settings.energisation.margin_m) {}

  double height_m() const { return height_m_; }
  double depth_m(Time at) const { return water_.depth_m(position_, at); }
  // Above 0: it reaches the live parts, or may.
  double excess_m(Time at) const {
    return depth_m(at) + sigmas_ * water_.depth_sigma_m(at) - limit_m_;
  }
  bool reaches(Time at) const { return depth_m(at) > 0 && excess_m(at) > 0; }

  // The first moment after `at` from which it does not reach; the epoch: not within the slices.
  Time falls_at(Time at) const {
    Time before = at;
    for (const Time slice : water_.slice_times()) {
      if (slice <= at) continue;
      if (reaches(slice)) {
        before = slice;
        continue;
      }
      // Between slices depth and deviation move linearly. Where it is dry at the end, the excess
      // may still be above 0 there for the deviation alone.
      const double from = excess_m(before);
      const double to = excess_m(slice);
      if (to >= 0 || from <= to) return slice;
      return before + from_seconds(seconds(slice - before) * from / (from - to));
    }
    return Time{};
  }

  // The deepest moment within [from, at] at which it reached; none when it never did. Depth is
  // linear between slices, so the ends and the slices between decide.
  std::optional<Time> deepest_reach(Time from, Time at) const {
    std::optional<Time> deepest;
    const auto look = [&](Time time) {
      if (reaches(time) && (!deepest || depth_m(time) > depth_m(*deepest))) deepest = time;
    };
    look(from);
    for (const Time slice : water_.slice_times()) {
      if (slice > from && slice < at) look(slice);
    }
    return deepest;
  }

 private:
  Position position_;
  const Water& water_;
  double sigmas_;
  double height_m_;
  double limit_m_;
};

void say_under_water(const DeviceName& name, UnsafeToEnergise& unsafe) {
  const std::string off =
      unsafe.depth_sigma_m > 0 ? " (give or take " + metres(unsafe.depth_sigma_m) + " m)" : "";
  unsafe.sentence_en = "Unsafe to energise: " + name.en + " stands in " + metres(unsafe.depth_m) +
                       " m of water" + off + ", its live parts " +
                       metres(unsafe.live_part_height_m) + " m above ground.";
  unsafe.sentence_zh =
      "禁止送电：" + name.zh + "受淹水深" + metres(unsafe.depth_m) + "米" +
      (unsafe.depth_sigma_m > 0 ? "（误差约" + metres(unsafe.depth_sigma_m) + "米）" : "") +
      "，带电部位离地" + metres(unsafe.live_part_height_m) + "米。";
  if (unsafe.dry_at == Time{}) return;
  unsafe.sentence_en +=
      " The water is forecast to have fallen by " + minute_of(unsafe.dry_at) + ".";
  unsafe.sentence_zh += "预计" + minute_of(unsafe.dry_at) + "退水。";
}

void say_not_inspected(const DeviceName& name, UnsafeToEnergise& unsafe) {
  unsafe.sentence_en = "Unsafe to energise: " + name.en + " stood in " + metres(unsafe.depth_m) +
                       " m of water at " + minute_of(unsafe.time) +
                       " and nobody has found it sound since.";
  unsafe.sentence_zh = "禁止送电：" + name.zh + "曾于" + minute_of(unsafe.time) + "受淹水深" +
                       metres(unsafe.depth_m) + "米，退水后尚未检查合格。";
}

}  // namespace

UnsafeToEnergise unsafe_to_energise(const NetworkModel& network, Id<Device> id, const Water& water,
                                    Time at, const DeviceEvidence* heard,
                                    const LocaliserSettings& settings) {
  UnsafeToEnergise unsafe;
  if (water.empty() || !id.valid()) return unsafe;
  const Device& device = network.devices()[id];
  if (device.kind == DeviceKind::ac_line_segment) return unsafe;
  const WaterAtDevice here{device, water, settings};
  unsafe.device = id;
  unsafe.live_part_height_m = here.height_m();
  if (here.reaches(at)) {
    unsafe.reason = UnsafeReason::under_water;
    unsafe.time = at;
    unsafe.dry_at = here.falls_at(at);
  } else {
    const Time until = at + settings.reliability.clock_skew;
    const Time from = std::max(at - settings.priors.flood_memory, known_sound_at(heard, until));
    const std::optional<Time> deepest = here.deepest_reach(std::min(from, at), at);
    if (!deepest) return {};
    unsafe.reason = UnsafeReason::not_inspected;
    unsafe.time = *deepest;
  }
  unsafe.depth_m = here.depth_m(unsafe.time);
  unsafe.depth_sigma_m = water.depth_sigma_m(unsafe.time);
  const DeviceName name = name_of(network, id);
  if (unsafe.reason == UnsafeReason::under_water) {
    say_under_water(name, unsafe);
  } else {
    say_not_inspected(name, unsafe);
  }
  return unsafe;
}

}  // namespace gridmend
