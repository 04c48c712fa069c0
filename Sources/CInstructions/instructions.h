// The instructions, and the few facts about processor and memory, that Swift has no word for. Only `Kernels` imports this.
#pragma once
#if defined(__linux__)
#include <malloc.h>
#endif

#if defined(__linux__)
int sched_getaffinity(int process, unsigned long size, void *mask);
#endif

/// The number of cores that this process may run on, or 0 where the system does not tell.
static inline int hone_allowed_cores(void) {
  int count = 0;
#if defined(__linux__)
  unsigned char mask[512] = {0};
  if (sched_getaffinity(0, sizeof mask, mask) >= 0)
    for (unsigned i = 0; i < sizeof mask; i++) count += __builtin_popcount(mask[i]);
#endif
  return count;
}

/// Tells the core that this is a waiting loop.
static inline void hone_spin_hint(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/// Asks for a place that will be read soon.
static inline void hone_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

/// Asks for a place that will be read after much else: into the second-level cache.
static inline void hone_prefetch_for_later(const void *address) { __builtin_prefetch(address, 0, 2); }

/// Asks for a place that will be written soon.
static inline void hone_prefetch_for_writing(const void *address) { __builtin_prefetch(address, 1, 3); }

/// Whether this code was compiled for registers with which our own tiles of matrix products beat sgemm.
static inline _Bool hone_prefers_own_tiles(void) {
#if defined(__AVX2__) && defined(__FMA__)
  return 1;
#else
  return 0;
#endif
}

/// The rows of such a tile: as many as the registers can hold sums of.
static inline int hone_tile_rows(void) {
#if defined(__AVX512F__)
  return 12;
#else
  return 6;
#endif
}

/// Returns what the C heap no longer uses to the system, where it has a call for that.
static inline void hone_release_heap(void) {
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}

/// The instruction sets that this code was compiled for and that decide how sums are formed.
static inline const char *hone_compiled_instruction_sets(void) {
  return "baseline"
#if defined(__AVX__)
         " AVX"
#endif
#if defined(__AVX2__)
         " AVX2"
#endif
#if defined(__FMA__)
         " FMA"
#endif
#if defined(__AVX512F__)
         " AVX-512F"
#endif
#if defined(__aarch64__)
         " AArch64"
#endif
      ;
}

/// The first instruction set that this code was compiled for and that the processor lacks, or a null pointer.
static inline const char *hone_missing_instruction_set(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
#if defined(__AVX__)
  if (!__builtin_cpu_supports("avx")) return "AVX";
#endif
#if defined(__AVX2__)
  if (!__builtin_cpu_supports("avx2")) return "AVX2";
#endif
#if defined(__FMA__)
  if (!__builtin_cpu_supports("fma")) return "FMA";
#endif
#if defined(__BMI2__)
  if (!__builtin_cpu_supports("bmi2")) return "BMI2";
#endif
#if defined(__AVX512F__)
  if (!__builtin_cpu_supports("avx512f")) return "AVX-512F";
#endif
#if defined(__AVX512BW__)
  if (!__builtin_cpu_supports("avx512bw")) return "AVX-512BW";
#endif
#if defined(__AVX512VL__)
  if (!__builtin_cpu_supports("avx512vl")) return "AVX-512VL";
#endif
#endif
  return 0;
}
