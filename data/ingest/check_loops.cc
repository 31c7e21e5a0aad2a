#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdio>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "data/ingest/check_context.h"
#include "data/ingest/finding_group.h"
#include "data/ingest/loop_switches.h"
#include "data/ingest/meshed_level.h"

namespace gridmend {
namespace {

constexpr std::size_t kNamedSwitches = 8;
// Devices walked over to describe loops; beyond it loops are counted only.
constexpr std::size_t kMostSteps = 50'000'000;

// Nodes that loops hold together: what hangs together even when any one device is opened. Climbing
// from both ends of a closing device merges every node on its loop into the highest.
class Meshes {
 public:
  explicit Meshes(const SupplyForest& forest)
      : forest_(forest), nodes_(forest.network().nodes().size()) {
    const std::size_t n = nodes_;
    merged_into_.resize(n);
    depth_.assign(n, 0);
    root_.assign(n, 0);
    devices_.assign(n, 0);
    loops_.assign(n, 0);
    for (std::uint32_t i = 0; i < n; ++i) merged_into_[i] = i;
    for (const Id<ConnectivityNode> node : forest.tour()) {
      const Id<ConnectivityNode> parent = forest.parent(node);
      depth_[node.index] = parent.valid() ? depth_[parent.index] + 1 : 0;
      root_[node.index] = parent.valid() ? root_[parent.index] : node.index;
    }
  }

  std::uint32_t root(Id<ConnectivityNode> node) const { return root_[node.index]; }

  // Both ends hang on one source.
  void close(Id<ConnectivityNode> a, Id<ConnectivityNode> b) {
    std::uint32_t x = top(a.index), y = top(b.index);
    while (x != y) {
      std::uint32_t& lower = depth_[x] >= depth_[y] ? x : y;
      const std::uint32_t above = top(forest_.parent(Id<ConnectivityNode>{lower}).index);
      merged_into_[lower] = above;
      devices_[above] += devices_[lower] + 1;
      loops_[above] += loops_[lower];
      lower = above;
    }
    ++loops_[x];
    ++devices_[x];
  }

  std::uint32_t top(std::uint32_t node) {
    std::uint32_t found = node;
    while (merged_into_[found] != found) found = merged_into_[found];
    while (merged_into_[node] != found) node = std::exchange(merged_into_[node], found);
    return found;
  }
  std::size_t loops(std::uint32_t top) const { return loops_[top]; }
  std::size_t devices(std::uint32_t top) const { return devices_[top]; }

 private:
  const SupplyForest& forest_;
  std::size_t nodes_;
  std::vector<std::uint32_t> merged_into_, depth_, root_;
  std::vector<std::size_t> devices_, loops_;  // of what is merged into the node
};

class LoopCheck {
 public:
  explicit LoopCheck(CheckContext& context)
      : context_(context),
        forest_(context.forest),
        switches_(context.network),
        level_(context.network, context.settings.meshed_above_kv),
        meshes_(forest_) {}

  void name_all() {
    each_loop([this](Id<Device> closing) { name_loop(closing); },
              [this](Id<Device> closing, std::size_t loops, std::size_t devices) {
                name_mesh(closing, loops, devices);
              });
    name_meshed_by_design();
  }

  // Of loops that share a device one at a time: that which is opened for the one may cut the other.
  std::vector<Id<Device>> open_switches() {
    std::set<Id<Device>> opened;
    each_loop([&](Id<Device> closing) { open_switch_of(closing, opened); },
              [](Id<Device>, std::size_t, std::size_t) {});
    return {opened.begin(), opened.end()};
  }

 private:
  static constexpr std::size_t kSaid = static_cast<std::size_t>(-1);

  template <class Loop, class Mesh>
  void each_loop(Loop loop, Mesh mesh) {
    std::vector<Id<Device>> closing;
    for (const Id<Device> id : forest_.loop_devices()) {
      if (is_part_of_a_bank(id)) continue;
      (is_meshed_by_design(id) ? meshed_by_design_ : closing).push_back(id);
    }
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> ties;
    for (const Id<Device> id : closing) {
      if (between_sources(id)) {
        ++ties[roots(id)];
      } else {
        meshes_.close(context_.device(id).from, context_.device(id).to);
      }
    }
    const auto most = static_cast<std::size_t>(context_.settings.mesh_loops);
    for (const Id<Device> id : closing) {
      if (between_sources(id)) {
        std::size_t& count = ties[roots(id)];
        if (count <= most) {
          loop(id);
        } else if (count != kSaid) {
          mesh(id, count, 0);
          count = kSaid;
        }
        continue;
      }
      const std::uint32_t top = meshes_.top(context_.device(id).from.index);
      if (meshes_.loops(top) <= most) {
        loop(id);
      } else if (said_.emplace(top, true).second) {
        mesh(id, meshes_.loops(top), meshes_.devices(top));
      }
    }
  }

