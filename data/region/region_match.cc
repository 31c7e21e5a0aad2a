#include <algorithm>
#include <tuple>
#include <utility>

#include "data/region/region_diff.h"

namespace gridmend {
namespace {

// A record's mRID as a number, so that sorting a million does not chase letters.
struct Key {
  std::uint64_t hash = 0;
  std::uint32_t id = 0;
  friend bool operator<(const Key& a, const Key& b) {
    return std::tie(a.hash, a.id) < std::tie(b.hash, b.id);
  }
};

template <class Record>
class MridMatch {
 public:
  MridMatch(const NetworkModel& before, const Table<Record>& before_table,
            const NetworkModel& after, const Table<Record>& after_table)
      : before_(before), after_(after), match_(before_table.size()) {
    const std::vector<Key> old_keys = keys(before_, before_table);
    const std::vector<Key> new_keys = keys(after_, after_table);
    auto o = old_keys.begin();
    auto n = new_keys.begin();
    while (o != old_keys.end() && n != new_keys.end()) {
      if (o->hash != n->hash) {
        o->hash < n->hash ? ++o : ++n;
        continue;
      }
      const auto same = [hash = o->hash](const Key& key) { return key.hash == hash; };
      const auto old_end = std::find_if_not(o, old_keys.end(), same);
      const auto new_end = std::find_if_not(n, new_keys.end(), same);
      pair_up({o, old_end}, {n, new_end});
      o = old_end;
      n = new_end;
    }
  }

  IdVector<Record, Id<Record>> take() && { return std::move(match_); }

 private:
  static std::vector<Key> keys(const NetworkModel& network, const Table<Record>& table) {
    std::vector<Key> keys;
    keys.reserve(table.size());
    for (const Id<Record> id : table.ids()) {
      const std::string_view mrid = network.mrid(id);
      keys.push_back({checksum64(std::as_bytes(std::span{mrid.data(), mrid.size()})), id.index});
    }
    std::sort(keys.begin(), keys.end());
    return keys;
  }

  std::string_view old_mrid(const Key& key) const { return before_.mrid(Id<Record>{key.id}); }
  std::string_view new_mrid(const Key& key) const { return after_.mrid(Id<Record>{key.id}); }

  // Of one hash: nearly always one mRID, a few times when a source repeats it.
  void pair_up(std::vector<Key> old_keys, std::vector<Key> new_keys) {
    std::stable_sort(old_keys.begin(), old_keys.end(),
                     [&](const Key& a, const Key& b) { return old_mrid(a) < old_mrid(b); });
    std::stable_sort(new_keys.begin(), new_keys.end(),
                     [&](const Key& a, const Key& b) { return new_mrid(a) < new_mrid(b); });
    auto o = old_keys.begin();
    auto n = new_keys.begin();
    while (o != old_keys.end() && n != new_keys.end()) {
      const int order = old_mrid(*o).compare(new_mrid(*n));
      if (order == 0) match_[Id<Record>{o->id}] = Id<Record>{n->id};
      if (order <= 0) ++o;
      if (order >= 0) ++n;
    }
  }

  const NetworkModel& before_;
  const NetworkModel& after_;
  IdVector<Record, Id<Record>> match_;
};

template <class Record>
IdVector<Record, Id<Record>> match_tables(const NetworkModel& before,
                                          const Table<Record>& before_table,
                                          const NetworkModel& after,
                                          const Table<Record>& after_table) {
  return MridMatch<Record>{before, before_table, after, after_table}.take();
}

// Nodes without a counterpart by name, through the terminals of devices that are there in both.
void match_renamed_nodes(const NetworkModel& before, const NetworkModel& after,
                         RegionMatch& match) {
  IdVector<ConnectivityNode, std::uint8_t> taken(after.nodes().size());
  for (const Id<ConnectivityNode> node : match.nodes.values()) {
    if (node.valid()) taken[node] = 1;
  }
  const auto pair_up = [&](Id<ConnectivityNode> old_node, Id<ConnectivityNode> new_node) {
    if (match.nodes[old_node].valid() || taken[new_node] != 0) return;
    match.nodes[old_node] = new_node;
    taken[new_node] = 1;
  };
  for (const Id<Device> id : before.devices().ids()) {
    if (!match.devices[id].valid()) continue;
    const Device& old_device = before.devices()[id];
    const Device& new_device = after.devices()[match.devices[id]];
    pair_up(old_device.from, new_device.from);
    pair_up(old_device.to, new_device.to);
  }
}

}  // namespace

RegionMatch match_regions(const NetworkModel& before, const NetworkModel& after) {
  RegionMatch match;
  match.substations = match_tables(before, before.substations(), after, after.substations());
  match.feeders = match_tables(before, before.feeders(), after, after.feeders());
  match.nodes = match_tables(before, before.nodes(), after, after.nodes());
  match.devices = match_tables(before, before.devices(), after, after.devices());
  match.usage_points = match_tables(before, before.usage_points(), after, after.usage_points());
  match_renamed_nodes(before, after, match);
  return match;
}

}  // namespace gridmend
