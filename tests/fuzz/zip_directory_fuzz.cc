// The directory of an archive. What it lists is within the limit, is named as GDAL names things,
// and costs no more than the archive's own bytes: every entry takes 46 of them.

#include <algorithm>
#include <string>

#include "core/base/check.h"
#include "data/ingest/zip_directory.h"
#include "tests/fuzz/fuzz_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gridmend;
  static const FuzzFile file{"source.zip"};
  file.write({data, size});
  const auto listed = read_zip_directory(file.path());
  if (!listed) {
    const std::string& reason = listed.error().reason;
    const bool known =
        reason == "SOURCE_EMPTY" || reason == "SOURCE_ZIP_BOMB" || reason == "SOURCE_ZIP_LOCKED";
    GRIDMEND_CHECK(known, "a refusal is known");
    return 0;
  }
  GRIDMEND_CHECK(listed->size() <= kMostZipEntries, "the limit holds");
  GRIDMEND_CHECK(listed->size() * 46 <= size, "an entry is listed once");
  for (const ZippedFile& one : *listed) {
    GRIDMEND_CHECK(!one.name.ends_with('/'), "a name ends with no slash");
    GRIDMEND_CHECK(one.name.find('\\') == std::string::npos, "folders are parted by slashes");
    GRIDMEND_CHECK(one.name.find('\0') == std::string::npos, "a name is a C string");
  }
  return 0;
}
