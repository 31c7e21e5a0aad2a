#include "data/ingest/untrusted_sqlite.h"

#include <sqlite3.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string_view>

namespace gridmend {
namespace {

using Nanoseconds = std::chrono::nanoseconds;

constexpr int kInstructionsBetweenLooks = 100'000;
constexpr int kLongestSqlText = 64 << 20;
constexpr auto kIndexModules =
    std::to_array<std::string_view>({"rtree", "rtree_i32", "geopoly", "fts3", "fts4", "fts5"});

// Of this thread: a database stays with the thread that opened it.
struct Distrust {
  int depth = 0;
  Nanoseconds until{};  // of the thread's processor time
  std::string refusal;
};
thread_local Distrust distrust;

// A query without end spends it; waiting for a busy machine or a slow disk does not.
Nanoseconds processor_time() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds{time.tv_sec} + Nanoseconds{time.tv_nsec};
}

int look_at_the_time(void* /*unused*/) {
  if (distrust.depth == 0 || processor_time() < distrust.until) return 0;
  distrust.refusal = "a query of the file does not come to an end";
  return 1;
}

int authorise(void* /*unused*/, int action, const char* /*a*/, const char* /*b*/,
              const char* /*database*/, const char* /*view*/) {
  if (action == SQLITE_RECURSIVE) {
    distrust.refusal = "a view of the file is recursive";
    return SQLITE_DENY;
  }
  return action == SQLITE_ATTACH || action == SQLITE_DETACH ? SQLITE_DENY : SQLITE_OK;
}

// "CREATE VIRTUAL TABLE name USING module(...)": the module, in lower case.
std::string module_of(std::string sql) {
  std::ranges::transform(sql, sql.begin(), [](unsigned char c) {
    return std::isspace(c) != 0 ? ' ' : static_cast<char>(std::tolower(c));
  });
  const auto at = sql.rfind(" using ");
  if (at == std::string::npos) return {};
  std::string module = sql.substr(at + 7);
  module.erase(0, module.find_first_not_of(' '));
  return module.substr(0, module.find_first_of(" ("));
}

std::optional<std::string> forbidden_table(sqlite3* database) {
  sqlite3_stmt* found = nullptr;
  if (sqlite3_prepare_v2(
          database, "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND rootpage = 0", -1,
          &found, nullptr) != SQLITE_OK) {
    return std::nullopt;  // not a database, or damaged: GDAL says so better
  }
  std::optional<std::string> forbidden;
  while (!forbidden && sqlite3_step(found) == SQLITE_ROW) {
    const auto text = [found](int column) {
      const auto* value = reinterpret_cast<const char*>(sqlite3_column_text(found, column));
      return std::string{value == nullptr ? "" : value};
    };
    const std::string module = module_of(text(1));
    if (std::ranges::find(kIndexModules, module) == kIndexModules.end()) {
      forbidden = "its table '" + text(0) + "' is made by '" + module +
                  "', which may read more than this file";
    }
  }
  sqlite3_finalize(found);
  return forbidden;
}

void limit(sqlite3* database) {
  for (const int off :
       {SQLITE_DBCONFIG_ENABLE_TRIGGER, SQLITE_DBCONFIG_TRUSTED_SCHEMA,
        SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER}) {
    sqlite3_db_config(database, off, 0, nullptr);
  }
  sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_limit(database, SQLITE_LIMIT_LENGTH, kLongestSqlText);
  sqlite3_limit(database, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_limit(database, SQLITE_LIMIT_EXPR_DEPTH, 200);
  sqlite3_limit(database, SQLITE_LIMIT_COMPOUND_SELECT, 50);
  sqlite3_limit(database, SQLITE_LIMIT_WORKER_THREADS, 0);
  sqlite3_progress_handler(database, kInstructionsBetweenLooks, look_at_the_time, nullptr);
}

int on_open(sqlite3* database, char** message, const sqlite3_api_routines* /*unused*/) {
  if (distrust.depth == 0) return SQLITE_OK;
  const char* name = sqlite3_db_filename(database, "main");
  if (name != nullptr && std::string_view{name}.ends_with("/proj.db")) return SQLITE_OK;
  limit(database);
  if (auto forbidden = forbidden_table(database)) {
    *message = sqlite3_mprintf("%s", forbidden->c_str());
    distrust.refusal = std::move(*forbidden);
    return SQLITE_ERROR;
  }
  sqlite3_set_authorizer(database, authorise, nullptr);
  return SQLITE_OK;
}

}  // namespace

UntrustedSqlite::UntrustedSqlite(std::chrono::seconds most) : most_(most) {
  // Each time: GDAL forgets all extensions when it closes a database. Twice is once.
  sqlite3_auto_extension(reinterpret_cast<void (*)()>(on_open));
  if (distrust.depth++ == 0) distrust.refusal.clear();
  next_row();
}

UntrustedSqlite::~UntrustedSqlite() { --distrust.depth; }

void UntrustedSqlite::next_row() const { distrust.until = processor_time() + most_; }

const std::string& UntrustedSqlite::refusal() const { return distrust.refusal; }

}  // namespace gridmend
