#include "service/store/sqlite_store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "core/base/random.h"
#include "service/store/memory_store.h"
#include "tests/service/store/fault_vfs.h"

namespace gridmend::sqlite_store_test {
namespace {

namespace fs = std::filesystem;

class SqliteStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    directory_ = fs::temp_directory_path() /
                 ("gridmend_store_" + std::string(info->name()) + std::to_string(getpid()));
    fs::remove_all(directory_);
  }
  void TearDown() override { fs::remove_all(directory_); }

  std::unique_ptr<SqliteStore> open(SqliteStoreSettings settings = {}) {
    settings.ballast_bytes = 0;
    auto store = SqliteStore::open(directory_, settings);
    EXPECT_TRUE(store) << describe(store.error());
    return store ? std::move(*store) : nullptr;
  }
  Error refused(SqliteStoreSettings settings = {}) {
    auto store = SqliteStore::open(directory_, settings);
    EXPECT_FALSE(store);
    return store ? Error{} : store.error();
  }

  fs::path directory_;
};

JournalRecord record(std::uint64_t sequence, std::string payload) {
  return {sequence, Time{Duration{static_cast<std::int64_t>(sequence) * 1000}}, 1,
          std::move(payload)};
}

std::vector<JournalRecord> batch(std::uint64_t from, std::size_t count, std::size_t bytes = 20) {
  std::vector<JournalRecord> records;
  for (std::size_t i = 0; i < count; ++i) {
    records.push_back(record(
        from + i, "payload of record " + std::to_string(from + i) + std::string(bytes, '.')));
  }
  return records;
}

std::vector<JournalRecord> everything(const Store& store, std::uint64_t from = 1) {
  std::vector<JournalRecord> records;
  const auto read = store.read(from, [&](const JournalRecord& each) {
    records.push_back(each);
    return true;
  });
  EXPECT_TRUE(read) << describe(read.error());
  return records;
}

void damage(const fs::path& file, const std::string& text) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(stream)), {});
  const std::size_t at = bytes.find(text);
  ASSERT_NE(at, std::string::npos);
  stream.clear();
  stream.seekp(static_cast<std::streamoff>(at));
  stream.put('X');
}

TEST_F(SqliteStoreTest, GivesBackWhatWasAppendedAfterReopening) {
  open()->append(batch(1, 100));
  auto store = open();
  EXPECT_EQ(store->last_sequence(), 100U);
  ASSERT_TRUE(store->append(batch(101, 3)));
  const auto records = everything(*store, 99);
  ASSERT_EQ(records.size(), 5U);
  EXPECT_EQ(records.front().sequence, 99U);
  EXPECT_EQ(records.back().payload, batch(103, 1).front().payload);
  EXPECT_EQ(records.back().time, batch(103, 1).front().time);
  EXPECT_EQ(records.back().schema_version, 1U);
}

TEST_F(SqliteStoreTest, StopsReadingWhenAskedTo) {
  auto store = open();
  ASSERT_TRUE(store->append(batch(1, 100)));
  int seen = 0;
  ASSERT_TRUE(store->read(1, [&](const JournalRecord&) { return ++seen < 7; }));
  EXPECT_EQ(seen, 7);
  ASSERT_TRUE(store->append(batch(101, 1))) << "an unfinished reading holds nothing up";
}

TEST_F(SqliteStoreTest, IsHeldByOneProcessAtATime) {
  auto store = open();
  EXPECT_EQ(refused().reason, "STATE_IN_USE");
  SqliteStoreSettings reading;
  reading.read_only = true;
  EXPECT_EQ(refused(reading).reason, "STATE_IN_USE");
}

TEST_F(SqliteStoreTest, NamesTheRecordThatIsDamaged) {
  open()->append(batch(1, 50));
  damage(directory_ / "journal.db", "payload of record 33");
  auto store = open();
  std::vector<std::uint64_t> seen;
  const auto read = store->read(1, [&](const JournalRecord& each) {
    seen.push_back(each.sequence);
    return true;
  });
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().reason, "JOURNAL_DAMAGED");
  EXPECT_EQ(read.error().place.feature_id, "33");
  EXPECT_EQ(seen.size(), 32U);
}

TEST_F(SqliteStoreTest, RefusesWhatIsNoJournal) {
  fs::create_directories(directory_);
  std::ofstream(directory_ / "journal.db") << std::string(5000, 'x');
  EXPECT_EQ(refused().reason, "STATE_NOT_A_JOURNAL");
  SqliteStoreSettings reading;
  reading.read_only = true;
  EXPECT_EQ(refused(reading).reason, "STATE_NOT_A_JOURNAL");
}

TEST_F(SqliteStoreTest, ReadingOnlyMakesNothing) {
  SqliteStoreSettings reading;
  reading.read_only = true;
  EXPECT_EQ(refused(reading).reason, "STATE_NOT_FOUND");
  EXPECT_FALSE(fs::exists(directory_));
  open()->append(batch(1, 5));
  EXPECT_EQ(everything(*open(reading)).size(), 5U);
}

