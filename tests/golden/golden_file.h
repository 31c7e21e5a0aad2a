#pragma once

// Results to compare with, as text files beside their test. GRIDMEND_UPDATE=1 rewrites them; the
// difference then belongs into the review.

#include <filesystem>
#include <string>
#include <string_view>

namespace gridmend::golden {

// Fails the running test with the first line that differs when `text` is not what tests/golden/NAME
// holds. With GRIDMEND_UPDATE set to anything but 0 the file is written and nothing is compared.
void expect_same(std::string_view name, std::string_view text);

// What expect_same would say: empty when both are the same.
std::string difference(std::string_view expected, std::string_view actual);

}  // namespace gridmend::golden
