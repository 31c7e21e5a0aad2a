#include "core/network/network_model.h"

#include <gmock/gmock.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "core/base/random.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::network_model_test {
namespace {

using drawing::device;
using drawing::draw;
using drawing::node;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kTown = R"(
S==B1--n1--F1--T1(3)
       |
       n2--L1/--n3
)";

// The records of kTown with one of them changed.
template <class Change>
Result<NetworkModel> changed(Change change) {
  auto records = drawing::read_feeders(kTown);
  EXPECT_TRUE(records);
  change(*records);
  return NetworkModel::from_records(std::move(*records));
}

template <class Record, class Change>
void alter(Table<Record>& table, std::size_t number, Change change) {
  std::vector<Record> values(table.begin(), table.end());
  change(values.at(number));
  table = Table<Record>{std::move(values)};
}

TEST(NetworkModel, RefusesRecordsThatReferOutsideTheirTables) {
  const std::vector<std::pair<const char*, Result<NetworkModel>>> cases = {
      {"device 0", changed([](NetworkRecords& r) {
         alter(r.devices, 0, [](Device& d) { d.from = Id<ConnectivityNode>{999}; });
       })},
      {"device 1",
       changed([](NetworkRecords& r) { alter(r.devices, 1, [](Device& d) { d.to = {}; }); })},
      {"device 0", changed([](NetworkRecords& r) {
         alter(r.devices, 0, [](Device& d) { d.feeder = Id<Feeder>{7}; });
       })},
      {"device 2", changed([](NetworkRecords& r) {
         alter(r.devices, 2, [](Device& d) { d.kind = static_cast<DeviceKind>(kDeviceKinds); });
       })},
      {"device 0", changed([](NetworkRecords& r) {
         alter(r.devices, 0, [](Device& d) { d.mrid = TextId{9999}; });
       })},
      {"device 0", changed([](NetworkRecords& r) {
         alter(r.devices, 0, [](Device& d) { d.vertices_end = 9999; });
       })},
      {"device 0", changed([](NetworkRecords& r) {
         alter(r.devices, 0, [](Device& d) { d.vertices_begin = 1; });  // ends before it begins
       })},
      {"usage point 1", changed([](NetworkRecords& r) {
         alter(r.usage_points, 1, [](UsagePoint& u) { u.node = {}; });
       })},
      {"usage point 0", changed([](NetworkRecords& r) {
         alter(r.usage_points, 0, [](UsagePoint& u) { u.transformer = Id<Device>{999}; });
       })},
      {"usage point 0", changed([](NetworkRecords& r) {
         alter(r.usage_points, 0,
               [](UsagePoint& u) { u.communication_group = Id<CommunicationGroup>{0}; });
       })},
      {"usage point 2", changed([](NetworkRecords& r) {
         alter(r.usage_points, 2, [](UsagePoint& u) {
           u.category = static_cast<UsagePointCategory>(kUsagePointCategories);
         });
       })},
      {"usage point 0", changed([](NetworkRecords& r) {
         alter(r.usage_points, 0, [](UsagePoint& u) { u.address = TextId{9999}; });
       })},
      {"feeder 0", changed([](NetworkRecords& r) {
         alter(r.feeders, 0, [](Feeder& f) { f.source_node = Id<ConnectivityNode>{999}; });
       })},
      {"feeder 0", changed([](NetworkRecords& r) {
         alter(r.feeders, 0, [](Feeder& f) { f.substation = Id<Substation>{1}; });
       })},
      {"substation 0", changed([](NetworkRecords& r) {
         alter(r.substations, 0, [](Substation& s) { s.name = TextId{9999}; });
       })},
      {"connectivity node 1", changed([](NetworkRecords& r) {
         alter(r.nodes, 1, [](ConnectivityNode& n) { n.mrid = TextId{9999}; });
       })},
      {"communication group 0", changed([](NetworkRecords& r) {
         r.communication_groups =
             Table<CommunicationGroup, TextId>{std::vector<TextId>{TextId{9999}}};
       })},
      {"texts", changed([](NetworkRecords& r) {
         r.texts = TextPool{Table<Text, std::uint32_t>{std::vector<std::uint32_t>{0, 5}},
                            Table<Text, char>{}};
       })},
  };
  for (const auto& [what, network] : cases) {
    ASSERT_FALSE(network) << what;
    EXPECT_EQ(network.error().code, ErrorCode::invalid_argument);
    EXPECT_THAT(network.error().message, HasSubstr(what));
  }
}

TEST(NetworkModel, TakesRecordsWithoutOptionalParts) {
  const auto network = changed([](NetworkRecords& r) {
    alter(r.feeders, 0, [](Feeder& f) {
      f.substation = {};
      f.source_node = {};
    });
    alter(r.devices, 0, [](Device& d) {
      d.feeder = {};
      d.mrid = {};
    });
  });
  ASSERT_TRUE(network) << describe(network.error());
  EXPECT_EQ(network->mrid(Id<Device>{0}), "");
}

TEST(NetworkModel, MayBeEmpty) {
  const auto network = NetworkModel::from_records({});
  ASSERT_TRUE(network) << describe(network.error());
  EXPECT_FALSE(network->find_device("B1"));
}

