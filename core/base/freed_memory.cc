#include "core/base/freed_memory.h"

#if __has_include(<malloc.h>)
#include <malloc.h>
#endif

namespace gridmend {

void keep_freed_memory() {
#if defined(M_MMAP_THRESHOLD) && defined(M_TRIM_THRESHOLD) && defined(M_TOP_PAD)
  constexpr int kMegabyte = 1 << 20;
  // The most glibc takes: larger blocks are mapped each by itself.
  (void)mallopt(M_MMAP_THRESHOLD, 32 * kMegabyte);
  (void)mallopt(M_TRIM_THRESHOLD, 1024 * kMegabyte - 1);
  // Below this a thread's arena is not given up either.
  (void)mallopt(M_TOP_PAD, 64 * kMegabyte);
#endif
}

}  // namespace gridmend
