#include "core/base/hash.h"

#include <gtest/gtest.h>

#include <string>

#include "core/base/random.h"

namespace gridmend::hash_test {
namespace {

std::span<const std::byte> bytes(std::string_view text) {
  return std::as_bytes(std::span<const char>{text.data(), text.size()});
}

template <class T>
concept Hashable = requires(Hasher& hasher, T value) {
  hasher.add(value);
};

struct Padded {
  char a;
  int b;
};
static_assert(Hashable<double> && Hashable<int> && Hashable<bool> && Hashable<const char*>);
static_assert(!Hashable<Padded> && !Hashable<long double> && !Hashable<int*>);

// What xxhsum prints for the same bytes (xxhsum -H128, xxhsum -H3).
TEST(Hash, IsXxh3AsPublished) {
  EXPECT_EQ(to_hex(Hasher{}.finish()), "99aa06d3014798d86001c324468d497f");
  EXPECT_EQ(to_hex(Hasher{}.add_bytes(bytes("gridmend")).finish()),
            "fe9c93881c3762216025b4f6307d6f3e");
  EXPECT_EQ(checksum64({}), 0x2d06800538d394c2ULL);
  EXPECT_EQ(checksum64(bytes("gridmend")), 0x6e79b882d37c9b80ULL);
}

TEST(Hash, DependsOnWhereOneTextEnds) {
  EXPECT_NE(Hasher{}.add("ab").add("c").finish(), Hasher{}.add("a").add("bc").finish());
  EXPECT_NE(Hasher{}.add("").finish(), Hasher{}.finish());
}

TEST(Hash, DependsOnTheTypeAndTheBits) {
  EXPECT_NE(Hasher{}.add(std::uint32_t{1}).finish(), Hasher{}.add(std::uint64_t{1}).finish());
  EXPECT_NE(Hasher{}.add(0.0).finish(), Hasher{}.add(-0.0).finish());
}

TEST(Hash, DoesNotDependOnHowBytesAreCut) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Random random{seed};
    std::string text(random.below(3000), '\0');
    for (char& c : text) c = static_cast<char>(random());
    const std::size_t cut = random.below(text.size() + 1);
    const std::string_view view = text;
    EXPECT_EQ(
        Hasher{}.add_bytes(bytes(text)).finish(),
        Hasher{}.add_bytes(bytes(view.substr(0, cut))).add_bytes(bytes(view.substr(cut))).finish())
        << "seed " << seed;
  }
}

TEST(Hash, CanBeReadHalfWay) {
  Hasher hasher;
  hasher.add("a");
  const Hash128 half = hasher.finish();
  EXPECT_EQ(hasher.finish(), half);
  EXPECT_EQ(hasher.add("b").finish(), Hasher{}.add("a").add("b").finish());
}

TEST(Hash, IsWrittenWithAllItsZeros) {
  EXPECT_EQ(to_hex({0x1, 0xa}), "0000000000000001000000000000000a");
}

}  // namespace
}  // namespace gridmend::hash_test
