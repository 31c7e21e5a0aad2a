#include "core/network/place_index.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <numeric>
#include <optional>
#include <tuple>
#include <unordered_map>

#include "core/geo/point_grid.h"
#include "core/geo/spatial_index.h"
#include "core/network/address_words.h"

namespace gridmend {
namespace {

// Addresses looked at for one question; a word that more of them have tells too little apart.
constexpr std::size_t kMostHeld = 50'000;
// Of the likest, those whose numbers are compared.
constexpr std::size_t kMostCompared = 1'000;

// Which usage points have which word.
class AddressIndex {
 public:
  explicit AddressIndex(const NetworkModel& network) : network_(network) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> uses;
    const Table<UsagePoint>& points = network.usage_points();
    for (const Id<UsagePoint> id : points.ids()) {
      for (std::string& word : address_words(network.text(points[id].address))) {
        const auto number = static_cast<std::uint32_t>(numbers_.size());
        uses.emplace_back(numbers_.try_emplace(std::move(word), number).first->second, id.index);
      }
    }
    // A stable counting sort by word: within one the usage points stay ascending.
    begin_.assign(numbers_.size() + 1, 0);
    for (const auto& [word, id] : uses) ++begin_[word + 1];
    std::partial_sum(begin_.begin(), begin_.end(), begin_.begin());
    holders_.resize(uses.size());
    std::vector<std::uint32_t> next(begin_.begin(), begin_.end() - 1);
    for (const auto& [word, id] : uses) holders_[next[word]++] = id;
    weight_.assign(points.size(), 0);
    for (const auto& [word, id] : uses) weight_[id] += static_cast<float>(weight(word));
  }

  std::vector<LikeAddress> like(std::string_view address, std::size_t count, double least) const {
    const std::vector<std::string> asked = address_words(address);
    double asked_weight = 0;
    const std::vector<std::uint32_t> known = rarest_first(asked, asked_weight);
    std::vector<LikeAddress> found;
    for (const auto& [id, shared] : gather(known)) {
      const double both = asked_weight + static_cast<double>(weight_[id]);
      const double likeness = both > 0 ? std::min(1.0, 2 * shared / both) : 0;
      if (likeness >= least) found.push_back({Id<UsagePoint>{std::size_t{id}}, likeness});
    }
    keep_likest(found, kMostCompared);
    for (LikeAddress& one : found) {
      if (numbers_differ(asked, one.usage_point)) one.likeness /= 2;
    }
    std::erase_if(found, [least](const LikeAddress& one) { return one.likeness < least; });
    keep_likest(found, count);
    return found;
  }

 private:
  std::span<const std::uint32_t> holders(std::uint32_t word) const {
    return std::span{holders_}.subspan(begin_[word], begin_[word + 1] - begin_[word]);
  }
  double weight(std::uint32_t word) const {
    const auto all = static_cast<double>(network_.usage_points().size());
    return std::log((all + 1) / static_cast<double>(holders(word).size()));
  }

  std::vector<std::uint32_t> rarest_first(const std::vector<std::string>& asked,
                                          double& asked_weight) const {
    std::vector<std::uint32_t> known;
    for (const std::string& word : asked) {
      const auto it = numbers_.find(word);
      if (it == numbers_.end()) {
        asked_weight += std::log(static_cast<double>(network_.usage_points().size()) + 1);
        continue;
      }
      asked_weight += weight(it->second);
      known.push_back(it->second);
    }
    std::ranges::sort(known, {}, [this](std::uint32_t word) {
      return std::tuple{holders(word).size(), word};
    });
    return known;
  }

  // Who has one of the rarer words, and the weight of all the words it shares. Ascending.
  std::vector<std::pair<std::uint32_t, double>> gather(
      const std::vector<std::uint32_t>& known) const {
    std::vector<std::uint32_t> ids;
    for (const std::uint32_t word : known) {
      const auto more = holders(word);
      if (ids.size() + more.size() > kMostHeld) break;
      ids.insert(ids.end(), more.begin(), more.end());
    }
    std::ranges::sort(ids);
    const auto repeated = std::ranges::unique(ids);
    ids.erase(repeated.begin(), repeated.end());
    std::vector<std::pair<std::uint32_t, double>> shared;
    shared.reserve(ids.size());
    for (const std::uint32_t id : ids) {
      double sum = 0;
      for (const std::uint32_t word : known) {
        if (std::ranges::binary_search(holders(word), id)) sum += weight(word);
      }
      shared.emplace_back(id, sum);
    }
    return shared;
  }

  // Each says a number that the other does not.
  bool numbers_differ(const std::vector<std::string>& asked, Id<UsagePoint> id) const {
    const std::vector<std::string> own =
        address_words(network_.text(network_.usage_points()[id].address));
    const auto has_more = [](const auto& words, const auto& than) {
      return std::ranges::any_of(words, [&](const std::string& word) {
        return is_number_word(word) && std::ranges::find(than, word) == than.end();
      });
    };
    return has_more(asked, own) && has_more(own, asked);
  }

