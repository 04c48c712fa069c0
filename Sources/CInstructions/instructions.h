// The instructions, and the few facts about processor and memory, that Swift has no word for. Only `Kernels` imports this.
#pragma once
#if defined(__linux__)
#include <malloc.h>
#endif
#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

typedef float hone_floats __attribute__((vector_size(64)));
typedef int hone_integers __attribute__((vector_size(64)));
typedef unsigned hone_words __attribute__((vector_size(64)));
typedef unsigned char hone_bytes __attribute__((vector_size(16)));

#if defined(__linux__)
int sched_getaffinity(int process, unsigned long size, void *mask);
long syscall(long number, ...);
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

// Matrix tiles, Intel's AMX: eight registers of up to sixteen rows of sixteen words, and products of two of them. They are
// written in assembler, so that code compiled for any processor of the architecture can use them on one that has them.
// Tiles 0 to 3 hold sums: 2 r + p those of left tile r and right tile p. Tiles 4 and 5 are left ones, 6 and 7 right ones.

#if defined(__x86_64__) && defined(__linux__)
#define HONE_TILES 1
#define HONE_TILE_CASE(number, instruction, ...)                                                                       \
  case number: __asm__ volatile(instruction : : __VA_ARGS__ : "memory"); break;
#else
#define HONE_TILES 0
#endif

/// True if the processor has tiles, with products of bytes and of pairs of bfloat16 numbers, and the system lets this
/// process use them; asks it for that.
static inline _Bool hone_request_tiles(void) {
#if HONE_TILES
  unsigned a, b, c, d = 0;
  const unsigned needed = 1u << 22 | 1u << 24 | 1u << 25; // amx-bf16, amx-tile, amx-int8
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (d & needed) != needed) return 0;
  const long arch_prctl = 158, request_permission = 0x1023, tile_data = 18;
  return syscall(arch_prctl, request_permission, tile_data) == 0;
#else
  return 0;
#endif
}

/// Gives this thread tiles: the two left ones, and their sums, of so many rows each, the right ones of sixteen.
static inline void hone_configure_tiles(int first_rows, int second_rows) {
#if HONE_TILES
  struct { unsigned char palette, first, reserved[14]; unsigned short bytes[16]; unsigned char rows[16]; } shape = {1};
  for (int tile = 0; tile < 8; tile++) {
    shape.bytes[tile] = 64;
    shape.rows[tile] = tile >= 6 ? 16 : tile < 2 || tile == 4 ? first_rows : second_rows;
  }
  __asm__ volatile("ldtilecfg %0" : : "m"(shape));
#else
  __builtin_trap();
#endif
}

/// Gives the tiles back, so that the system need not keep them when it changes threads.
static inline void hone_release_tiles(void) {
#if HONE_TILES
  __asm__ volatile("tilerelease" : : : "memory");
#else
  __builtin_trap();
#endif
}

/// Sets the numbers of a tile of sums to 0.
static inline void hone_clear_tile(int tile) {
#if HONE_TILES
  switch (tile) {
    HONE_TILE_CASE(0, "tilezero %%tmm0", )
    HONE_TILE_CASE(1, "tilezero %%tmm1", )
    HONE_TILE_CASE(2, "tilezero %%tmm2", )
    HONE_TILE_CASE(3, "tilezero %%tmm3", )
  }
#else
  __builtin_trap();
#endif
}