  bool is_meshed_by_design(Id<Device> closing) {
    const Device& device = context_.device(closing);
    if (!level_.exists() || device.from == device.to || steps_ > kMostSteps) return false;
    if (!between_sources(closing) && !level_.above(device.from)) return false;
    const LoopPath loop = path_of(closing);
    steps_ += loop.devices.size();
    return level_.holds(loop);
  }

  bool between_sources(Id<Device> id) const {
    const Device& device = context_.device(id);
    return meshes_.root(device.from) != meshes_.root(device.to);
  }
  std::pair<std::uint32_t, std::uint32_t> roots(Id<Device> id) const {
    const Device& device = context_.device(id);
    return std::minmax({meshes_.root(device.from), meshes_.root(device.to)});
  }

  // Transformers side by side on the same phases make no loop, nor does the jumper of an open-delta
  // bank of regulators. Single-phase units are a bundle of the forest already.
  bool is_part_of_a_bank(Id<Device> id) const {
    const Device& device = context_.device(id);
    const bool wound = device.kind == DeviceKind::power_transformer ||
                       device.kind == DeviceKind::voltage_regulator;
    const bool jumper = device.kind == DeviceKind::ac_line_segment &&
                        std::popcount(conductor_bits(device.phases)) == 1;
    if (device.from == device.to || (!wound && !jumper)) return false;
    for (const auto [other_id, opposite] : context_.network.incident(device.from)) {
      if (other_id == id || opposite != device.to || !context_.switches.conducts(other_id))
        continue;
      const Device& other = context_.device(other_id);
      if (wound && other.kind == device.kind) return true;
      const bool between_phases = std::popcount(conductor_bits(other.phases)) == 2;
      if (jumper && other.kind == DeviceKind::voltage_regulator && between_phases) return true;
    }
    return false;
  }

  LoopPath path_of(Id<Device> closing) const {
    Id<ConnectivityNode> a = context_.device(closing).from, b = context_.device(closing).to;
    std::vector<Id<Device>> from_a, from_b;
    const auto climb = [this](Id<ConnectivityNode>& node, std::vector<Id<Device>>& path) {
      path.push_back(forest_.parent_device(node));
      node = forest_.parent(node);
    };
    const bool between = meshes_.root(a) != meshes_.root(b);
    if (between) {
      while (forest_.parent_device(a).valid()) climb(a, from_a);
      while (forest_.parent_device(b).valid()) climb(b, from_b);
    }
    while (a != b && !between) {
      // Of two nodes neither of which is behind the other both go up.
      if (!forest_.is_behind(b, a)) {
        climb(a, from_a);
      } else {
        climb(b, from_b);
      }
    }
    LoopPath loop{{from_a.rbegin(), from_a.rend()}, from_a.size(), between};
    loop.devices.push_back(closing);
    loop.devices.insert(loop.devices.end(), from_b.begin(), from_b.end());
    return loop;
  }

  std::string named_switches(const LoopPath& loop) const {
    std::string names;
    std::size_t count = 0;
    for (const Id<Device> id : loop.devices) {
      if (!is_switch(context_.device(id).kind) || ++count > kNamedSwitches) continue;
      names += (names.empty() ? "" : ", ") + context_.quoted(id);
    }
    if (count > kNamedSwitches) names += " and " + std::to_string(count - kNamedSwitches) + " more";
    return names;
  }

  // Behind where supply enters the loop, by either way.
  std::uint64_t customers_of(const LoopPath& loop) const {
    if (loop.devices.size() == 1) return 0;
    std::uint64_t customers = 0;
    if (loop.closing > 0) customers += context_.customers_behind(loop.devices.front());
    if (loop.closing + 1 < loop.devices.size()) {
      customers += context_.customers_behind(loop.devices.back());
    }
    return customers;
  }

  void name_loop(Id<Device> closing) {
    if (context_.device(closing).from == context_.device(closing).to) {
      context_.report(closing,
                      {DefectClass::loop_of_closed_switches, DefectSeverity::warning,
                       "both of its ends are one connectivity node", "nothing flows through it"},
                      0);
      return;
    }
    if (steps_ > kMostSteps) return name_mesh(closing, 1, 0);
    const LoopPath loop = path_of(closing);
    steps_ += loop.devices.size();
    if (phases_all_round(context_.network, loop) == 0) return;
    const std::string action = context_.quoted(closing) + " is taken as open for tracing supply";
    if (const auto suspect = switches_.likeliest(loop)) return report(loop, *suspect, action);
    const bool by_design = !loop.between_sources && is_low_voltage(loop);
    context_.report(closing,
                    {DefectClass::loop_of_closed_switches,
                     by_design ? DefectSeverity::note : DefectSeverity::warning,
                     described(loop) + ", no switch among them", action},
                    customers_of(loop));
  }