  static void keep_likest(std::vector<LikeAddress>& found, std::size_t count) {
    std::ranges::sort(found, {}, [](const LikeAddress& one) {
      return std::tuple{-one.likeness, one.usage_point};
    });
    if (found.size() > count) found.resize(count);
  }

  const NetworkModel& network_;
  std::unordered_map<std::string, std::uint32_t> numbers_;  // by word
  std::vector<std::uint32_t> begin_;                        // by word, one more: its holders_
  std::vector<std::uint32_t> holders_;
  std::vector<float> weight_;  // by usage point, of all its words
};

}  // namespace

struct PlaceIndex::Indexes {
  std::once_flag usage_points_once, transformers_once, declared_once, addresses_once;
  std::optional<SpatialIndex> usage_points;
  std::optional<PointGrid> transformers;
  std::vector<Id<Device>> transformer_ids;
  std::vector<std::uint32_t> declared_begin;  // by device, one more: its declared
  std::vector<Id<UsagePoint>> declared;
  std::optional<AddressIndex> addresses;

  const SpatialIndex& usage_points_of(const NetworkModel& network) {
    std::call_once(usage_points_once, [&] {
      std::vector<Position> positions;
      positions.reserve(network.usage_points().size());
      for (const UsagePoint& point : network.usage_points()) positions.push_back(point.position);
      usage_points.emplace(positions);
    });
    return *usage_points;
  }
  const PointGrid& transformers_of(const NetworkModel& network) {
    std::call_once(transformers_once, [&] {
      std::vector<Position> positions;
      for (const Id<Device> id : network.devices().ids()) {
        if (network.devices()[id].kind != DeviceKind::power_transformer) continue;
        transformer_ids.push_back(id);
        positions.push_back(network.devices()[id].position);
      }
      transformers.emplace(positions);
    });
    return *transformers;
  }
  void sort_declared(const NetworkModel& network) {
    const Table<UsagePoint>& points = network.usage_points();
    declared_begin.assign(network.devices().size() + 1, 0);
    for (const UsagePoint& point : points) {
      if (point.transformer.valid()) ++declared_begin[point.transformer.index + 1];
    }
    std::partial_sum(declared_begin.begin(), declared_begin.end(), declared_begin.begin());
    declared.resize(declared_begin.back());
    std::vector<std::uint32_t> next(declared_begin.begin(), declared_begin.end() - 1);
    for (const Id<UsagePoint> id : points.ids()) {
      const Id<Device> transformer = points[id].transformer;
      if (transformer.valid()) declared[next[transformer.index]++] = id;
    }
  }
  const AddressIndex& addresses_of(const NetworkModel& network) {
    std::call_once(addresses_once, [&] { addresses.emplace(network); });
    return *addresses;
  }
};

PlaceIndex::PlaceIndex(NetworkModel network)
    : network_(std::move(network)), indexes_(std::make_unique<Indexes>()) {}
PlaceIndex::~PlaceIndex() = default;

std::vector<Id<UsagePoint>> PlaceIndex::usage_points_around(Position centre,
                                                            double radius_m) const {
  std::vector<Id<UsagePoint>> found;
  const SpatialIndex& index = indexes_->usage_points_of(network_);
  for (const std::uint32_t i : index.touching(box_around(centre, radius_m))) {
    found.emplace_back(std::size_t{i});
  }
  return found;
}

std::vector<Id<UsagePoint>> PlaceIndex::nearest_usage_points(Position from,
                                                             std::size_t count) const {
  std::vector<Id<UsagePoint>> found;
  for (const std::uint32_t i : indexes_->usage_points_of(network_).nearest(from, count)) {
    found.emplace_back(std::size_t{i});
  }
  return found;
}

std::vector<Id<Device>> PlaceIndex::nearest_transformers(Position from, std::size_t count) const {
  std::vector<Id<Device>> found;
  for (const std::uint32_t i : indexes_->transformers_of(network_).nearest(from, count)) {
    found.push_back(indexes_->transformer_ids[i]);
  }
  return found;
}

std::span<const Id<UsagePoint>> PlaceIndex::usage_points_declared_on(Id<Device> transformer) const {
  std::call_once(indexes_->declared_once, [this] { indexes_->sort_declared(network_); });
  const std::uint32_t begin = indexes_->declared_begin[transformer.index];
  const std::uint32_t end = indexes_->declared_begin[transformer.index + 1];
  return std::span{indexes_->declared}.subspan(begin, end - begin);
}

std::vector<LikeAddress> PlaceIndex::like_address(std::string_view address, std::size_t count,
                                                  double least_likeness) const {
  return indexes_->addresses_of(network_).like(address, count, least_likeness);
}

}  // namespace gridmend
