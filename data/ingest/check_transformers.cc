#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "data/ingest/check_context.h"
#include "data/ingest/finding_group.h"
#include "data/ingest/serving_transformers.h"

namespace gridmend {
namespace {

class TransformerCheck {
 public:
  explicit TransformerCheck(CheckContext& context)
      : context_(context), serving_(serving_transformers(context.forest)) {}

  void run() {
    find_idle();
    compare_with_declared();
    find_missing();
    find_far();
  }

 private:
  Id<Device> serving(const UsagePoint& point) const { return serving_[point.node]; }

  void find_idle() {
    std::vector<std::uint8_t> declared(context_.network.devices().size(), 0);
    std::vector<std::uint8_t> bank_declared(context_.network.nodes().size(), 0);
    for (const UsagePoint& point : context_.network.usage_points()) {
      if (!point.transformer.valid()) continue;
      declared[point.transformer.index] = 1;
      bank_declared[context_.device(point.transformer).to.index] = 1;
    }
    const std::vector<std::uint8_t> unclear = dark_parts_with_usage_points();
    for (const Id<Device> id : context_.network.devices().ids()) {
      const Device& device = context_.device(id);
      if (device.kind != DeviceKind::power_transformer || declared[id.index] != 0) continue;
      if (unclear[device.from.index] != 0 || unclear[device.to.index] != 0) continue;
      if (bank_declared[device.to.index] != 0) continue;
      if (!context_.forest.usage_points_behind(device.to).empty()) continue;
      const Id<ConnectivityNode> behind = context_.forest.downstream_node(id);
      if (behind.valid() && !context_.forest.usage_points_behind(behind).empty()) continue;
      context_.report(id, {DefectClass::transformer_without_usage_points, DefectSeverity::note,
                           "no usage point hangs behind it or names it"});
    }
  }

  // By node: in a part without supply nothing is behind anything, and its usage points may well
  // hang at its transformers. Told as an island.
  std::vector<std::uint8_t> dark_parts_with_usage_points() const {
    std::vector<std::uint8_t> found(context_.network.nodes().size(), 0);
    std::vector<Id<ConnectivityNode>> open;
    const auto reach = [&](Id<ConnectivityNode> node) {
      if (context_.forest.supplied(node) || found[node.index] != 0) return;
      found[node.index] = 1;
      open.push_back(node);
    };
    for (const UsagePoint& point : context_.network.usage_points()) reach(point.node);
    while (!open.empty()) {
      const Id<ConnectivityNode> node = open.back();
      open.pop_back();
      for (const auto [id, opposite] : context_.network.incident(node)) {
        if (context_.switches.conducts(id)) reach(opposite);
      }
    }
    return found;
  }

  // By declared and serving transformer: all that were linked to the wrong one together.
  void compare_with_declared() {
    struct Group {
      Id<UsagePoint> first;
      std::size_t count = 0;
      std::uint64_t customers = 0;
    };
    std::map<std::pair<Id<Device>, Id<Device>>, Group> groups;
    for (const Id<UsagePoint> id : context_.network.usage_points().ids()) {
      const UsagePoint& point = context_.usage_point(id);
      const Id<Device> by = serving(point);
      if (!by.valid() || !point.transformer.valid()) continue;
      if (are_one_bank(context_.network, by, point.transformer)) continue;
      Group& group = groups[{point.transformer, by}];
      if (group.count++ == 0) group.first = id;
      group.customers += point.customers;
    }
    for (const auto& [pair, group] : groups) {
      std::string what = "is declared at transformer " + context_.quoted(pair.first) +
                         " but supplied through " + context_.quoted(pair.second);
      if (group.count > 1) {
        what = "and " + count_of(group.count - 1, "other usage point") + ": " + what;
      }
      context_.report(group.first,
                      {DefectClass::connectivity_disagrees, DefectSeverity::warning,
                       std::move(what), "kept; supply decides"},
                      group.customers);
    }
  }

  // Who is meant to take medium voltage is no home.
  static bool may_take_medium_voltage(const UsagePoint& point) {
    return point.category != UsagePointCategory::residential &&
           point.category != UsagePointCategory::elderly_alone &&
           point.category != UsagePointCategory::life_support;
  }

  bool on_medium_voltage(Id<ConnectivityNode> node) const {
    const Id<Device> by = context_.forest.parent_device(node);
    return by.valid() && context_.device(by).nominal_kv > 1;
  }

  void find_missing() {
    std::size_t with = 0;
    std::size_t with_declared = 0;
    std::vector<Id<UsagePoint>> bypassing;  // they declare one, so the network draws them
    std::vector<Id<UsagePoint>> without;
    for (const Id<UsagePoint> id : context_.network.usage_points().ids()) {
      const UsagePoint& point = context_.usage_point(id);
      if (!context_.forest.supplied(point.node)) continue;
      if (serving(point).valid()) {
        ++with;
        if (point.transformer.valid()) ++with_declared;
      } else if (point.transformer.valid()) {
        bypassing.push_back(id);
      } else if (!may_take_medium_voltage(point)) {
        without.push_back(id);
      }
    }
    const auto all = static_cast<double>(with + without.size() + bypassing.size());
    if (100.0 * static_cast<double>(with) < context_.settings.with_transformer_percent * all) {
      without.clear();
    }
    if (bypassing.size() > with_declared) {
      report_most_bypass(std::move(bypassing), with_declared);
    } else {
      without.insert(without.end(), bypassing.begin(), bypassing.end());
    }
    report_missing(without);
  }

