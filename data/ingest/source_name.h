#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"

namespace gridmend {

// "PG:host=... dbname=...": a PostGIS database in the user's own words, as libpq reads them. An
// address ("postgresql://...") is one too, which is not read: it often holds a password.
bool is_database(const std::filesystem::path& source);

// What errors, defects and the region call a source: the file's name, printable; of a database
// where it is and what it is called, never a user or a password.
std::string source_name(const std::filesystem::path& source);

// Both name one file or folder, however it is spelled and linked, or one database in the same
// words.
bool is_same_path(const std::filesystem::path& a, const std::filesystem::path& b);

// A connection that was understood: `keyword = value` pairs, values with blanks in single quotes.
class DatabaseWords {
 public:
  // Refuses DATABASE_WORDS, without repeating what was written: part of it may be a password.
  static Result<DatabaseWords> parse(const std::filesystem::path& source);

  std::string name() const;
  // As GDAL is told of it.
  const std::string& connection() const { return connection_; }
  // Of the last pair with the keyword, which is in small letters; nullopt: there is none.
  std::optional<std::string> value(std::string_view keyword) const;
  // `message` in one line, with every secret in it replaced by ***.
  std::string without_secrets(std::string message) const;

 private:
  struct Pair {
    std::string keyword;
    std::string value;
  };
  std::vector<Pair> pairs_;
  std::string connection_;
};

}  // namespace gridmend
