#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "core/geo/position.h"
#include "core/network/network_model.h"

namespace gridmend {

// A usage point whose address is like the one that was asked for.
struct LikeAddress {
  Id<UsagePoint> usage_point;
  double likeness = 0;  // 0 to 1: the same words

  friend bool operator==(const LikeAddress&, const LikeAddress&) = default;
};

// Where the usage points and transformers of a network lie, and what their addresses say. Each of
// its indexes is made when it is first asked for, by whoever asks (thread-safe; the others
// wait). Share one a network.
class PlaceIndex {
 public:
  explicit PlaceIndex(NetworkModel network);
  ~PlaceIndex();
  PlaceIndex(const PlaceIndex&) = delete;
  PlaceIndex& operator=(const PlaceIndex&) = delete;

  // Ascending; those in the corners of the box may be farther away. O(log n + found).
  std::vector<Id<UsagePoint>> usage_points_around(Position centre, double radius_m) const;
  // Nearest first, ties by id. O(log n + count).
  std::vector<Id<UsagePoint>> nearest_usage_points(Position from, std::size_t count) const;
  std::vector<Id<Device>> nearest_transformers(Position from, std::size_t count) const;
  // Whose record names this transformer, ascending. O(1).
  std::span<const Id<UsagePoint>> usage_points_declared_on(Id<Device> transformer) const;

  // Usage points whose address is like this one, the likest first, ties by id. Likeness is the
  // weight of the words both have, twice, over that of the words of each; a word weighs
  // log((n + 1) / addresses that have it). What words are: address_words. Halved where each says a
  // number that the other does not: next door is another house. O(addresses with the rarer words);
  // where no word is rarer than kMostHeld addresses, none is found.
  std::vector<LikeAddress> like_address(std::string_view address, std::size_t count,
                                        double least_likeness) const;

 private:
  struct Indexes;
  NetworkModel network_;
  std::unique_ptr<Indexes> indexes_;
};

}  // namespace gridmend