  // What is wrong with most is wrong with the source, not with each.
  void report_most_bypass(std::vector<Id<UsagePoint>> points, std::size_t with_declared) {
    const Id<UsagePoint> first = points.front();
    std::vector<std::string> named;
    std::uint64_t customers = 0;
    for (const Id<UsagePoint> id : points) {
      if (named.size() < kNamedOfAGroup) named.emplace_back(context_.network.mrid(id));
      customers += context_.usage_point(id).customers;
    }
    FindingGroup group{
        .defect_class = DefectClass::transformer_missing,
        .severity = DefectSeverity::severe,
        .statement = std::to_string(points.size()) + " of " +
                     std::to_string(points.size() + with_declared) +
                     " supplied usage points that declare a transformer have none on their way: " +
                     first_of(named, points.size()),
        .message = "no transformer lies on its way, though it declares one",
        .action = "kept; supply decides"};
    group.usage_points = std::move(points);
    context_.report(
        first,
        {group.defect_class, group.severity,
         group.statement + "; where their nodes are those above the transformers, leave the nodes "
                           "empty and the declared transformers decide",
         group.action},
        customers);
    context_.built.findings.push_back(std::move(group));
  }

  // Those at one connectivity node are one finding.
  void report_missing(const std::vector<Id<UsagePoint>>& without) {
    std::map<Id<ConnectivityNode>, std::vector<Id<UsagePoint>>> by_node;
    for (const Id<UsagePoint> id : without) by_node[context_.usage_point(id).node].push_back(id);
    for (const auto& [node, points] : by_node) {
      const UsagePoint& first = context_.usage_point(points.front());
      std::string what = "no transformer lies on its way from feeder " +
                         context_.quoted(context_.forest.feeder(node));
      if (first.transformer.valid()) {
        what += ", though it is declared at " + context_.quoted(first.transformer);
      }
      if (points.size() > 1) {
        what = "and " + count_of(points.size() - 1, "other usage point") + " beside it: " + what;
      }
      std::uint64_t customers = 0;
      for (const Id<UsagePoint> id : points) customers += context_.usage_point(id).customers;
      // Beside a line that is stated to be of medium voltage it may well take that.
      const bool medium = on_medium_voltage(node) && !first.transformer.valid();
      context_.report(points.front(),
                      {DefectClass::transformer_missing,
                       medium ? DefectSeverity::note : DefectSeverity::warning, std::move(what)},
                      customers);
    }
  }

  // By device: transformers behind which others lie give medium voltage, and that travels far.
  std::vector<std::uint8_t> feeding_others() const {
    std::vector<std::uint8_t> feeding(context_.network.devices().size(), 0);
    for (const Id<Device> id : context_.network.devices().ids()) {
      if (context_.device(id).kind != DeviceKind::power_transformer) continue;
      const Id<ConnectivityNode> behind = context_.forest.downstream_node(id);
      if (!behind.valid()) continue;
      const Id<Device> above = serving_[context_.forest.parent(behind)];
      if (above.valid()) feeding[above.index] = 1;
    }
    return feeding;
  }

  void find_far() {
    const std::vector<std::uint8_t> feeding = feeding_others();
    std::vector<std::pair<Id<UsagePoint>, double>> away;
    for (const Id<UsagePoint> id : context_.network.usage_points().ids()) {
      const UsagePoint& point = context_.usage_point(id);
      const Id<Device> transformer = point.transformer.valid() ? point.transformer : serving(point);
      if (!transformer.valid() || feeding[transformer.index] != 0) continue;
      const Position there = context_.device(transformer).position;
      if (there == Position{} || point.position == Position{}) continue;
      away.emplace_back(id, distance_m(point.position, there));
    }
    if (away.empty()) return;
    std::vector<double> metres;
    metres.reserve(away.size());
    for (const auto& [id, m] : away) metres.push_back(m);
    const auto nine_of_ten = metres.begin() + static_cast<std::ptrdiff_t>(metres.size() * 9 / 10);
    std::ranges::nth_element(metres, nine_of_ten);
    const CheckSettings& settings = context_.settings;
    const double limit_m = std::max(settings.far_from_transformer_m,
                                    settings.far_from_transformer_times * *nine_of_ten);
    for (const auto& [id, m] : away) {
      if (m <= limit_m) continue;
      const UsagePoint& point = context_.usage_point(id);
      const Id<Device> transformer = point.transformer.valid() ? point.transformer : serving(point);
      context_.report(
          id, {DefectClass::usage_point_far_from_transformer, DefectSeverity::warning,
               "is " + distance_text(m) + " from its transformer " + context_.quoted(transformer) +
                   "; nine of ten are within " + distance_text(*nine_of_ten) + ", the limit is " +
                   distance_text(limit_m)});
    }
  }

  CheckContext& context_;
  IdVector<ConnectivityNode, Id<Device>> serving_;
};

}  // namespace

void check_transformers(CheckContext& context) { TransformerCheck{context}.run(); }

}  // namespace gridmend
