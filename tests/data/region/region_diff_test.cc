#include "data/region/region_diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <set>

#include "core/network/supply_forest.h"
#include "tests/data/region/plain_network.h"

namespace gridmend::region_diff_test {
namespace {

using Fields = std::set<std::string>;

// A diff by names, as the oracle keeps it.
struct NamedDiff {
  std::set<std::string> added, removed;
  std::map<std::string, Fields> changed;
  friend bool operator==(const NamedDiff&, const NamedDiff&) = default;
};

template <class Record>
NamedDiff named(const TableDiff<Record>& diff, const NetworkModel& before,
                const NetworkModel& after) {
  NamedDiff names;
  for (const Id<Record> id : diff.added) names.added.emplace(after.mrid(id));
  for (const Id<Record> id : diff.removed) names.removed.emplace(before.mrid(id));
  for (const RecordChange<Record>& change : diff.changed) {
    Fields& fields = names.changed[std::string{before.mrid(change.before)}];
    for (const RegionField field : change.fields.to_vector()) fields.emplace(to_string(field));
  }
  return names;
}

std::string text_of(const NamedDiff& diff) {
  std::string text;
  for (const std::string& name : diff.added) text += "+" + name + " ";
  for (const std::string& name : diff.removed) text += "-" + name + " ";
  for (const auto& [name, fields] : diff.changed) {
    text += "~" + name + "(";
    for (const std::string& field : fields) text += field + ",";
    text += ") ";
  }
  return text;
}

TEST(RegionDiff, EqualRegionsInAnotherOrderDoNotDiffer) {
  const PlainNetwork plain = plain_network(3, 4, 5);
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Random order{seed};
    const Region before = plain.to_region(&order);
    const Region after = plain.to_region(&order);
    EXPECT_NE(before.id, after.id);
    const RegionDiff diff = diff_regions(before, after);
    EXPECT_TRUE(diff.empty()) << seed;
  }
}

TEST(RegionDiff, NamesWhatMovedAndByHowMuch) {
  PlainNetwork plain = plain_network(1, 2, 2);
  const Region before = plain.to_region();
  plain.device("F0.1").position.latitude_deg += .001;
  plain.usage_point("u0.0.1").position.longitude_deg += 1e-10;  // a hundredth of a millimetre
  const Region after = plain.to_region();
  const RegionDiff diff = diff_regions(before, after);
  ASSERT_EQ(diff.devices.changed.size(), 1U);
  EXPECT_EQ(before.network.mrid(diff.devices.changed[0].before), "F0.1");
  EXPECT_NEAR(diff.devices.changed[0].moved_m, 111.2, .1);
  EXPECT_TRUE(diff.devices.changed[0].moved());
  EXPECT_FALSE(diff.devices.changed[0].reconnected());
  EXPECT_TRUE(diff.usage_points.empty());
  EXPECT_EQ(field_text(after.network, diff.devices.changed[0].after, RegionField::kind), "fuse");
}

TEST(RegionDiff, ANodeUnderAnotherNameIsNoReconnection) {
  PlainNetwork plain = plain_network(1, 3, 2);
  const Region before = plain.to_region();
  plain.node("f0.1").mrid = "renamed";
  plain.device("F0.1").to = "renamed";
  plain.device("T0.1").from = "renamed";
  const Region after = plain.to_region();
  const RegionDiff diff = diff_regions(before, after);
  EXPECT_TRUE(diff.devices.empty());
  ASSERT_EQ(diff.nodes.changed.size(), 1U);
  EXPECT_TRUE(diff.nodes.changed[0].fields.has(RegionField::mrid));
}

TEST(RegionDiff, ALineDrawnTheOtherWayRoundIsStillConnectedAsBefore) {
  PlainNetwork plain = plain_network(1, 3, 2);
  const Region before = plain.to_region();
  std::swap(plain.device("L0.0").from, plain.device("L0.0").to);
  const Region after = plain.to_region();
  const RegionDiff diff = diff_regions(before, after);
  ASSERT_EQ(diff.devices.changed.size(), 1U);
  EXPECT_TRUE(diff.devices.changed[0].fields.has(RegionField::direction));
  EXPECT_FALSE(diff.devices.changed[0].reconnected());
}

TEST(RegionDiff, RepeatedMridsAreTakenInTheirOrder) {
  PlainNetwork plain = plain_network(1, 2, 3);
  for (PlainNetwork::UsagePoint& point : plain.usage_points) point.mrid = "same";
  const Region before = plain.to_region();
  plain.usage_points.pop_back();
  plain.usage_points[1].customers = 9;
  const Region after = plain.to_region();
  const RegionDiff diff = diff_regions(before, after);
  EXPECT_EQ(diff.usage_points.removed, (std::vector{Id<UsagePoint>{5}}));
  ASSERT_EQ(diff.usage_points.changed.size(), 1U);
  EXPECT_EQ(diff.usage_points.changed[0].before, Id<UsagePoint>{1});
}

TEST(RegionDiff, RoadsAreTheSameOrNot) {
  PlainNetwork plain = plain_network(1, 2, 2);
  const Region before = plain.to_region();
  plain.roads = true;
  const Region after = plain.to_region();
  EXPECT_TRUE(diff_regions(before, after).roads_changed);
  EXPECT_FALSE(diff_regions(after, after).roads_changed);
}

// Edits a network and keeps the books of what it did.
class Editor {
 public:
  Editor(PlainNetwork plain, std::uint64_t seed) : plain_(std::move(plain)), random_(seed) {}