  void open_switch_of(Id<Device> closing, std::set<Id<Device>>& opened) {
    if (context_.device(closing).from == context_.device(closing).to) return;
    if (steps_ > kMostSteps) return;
    const LoopPath loop = path_of(closing);
    steps_ += loop.devices.size();
    if (std::ranges::any_of(loop.devices, [&](Id<Device> id) { return opened.contains(id); })) {
      return;
    }
    if (phases_all_round(context_.network, loop) == 0) return;
    const auto suspect = switches_.likeliest(loop);
    if (!suspect || !suspect->spares_phases || heads_a_feeder(loop, *suspect)) return;
    const Id<Device> likeliest = loop.devices[suspect->place];
    opened.insert(likeliest);
    report(loop, *suspect, context_.quoted(likeliest) + " is taken as open in normal operation");
  }

  // Where there is no better suspect than what a feeder begins with, opening that would hang all of
  // the feeder on another.
  bool heads_a_feeder(const LoopPath& loop, const LoopSwitches::Suspect& suspect) const {
    if (suspect.at_source) return true;
    const auto switch_among = [this](auto begin, auto end) {
      return std::any_of(begin, end,
                         [this](Id<Device> id) { return is_switch(context_.device(id).kind); });
    };
    const auto at = loop.devices.begin() + static_cast<std::ptrdiff_t>(suspect.place);
    return loop.between_sources && context_.device(*at).kind == DeviceKind::breaker &&
           (!switch_among(loop.devices.begin(), at) || !switch_among(at + 1, loop.devices.end()));
  }

  std::string described(const LoopPath& loop) const {
    return (loop.between_sources ? "two sources are joined through " : "a loop runs through ") +
           std::to_string(loop.devices.size()) + " closed devices";
  }

  void report(const LoopPath& loop, const LoopSwitches::Suspect& suspect,
              const std::string& action) {
    const Id<Device> likeliest = loop.devices[suspect.place];
    context_.report(likeliest,
                    {DefectClass::loop_of_closed_switches, DefectSeverity::severe,
                     described(loop) + "; its switches: " + named_switches(loop) + "; " +
                         context_.quoted(likeliest) +
                         " is the likeliest to stand open in truth: " + suspect.reasons,
                     action},
                    customers_of(loop));
  }

  bool is_low_voltage(const LoopPath& loop) const {
    return std::ranges::all_of(loop.devices, [this](Id<Device> id) {
      const float kv = context_.device(id).nominal_kv;
      return kv > 0 && kv <= 1;
    });
  }

  void name_mesh(Id<Device> closing, std::size_t loops, std::size_t devices) {
    std::string what;
    if (between_sources(closing)) {
      const auto [a, b] = roots(closing);
      what = "the sources at connectivity nodes " + context_.quoted(Id<ConnectivityNode>{a}) +
             " and " + context_.quoted(Id<ConnectivityNode>{b}) + " are joined at " +
             count_of(loops, "place");
    } else if (devices > 0) {
      what = "a meshed part of " + count_of(devices, "closed device") + " has " +
             count_of(loops, "loop");
    } else {
      what = "a loop, too long to describe beside all the others";
    }
    context_.report(closing,
                    {DefectClass::loop_of_closed_switches, DefectSeverity::warning, std::move(what),
                     "one device a loop is taken as open for tracing supply"},
                    context_.customers_behind(context_.device(closing).from));
  }

  // One finding for all: nothing is to be mended at any of them.
  void name_meshed_by_design() {
    if (meshed_by_design_.empty()) return;
    std::vector<std::string> first;
    for (const Id<Device> id : meshed_by_design_) {
      if (first.size() == kNamedOfAGroup) break;
      first.emplace_back(context_.network.mrid(id));
    }
    char level[32];
    std::snprintf(level, sizeof level, "%.4g kV", context_.settings.meshed_above_kv);
    context_.report(
        meshed_by_design_.front(),
        {DefectClass::loop_of_closed_switches, DefectSeverity::note,
         count_of(meshed_by_design_.size(), "loop") + " of closed devices above " + level +
             ", where grids are run meshed, closed by " + first_of(first, meshed_by_design_.size()),
         "one device a loop is taken as open for tracing supply"},
        0);
  }

  CheckContext& context_;
  const SupplyForest& forest_;
  LoopSwitches switches_;
  MeshedLevel level_;
  Meshes meshes_;
  std::vector<Id<Device>> meshed_by_design_;
  std::map<std::uint32_t, bool> said_;  // meshes, by their highest node
  std::size_t steps_ = 0;
};

}  // namespace

void check_loops(CheckContext& context) {
  if (context.forest.loop_devices().empty()) return;
  LoopCheck{context}.name_all();
}

std::vector<Id<Device>> open_loop_switches(CheckContext& context) {
  if (context.forest.loop_devices().empty()) return {};
  return LoopCheck{context}.open_switches();
}

}  // namespace gridmend
