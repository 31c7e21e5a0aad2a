#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "core/base/hash.h"
#include "data/ingest/check_context.h"
#include "data/ingest/letter_case.h"

namespace gridmend {
namespace {

bool is_figure(char c) { return c >= '0' && c <= '9'; }

// "AB-00 12#2" -> "ab12": the number as it was before the builder made it unique, without what
// people write differently: case, leading zeros, spaces and dashes unless they part two numbers
// ("B1-11" is not "B11-1").
std::string plain_meter_number(std::string_view mrid) {
  if (const auto hash = mrid.rfind('#'); hash != std::string_view::npos && hash > 0) {
    const auto tail = mrid.substr(hash + 1);
    if (!tail.empty() && std::ranges::all_of(tail, is_figure)) mrid = mrid.substr(0, hash);
  }
  std::string plain;
  bool parted = false;
  for (const char c : mrid) {
    if (c == ' ' || c == '-' || c == '_' || c == '.') {
      parted = true;
      continue;
    }
    const bool after_digit = !plain.empty() && is_figure(plain.back());
    if (parted && after_digit && is_figure(c)) plain += '-';
    parted = false;
    if (c == '0' && (plain.empty() || !is_figure(plain.back()))) continue;
    plain += small_letter(c);
  }
  return plain;
}

// Odd and without pattern, so that two hashes mixed by it do not cancel out.
constexpr std::uint64_t kSpread = 0x9e3779b97f4a7c15;

std::uint64_t hash_of_claim(std::string_view text) {
  return checksum64(std::as_bytes(std::span{text}));
}
std::uint64_t hash_of_claim(const Position& position) {
  return checksum64(std::as_bytes(std::span{&position, 1}));
}

struct Key {
  std::uint64_t hash;
  Id<UsagePoint> id;
  friend auto operator<=>(const Key&, const Key&) = default;
};

// Calls `same` for every run of keys with one hash, in order of the first of each run.
template <class Same>
void for_each_group(std::vector<Key>& keys, Same same) {
  std::ranges::sort(keys);
  for (std::size_t begin = 0, end = 0; begin < keys.size(); begin = end) {
    while (end < keys.size() && keys[end].hash == keys[begin].hash) ++end;
    if (end - begin > 1) same(std::span{keys}.subspan(begin, end - begin));
  }
}

class CustomerCheck {
 public:
  explicit CustomerCheck(CheckContext& context)
      : context_(context), said_(context.network.usage_points().size(), 0) {}

  void run() {
    find_same_number();
    find_same_place_in_two_layers();
  }

 private:
  std::uint16_t layer(Id<UsagePoint> id) const {
    const auto& layers = context_.built.layer_of_usage_point;
    return id.index < layers.size() ? layers[id.index] : std::uint16_t{0};
  }

  // The same number at one connectivity node is the same meter; elsewhere it is only a duplicate
  // id, which the builder has said.
  void find_same_number() {
    std::vector<Key> keys;
    for (const Id<UsagePoint> id : context_.network.usage_points().ids()) {
      const UsagePoint& point = context_.usage_point(id);
      if (point.customers == 0) continue;
      const std::string number = plain_meter_number(context_.network.mrid(id));
      if (number.empty()) continue;
      keys.push_back({hash_of_claim(number) ^ (point.node.index * kSpread), id});
    }
    for_each_group(keys, [this](std::span<const Key> group) {
      const UsagePoint& first = context_.usage_point(group.front().id);
      const std::string number = plain_meter_number(context_.network.mrid(group.front().id));
      for (const Key& key : group.subspan(1)) {
        const UsagePoint& point = context_.usage_point(key.id);
        if (point.node != first.node ||
            plain_meter_number(context_.network.mrid(key.id)) != number) {
          continue;
        }
        said_[key.id.index] = 1;
        report(key.id, "hangs at the same connectivity node as " +
                           context_.quoted(group.front().id) +
                           ", and their numbers differ in their writing alone");
      }
    });
  }

  // Flats of one house share address and place, so within one layer that says nothing.
  void find_same_place_in_two_layers() {
    std::vector<Key> keys;
    for (const Id<UsagePoint> id : context_.network.usage_points().ids()) {
      const UsagePoint& point = context_.usage_point(id);
      const std::string_view address = context_.network.text(point.address);
      if (point.customers == 0 || address.empty()) continue;
      keys.push_back({hash_of_claim(address) ^ (hash_of_claim(point.position) * kSpread), id});
    }
    for_each_group(keys, [this](std::span<const Key> group) {
      const Id<UsagePoint> first = group.front().id;
      for (const Key& key : group.subspan(1)) {
        if (layer(key.id) == layer(first) || said_[key.id.index] != 0 ||
            !same_place(first, key.id)) {
          continue;
        }
        report(key.id, "has the address and the position of " + context_.quoted(first) +
                           " of layer '" + context_.built.layers.at(layer(first)).layer + "'");
      }
    });
  }

  bool same_place(Id<UsagePoint> a, Id<UsagePoint> b) const {
    const UsagePoint& one = context_.usage_point(a);
    const UsagePoint& other = context_.usage_point(b);
    return one.position == other.position &&
           context_.network.text(one.address) == context_.network.text(other.address);
  }

  void report(Id<UsagePoint> id, std::string message) {
    context_.report(id, {DefectClass::customers_counted_twice, DefectSeverity::warning,
                         std::move(message), "kept; both are counted"});
  }

  CheckContext& context_;
  std::vector<std::uint8_t> said_;
};

}  // namespace

void check_customers(CheckContext& context) { CustomerCheck{context}.run(); }

}  // namespace gridmend
