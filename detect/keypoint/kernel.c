// Details of pictures on vectors, see body.h. The same body is compiled for each set of instructions that matters, and one is chosen
// when it is called.
#include "kernel.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#pragma GCC diagnostic ignored "-Wpsabi" // vectors are passed only to functions that are inlined

#define INLINE static inline __attribute__((always_inline))
#define LANES KEYPOINT_LANES
#define PAD KEYPOINT_PAD

typedef float v16 __attribute__((vector_size(64)));
typedef int32_t i16 __attribute__((vector_size(64)));
typedef uint8_t b16 __attribute__((vector_size(16)));
typedef uint8_t b64 __attribute__((vector_size(64)));
typedef float v16u __attribute__((vector_size(64), aligned(4), may_alias));
typedef int32_t i16u __attribute__((vector_size(64), aligned(4), may_alias));

// Any processor, as well as the compiler can.

INLINE v16 least1(v16 a, v16 b) {
  for (int i = 0; i < LANES; i++) a[i] = a[i] < b[i] ? a[i] : b[i];
  return a;
}

INLINE v16 most1(v16 a, v16 b) {
  for (int i = 0; i < LANES; i++) a[i] = a[i] > b[i] ? a[i] : b[i];
  return a;
}

INLINE v16 root1(v16 a) {
  for (int i = 0; i < LANES; i++) a[i] = __builtin_sqrtf(a[i]);
  return a;
}

INLINE uint32_t bits1(i16 m) {
  uint32_t bits = 0;
  for (int i = 0; i < LANES; i++) bits |= (uint32_t)(m[i] & 1) << i;
  return bits;
}

#define NAME(x) plain_##x
#define TARGET
#define ROWS 2
#define LEAST(a, b) least1(a, b)
#define MOST(a, b) most1(a, b)
#define ROOT(a) root1(a)
#define BITS(m) bits1(m)
#include "body.h"

#if defined(__x86_64__)

// AVX2: two halves.

#define AVX2 __attribute__((target("avx2,fma")))

typedef union {
  v16 v;
  __m256 half[2];
  __m256i number[2];
} halves;

AVX2 INLINE v16 least2(v16 a, v16 b) {
  halves x = {.v = a}, y = {.v = b};
  x.half[0] = _mm256_min_ps(x.half[0], y.half[0]);
  x.half[1] = _mm256_min_ps(x.half[1], y.half[1]);
  return x.v;
}

AVX2 INLINE v16 most2(v16 a, v16 b) {
  halves x = {.v = a}, y = {.v = b};
  x.half[0] = _mm256_max_ps(x.half[0], y.half[0]);
  x.half[1] = _mm256_max_ps(x.half[1], y.half[1]);
  return x.v;
}

AVX2 INLINE v16 root2(v16 a) {
  halves x = {.v = a};
  x.half[0] = _mm256_sqrt_ps(x.half[0]);
  x.half[1] = _mm256_sqrt_ps(x.half[1]);
  return x.v;
}

AVX2 INLINE uint32_t bits2(i16 m) {
  halves x = {.v = (v16)m};
  return (uint32_t)_mm256_movemask_ps(x.half[0]) | (uint32_t)_mm256_movemask_ps(x.half[1]) << 8;
}

#define NAME(x) avx2_##x
#define TARGET AVX2
#define ROWS 4
#define LEAST(a, b) least2(a, b)
#define MOST(a, b) most2(a, b)
#define ROOT(a) root2(a)
#define BITS(m) bits2(m)
#include "body.h"

// AVX-512: all sixteen at once.

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma")))

#define NAME(x) avx512_##x
#define TARGET AVX512
#define ROWS 8
#define LEAST(a, b) ((v16)_mm512_min_ps((__m512)(a), (__m512)(b)))
#define MOST(a, b) ((v16)_mm512_max_ps((__m512)(a), (__m512)(b)))
#define ROOT(a) ((v16)_mm512_sqrt_ps((__m512)(a)))
#define BITS(m) ((uint32_t)_mm512_movepi32_mask((__m512i)(m)))
#include "body.h"

#endif

// The doors.

// most is the largest set of instructions that is used: 0 for what every processor of the kind has, 1 for AVX2, 2 for AVX-512.
static int most = 2;

int keypoint_limit(int level) {
  int before = most;
  most = level;
  return before;
}

#if defined(__x86_64__)
static int has512(void) {
  return most > 1 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl");
}
static int has2(void) { return most > 0 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
#define CALL(name, ...) (has512() ? avx512_##name(__VA_ARGS__) : has2() ? avx2_##name(__VA_ARGS__) : plain_##name(__VA_ARGS__))
#else
#define CALL(name, ...) plain_##name(__VA_ARGS__)
#endif

void keypoint_blur(const float *src, float *dst, float *diff, float *ring, ptrdiff_t width, ptrdiff_t height, ptrdiff_t stride,
                   const float *kernel, ptrdiff_t reach) {
  CALL(blur, src, dst, diff, ring, width, height, stride, kernel, reach);
}

ptrdiff_t keypoint_peaks(const float *below, const float *here, const float *above, ptrdiff_t width, ptrdiff_t height, ptrdiff_t stride,
                         ptrdiff_t margin, float least, int32_t *out, ptrdiff_t room) {
  return CALL(peaks, below, here, above, width, height, stride, margin, least, out, room);
}

void keypoint_votes(const float *plane, ptrdiff_t width, ptrdiff_t height, ptrdiff_t stride, float x, float y, float step,
                    const float *weights, float *votes) {
  CALL(votes, plane, width, height, stride, x, y, step, weights, votes);
}

int keypoint_describe(const float *plane, ptrdiff_t width, ptrdiff_t height, ptrdiff_t stride, float x, float y, float cos, float sin,
                      const float *fade, float *out) {
  return CALL(describe, plane, width, height, stride, x, y, cos, sin, fade, out);
}

void keypoint_nearest(const float *descriptors, ptrdiff_t count, const float *panels, ptrdiff_t others, int32_t *at, float *first, float *second,
                      int32_t *backward, float *products) {
  CALL(nearest, descriptors, count, panels, others, at, first, second, backward, products);
}

void keypoint_luma(const void *pixels, ptrdiff_t pixel, ptrdiff_t stride, ptrdiff_t source_width,
                   const int32_t *columns_starts, const float *columns_weights, ptrdiff_t columns_n,
                   const int32_t *rows_starts, const float *rows_weights, ptrdiff_t rows_n,
                   float *work, float *dst, ptrdiff_t width, ptrdiff_t height) {
  CALL(luma, pixels, pixel, stride, source_width, columns_starts, columns_weights, columns_n, rows_starts, rows_weights, rows_n, work, dst, width, height);
}
