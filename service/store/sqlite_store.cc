#include "service/store/sqlite_store.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <utility>

#include "core/base/check.h"
#include "service/store/ballast.h"

namespace gridmend {
namespace fs = std::filesystem;
namespace {

constexpr std::uintmax_t kRoomToResume = 8U << 20;

// Nobody knows what is on the disk after a failed write or fsync: no command may be acknowledged on
// top of it, and a retried fsync can report success for pages the kernel has dropped.
[[noreturn]] void stop_process(const fs::path& file, sqlite3* db, const char* doing) {
  std::fprintf(stderr, "gridmend: %s: %s: %s (SQLite %d); stopping, the journal ends before this\n",
               file.c_str(), doing, sqlite3_errmsg(db), sqlite3_extended_errcode(db));
  std::_Exit(3);
}

// A prepared statement; rewound after every use.
class Statement {
 public:
  Statement() = default;
  Statement(Statement&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
  Statement& operator=(Statement&& other) noexcept {
    std::swap(statement_, other.statement_);
    return *this;
  }
  ~Statement() { sqlite3_finalize(statement_); }

  static std::optional<Statement> prepare(sqlite3* db, const char* sql) {
    Statement made;
    if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &made.statement_, nullptr) !=
        SQLITE_OK) {
      return std::nullopt;
    }
    return made;
  }
  int step() { return sqlite3_step(statement_); }
  void rewind() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
  sqlite3_stmt* get() const { return statement_; }

 private:
  sqlite3_stmt* statement_ = nullptr;
};

bool is_full(int code) { return (code & 0xff) == SQLITE_FULL; }

tl::unexpected<Error> refuse_state(const fs::path& file, ErrorCode code, std::string reason,
                                   std::string message) {
  return refuse_at({.file = file.string(), .layer = {}, .feature_id = {}, .column = {}}, code,
                   std::move(reason), std::move(message));
}

tl::unexpected<Error> damaged(const fs::path& file, std::uint64_t sequence, std::string message) {
  return refuse_at({.file = file.string(),
                    .layer = "record",
                    .feature_id = std::to_string(sequence),
                    .column = {}},
                   ErrorCode::internal, "JOURNAL_DAMAGED", std::move(message));
}

}  // namespace

struct SqliteStore::Connection {
  fs::path directory;
  fs::path file;
  sqlite3* db = nullptr;
  bool read_only = false;
  std::uint64_t last_sequence = 0;
  Statement begin, commit, rollback, insert;

  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() {
    for (Statement* statement : {&begin, &commit, &rollback, &insert}) *statement = Statement{};
    sqlite3_close(db);
  }

  int run(const char* sql) const { return sqlite3_exec(db, sql, nullptr, nullptr, nullptr); }

  tl::unexpected<Error> refuse_code(int code) const;
  Result<void> connect(const SqliteStoreSettings& settings);
  Result<void> claim(const SqliteStoreSettings& settings);
  Result<void> make_tables();
  Result<void> check_format();
  Result<void> prepare();
  Result<std::string> meta(const char* key) const;
  int set_meta(const char* key, std::string_view value) const;
  int insert_record(const JournalRecord& record);
};

tl::unexpected<Error> SqliteStore::Connection::refuse_code(int code) const {
  const std::string what = db == nullptr ? "out of memory" : sqlite3_errmsg(db);
  switch (code & 0xff) {
    case SQLITE_FULL:
      return refuse_state(file, ErrorCode::resource_exhausted, "DISK_FULL", "the disk is full");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return refuse_state(file, ErrorCode::failed_precondition, "STATE_IN_USE",
                          "another process holds this state directory");
    case SQLITE_NOTADB:
      return refuse_state(file, ErrorCode::failed_precondition, "STATE_NOT_A_JOURNAL",
                          "this file is no Gridmend journal: " + what);
    case SQLITE_CORRUPT:
      return damaged(file, last_sequence + 1, "the journal's file is damaged: " + what);
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
      return refuse_state(file, ErrorCode::permission_denied, "STATE_NOT_ACCESSIBLE", what);
    default:
      return refuse_state(file, ErrorCode::internal, "STATE_FAILED", what);
  }
}

Result<void> SqliteStore::Connection::connect(const SqliteStoreSettings& settings) {
  const int create = settings.read_only ? 0 : SQLITE_OPEN_CREATE;
  const char* vfs = settings.vfs.empty() ? nullptr : settings.vfs.c_str();
  const int code =
      sqlite3_open_v2(file.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | create, vfs);
  if (code != SQLITE_OK) return refuse_code(code);
  sqlite3_extended_result_codes(db, 1);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  if (settings.read_only) sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  return {};
}

