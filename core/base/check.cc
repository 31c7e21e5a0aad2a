#include "core/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace gridmend {

void check_failed(const char* condition, const char* what, const char* file, int line) {
  std::fprintf(stderr, "gridmend: internal error at %s:%d: %s (%s)\n", file, line, what, condition);
  std::abort();
}

}  // namespace gridmend