TEST_F(SqliteStoreTest, RemembersItsRegion) {
  auto store = open();
  EXPECT_EQ(store->region_id(), "");
  ASSERT_TRUE(store->bind_region("abc"));
  store.reset();
  EXPECT_EQ(open()->region_id(), "abc");
}

// Bytes changed anywhere: an error or the same records, never other ones, never a crash.
TEST_F(SqliteStoreTest, NeverReadsDamageAsTruth) {
  open()->append(batch(1, 200, 100));
  std::ifstream stream(directory_ / "journal.db", std::ios::binary);
  const std::string sound((std::istreambuf_iterator<char>(stream)), {});
  const std::vector<JournalRecord> truth = batch(1, 200, 100);
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE(seed);
    Random random{seed};
    std::string bytes = sound;
    for (int i = random.between(1, 4); i > 0; --i) {
      bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
    }
    if (random.chance(.2)) bytes.resize(random.below(bytes.size()));
    std::ofstream(directory_ / "journal.db", std::ios::binary) << bytes;
    SqliteStoreSettings reading;
    reading.read_only = true;
    const auto store = SqliteStore::open(directory_, reading);
    if (!store) continue;
    std::size_t seen = 0;
    (void)(*store)->read(1, [&](const JournalRecord& each) {
      EXPECT_LT(seen, truth.size());
      EXPECT_EQ(each.payload, truth[seen].payload);
      EXPECT_EQ(each.time, truth[seen].time);
      ++seen;
      return true;
    });
  }
}

TEST_F(SqliteStoreTest, RefusesABatchOnAFullDiskAndGoesOnWhenThereIsRoom) {
  FaultVfs vfs;
  for (std::int64_t room = 0; room < 60000; room += 1777) {
    SCOPED_TRACE(room);
    fs::remove_all(directory_);
    SqliteStoreSettings settings;
    settings.vfs = vfs.name();
    auto store = open(settings);
    ASSERT_TRUE(store->append(batch(1, 10)));
    vfs.bytes_until_full(room);
    const auto appended = store->append(batch(11, 100, 400));
    vfs.bytes_until_full(-1);
    if (!appended) {
      EXPECT_EQ(appended.error().code, ErrorCode::resource_exhausted);
      EXPECT_EQ(store->last_sequence(), 10U);
      EXPECT_EQ(everything(*store).size(), 10U);
      ASSERT_TRUE(store->append(batch(11, 100, 400)));
    }
    EXPECT_EQ(everything(*store).size(), 110U);
    store.reset();
    EXPECT_EQ(everything(*open()).size(), 110U);
  }
}

TEST_F(SqliteStoreTest, EveryBatchIsSyncedBeforeItIsAcknowledged) {
  FaultVfs vfs;
  SqliteStoreSettings settings;
  settings.vfs = vfs.name();
  auto store = open(settings);
  for (std::uint64_t i = 1; i <= 20; ++i) {
    const std::int64_t before = vfs.syncs();
    ASSERT_TRUE(store->append(batch(i, 1)));
    EXPECT_GT(vfs.syncs(), before);
  }
}

TEST_F(SqliteStoreTest, AFailedSyncStopsTheProcess) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        FaultVfs vfs;
        SqliteStoreSettings settings;
        settings.vfs = vfs.name();
        auto store = open(settings);
        (void)store->append(batch(1, 10));
        vfs.fail_next_sync();
        (void)store->append(batch(11, 10));
      },
      testing::ExitedWithCode(3), "cannot write");
}

TEST_F(SqliteStoreTest, ABallastIsLaidAndThrownWhenTheDiskIsFullAtTheStart) {
  SqliteStoreSettings settings;
  settings.ballast_bytes = 1 << 20;
  { ASSERT_TRUE(SqliteStore::open(directory_, settings)); }
  ASSERT_TRUE(fs::exists(directory_ / "ballast"));
  EXPECT_EQ(fs::file_size(directory_ / "ballast"), 1U << 20);
  fs::remove(directory_ / "journal.db");  // a new journal needs room at once
  FaultVfs vfs;
  settings.vfs = vfs.name();
  vfs.bytes_until_full(0);
  EXPECT_EQ(refused(settings).reason, "DISK_FULL");
  EXPECT_FALSE(fs::exists(directory_ / "ballast")) << "it went overboard to make room";
}

TEST(MemoryStore, KeepsWhatItIsGiven) {
  MemoryStore store;
  ASSERT_TRUE(store.append(batch(1, 5)));
  MemoryStore again(store.contents());
  EXPECT_EQ(again.last_sequence(), 5U);
  EXPECT_EQ(everything(again, 4).size(), 2U);
}

TEST(RecordChecksum, CoversEveryField) {
  const JournalRecord one = record(7, "abc");
  JournalRecord other = one;
  other.sequence = 8;
  EXPECT_NE(record_checksum(one), record_checksum(other));
  other = one;
  other.time += Duration{1};
  EXPECT_NE(record_checksum(one), record_checksum(other));
  other = one;
  other.schema_version = 2;
  EXPECT_NE(record_checksum(one), record_checksum(other));
  other = one;
  other.payload = "abd";
  EXPECT_NE(record_checksum(one), record_checksum(other));
}

}  // namespace
}  // namespace gridmend::sqlite_store_test
