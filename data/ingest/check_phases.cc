#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "data/ingest/check_context.h"

namespace gridmend {
namespace {

bool is_known(PhaseSet phases) { return phases.live_bits() != 0 && !phases.one_of(); }

// All that the terminal has lead here: what lies behind a conductor that is wrong is read by it.
PhaseSupply wired(PhaseSet terminal) { return {terminal, terminal, {}}; }

// Follows which conductors lead to every node, loops included, and after a mismatch goes on with
// what the device says of itself, so that one mismatch is one finding.
class PhaseCheck {
 public:
  explicit PhaseCheck(CheckContext& context)
      : context_(context), forest_(context.forest), carried_(context.network.nodes().size()) {}

  void run() {
    for (const Id<ConnectivityNode> node : forest_.tour()) {
      carried_[node.index] = carry_to(node);
      compare_usage_points(node);
    }
    name_usage_points();
    name_assumed();
  }

 private:
  PhaseSupply carry_to(Id<ConnectivityNode> node) {
    const auto members = forest_.parent_devices(node);
    if (members.empty()) return PhaseSupply::source();
    const PhaseSupply above = carried_[forest_.parent(node).index];
    brought_.clear();
    for (const Id<Device> id : members) {
      const Device& device = context_.device(id);
      const auto direction = device.to == node ? FlowDirection::from_to : FlowDirection::to_from;
      const PhaseSet entering =
          direction == FlowDirection::from_to ? device.phases : phases_at_to(device);
      const bool wrong = compare_device(id, entering, above);
      brought_.push_back(
          pass(device, PhaseSet::none(), direction, wrong ? wired(entering) : above));
    }
    return either_way(side_by_side(brought_), forest_.supply(node));
  }

  // Whether the device carries what does not come to it.
  bool compare_device(Id<Device> id, PhaseSet entering, const PhaseSupply& above) {
    if (!is_known(entering) || !is_known(above.connected)) return false;
    const auto missing = static_cast<std::uint8_t>(entering.live_bits() & ~above.connected.bits);
    if (missing == 0) return false;
    if (is_assumed(context_.built.device_phases_assumed, id.index)) {
      if (assumed_devices_++ == 0) first_assumed_ = id;
      return false;
    }
    context_.report(
        id, {DefectClass::phase_mismatch, DefectSeverity::warning,
             "carries phase " + to_string(PhaseSet{missing}) + ", but only " +
                 to_string(PhaseSet{above.connected.live_bits()}) + " comes to it",
             "kept; what lies behind it is taken as " + to_string(PhaseSet{entering.live_bits()})});
    return true;
  }

  // Those at one transformer on one phase are one finding.
  void compare_usage_points(Id<ConnectivityNode> node) {
    const PhaseSet carried = carried_[node.index].connected;
    if (!is_known(carried)) return;
    for (const Id<UsagePoint> id : context_.network.usage_points_at(node)) {
      const PhaseSet phases = context_.usage_point(id).phases;
      const auto missing = static_cast<std::uint8_t>(phases.live_bits() & ~carried.bits);
      if (!is_known(phases) || missing == 0) continue;
      if (is_assumed(context_.built.usage_point_phases_assumed, id.index)) {
        if (assumed_points_++ == 0) first_assumed_point_ = id;
        continue;
      }
      auto& group =
          groups_[{context_.usage_point(id).transformer, forest_.parent_device(node), missing}];
      if (group.count++ == 0) group.first = id;
      group.customers += context_.usage_point(id).customers;
      group.live = carried.live_bits();
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

  static bool is_assumed(const std::vector<std::uint8_t>& assumed, std::size_t index) {
    return index < assumed.size() && assumed[index] != 0;
  }

  // Where nobody said what they carry nothing contradicts anything.
  void name_assumed() {
    const auto said = [](std::size_t count, std::string_view noun, PhaseSet phases) {
      const std::string others =
          count > 1 ? "and " + count_of(count - 1, noun) + " beside it: " : "";
      return others + "the source does not say its phases; " + to_string(phases) +
             " is assumed, but fewer come to it";
    };
    const auto finding = [](std::string what) {
      return Finding{DefectClass::phase_mismatch, DefectSeverity::note, std::move(what),
                     "taken as what comes to it"};
    };
    if (assumed_devices_ > 0) {
      const PhaseSet phases = context_.device(first_assumed_).phases;
      context_.report(first_assumed_, finding(said(assumed_devices_, "other device", phases)), 0);
    }
    if (assumed_points_ > 0) {
      const PhaseSet phases = context_.usage_point(first_assumed_point_).phases;
      context_.report(first_assumed_point_,
                      finding(said(assumed_points_, "other usage point", phases)), 0);
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
  std::vector<PhaseSupply> carried_;  // `connected` is what counts
  std::vector<PhaseSupply> brought_;
  std::size_t assumed_devices_ = 0, assumed_points_ = 0;
  Id<Device> first_assumed_;
  Id<UsagePoint> first_assumed_point_;
  std::map<std::tuple<Id<Device>, Id<Device>, std::uint8_t>, Group> groups_;
};

}  // namespace

void check_phases(CheckContext& context) { PhaseCheck{context}.run(); }

}  // namespace gridmend
