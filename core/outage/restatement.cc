#include "core/outage/restatement.h"

#include <algorithm>
#include <optional>

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

  // P(without supply) of a usage point that lies in a zone; none where its tree was not looked at.
  std::optional<double> p_dark(Id<UsagePoint> id) const {
    const Id<InferenceZone> zone = forest().zone_of(id);
    if (!zone.valid()) return std::nullopt;
    const Id<InferenceZone> root = forest().root_of(zone);
    const TreePosterior* tree = posterior_.all.tree_of(root);
    if (tree == nullptr) return std::nullopt;
    if (const PhasePosterior* phases = posterior_.phases_of(root))
      return p_dark_by_phases(*phases, zone, id);
    const double by_itself = outlook_.by_itself ? outlook_.p_active : 0;
    return std::min(1.0, 1 - (*tree)(tree->p_live, zone) + by_itself);
  }

  double p_dark_by_phases(const PhasePosterior& phases, Id<InferenceZone> zone,
                          Id<UsagePoint> id) const {
    if (zone != asked_) {
      asked_ = zone;
      out_ = usage_point_p_out(view_, phases, zone);
    }
    const auto own = forest().own_usage_points(zone);
    const auto place = std::ranges::find(own, id) - own.begin();
    const PhaseGroup::Out& out = out_[static_cast<std::size_t>(place)];
    return out.dead + out.partly;
  }

  bool lives(Id<UsagePoint> id) const {
    const MeterEvidence* meter = view_.input().evidence.find(id);
    return lives_since(meter, outage_.onset_latest);
  }

  void count() {
    const CategoryWeights& weights = view_.settings().weights;
    std::vector<Id<UsagePoint>> dark;
    Outage told;
    double low = 0, high = 0;
    for (const Id<UsagePoint> id : outage_.dark.to_vector()) {
      if (lives(id)) continue;
      const double p = outage_.operator_confirmed ? 1 : p_dark(id).value_or(1);
      const double customers = forest().network().usage_points()[id].customers;
      add_customer(forest().network(), weights, id, p, view_.settings().outages.critical_listed,
                   told);
      told.expected_customers += p * customers;
      low += p >= kSurely ? customers : 0;
      high += p > 1 - kSurely ? customers : 0;
      dark.push_back(id);
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
    if (!outlook_.by_itself)
      return gather_shares(view_, tree, {outlook_.zone, {}}, posterior_.epochs_of(tree.root));
    Shares shares;
    const LeafReader reader = view_.reader(tree.root);
    for (const Id<UsagePoint> id : outage_.affected.to_vector()) {
      const MeterEvidence* meter = view_.input().evidence.find(id);
      if (meter != nullptr) reader.read(meter, view_.restored_at(id), &shares);
    }
    if (outage_.probable.device.valid()) add_drop_shares(view_, outage_.probable.device, shares);
    return shares;
  }

  const EvidenceView& view_;
  const RefinedPosterior& posterior_;
  const DeviceOutlook& outlook_;
  Outage& outage_;
  mutable Id<InferenceZone> asked_;
  mutable std::vector<PhaseGroup::Out> out_;  // of the zone's own usage points
};

}  // namespace

void restate(const EvidenceView& view, const RefinedPosterior& posterior,
             const DeviceOutlook& outlook, Outage& outage) {
  if (!outlook.known || outage.switched_off || !takes_supply(outage.status)) return;
  outage.probable.p_active = outlook.p_active;
  Restatement{view, posterior, outlook, outage}.run();
}

}  // namespace gridmend
