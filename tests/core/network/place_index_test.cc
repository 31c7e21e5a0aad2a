#include "core/network/place_index.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/network/address_words.h"

namespace gridmend::place_index_test {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

// Usage points with these addresses, 20 m apart on a line to the east; every tenth transformer.
NetworkModel street(const std::vector<std::string>& addresses) {
  NetworkRecords records;
  const LocalPlane plane{{120, 30}};
  std::vector<Device> devices;
  std::vector<UsagePoint> points;
  TextPoolBuilder texts;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const Position place = plane.to_position({20.0 * static_cast<double>(i), 0});
    if (i % 10 == 0) {
      Device transformer;
      transformer.kind = DeviceKind::power_transformer;
      transformer.position = place;
      transformer.from = transformer.to = Id<ConnectivityNode>{0};
      devices.push_back(transformer);
    }
    UsagePoint point;
    point.position = place;
    point.address = texts.add(addresses[i]);
    point.node = Id<ConnectivityNode>{0};
    point.transformer = Id<Device>{i / 10};
    points.push_back(point);
  }
  records.nodes = Table<ConnectivityNode>{std::vector<ConnectivityNode>(1)};
  records.devices = Table<Device>{std::move(devices)};
  records.usage_points = Table<UsagePoint>{std::move(points)};
  records.texts = std::move(texts).finish();
  return *NetworkModel::from_records(std::move(records));
}

std::vector<std::uint32_t> ids(const std::vector<LikeAddress>& found) {
  std::vector<std::uint32_t> ids;
  for (const LikeAddress& one : found) ids.push_back(one.usage_point.index);
  return ids;
}

TEST(PlaceIndex, FindsWhatLiesNear) {
  const NetworkModel network = street(std::vector<std::string>(40));
  const PlaceIndex places{network};
  const Position at = network.usage_points()[Id<UsagePoint>{12}].position;
  EXPECT_THAT(places.nearest_usage_points(at, 3),
              ElementsAre(Id<UsagePoint>{12}, Id<UsagePoint>{11}, Id<UsagePoint>{13}));
  EXPECT_THAT(places.usage_points_around(at, 25),
              ElementsAre(Id<UsagePoint>{11}, Id<UsagePoint>{12}, Id<UsagePoint>{13}));
  EXPECT_THAT(places.nearest_transformers(at, 2), ElementsAre(Id<Device>{1}, Id<Device>{2}));
  EXPECT_EQ(places.usage_points_declared_on(Id<Device>{2}).size(), 10U);
  EXPECT_EQ(places.usage_points_declared_on(Id<Device>{2}).front(), Id<UsagePoint>{20});
}

TEST(PlaceIndex, OfNothingFindsNothing) {
  const NetworkModel network = street({});
  const PlaceIndex places{network};
  EXPECT_THAT(places.nearest_usage_points({120, 30}, 3), IsEmpty());
  EXPECT_THAT(places.nearest_transformers({120, 30}, 3), IsEmpty());
  EXPECT_THAT(places.like_address("a", 3, 0), IsEmpty());
}

TEST(PlaceIndex, FindsAnAddressHoweverItIsWritten) {
  const NetworkModel network = street(
      {"解放大道12号", "解放大道14号", "人民路12号", "Rua São João, 12", "Rua São João, 14", ""});
  const PlaceIndex places{network};
  EXPECT_THAT(ids(places.like_address("解放大道 １２ 号", 5, .6)), ElementsAre(0U));
  EXPECT_THAT(ids(places.like_address("RUA SAO JOAO 014", 5, .6)), ElementsAre(4U));
  EXPECT_NEAR(places.like_address("RUA SAO JOAO 014", 5, .6)[0].likeness, 1, 1e-6);
  EXPECT_THAT(places.like_address("Elm Street 5", 5, .6), IsEmpty());
  EXPECT_THAT(places.like_address("", 5, 0), IsEmpty());
}

TEST(PlaceIndex, NextDoorIsAnotherHouse) {
  const NetworkModel network = street({"Main Street 12", "Main Street 14", "Elm Street 16"});
  const PlaceIndex places{network};
  EXPECT_THAT(places.like_address("Main Street 18", 5, .6), IsEmpty());
  // Without a number it may be any of the street.
  EXPECT_THAT(ids(places.like_address("Main Street", 5, .5)), ElementsAre(0U, 1U));
}

// Against a scan of all addresses with the same measure.
TEST(PlaceIndex, LikenessIsWhatAScanFinds) {
  constexpr std::uint64_t kSeed = 20261128;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  Random random{kSeed};
  const std::vector<std::string> words = {"解放", "人民", "路", "街", "oak", "elm", "st", "north"};
  const auto make = [&] {
    std::string address;
    for (int i = random.between(1, 4); i > 0; --i)
      address += words[static_cast<std::size_t>(random.between(0, 7))] + " ";
    return address + std::to_string(random.between(1, 30));
  };
  std::vector<std::string> addresses;
  for (int i = 0; i < 300; ++i) addresses.push_back(make());
  const NetworkModel network = street(addresses);
  const PlaceIndex places{network};
  std::vector<std::vector<std::string>> split;
  for (const std::string& address : addresses) split.push_back(address_words(address));
  const auto has = [](const auto& all, const std::string& word) {
    return std::ranges::find(all, word) != all.end();
  };
  const auto weight = [&](const std::string& word) {
    const auto holders = std::ranges::count_if(split, [&](const auto& s) { return has(s, word); });
    return std::log(301.0 / static_cast<double>(std::max<std::ptrdiff_t>(holders, 1)));
  };
  for (int round = 0; round < 100; ++round) {
    const std::vector<std::string> asked = address_words(make());
    std::string question;
    for (const std::string& word : asked) question += word + " ";
    std::vector<std::pair<double, std::uint32_t>> expected;
    for (std::uint32_t i = 0; i < split.size(); ++i) {
      double shared = 0, both = 0;
      bool asked_more = false, own_more = false;
      for (const std::string& word : asked) {
        both += weight(word);
        if (has(split[i], word)) shared += 2 * weight(word);
        asked_more |= is_number_word(word) && !has(split[i], word);
      }
      for (const std::string& word : split[i]) {
        both += weight(word);
        own_more |= is_number_word(word) && !has(asked, word);
      }
      const double likeness = shared / both / (asked_more && own_more ? 2 : 1);
      if (likeness >= .4) expected.emplace_back(-likeness, i);
    }
    std::ranges::sort(expected);
    const auto found = places.like_address(question, 1000, .4);
    ASSERT_EQ(found.size(), expected.size()) << question << ", round " << round;
    for (std::size_t i = 0; i < found.size(); ++i)
      EXPECT_NEAR(found[i].likeness, -expected[i].first, 1e-6) << question;
  }
}

}  // namespace
}  // namespace gridmend::place_index_test
