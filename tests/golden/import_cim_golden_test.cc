#include <gtest/gtest.h>

#include <string>

#include "tests/golden/import_summary.h"

namespace gridmend::import_cim_golden_test {
namespace {

void expect_cim(const char* file, const char* name, const char* proof) {
  const auto path = golden::shared_data(std::string{"cim_ieee/"} + file);
  if (!path) GTEST_SKIP() << "the shared CIM set is not beside this source tree";
  RegionSpec spec;
  spec.sources.push_back({*path, ""});
  golden::expect_import(name, spec, proof);
}

TEST(ImportGolden, TheThirteenNodeFeederOfIeeeInCim) {
  expect_cim("IEEE13.xml", "import_cim_ieee13.txt", "proof/cim_ieee13.py counts the same");
}

TEST(ImportGolden, TheHundredAndTwentyThreeNodeFeederOfIeeeInCim) {
  expect_cim("IEEE123.xml", "import_cim_ieee123.txt", "proof/cim_ieee123.py counts the same");
}

}  // namespace
}  // namespace gridmend::import_cim_golden_test
