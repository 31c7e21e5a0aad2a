#include <map>
#include <optional>
#include <vector>

#include "data/ingest/check_context.h"

namespace gridmend {
namespace {

// Devices declared on one feeder and supplied by another that follow each other.
struct Stretch {
  Id<Device> border;  // the first of them that supply meets
  Id<Feeder> declared;
  std::size_t devices = 0;
  std::optional<Id<Device>> tie;  // an open device of it that leads to the declared feeder
};

class FeederCheck {
 public:
  explicit FeederCheck(CheckContext& context)
      : context_(context), forest_(context.forest), at_(context.network.nodes().size(), kNone) {}

  void run() {
    for (const Id<ConnectivityNode> node : forest_.tour()) follow(node);
    if (stretches_.empty()) return;
    find_ties();
    for (const Stretch& stretch : stretches_) describe(stretch);
  }

 private:
  static constexpr std::uint32_t kNone = Id<Device>::kNone;

  void follow(Id<ConnectivityNode> node) {
    const Id<Device> id = forest_.parent_device(node);
    if (!id.valid()) return;
    const std::uint32_t above = at_[forest_.parent(node).index];
    const Id<Feeder> declared = context_.device(id).feeder;
    // What declares nothing goes with what it hangs on.
    if (!declared.valid()) {
      at_[node.index] = above;
      return;
    }
    if (declared == forest_.feeder(node)) return;
    if (above != kNone && stretches_[above].declared == declared) {
      at_[node.index] = above;
      ++stretches_[above].devices;
      return;
    }
    at_[node.index] = static_cast<std::uint32_t>(stretches_.size());
    stretches_.push_back({id, declared, 1, {}});
  }

  void find_ties() {
    for (const Id<Device> id : context_.network.devices().ids()) {
      if (context_.switches.conducts(id)) continue;
      const Device& device = context_.device(id);
      look_across(id, device.from, device.to);
      look_across(id, device.to, device.from);
    }
  }

  void look_across(Id<Device> id, Id<ConnectivityNode> here, Id<ConnectivityNode> there) {
    if (at_[here.index] == kNone) return;
    Stretch& stretch = stretches_[at_[here.index]];
    if (!stretch.tie && forest_.feeder(there) == stretch.declared) stretch.tie = id;
  }

  void describe(const Stretch& stretch) {
    const Id<ConnectivityNode> behind = forest_.downstream_node(stretch.border);
    std::string what = stretch.devices == 1 ? "is declared on feeder "
                                            : "and " + std::to_string(stretch.devices - 1) +
                                                  " devices behind it are declared on feeder ";
    what += context_.quoted(stretch.declared) + " but supplied by " +
            context_.quoted(forest_.feeder(behind));
    const bool can_open = is_switch(context_.device(stretch.border).kind);
    if (stretch.tie) {
      what += "; " + context_.named(*stretch.tie) + ", which is open, leads to " +
              context_.quoted(stretch.declared);
      if (can_open) what += ": is it closed in truth, and this switch open?";
    } else if (can_open && stretch.devices > 1) {
      what += "; this switch is the border: does it stand open in truth?";
    }
    context_.report(stretch.border, {DefectClass::feeder_disagrees, DefectSeverity::warning,
                                     std::move(what), "kept; supply decides"});
  }

  CheckContext& context_;
  const SupplyForest& forest_;
  std::vector<std::uint32_t> at_;  // stretch by connectivity node
  std::vector<Stretch> stretches_;
};

}  // namespace

void check_feeders(CheckContext& context) { FeederCheck{context}.run(); }

}  // namespace gridmend
