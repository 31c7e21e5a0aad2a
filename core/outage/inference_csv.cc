#include "core/outage/inference_csv.h"

#include <charconv>
#include <map>
#include <ostream>
#include <string>

#include "core/outage/topology_localiser.h"

namespace gridmend {
namespace {

void write_text(std::ostream& out, std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out << text;
    return;
  }
  out << '"';
  for (const char letter : text) {
    if (letter == '"') out << '"';
    out << letter;
  }
  out << '"';
}

void write_number(std::ostream& out, double value) {
  char digits[40];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.write(digits, end - digits);
}

std::string zone_name(const InferenceForest& forest, Id<InferenceZone> id) {
  if (!id.valid()) return "";
  const InferenceZone& zone = forest[id];
  const NetworkModel& network = forest.network();
  if (zone.device.valid()) return std::string{network.mrid(zone.device)};
  return "feeder:" + std::string{network.mrid(zone.feeder)};
}

Id<InferenceZone> zone_at(std::size_t index) { return Id<InferenceZone>{index}; }

void write_zone(std::ostream& out, const InferenceForest& forest, Id<InferenceZone> id,
                const LocaliserSettings& settings) {
  const InferenceZone& zone = forest[id];
  write_text(out, zone_name(forest, id));
  out << ',';
  write_text(out, zone_name(forest, zone.parent));
  out << ',' << (zone.device.valid() ? to_string(zone.kind) : "feeder_source") << ','
      << to_string(zone.phases) << ',';
  write_number(out, zone_prior(forest, id, Water{}, Time{}, kNeverHeard, 0, settings).probability);
  out << ',' << forest.usage_points_behind(id).size() << '\n';
}

void write_drop(std::ostream& out, const InferenceForest& forest, const SharedDrop& drop,
                const LocaliserSettings& settings) {
  const Id<InferenceZone> zone = forest.zone_of(drop.device);
  write_text(out, forest.network().mrid(drop.device));
  out << ',';
  write_text(out, zone_name(forest, zone));
  out << ",service_drop," << to_string(forest[zone].phases) << ',';
  write_number(out, reported_drop_open(nullptr, Time{}, std::nullopt, settings));
  out << ',' << drop.end - drop.begin << '\n';
}

void write_leaf(std::ostream& out, const InferenceForest& forest, Id<UsagePoint> id,
                const LocaliserSettings& settings) {
  write_text(out, forest.network().mrid(id));
  out << ',';
  const Id<Device> drop = forest.shared_drop(id);
  write_text(out, drop.valid() ? std::string{forest.network().mrid(drop)}
                               : zone_name(forest, forest.zone_of(id)));
  out << ",usage_point," << to_string(forest.network().usage_points()[id].phases) << ',';
  write_number(out, settings.priors.premises);
  out << ",1\n";
}

// P(without supply) of a zone's own usage points.
std::vector<double> out_in(const EvidenceView& view, const RefinedPosterior& posterior,
                           const TreePosterior& tree, Id<InferenceZone> zone) {
  const PhasePosterior* phases = posterior.phases_of(tree.root);
  if (phases == nullptr) return usage_point_p_out(view, tree, zone);
  std::vector<double> p_out;
  for (const PhaseGroup::Out& out : usage_point_p_out(view, *phases, zone))
    p_out.push_back(out.dead + out.partly);
  return p_out;
}

}  // namespace

void write_supply_tree_csv(std::ostream& out, const InferenceForest& forest,
                           const LocaliserSettings& settings) {
  out << "id,parent,kind,phases,prior,usage_points\n";
  for (std::size_t z = 0; z < forest.zones().size(); ++z) {
    write_zone(out, forest, zone_at(z), settings);
  }
  for (const SharedDrop& drop : forest.shared_drops()) write_drop(out, forest, drop, settings);
  for (const Id<UsagePoint> id : forest.usage_points_in_order()) {
    write_leaf(out, forest, id, settings);
  }
}

void write_device_posteriors_csv(std::ostream& out, const InferenceForest& forest,
                                 const RefinedPosterior& posterior) {
  out << "id,p_active,p_open\n";
  for (const TreePosterior& tree : posterior.all.trees) {
    for (std::size_t i = 0; i < tree.prior.size(); ++i) {
      write_text(out, zone_name(forest, zone_at(tree.root.index + i)));
      out << ',';
      write_number(out, tree.p_active[i]);
      out << ',';
      write_number(out, tree.p_open[i]);
      out << '\n';
    }
  }
}

void write_usage_point_posteriors_csv(std::ostream& out, const EvidenceView& view,
                                      const RefinedPosterior& posterior) {
  const InferenceForest& forest = view.input().forest;
  const NetworkModel& network = forest.network();
  out << "id,p_out\n";
  for (const TreePosterior& tree : posterior.all.trees) {
    for (std::uint32_t z = tree.root.index; z < tree.end(); ++z) {
      const std::vector<double> p_out = out_in(view, posterior, tree, zone_at(z));
      const auto own = forest.own_usage_points(zone_at(z));
      for (std::size_t i = 0; i < own.size(); ++i) {
        write_text(out, network.mrid(own[i]));
        out << ',';
        write_number(out, p_out[i]);
        out << '\n';
      }
    }
  }
  std::map<Id<UsagePoint>, double> unsure;
  visit_unsupplied(view, posterior.all, [&](Id<UsagePoint> id, double p) { unsure[id] = p; });
  for (const Id<UsagePoint> id : network.usage_points().ids()) {
    if (forest.zone_of(id).valid()) continue;
    write_text(out, network.mrid(id));
    out << ',';
    const auto known = unsure.find(id);
    write_number(out, known == unsure.end() ? 1 : known->second);
    out << '\n';
  }
}

}  // namespace gridmend