// Exclusive before the first access: the write-ahead log's index then lives in this process and a
// second connection, in this process or another, cannot exist.
Result<void> SqliteStore::Connection::claim(const SqliteStoreSettings& settings) {
  const std::string checkpoint =
      "PRAGMA wal_autocheckpoint=" + std::to_string(settings.checkpoint_pages);
  for (const char* sql :
       {"PRAGMA locking_mode=EXCLUSIVE", "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL",
        settings.read_only ? "PRAGMA wal_autocheckpoint=0" : checkpoint.c_str(), "BEGIN IMMEDIATE",
        "COMMIT"}) {
    if (const int code = run(sql); code != SQLITE_OK) return refuse_code(code);
  }
  return {};
}

Result<void> SqliteStore::Connection::make_tables() {
  const int code = run(
      "BEGIN IMMEDIATE;"
      "CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
      "CREATE TABLE IF NOT EXISTS record(sequence INTEGER PRIMARY KEY, time_us INTEGER NOT NULL,"
      " schema_version INTEGER NOT NULL, checksum INTEGER NOT NULL, payload BLOB NOT NULL);"
      "INSERT OR IGNORE INTO meta VALUES('format', '1');"
      "COMMIT");
  if (code == SQLITE_OK) return {};
  auto refusal = refuse_code(code);
  run("ROLLBACK");
  return refusal;
}

Result<std::string> SqliteStore::Connection::meta(const char* key) const {
  auto query = Statement::prepare(db, "SELECT value FROM meta WHERE key=?1");
  if (!query) return refuse_code(sqlite3_extended_errcode(db));
  sqlite3_bind_text(query->get(), 1, key, -1, SQLITE_STATIC);
  const int code = query->step();
  if (code == SQLITE_DONE) return std::string{};
  if (code != SQLITE_ROW) return refuse_code(code);
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(query->get(), 0));
  return std::string(text == nullptr ? "" : text);
}

int SqliteStore::Connection::set_meta(const char* key, std::string_view value) const {
  auto update = Statement::prepare(db, "INSERT OR REPLACE INTO meta VALUES(?1, ?2)");
  if (!update) return sqlite3_extended_errcode(db);
  sqlite3_bind_text(update->get(), 1, key, -1, SQLITE_STATIC);
  sqlite3_bind_text(update->get(), 2, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
  const int code = update->step();
  return code == SQLITE_DONE ? SQLITE_OK : code;
}

Result<void> SqliteStore::Connection::check_format() {
  const auto format = meta("format");
  if (!format) {
    const bool foreign = format.error().reason == "STATE_FAILED";
    if (!foreign) return tl::make_unexpected(format.error());
    return refuse_state(file, ErrorCode::failed_precondition, "STATE_NOT_A_JOURNAL",
                        "this database is no Gridmend journal: it has no table 'meta'");
  }
  if (*format == std::to_string(kFormat)) return {};
  return refuse_state(file, ErrorCode::failed_precondition, "STATE_TOO_NEW",
                      "the journal has format '" + *format + "'; this program reads format " +
                          std::to_string(kFormat));
}

Result<void> SqliteStore::Connection::prepare() {
  const std::pair<Statement*, const char*> wanted[] = {
      {&begin, "BEGIN IMMEDIATE"},
      {&commit, "COMMIT"},
      {&rollback, "ROLLBACK"},
      {&insert, "INSERT INTO record VALUES(?1, ?2, ?3, ?4, ?5)"}};
  for (const auto& [statement, sql] : wanted) {
    auto made = Statement::prepare(db, sql);
    if (!made) return refuse_code(sqlite3_extended_errcode(db));
    *statement = std::move(*made);
  }
  auto newest = Statement::prepare(db, "SELECT max(sequence) FROM record");
  if (!newest) return refuse_code(sqlite3_extended_errcode(db));
  if (const int code = newest->step(); code != SQLITE_ROW) return refuse_code(code);
  last_sequence = static_cast<std::uint64_t>(sqlite3_column_int64(newest->get(), 0));
  return {};
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const fs::path& directory,
                                                       const SqliteStoreSettings& settings) {
  auto connection = std::make_unique<Connection>();
  connection->directory = directory;
  connection->file = directory / "journal.db";
  connection->read_only = settings.read_only;
  std::error_code failed;
  if (settings.read_only) {
    if (!fs::exists(connection->file, failed)) {
      return refuse_state(connection->file, ErrorCode::not_found, "STATE_NOT_FOUND",
                          "there is no journal in this directory");
    }
  } else if (fs::create_directories(directory, failed); failed) {
    return refuse_state(directory, ErrorCode::permission_denied, "STATE_NOT_ACCESSIBLE",
                        failed.message());
  }
  auto open_all = [&]() -> Result<void> {
    if (auto done = connection->connect(settings); !done) return done;
    if (auto done = connection->claim(settings); !done) return done;
    if (!settings.read_only) {
      if (auto done = connection->make_tables(); !done) return done;
    }
    if (auto done = connection->check_format(); !done) return done;
    return connection->prepare();
  };
  auto opened = open_all();
  if (!opened && opened.error().reason == "DISK_FULL" && drop_ballast(directory)) {
    sqlite3_close(std::exchange(connection->db, nullptr));
    opened = open_all();
  }
  if (!opened) return tl::make_unexpected(std::move(opened.error()));
  if (!settings.read_only) lay_ballast(directory, settings.ballast_bytes);
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(connection)));
}

