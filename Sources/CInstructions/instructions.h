// The instructions, and the few facts about processor and memory, that Swift has no word for. Only `Kernels` imports this.
#pragma once
#if defined(__linux__)
#include <malloc.h>
#endif
#if defined(__x86_64__)
#include <immintrin.h>
#endif

typedef float hone_floats __attribute__((vector_size(64)));
typedef int hone_integers __attribute__((vector_size(64)));
typedef unsigned hone_words __attribute__((vector_size(64)));
typedef unsigned char hone_bytes __attribute__((vector_size(16)));

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

// Numbers of half the bits and of a quarter: a word holds a pair of bfloat16 numbers, the first in its low half, or four
// bytes. Each instruction stands beside a question whether this code was compiled for it, and must not be reached
// without it.

/// True if there are products of pairs of bfloat16 numbers.
static inline _Bool hone_has_pair_products(void) {
#if defined(__AVX512BF16__)
  return 1;
#else
  return 0;
#endif
}

/// sums + the high half of `a` times that of `b`, rounded, + the low half of `a` times that of `b`, rounded; denormal
/// numbers count as 0.
///
/// The compiler reads a repeated word from memory within this instruction only if it is `b`.
static inline hone_floats hone_add_pair_products(hone_floats sums, hone_words a, hone_words b) {
#if defined(__AVX512BF16__)
  return (hone_floats)_mm512_dpbf16_ps((__m512)sums, (__m512bh)a, (__m512bh)b);
#else
  __builtin_trap();
#endif
}

/// Thirty-two numbers rounded to pairs, in their order.
static inline hone_words hone_round_to_pairs(hone_floats first, hone_floats second) {
#if defined(__AVX512BF16__)
  return (hone_words)_mm512_cvtne2ps_pbh((__m512)second, (__m512)first);
#else
  __builtin_trap();
#endif
}

/// Sixteen numbers rounded to the low halves of words, and sixteen to the high halves.
static inline hone_words hone_round_to_halves(hone_floats low, hone_floats high) {
#if defined(__AVX512BF16__)
  __m512i a = _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh((__m512)low));
  __m512i b = _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh((__m512)high));
  return (hone_words)_mm512_or_si512(a, _mm512_slli_epi32(b, 16));
#else
  __builtin_trap();
#endif
}

/// True if there are products of four bytes.
static inline _Bool hone_has_byte_products(void) {
#if defined(__AVX512VNNI__) || defined(__AVXVNNI__)
  return 1;
#else
  return 0;
#endif
}

/// sums + the four products of the unsigned bytes of `a` with the signed bytes of `b`.
///
/// The compiler reads a repeated word from memory within this instruction only if it is `b`.
static inline hone_integers hone_add_byte_products(hone_integers sums, hone_words a, hone_words b) {
#if defined(__AVX512VNNI__)
  return (hone_integers)_mm512_dpbusd_epi32((__m512i)sums, (__m512i)a, (__m512i)b);
#elif defined(__AVXVNNI__)
  union { hone_integers all; __m256i halves[2]; } result = {sums}, left = {(hone_integers)a}, right = {(hone_integers)b};
  for (int i = 0; i < 2; i++)
    result.halves[i] = _mm256_dpbusd_avx_epi32(result.halves[i], left.halves[i], right.halves[i]);
  return result.all;
#else
  __builtin_trap();
#endif
}

/// The lowest byte of each word.
static inline hone_bytes hone_lowest_bytes(hone_words words) { return __builtin_convertvector(words, hone_bytes); }

/// Integers as floats, rounded to the nearest.
static inline hone_floats hone_to_floats(hone_integers integers) {
  return __builtin_convertvector(integers, hone_floats);
}

/// Floats without a fraction as integers.
static inline hone_integers hone_to_integers(hone_floats floats) {
  return __builtin_convertvector(floats, hone_integers);
}

/// Makes this thread's arithmetic take denormal numbers for 0, as products of pairs do, and returns how it was.
static inline unsigned hone_flush_denormals(void) {
#if defined(__x86_64__)
  unsigned before, after;
  __asm__ volatile("stmxcsr %0" : "=m"(before) : : "memory");
  after = before | 0x8040;
  __asm__ volatile("ldmxcsr %0" : : "m"(after) : "memory");
  return before;
#else
  return 0;
#endif
}

/// Makes this thread's arithmetic what it was.
static inline void hone_restore_arithmetic(unsigned before) {
#if defined(__x86_64__)
  __asm__ volatile("ldmxcsr %0" : : "m"(before) : "memory");
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
#if defined(__AVX512BF16__)
  if (!__builtin_cpu_supports("avx512bf16")) return "AVX512-BF16";
#endif
#if defined(__AVX512VNNI__)
  if (!__builtin_cpu_supports("avx512vnni")) return "AVX512-VNNI";
#endif
#if defined(__AVXVNNI__)
  if (!__builtin_cpu_supports("avxvnni")) return "AVX-VNNI";
#endif
#endif
  return 0;
}