  void edit() {
    switch (random_.below(10)) {
      case 0:
        return remove_usage_point();
      case 1:
        return add_usage_point();
      case 2:
        return change(any(plain_.usage_points), usage_points, "position",
                      [](auto& p) { p.position.latitude_deg += .0005; });
      case 3:
        return change(any(plain_.usage_points), usage_points, "customers",
                      [](auto& p) { p.customers = 77; });
      case 4:
        return change(any(plain_.usage_points), usage_points, "address",
                      [](auto& p) { p.address += " rear"; });
      case 5:
        return change(any(plain_.devices), devices, "rated_kva",
                      [](auto& d) { d.rated_kva += 15; });
      case 6:
        return change(any(plain_.devices), devices, "position",
                      [](auto& d) { d.position.longitude_deg += .0002; });
      case 7:
        return reconnect();
      case 8:
        return remove_branch();
      default:
        return add_branch();
    }
  }

  const PlainNetwork& plain() const { return plain_; }

  NamedDiff devices, usage_points, nodes;

 private:
  template <class Item>
  Item* any(std::vector<Item>& items) {
    for (int tries = 0; tries < 20; ++tries) {
      Item& item = items[random_.below(items.size())];
      if (touched_.insert(item.mrid).second) return &item;
    }
    return nullptr;
  }

  template <class Item, class Do>
  void change(Item* item, NamedDiff& book, const char* field, Do&& act) {
    if (item == nullptr) return;
    act(*item);
    book.changed[item->mrid].insert(field);
  }

  void remove_usage_point() {
    const PlainNetwork::UsagePoint* point = any(plain_.usage_points);
    if (point == nullptr) return;
    usage_points.removed.insert(point->mrid);
    plain_.erase_usage_point(std::string{point->mrid});
  }

  void add_usage_point() {
    PlainNetwork::UsagePoint point = plain_.usage_points[random_.below(plain_.usage_points.size())];
    if (touched_.contains(point.transformer)) return;
    point.mrid = "new" + std::to_string(++fresh_);
    touched_.insert(point.mrid);
    usage_points.added.insert(point.mrid);
    plain_.usage_points.push_back(point);
  }

  std::string any_stem() {
    for (int tries = 0; tries < 20; ++tries) {
      const auto& device = plain_.devices[random_.below(plain_.devices.size())];
      if (device.kind == DeviceKind::fuse && !touched_.contains(device.mrid))
        return device.mrid.substr(1);
    }
    return {};
  }

  // Untouched throughout: what was edited in it must not be forgotten by removing it.
  bool is_untouched(const std::string& stem) {
    if (touched_.contains("F" + stem) || touched_.contains("T" + stem)) return false;
    return std::ranges::none_of(plain_.usage_points, [&](const auto& point) {
      return point.node == "t" + stem && touched_.contains(point.mrid);
    });
  }

  void reconnect() {
    const std::string stem = any_stem();
    if (stem.empty()) return;
    PlainNetwork::Device& fuse = plain_.device("F" + stem);
    const std::string feeder = fuse.feeder.substr(1);
    const std::string to = "b" + std::to_string(random_.below(3)) + ".0";
    if (fuse.from == to) return;
    touched_.insert(fuse.mrid);
    fuse.from = to;
    devices.changed[fuse.mrid].insert("from_node");
  }

