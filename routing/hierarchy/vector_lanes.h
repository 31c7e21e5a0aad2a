#pragma once

// Marks a function whose loops over lanes are compiled twice: for every x86-64, and with AVX2 for
// processors that have it; which one runs is chosen when the program starts.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define GRIDMEND_VECTOR_LANES __attribute__((target_clones("avx2", "default")))
#else
#define GRIDMEND_VECTOR_LANES
#endif