TEST(NetworkModel, RandomDamageIsRefusedOrHarmless) {
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    const auto network = changed([&random](NetworkRecords& r) {
      // Bytes of one record, as a damaged file would have them.
      const auto damage = [&random](auto& record) {
        auto* bytes = reinterpret_cast<unsigned char*>(&record);
        for (int i = 0; i < 3; ++i) {
          bytes[random.below(sizeof record)] = static_cast<unsigned char>(random());
        }
      };
      const auto which = random.below(4);
      if (which == 0) alter(r.devices, random.below(r.devices.size()), damage);
      if (which == 1) alter(r.usage_points, random.below(r.usage_points.size()), damage);
      if (which == 2) alter(r.feeders, 0, damage);
      if (which == 3) alter(r.nodes, random.below(r.nodes.size()), damage);
    });
    if (!network) continue;
    for (const Id<Device> id : network->devices().ids()) {
      (void)network->polyline(id);
      (void)network->mrid(id);
      (void)to_string(network->devices()[id].kind);
    }
    for (const Id<UsagePoint> id : network->usage_points().ids()) (void)network->mrid(id);
    (void)network->find_usage_point("T1.1");
  }
}

TEST(NetworkModel, FindsEveryRecordByItsMrid) {
  const NetworkModel network = draw(kTown);
  for (const Id<Device> id : network.devices().ids()) {
    EXPECT_EQ(network.find_device(network.mrid(id)), id);
  }
  for (const Id<UsagePoint> id : network.usage_points().ids()) {
    EXPECT_EQ(network.find_usage_point(network.mrid(id)), id);
  }
  EXPECT_EQ(network.find_feeder("S"), Id<Feeder>{0});
  EXPECT_FALSE(network.find_device("B"));
  EXPECT_FALSE(network.find_device("zz"));
  EXPECT_FALSE(network.find_usage_point(""));
}

TEST(NetworkModel, OfTwoRecordsOfOneMridTheFirstIsFound) {
  const auto network = changed([](NetworkRecords& r) {
    const TextId mrid = r.devices[Id<Device>{1}].mrid;
    alter(r.devices, 4, [mrid](Device& d) { d.mrid = mrid; });
  });
  ASSERT_TRUE(network);
  EXPECT_EQ(network->find_device("F1"), Id<Device>{1});
}

TEST(NetworkModel, IsSearchedFromManyThreadsAtOnce) {
  const NetworkModel network = draw(kTown);
  std::vector<std::thread> threads;
  std::vector<int> found(4, 0);
  for (std::size_t t = 0; t < found.size(); ++t) {
    threads.emplace_back([&network, &found, t] {
      found[t] = network.find_device("F1") && network.find_usage_point("T1.2") ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(found, ElementsAre(1, 1, 1, 1));
}

TEST(NetworkModel, EveryTerminalIsSeenFromItsNodeInOrderOfDeviceId) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    const std::size_t nodes = 1 + random.below(12);
    std::vector<Device> devices(random.below(40));
    for (Device& d : devices) {
      d.from = Id<ConnectivityNode>{random.below(nodes)};
      d.to = Id<ConnectivityNode>{random.below(nodes)};
    }
    std::vector<UsagePoint> usage_points(random.below(30));
    for (UsagePoint& u : usage_points) u.node = Id<ConnectivityNode>{random.below(nodes)};
    NetworkRecords records;
    records.nodes = Table<ConnectivityNode>{std::vector<ConnectivityNode>(nodes)};
    records.devices = Table<Device>{devices};
    records.usage_points = Table<UsagePoint>{usage_points};
    const auto network = NetworkModel::from_records(std::move(records));
    ASSERT_TRUE(network) << describe(network.error());
    for (const Id<ConnectivityNode> at : network->nodes().ids()) {
      std::vector<std::pair<std::uint32_t, std::uint32_t>> expected;
      for (std::uint32_t i = 0; i < devices.size(); ++i) {
        if (devices[i].from == at) expected.emplace_back(i, devices[i].to.index);
        if (devices[i].to == at) expected.emplace_back(i, devices[i].from.index);
      }
      std::vector<std::pair<std::uint32_t, std::uint32_t>> seen;
      for (const auto [device, opposite] : network->incident(at)) {
        seen.emplace_back(device.index, opposite.index);
      }
      ASSERT_EQ(seen, expected);
      std::vector<std::uint32_t> expected_points;
      for (std::uint32_t i = 0; i < usage_points.size(); ++i) {
        if (usage_points[i].node == at) expected_points.push_back(i);
      }
      std::vector<std::uint32_t> seen_points;
      for (const Id<UsagePoint> id : network->usage_points_at(at)) seen_points.push_back(id.index);
      ASSERT_EQ(seen_points, expected_points);
    }
  }
}

TEST(NetworkModel, GivesALineItsPolyline) {
  const NetworkModel network = draw("S--n1");
  EXPECT_EQ(network.polyline(device(network, "S-n1")).size(), 2U);
  const NetworkModel joined = draw("S==B1--n1");
  EXPECT_TRUE(joined.polyline(device(joined, "B1")).empty());
}

TEST(DeviceKind, IsReadBackAsItIsWritten) {
  std::set<std::string_view> names;
  for (int i = 0; i < kDeviceKinds; ++i) {
    const auto kind = static_cast<DeviceKind>(i);
    EXPECT_EQ(parse_device_kind(to_string(kind)), kind);
    names.insert(to_string(kind));
    EXPECT_TRUE(!is_protective(kind) || is_switch(kind));
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(kDeviceKinds));
  EXPECT_FALSE(parse_device_kind("Fuse"));
}

TEST(UsagePointCategory, IsReadBackAsItIsWritten) {
  for (int i = 0; i < kUsagePointCategories; ++i) {
    const auto category = static_cast<UsagePointCategory>(i);
    EXPECT_EQ(parse_usage_point_category(to_string(category)), category);
  }
  EXPECT_FALSE(parse_usage_point_category(""));
}

}  // namespace
}  // namespace gridmend::network_model_test
