#include <map>
#include <tuple>
#include <vector>

#include "data/ingest/check_context.h"

namespace gridmend {
namespace {

// The phases that come to a node as far as the source says: `known` false when a device above it
// does not say which, or when several ways lead there.
struct Carried {
  std::uint8_t live = 0;
  bool known = false;
};

constexpr Carried kUnknown{PhaseSet::abc().bits, false};

bool is_known(PhaseSet phases) { return phases.live_bits() != 0 && !phases.one_of(); }

class PhaseCheck {
 public:
  explicit PhaseCheck(CheckContext& context)
      : context_(context), forest_(context.forest), carried_(context.network.nodes().size()) {}

  void run() {
    for (const Id<Device> id : forest_.loop_devices()) {
      closes_loop_.resize(carried_.size(), 0);
      closes_loop_[context_.device(id).from.index] = 1;
      closes_loop_[context_.device(id).to.index] = 1;
    }
    for (const Id<ConnectivityNode> node : forest_.tour()) {
      carried_[node.index] = carry_to(node);
      compare_usage_points(node);
    }
    name_usage_points();
  }

 private:
  // Single-phase units between the same two nodes carry what they carry together.
  struct Together {
    std::uint8_t entering = 0;
    std::uint8_t leaving = 0;
    bool known = true;
    bool transforms = false;
    std::size_t units = 0;
  };

  Together between(Id<ConnectivityNode> parent, Id<ConnectivityNode> node) const {
    Together all;
    for (const auto [id, opposite] : context_.network.incident(node)) {
      if (opposite != parent || !context_.switches.conducts(id)) continue;
      const Device& device = context_.device(id);
      const PhaseSet other =
          device.to_phases == PhaseSet::none() ? device.phases : device.to_phases;
      const PhaseSet entering = device.to == node ? device.phases : other;
      const PhaseSet leaving = device.to == node ? other : device.phases;
      all.known = all.known && is_known(entering) && is_known(leaving);
      all.entering |= entering.live_bits();
      all.leaving |= leaving.live_bits();
      all.transforms = all.transforms || device.kind == DeviceKind::power_transformer;
      ++all.units;
    }
    return all;
  }

  Carried carry_to(Id<ConnectivityNode> node) {
    const Id<Device> by = forest_.parent_device(node);
    if (!by.valid()) return {PhaseSet::abc().bits, true};
    const Together way = between(forest_.parent(node), node);
    const Carried above = carried_[forest_.parent(node).index];
    if (!way.known) return kUnknown;
    const auto missing = static_cast<std::uint8_t>(way.entering & ~above.live);
    if (above.known && missing != 0) {
      context_.report(
          by, {DefectClass::phase_mismatch, DefectSeverity::warning,
               "carries phase " + to_string(PhaseSet{missing}) + ", but only " +
                   to_string(PhaseSet{above.live}) + " comes to it",
               "kept; what lies behind it is taken as " + to_string(PhaseSet{way.leaving})});
    }
    // Two ways that meet may bring more than one of them; an open delta makes three phases of two.
    const bool joined = !closes_loop_.empty() && closes_loop_[node.index] != 0 && way.units == 1;
    if (joined || (way.transforms && way.units > 1)) return kUnknown;
    if (!way.transforms && above.known && missing == 0) {
      return {static_cast<std::uint8_t>(way.leaving & above.live), true};
    }
    return {way.leaving, true};
  }

  // Those at one transformer on one phase are one finding.
  void compare_usage_points(Id<ConnectivityNode> node) {
    const Carried carried = carried_[node.index];
    if (!carried.known) return;
    for (const Id<UsagePoint> id : context_.network.usage_points_at(node)) {
      const PhaseSet phases = context_.usage_point(id).phases;
      const auto missing = static_cast<std::uint8_t>(phases.live_bits() & ~carried.live);
      if (!is_known(phases) || missing == 0) continue;
      auto& group =
          groups_[{context_.usage_point(id).transformer, forest_.parent_device(node), missing}];
      if (group.count++ == 0) group.first = id;
      group.customers += context_.usage_point(id).customers;
      group.live = carried.live;
    }
  }

  void name_usage_points() {
    for (const auto& [key, group] : groups_) {
      const auto& [transformer, by, missing] = key;
      std::string what = "is on phase " + to_string(PhaseSet{missing}) + ", but only " +
                         to_string(PhaseSet{group.live}) + " comes to it";
      if (by.valid()) what += " through " + context_.named(by);
      if (group.count > 1) {
        what = "and " + count_of(group.count - 1, "other usage point") + " beside it: " + what;
      }
      context_.report(group.first,
                      {DefectClass::phase_mismatch, DefectSeverity::warning, std::move(what)},
                      group.customers);
    }
  }

  struct Group {
    Id<UsagePoint> first;
    std::size_t count = 0;
    std::uint64_t customers = 0;
    std::uint8_t live = 0;
  };

  CheckContext& context_;
  const SupplyForest& forest_;
  std::vector<Carried> carried_;
  std::vector<std::uint8_t> closes_loop_;  // by node; empty when there is no loop
  std::map<std::tuple<Id<Device>, Id<Device>, std::uint8_t>, Group> groups_;
};

}  // namespace

void check_phases(CheckContext& context) { PhaseCheck{context}.run(); }

}  // namespace gridmend
