#include "core/base/error.h"

#include <gtest/gtest.h>

#include <set>

namespace gridmend::error_test {
namespace {

TEST(Describe, NamesFileLayerFeatureAndColumn) {
  const Result<int> refused = refuse_at({"net.gpkg", "lines", "12", "phases"},
                                        ErrorCode::invalid_argument, "PHASES", "'QX' is no phase");
  EXPECT_EQ(describe(refused.error()),
            "net.gpkg, layer 'lines', feature 12, column 'phases': 'QX' is no phase");
}

TEST(Describe, LeavesOutWhatIsUnknown) {
  EXPECT_EQ(describe({ErrorCode::internal, "", "it broke", "", {}}), "it broke");
  EXPECT_EQ(describe({ErrorCode::invalid_argument, "", "too big", "page_size", {}}),
            "field 'page_size': too big");
  EXPECT_EQ(describe({ErrorCode::not_found, "", "is empty", "", {"", "lines", "", ""}}),
            "layer 'lines': is empty");
}

TEST(ErrorCode, HasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (int code = 0; code <= static_cast<int>(ErrorCode::internal); ++code) {
    EXPECT_TRUE(names.insert(to_string(static_cast<ErrorCode>(code))).second);
  }
  EXPECT_EQ(names.size(), 11U);
}

}  // namespace
}  // namespace gridmend::error_test