/// Loads the rows of a tile, which are `stride` bytes apart.
static inline void hone_load_tile(int tile, const void *first, long stride) {
#if HONE_TILES
  switch (tile) {
    HONE_TILE_CASE(0, "tileloadd (%0,%1,1), %%tmm0", "r"(first), "r"(stride))
    HONE_TILE_CASE(1, "tileloadd (%0,%1,1), %%tmm1", "r"(first), "r"(stride))
    HONE_TILE_CASE(2, "tileloadd (%0,%1,1), %%tmm2", "r"(first), "r"(stride))
    HONE_TILE_CASE(3, "tileloadd (%0,%1,1), %%tmm3", "r"(first), "r"(stride))
    HONE_TILE_CASE(4, "tileloadd (%0,%1,1), %%tmm4", "r"(first), "r"(stride))
    HONE_TILE_CASE(5, "tileloadd (%0,%1,1), %%tmm5", "r"(first), "r"(stride))
    HONE_TILE_CASE(6, "tileloadd (%0,%1,1), %%tmm6", "r"(first), "r"(stride))
    HONE_TILE_CASE(7, "tileloadd (%0,%1,1), %%tmm7", "r"(first), "r"(stride))
  }
#else
  __builtin_trap();
#endif
}

/// Stores the rows of a tile of sums `stride` bytes apart.
static inline void hone_store_tile(int tile, void *first, long stride) {
#if HONE_TILES
  switch (tile) {
    HONE_TILE_CASE(0, "tilestored %%tmm0, (%0,%1,1)", "r"(first), "r"(stride))
    HONE_TILE_CASE(1, "tilestored %%tmm1, (%0,%1,1)", "r"(first), "r"(stride))
    HONE_TILE_CASE(2, "tilestored %%tmm2, (%0,%1,1)", "r"(first), "r"(stride))
    HONE_TILE_CASE(3, "tilestored %%tmm3, (%0,%1,1)", "r"(first), "r"(stride))
  }
#else
  __builtin_trap();
#endif
}

/// Adds to a tile of sums the products of the signed bytes of its left tile with the unsigned bytes of its right one.
static inline void hone_add_byte_tiles(int sums) {
#if HONE_TILES
  switch (sums) {
    HONE_TILE_CASE(0, "tdpbsud %%tmm6, %%tmm4, %%tmm0", )
    HONE_TILE_CASE(1, "tdpbsud %%tmm7, %%tmm4, %%tmm1", )
    HONE_TILE_CASE(2, "tdpbsud %%tmm6, %%tmm5, %%tmm2", )
    HONE_TILE_CASE(3, "tdpbsud %%tmm7, %%tmm5, %%tmm3", )
  }
#else
  __builtin_trap();
#endif
}

/// Adds to each number of a tile of sums the sum of two sums of products of its left and its right tile: those of the
/// low halves of words, and those of the high halves, each product added and rounded after the other; denormal numbers
/// count as 0.
static inline void hone_add_pair_tiles(int sums) {
#if HONE_TILES
  switch (sums) {
    HONE_TILE_CASE(0, "tdpbf16ps %%tmm6, %%tmm4, %%tmm0", )
    HONE_TILE_CASE(1, "tdpbf16ps %%tmm7, %%tmm4, %%tmm1", )
    HONE_TILE_CASE(2, "tdpbf16ps %%tmm6, %%tmm5, %%tmm2", )
    HONE_TILE_CASE(3, "tdpbf16ps %%tmm7, %%tmm5, %%tmm3", )
  }
#else
  __builtin_trap();
#endif
}

/// The lowest byte of each word.
static inline hone_bytes hone_lowest_bytes(hone_words words) { return __builtin_convertvector(words, hone_bytes); }

/// The larger integer of each lane.
static inline hone_integers hone_larger(hone_integers a, hone_integers b) { return __builtin_elementwise_max(a, b); }

/// The largest integer.
static inline int hone_largest(hone_integers integers) { return __builtin_reduce_max(integers); }

/// The sum of the integers, without their carry.
static inline int hone_sum(hone_integers integers) { return __builtin_reduce_add(integers); }

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

/// Whether the processor runs code for x86-64-v4.
static inline _Bool hone_has_avx512(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#else
  return 0;
#endif
}

/// Whether the processor has AVX512-VNNI and AVX512-BF16.
static inline _Bool hone_has_avx512_products(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bf16");
#else
  return 0;
#endif
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
