#pragma once

// GRIDMEND_CHECK(condition, "what must hold"): a broken invariant is a bug of ours; it stops the
// program in every build type. Bad input is never checked this way: it is an Error value.

namespace gridmend {

[[noreturn]] void check_failed(const char* condition, const char* what, const char* file, int line);

}  // namespace gridmend

#define GRIDMEND_CHECK(condition, what)                \
  (static_cast<bool>(condition) ? static_cast<void>(0) \
                                : ::gridmend::check_failed(#condition, what, __FILE__, __LINE__))