SqliteStore::SqliteStore(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)) {}
SqliteStore::~SqliteStore() = default;

int SqliteStore::Connection::insert_record(const JournalRecord& record) {
  sqlite3_stmt* row = insert.get();
  sqlite3_bind_int64(row, 1, static_cast<sqlite3_int64>(record.sequence));
  sqlite3_bind_int64(row, 2, record.time.time_since_epoch().count());
  sqlite3_bind_int64(row, 3, record.schema_version);
  sqlite3_bind_int64(row, 4, static_cast<sqlite3_int64>(record_checksum(record)));
  sqlite3_bind_blob64(row, 5, record.payload.data(), record.payload.size(), SQLITE_STATIC);
  const int code = insert.step();
  insert.rewind();
  return code == SQLITE_DONE ? SQLITE_OK : code;
}

Result<void> SqliteStore::append(std::span<const JournalRecord> records) {
  Connection& c = *connection_;
  GRIDMEND_CHECK(!c.read_only, "a journal opened for reading is not appended to");
  if (records.empty()) return {};
  GRIDMEND_CHECK(records.front().sequence == c.last_sequence + 1, "the journal has no gaps");
  auto run = [](Statement& statement) {
    const int code = statement.step();
    statement.rewind();
    return code == SQLITE_DONE ? SQLITE_OK : code;
  };
  int code = run(c.begin);
  for (std::size_t i = 0; code == SQLITE_OK && i < records.size(); ++i)
    code = c.insert_record(records[i]);
  if (code == SQLITE_OK) code = run(c.commit);
  if (code == SQLITE_OK) {
    c.last_sequence = records.back().sequence;
    return {};
  }
  if (!is_full(code)) stop_process(c.file, c.db, "cannot write");
  if (sqlite3_get_autocommit(c.db) == 0 && run(c.rollback) != SQLITE_OK) {
    stop_process(c.file, c.db, "cannot take back a half-written batch");
  }
  return c.refuse_code(SQLITE_FULL);
}

std::uint64_t SqliteStore::last_sequence() const { return connection_->last_sequence; }

Result<void> SqliteStore::read(std::uint64_t from_sequence, const Take& take) const {
  const Connection& c = *connection_;
  auto query =
      Statement::prepare(c.db,
                         "SELECT sequence, time_us, schema_version, checksum, payload FROM record "
                         "WHERE sequence >= ?1 ORDER BY sequence");
  if (!query) return c.refuse_code(sqlite3_extended_errcode(c.db));
  std::uint64_t expected = std::max<std::uint64_t>(from_sequence, 1);
  sqlite3_bind_int64(query->get(), 1, static_cast<sqlite3_int64>(expected));
  JournalRecord record;
  int code = query->step();
  for (; code == SQLITE_ROW; code = query->step(), ++expected) {
    record.sequence = static_cast<std::uint64_t>(sqlite3_column_int64(query->get(), 0));
    if (record.sequence != expected) return damaged(c.file, expected, "the record is missing");
    record.time = Time{Duration{sqlite3_column_int64(query->get(), 1)}};
    record.schema_version = static_cast<std::uint32_t>(sqlite3_column_int64(query->get(), 2));
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(query->get(), 4));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(query->get(), 4));
    record.payload.assign(bytes == nullptr ? "" : bytes, size);
    if (record_checksum(record) !=
        static_cast<std::uint64_t>(sqlite3_column_int64(query->get(), 3))) {
      return damaged(c.file, expected, "the record's checksum does not match its content");
    }
    if (!take(record)) return {};
  }
  if (code == SQLITE_DONE) return {};
  if ((code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB) {
    return damaged(c.file, expected,
                   std::string("the journal's file is damaged: ") + sqlite3_errmsg(c.db));
  }
  return c.refuse_code(code);
}

std::string SqliteStore::region_id() const { return connection_->meta("region_id").value_or(""); }

Result<void> SqliteStore::bind_region(std::string_view region_id) {
  const int code = connection_->set_meta("region_id", region_id);
  if (code == SQLITE_OK) return {};
  if (!is_full(code)) stop_process(connection_->file, connection_->db, "cannot write");
  return connection_->refuse_code(code);
}

bool SqliteStore::has_room() const {
  std::error_code failed;
  const fs::space_info space = fs::space(connection_->directory, failed);
  return !failed && space.available >= kRoomToResume;
}

}  // namespace gridmend
