#include <gtest/gtest.h>

#include <set>

#include "core/base/random.h"
#include "service/engine/change_feed.h"
#include "service/engine/evidence_ledger.h"
#include "service/engine/key_set.h"
#include "service/engine/request_book.h"

namespace gridmend::parts_test {
namespace {

TEST(KeySet, KnowsWhatASetKnowsWhateverIsTakenBack) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    Random random{seed};
    KeySet keys;
    std::set<std::string> settled;
    std::set<std::string> fresh;
    for (int step = 0; step < 6000; ++step) {
      const std::string key = std::to_string(random.below(4000));
      const bool is_new = !settled.contains(key) && !fresh.contains(key);
      ASSERT_EQ(keys.contains("ami", key), !is_new);
      ASSERT_EQ(keys.insert("ami", key), is_new);
      fresh.insert(key);
      if (random.chance(.02)) {
        settled.merge(fresh);
        keys.settle();
        fresh.clear();
      } else if (random.chance(.02)) {
        for (const std::string& gone : settled) fresh.erase(gone);
        keys.take_back();
        fresh.clear();
      }
      if (step % 500 == 0) {
        ASSERT_EQ(keys.size(), [&] {
          std::set<std::string> all = settled;
          all.insert(fresh.begin(), fresh.end());
          return all.size();
        }());
      }
    }
  }
}

TEST(KeySet, TellsSourcesApart) {
  KeySet keys;
  EXPECT_TRUE(keys.insert("ami", "1"));
  EXPECT_TRUE(keys.insert("scada", "1"));
  EXPECT_TRUE(keys.insert("am", "i1"));
  EXPECT_FALSE(keys.insert("ami", "1"));
}

TEST(KeySet, HasAFingerprintThatForgetsTheOrder) {
  KeySet forward;
  KeySet backward;
  for (int i = 0; i < 3000; ++i) forward.insert("s", std::to_string(i));
  for (int i = 2999; i >= 0; --i) backward.insert("s", std::to_string(i));
  EXPECT_EQ(forward.fingerprint(), backward.fingerprint());
  backward.settle();
  backward.insert("s", "more");
  EXPECT_NE(forward.fingerprint(), backward.fingerprint());
  backward.take_back();
  EXPECT_EQ(forward.fingerprint(), backward.fingerprint());
}

Answer answer_at(int day, std::uint64_t revision) {
  Answer answer;
  answer.time = Time{std::chrono::hours{24 * day}};
  answer.revision = revision;
  return answer;
}

TEST(RequestBook, AnswersTheSameRequestAndRefusesAnotherOfItsId) {
  RequestBook book;
  book.remember("r1", 77, answer_at(1, 5));
  EXPECT_EQ((*book.find("r1", 77))->revision, 5U);
  EXPECT_EQ(book.find("r1", 78).error().code, ErrorCode::already_exists);
  EXPECT_EQ(*book.find("r2", 77), nullptr);
}

TEST(RequestBook, ForgetsAfterThirtyDaysAndRemembersAgainWhenTakenBack) {
  RequestBook book;
  book.remember("old", 1, answer_at(1, 1));
  book.remember("young", 2, answer_at(20, 2));
  book.settle();
  const std::uint64_t before = book.fingerprint();
  book.remember("new", 3, answer_at(40, 3));
  EXPECT_EQ(*book.find("old", 1), nullptr);
  EXPECT_NE(*book.find("young", 2), nullptr);
  book.remember("much later", 4, answer_at(90, 4));  // forgets even what is not settled yet
  EXPECT_EQ(book.size(), 1U);
  book.take_back();
  EXPECT_NE(*book.find("old", 1), nullptr);
  EXPECT_EQ(*book.find("new", 3), nullptr);
  EXPECT_EQ(book.fingerprint(), before);
}

std::string serialised(int number) {
  v1::Evidence evidence;
  evidence.set_idempotency_key(std::to_string(number));
  evidence.set_source(std::string(static_cast<std::size_t>(number % 97), 'x'));
  return evidence.SerializeAsString();
}

