#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/geo/polyline_index.h"
#include "core/geo/position.h"
#include "data/ingest/check_context.h"
#include "data/ingest/finding_group.h"

namespace gridmend {
namespace {

constexpr std::size_t kCompared = 12;  // devices of a node that are compared with each other
// Beyond so many, and this part of what was drawn, the drawing is of something else.
constexpr std::size_t kFewestOfAScheme = 8;
constexpr std::size_t kPartOfAScheme = 10;

// What the ids join at a node and the drawing has far from each other.
struct FarDevice {
  Id<Device> device;
  Id<ConnectivityNode> node;
  Id<Device> other;  // none: the node itself was drawn
  double away_m = 0;
  Position at;  // of the device
};

// Something drawn at a node: a point, or a line by both of its ends, for it may be drawn against
// its direction.
struct Contact {
  Id<Device> device;
  Position first, last;
};

class DrawingCheck {
 public:
  explicit DrawingCheck(CheckContext& context)
      : context_(context), told_(context.network.devices().size(), 0) {}

  void run() {
    std::vector<Contact> contacts;
    for (const Id<ConnectivityNode> node : context_.network.nodes().ids()) {
      gather(node, contacts);
      if (contacts.size() < 2 || all_near(contacts)) continue;
      compare(node, contacts);
    }
    if (far_.empty()) return;
    const auto drawn = static_cast<std::size_t>(std::ranges::count_if(
        context_.built.drawn_devices, [](auto is_drawn) { return is_drawn != 0; }));
    if (far_.size() >= kFewestOfAScheme && far_.size() * kPartOfAScheme > drawn) {
      report_all(drawn);
    } else {
      for (const FarDevice& far : far_) report(far);
    }
  }

 private:
  bool is_line(Id<Device> id) const { return context_.network.polyline(id).size() >= 2; }

  void gather(Id<ConnectivityNode> node, std::vector<Contact>& contacts) const {
    contacts.clear();
    if (context_.built.drawn_nodes[node.index] != 0) {
      const Position at = context_.network.nodes()[node].position;
      contacts.push_back({{}, at, at});
    }
    for (const auto [id, opposite] : context_.network.incident(node)) {
      if (context_.built.drawn_devices[id.index] == 0 || opposite == node) continue;
      const auto line = context_.network.polyline(id);
      const Position at = context_.device(id).position;
      contacts.push_back(line.size() < 2 ? Contact{id, at, at}
                                         : Contact{id, line.front(), line.back()});
    }
  }

  // Cheap where it matters: nearly all are.
  bool near(Position a, Position b) const {
    const double most_m = context_.settings.drawn_apart_m;
    const double north_m = std::abs(a.latitude_deg - b.latitude_deg) * kMetresPerDegree;
    const double east_m = std::abs(a.longitude_deg - b.longitude_deg) * kMetresPerDegree;
    return north_m + east_m <= most_m || (north_m <= most_m && distance_m(a, b) <= most_m);
  }
  bool near(const Contact& a, const Contact& b) const {
    return near(a.first, b.first) || near(a.last, b.first) || near(a.first, b.last) ||
           near(a.last, b.last);
  }
  bool all_near(const std::vector<Contact>& contacts) const {
    return std::all_of(contacts.begin() + 1, contacts.end(),
                       [&](const Contact& other) { return near(contacts.front(), other); });
  }

  // Far is what is far from that to which the most are near; of two the one that is a point, which
  // nothing but its place ties to where it is drawn.
  void compare(Id<ConnectivityNode> node, std::vector<Contact>& contacts) {
    std::ranges::stable_sort(contacts, {}, [this](const Contact& contact) {
      return contact.device.valid() && !is_line(contact.device);
    });
    const std::span compared = std::span{contacts}.first(std::min(kCompared, contacts.size()));
    std::size_t most = 0;
    const Contact* centre = nullptr;
    for (const Contact& candidate : compared) {
      const auto count = static_cast<std::size_t>(std::ranges::count_if(
          compared, [&](const Contact& other) { return near(candidate, other); }));
      if (count <= most) continue;
      most = count;
      centre = &candidate;
    }
    for (const Contact& contact : contacts) {
      const bool is_near = std::ranges::any_of(compared, [&](const Contact& other) {
        return &other != &contact && near(contact, other) && near(*centre, other);
      });
      if (&contact == centre || is_near || !contact.device.valid()) continue;
      if (told_[contact.device.index] != 0) continue;
      if (context_.built.lines_compared && is_line(contact.device)) continue;
      told_[contact.device.index] = 1;
      far_.push_back(measured(node, contact, *centre));
    }
  }

