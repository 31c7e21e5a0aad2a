#include <vector>

#include "data/ingest/check_context.h"

namespace gridmend {
namespace {

// What lies behind the last transformer of a path is low voltage, whatever is stated.
class LineEndCheck {
 public:
  explicit LineEndCheck(CheckContext& context)
      : context_(context),
        forest_(context.forest),
        behind_transformer_(context.network.nodes().size(), 0) {
    for (const Id<ConnectivityNode> node : forest_.tour()) {
      const Id<Device> by = forest_.parent_device(node);
      if (!by.valid()) continue;
      const bool steps_down = context.device(by).kind == DeviceKind::power_transformer;
      behind_transformer_[node.index] =
          steps_down ? 1 : behind_transformer_[forest_.parent(node).index];
    }
  }

  void run() {
    for (const Id<ConnectivityNode> node : forest_.tour()) {
      const auto incident = context_.network.incident(node);
      if (incident.size() != 1 || !context_.network.usage_points_at(node).empty()) continue;
      const Id<Device> last = forest_.parent_device(node);
      if (last.valid()) end_at(node, last);
    }
    name_empty_drops();
  }

 private:
  void end_at(Id<ConnectivityNode> node, Id<Device> last) {
    const Device& device = context_.device(last);
    if (device.kind == DeviceKind::service_drop) {
      // A meter may be read later, or a house stand empty; hundreds of them are one thing to know.
      if (empty_drops_++ == 0) first_empty_drop_ = last;
      return;
    }
    if (is_switch(device.kind)) {
      context_.report(last, {DefectClass::dangling_line_end, DefectSeverity::note,
                             "is closed, and behind it there is nothing"});
      return;
    }
    const bool low_voltage =
        behind_transformer_[node.index] != 0 || (device.nominal_kv > 0 && device.nominal_kv <= 1);
    // The last pole of a street's low voltage is no end to wonder at.
    if (device.kind != DeviceKind::ac_line_segment || low_voltage) return;
    const double tail_m = tail_length_m(node);
    if (tail_m < context_.settings.dangling_line_m) return;
    const bool is_long = tail_m >= context_.settings.long_dangling_line_m;
    context_.report(last, {DefectClass::dangling_line_end,
                           is_long ? DefectSeverity::warning : DefectSeverity::note,
                           "a line of medium voltage ends with no transformer, switch or usage "
                           "point after " +
                               distance_text(tail_m) + " on which there is nothing either"});
  }

  // Back along lines alone, to where something else is.
  double tail_length_m(Id<ConnectivityNode> node) const {
    double metres = 0;
    while (forest_.parent_device(node).valid()) {
      const Device& device = context_.device(forest_.parent_device(node));
      if (device.kind != DeviceKind::ac_line_segment) break;
      metres += static_cast<double>(device.length_m);
      node = forest_.parent(node);
      if (context_.network.incident(node).size() != 2 ||
          !context_.network.usage_points_at(node).empty()) {
        break;
      }
    }
    return metres;
  }

  void name_empty_drops() {
    if (empty_drops_ == 0) return;
    context_.report(first_empty_drop_,
                    {DefectClass::dangling_line_end, DefectSeverity::note,
                     empty_drops_ == 1 ? "leads to a building where there is no usage point"
                                       : "and " + std::to_string(empty_drops_ - 1) +
                                             " other service drops lead to buildings where there "
                                             "is no usage point"},
                    0);
  }

  CheckContext& context_;
  const SupplyForest& forest_;
  std::vector<std::uint8_t> behind_transformer_;
  std::size_t empty_drops_ = 0;
  Id<Device> first_empty_drop_;
};

}  // namespace

void check_line_ends(CheckContext& context) { LineEndCheck{context}.run(); }

}  // namespace gridmend
