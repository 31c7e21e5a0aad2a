#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

// Files made to do harm, small ones, written by tests.

namespace gridmend {

// A GeoPackage with a layer `lines` of two features in the native layout's columns, then `sql` run
// on it.
void write_geopackage(const std::filesystem::path& path, const std::vector<std::string>& sql);
// SQL that makes the SELECT `query` a layer of attributes: a view that is registered.
std::vector<std::string> view_as_layer(const std::string& name, const std::string& query);
// A row of sqlite_master that no SQLite would let pass.
std::vector<std::string> virtual_table(const std::string& name, const std::string& module_call);

struct ZipEntry {
  std::string name;
  std::string bytes;
  std::uint32_t declared_size = 0;  // 0: the truth
  int times = 1;                    // so many entries of the directory share the bytes
};
// Deflated.
void write_zip(const std::filesystem::path& path, const std::vector<ZipEntry>& entries);

// Texts that make GDAL fetch `url` where the driver that reads them is there, with names that hide
// what they are.
struct Decoy {
  std::string name;
  std::string text;
};
std::vector<Decoy> decoys(const std::string& host);

}  // namespace gridmend