  void remove_branch() {
    const std::string stem = any_stem();
    if (stem.empty() || !is_untouched(stem)) return;
    for (const auto& point : plain_.usage_points) {
      if (point.node == "t" + stem) usage_points.removed.insert(point.mrid);
    }
    devices.removed.insert({"F" + stem, "T" + stem});
    nodes.removed.insert({"f" + stem, "t" + stem});
    plain_.erase_branch(stem);
  }

  void add_branch() {
    const std::string stem = "0.new" + std::to_string(++fresh_);
    plain_.add_branch(stem, "b1.0", 2, {120.05, 29.9});
    for (const char* kind : {"F", "T"}) {
      devices.added.insert(kind + stem);
      touched_.insert(kind + stem);
    }
    nodes.added.insert({"f" + stem, "t" + stem});
    for (const char* number : {".0", ".1"}) {
      usage_points.added.insert("u" + stem + number);
      touched_.insert("u" + stem + number);
    }
  }

  PlainNetwork plain_;
  Random random_;
  std::set<std::string> touched_;
  int fresh_ = 0;
};

// Who feeds whom, by names, straight from the forests.
std::map<std::string, std::string> feeder_by_usage_point(const Region& region) {
  const NetworkModel& network = region.network;
  const SupplyForest forest = SupplyForest::derive(network, SwitchState{network});
  std::map<std::string, std::string> fed;
  for (const Id<UsagePoint> id : network.usage_points().ids()) {
    const Id<Feeder> feeder = forest.feeder(network.usage_points()[id].node);
    fed.emplace(network.mrid(id), feeder.valid() ? network.mrid(feeder) : std::string_view{});
  }
  return fed;
}

void expect_supply(const Region& before, const Region& after, const RegionDiff& diff) {
  const auto fed = feeder_by_usage_point(before);
  const auto feeds = feeder_by_usage_point(after);
  std::map<std::string, std::pair<std::size_t, std::size_t>> expected;  // gained, lost
  std::set<std::string> cut;
  for (const auto& [point, feeder] : fed) {
    const auto now = feeds.find(point);
    if (now != feeds.end() && now->second == feeder) continue;
    if (!feeder.empty()) ++expected[feeder].second;
    if (now == feeds.end()) continue;
    if (!now->second.empty()) ++expected[now->second].first;
    if (now->second.empty()) cut.insert(point);
  }
  for (const auto& [point, feeder] : feeds) {
    if (!fed.contains(point) && !feeder.empty()) ++expected[feeder].first;
  }
  std::map<std::string, std::pair<std::size_t, std::size_t>> found;
  for (const FeederSupplyChange& change : diff.feeder_supply) {
    const std::string name{change.before.valid() ? before.network.mrid(change.before)
                                                 : after.network.mrid(change.after)};
    found[name] = {change.gained, change.lost};
  }
  EXPECT_EQ(found, expected);
  std::set<std::string> lost;
  for (const Id<UsagePoint> id : diff.supply_lost) lost.emplace(before.network.mrid(id));
  EXPECT_EQ(lost, cut);
}

TEST(RegionDiff, ShowsExactlyTheEditsThatWereMade) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Editor editor{plain_network(3, 5, 4), seed};
    Random order{seed * 31};
    const Region before = editor.plain().to_region(&order);
    for (std::uint64_t edits = seed % 25; edits > 0; --edits) editor.edit();
    const Region after = editor.plain().to_region(&order);
    const RegionDiff diff = diff_regions(before, after);
    EXPECT_EQ(text_of(named(diff.devices, before.network, after.network)), text_of(editor.devices));
    EXPECT_EQ(text_of(named(diff.usage_points, before.network, after.network)),
              text_of(editor.usage_points));
    EXPECT_EQ(text_of(named(diff.nodes, before.network, after.network)), text_of(editor.nodes));
    EXPECT_TRUE(diff.feeders.empty());
    expect_supply(before, after, diff);
    // And back again: what was added is removed.
    const RegionDiff back = diff_regions(after, before);
    EXPECT_EQ(named(back.devices, after.network, before.network).added, editor.devices.removed);
    EXPECT_EQ(named(back.usage_points, after.network, before.network).removed,
              editor.usage_points.added);
  }
}

}  // namespace
}  // namespace gridmend::region_diff_test
