#pragma once

#include <string_view>

#include "data/region/defect.h"

namespace gridmend {

// What a class of defects means to the people who keep the data, and what to do about it.
struct DefectExplanation {
  std::string_view title;
  std::string_view title_zh;
  std::string_view meaning;
  std::string_view remedy;
};

const DefectExplanation& explain(DefectClass defect_class);

}  // namespace gridmend