TEST(EvidenceLedger, KeepsTheNewestAndAViewOfThemStaysAsItWas) {
  EvidenceLedger ledger;
  for (int i = 0; i < 5000; ++i)
    ledger.append(static_cast<std::uint64_t>(i / 10), serialised(i), 2000);
  const EvidenceLedger view = ledger;
  for (int i = 5000; i < 20000; ++i)
    ledger.append(static_cast<std::uint64_t>(i / 10), serialised(i), 2000);
  EXPECT_EQ(view.size(), 5000U);
  EXPECT_GE(5000U - view.first_kept(), 2000U);
  EXPECT_LT(5000U - view.first_kept(), 4100U);
  for (std::uint64_t n = view.first_kept(); n < view.size(); ++n) {
    ASSERT_EQ(view.item(n).idempotency_key(), std::to_string(n));
    ASSERT_EQ(view.revision_of(n), n / 10);
  }
  EXPECT_EQ(ledger.item(19999).idempotency_key(), "19999");
}

TEST(EvidenceLedger, WritesOverWhatWasTakenBack) {
  EvidenceLedger ledger;
  ledger.append(1, serialised(1), 100);
  const EvidenceLedger before = ledger;
  ledger.append(2, serialised(2), 100);
  ledger = before;
  ledger.append(2, serialised(3), 100);
  EXPECT_EQ(ledger.item(0).idempotency_key(), "1");
  EXPECT_EQ(ledger.item(1).idempotency_key(), "3");
  EXPECT_EQ(ledger.size(), 2U);
}

TEST(EvidenceLedger, TakesAnItemLargerThanAChunk) {
  EvidenceLedger ledger;
  v1::Evidence large;
  large.set_source(std::string(200'000, 'x'));
  ledger.append(1, serialised(1), 100);
  ledger.append(2, large.SerializeAsString(), 100);
  ledger.append(3, serialised(3), 100);
  EXPECT_EQ(ledger.item(1).source().size(), 200'000U);
  EXPECT_EQ(ledger.item(2).idempotency_key(), "3");
}

std::shared_ptr<const World> world_at(std::uint64_t revision) {
  auto world = std::make_shared<World>();
  world->revision = revision;
  return world;
}

TEST(ChangeFeed, ForgetsWholeRevisionsAndSaysSo) {
  ChangeFeed feed(6);
  feed.reset(world_at(10));
  const std::vector<Change> three = {
      {ChangeKind::crew, "a"}, {ChangeKind::crew, "b"}, {ChangeKind::crew, "c"}};
  feed.append({{11, three}}, world_at(11));
  feed.append({{12, {}}, {13, three}}, world_at(13));
  EXPECT_EQ(feed.since(10)->changes.size(), 3U) << "each thing once";
  EXPECT_EQ(feed.since(9).error().reason, "REVISION_TOO_OLD");
  feed.append({{14, three}}, world_at(14));
  EXPECT_EQ(feed.since(10).error().reason, "REVISION_TOO_OLD");
  EXPECT_EQ(feed.since(11)->to, 14U);
  EXPECT_TRUE(feed.since(14)->changes.empty());
  EXPECT_EQ(feed.since(15).error().reason, "REVISION_AHEAD");
}

// A watcher that takes what there is at any moments ends with what really is there.
TEST(ChangeFeed, LosesNothingToAWatcherThatLooksNowAndThen) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE(seed);
    Random random{seed};
    ChangeFeed feed(50);
    feed.reset(world_at(0));
    std::map<std::string, std::uint64_t> truth;
    std::map<std::string, std::uint64_t> seen;
    std::uint64_t held = 0;
    for (std::uint64_t revision = 1; revision <= 400; ++revision) {
      std::vector<Change> changes;
      for (auto i = random.below(4); i > 0; --i) {
        changes.push_back({ChangeKind::work_task, std::to_string(random.below(20))});
        truth[changes.back().id] = revision;
      }
      feed.append({{revision, changes}}, world_at(revision));
      if (!random.chance(.1)) continue;
      const auto set = feed.since(held);
      if (!set) {
        seen = truth;  // the full state
      } else {
        for (const Change& change : set->changes) seen[change.id] = truth[change.id];
      }
      held = revision;
      ASSERT_EQ(seen, truth);
    }
  }
}

}  // namespace
}  // namespace gridmend::parts_test
