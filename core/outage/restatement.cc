#include "core/outage/restatement.h"

#include <algorithm>
#include <map>
#include <span>
#include <vector>

#include "core/outage/candidate_parts.h"
#include "core/outage/explanation.h"

namespace gridmend {
namespace {

// An interval of 90 %: whoever is as probably dark is in it or not.
constexpr double kSurely = .95;

class Restatement {
 public:
  Restatement(const EvidenceView& view, const RefinedPosterior& posterior,
              const DeviceOutlook& outlook, Outage& outage)
      : view_(view), posterior_(posterior), outlook_(outlook), outage_(outage) {}

  void run() {
    count();
    const TreePosterior& tree = *posterior_.all.tree_of(forest().root_of(outlook_.zone));
    tell_runners_up(tree);
    const std::uint32_t spoke = outage_.dead_items;
    outage_.why.clear();
    write_shares(shares(tree), outage_);
    outage_.dead_items = std::max(outage_.dead_items, spoke);
    outage_.water_error = favoured_error(posterior_.all, tree, outlook_.zone);
    explain(forest().network(), outage_);
  }

 private:
  const InferenceForest& forest() const { return view_.input().forest; }

  // P(without supply) of each of `ids`, which come by id; 1 for one that lies in no tree that was
  // looked at. O(usage points of the zones they lie in, log).
  std::vector<double> p_dark(std::span<const Id<UsagePoint>> ids) const {
    std::vector<double> p(ids.size(), 1);
    std::map<Id<InferenceZone>, std::vector<std::size_t>> by_phases;  // places in `ids`
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const Id<InferenceZone> zone = forest().zone_of(ids[i]);
      if (!zone.valid()) continue;
      const Id<InferenceZone> root = forest().root_of(zone);
      const TreePosterior* tree = posterior_.all.tree_of(root);
      if (tree == nullptr) continue;
      if (posterior_.phases_of(root) != nullptr) {
        by_phases[zone].push_back(i);
        continue;
      }
      const double by_itself = outlook_.by_itself ? outlook_.p_active : 0;
      p[i] = std::min(1.0, 1 - (*tree)(tree->p_live, zone) + by_itself);
    }
    for (const auto& [zone, places] : by_phases) read_phases(zone, ids, places, p);
    return p;
  }

  // A zone is read once for all that are asked about.
  void read_phases(Id<InferenceZone> zone, std::span<const Id<UsagePoint>> ids,
                   std::span<const std::size_t> places, std::vector<double>& p) const {
    const PhasePosterior& phases = *posterior_.phases_of(forest().root_of(zone));
    const std::vector<PhaseGroup::Out> out = usage_point_p_out(view_, phases, zone);
    const auto own = forest().own_usage_points(zone);
    for (std::size_t i = 0; i < own.size(); ++i) {
      const auto asked = std::ranges::lower_bound(places, own[i], {},
                                                  [&](std::size_t place) { return ids[place]; });
      if (asked != places.end() && ids[*asked] == own[i]) p[*asked] = out[i].dead + out[i].partly;
    }
  }

  bool lives(Id<UsagePoint> id) const {
    const MeterEvidence* meter = view_.input().evidence.find(id);
    return lives_since(meter, outage_.onset_latest);
  }

  void count() {
    const CategoryWeights& weights = view_.settings().weights;
    std::vector<Id<UsagePoint>> dark = outage_.dark.to_vector();
    std::erase_if(dark, [this](Id<UsagePoint> id) { return lives(id); });
    const std::vector<double> p_each =
        outage_.operator_confirmed ? std::vector<double>(dark.size(), 1) : p_dark(dark);
    Outage told;
    double low = 0, high = 0;
    for (std::size_t i = 0; i < dark.size(); ++i) {
      const Id<UsagePoint> id = dark[i];
      const double p = p_each[i];
      const double customers = forest().network().usage_points()[id].customers;
      add_customer(forest().network(), weights, id, p, view_.settings().outages.critical_listed,
                   told);
      told.expected_customers += p * customers;
      low += p >= kSurely ? customers : 0;
      high += p > 1 - kSurely ? customers : 0;
    }
    outage_.dark = UsagePointSet::of(dark);
    outage_.expected_customers = told.expected_customers;
    outage_.weight = told.weight;
    outage_.critical = std::move(told.critical);
    outage_.customers_low = static_cast<std::uint32_t>(low);
    outage_.customers_high = static_cast<std::uint32_t>(high);
  }

  void tell_runners_up(const TreePosterior& tree) {
    const OutageSettings& settings = view_.settings().outages;
    if (!outlook_.by_itself) {
      outage_.runners_up = runners_up(forest(), tree, outlook_.zone, settings);
      return;
    }
    outage_.runners_up.clear();
    if (1 - tree(tree.p_live, outlook_.zone) < settings.runner_up_at) return;
    outage_.runners_up.push_back(
        suspect(forest(), outlook_.zone, tree(tree.p_active, outlook_.zone)));
  }

  Shares shares(const TreePosterior& tree) const {
    const PhasePosterior* phases = posterior_.phases_of(tree.root);
    if (!outlook_.by_itself && phases != nullptr) return phase_shares(*phases);
    if (!outlook_.by_itself)
      return gather_shares(view_, tree, {outlook_.zone, {}}, posterior_.epochs_of(tree.root));
    Shares shares;
    const LeafReader reader = view_.reader(tree.root);
    for (const Id<UsagePoint> id : outage_.affected.to_vector()) view_.add_said(id, reader, shares);
    if (outage_.probable.device.valid()) add_drop_shares(view_, outage_.probable.device, shares);
    return shares;
  }

  Shares phase_shares(const PhasePosterior& phases) const {
    const std::uint8_t carries = phases.zones[phases.entry(outlook_.zone)].carries;
    const auto lost = static_cast<std::uint8_t>(outage_.phases.live_bits() & carries);
    std::vector<PhaseLoss> others =
        listed_losses(forest(), phases, view_.settings().outages.predict_at);
    std::erase_if(others, [this](const PhaseLoss& one) { return one.zone == outlook_.zone; });
    return gather_shares(view_, phases, {outlook_.zone, lost != 0 ? lost : carries}, others);
  }

  const EvidenceView& view_;
  const RefinedPosterior& posterior_;
  const DeviceOutlook& outlook_;
  Outage& outage_;
};

}  // namespace

void restate(const EvidenceView& view, const RefinedPosterior& posterior,
             const DeviceOutlook& outlook, Outage& outage) {
  if (!outlook.known || outage.switched_off || !takes_supply(outage.status)) return;
  outage.probable.p_active = outlook.p_active;
  Restatement{view, posterior, outlook, outage}.run();
}

}  // namespace gridmend