  static FarDevice measured(Id<ConnectivityNode> node, const Contact& contact,
                            const Contact& centre) {
    FarDevice far{contact.device, node, centre.device, std::numeric_limits<double>::infinity(), {}};
    for (const Position a : {contact.first, contact.last}) {
      for (const Position b : {centre.first, centre.last}) {
        const double away_m = distance_m(a, b);
        if (away_m < far.away_m) {
          far.away_m = away_m;
          far.at = a;
        }
      }
    }
    return far;
  }

  std::string meeting(const FarDevice& far) const {
    return "its id joins it at connectivity node " + context_.quoted(far.node) + " to " +
           (far.other.valid() ? context_.named(far.other) : std::string{"where that was drawn"}) +
           ", " + distance_text(far.away_m) + " away";
  }

  // The line that the drawing has beside it, were it not for the ids.
  std::string drawn_beside(const FarDevice& far) {
    if (!lines_) index_lines();
    lines_->within(far.at, context_.settings.drawn_apart_m, passes_);
    const PolylinePass* best = nullptr;
    for (const PolylinePass& pass : passes_) {
      if (line_devices_[pass.line] == far.device) continue;
      if (best == nullptr || pass.distance_m < best->distance_m) best = &pass;
    }
    if (best == nullptr) return "nothing";
    const Id<Device> line = line_devices_[best->line];
    return context_.named(line) + " (" + context_.quoted(context_.device(line).from) + " to " +
           context_.quoted(context_.device(line).to) + "), " + distance_text(best->distance_m) +
           " away";
  }

  void index_lines() {
    std::vector<std::uint32_t> begins, ends;
    for (const Id<Device> id : context_.network.devices().ids()) {
      const Device& device = context_.device(id);
      if (context_.built.drawn_devices[id.index] == 0 || !is_line(id)) continue;
      begins.push_back(device.vertices_begin);
      ends.push_back(device.vertices_end);
      line_devices_.push_back(id);
    }
    lines_.emplace(context_.network.records().vertices.values(), begins, ends);
  }

  void report(const FarDevice& far) {
    context_.report(far.device,
                    {DefectClass::connectivity_disagrees, DefectSeverity::warning,
                     meeting(far) + "; in the drawing it has beside it " + drawn_beside(far),
                     "the ids decide"});
  }

  void report_all(std::size_t drawn) {
    std::vector<std::string> first;
    for (std::size_t i = 0; i < std::min(far_.size(), kNamedOfAGroup); ++i) {
      first.emplace_back(context_.network.mrid(far_[i].device));
    }
    const FarDevice& far = far_.front();
    context_.report(
        far.device,
        {DefectClass::connectivity_disagrees, DefectSeverity::warning,
         meeting(far) + ", and so are " + std::to_string(far_.size()) + " of " +
             std::to_string(drawn) + " that were drawn, " + first_of(first, far_.size()) +
             ": the drawing is no map, or the ids are of another",
         "the ids decide"},
        0);
  }

  CheckContext& context_;
  std::vector<std::uint8_t> told_;  // by device
  std::vector<FarDevice> far_;
  std::optional<PolylineIndex> lines_;
  std::vector<Id<Device>> line_devices_;
  std::vector<PolylinePass> passes_;
};

}  // namespace

void check_drawing(CheckContext& context) {
  const BuiltNetwork& built = context.built;
  if (built.drawn_devices.size() != context.network.devices().size()) return;
  if (built.drawn_nodes.size() != context.network.nodes().size()) return;
  DrawingCheck{context}.run();
}

}  // namespace gridmend
