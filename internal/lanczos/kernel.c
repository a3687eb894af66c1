// Resampling on vectors, see body.h. The same body is compiled for each set of instructions that matters, and one is chosen when
// it is called.
#include "kernel.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define INLINE static inline __attribute__((always_inline))

// LANES is how many samples are worked on at a time.
#define LANES 16

// PRECISION is how many bits of a weight are behind the point, as in taps.go; HALF is a half.
#define PRECISION 22
#define HALF (1 << (PRECISION - 1))

// job is the arguments of lanczos_resize, with what follows from them.
struct job {
  int layout, sub_w, sub_h;
  ptrdiff_t width, height, stride, chroma_stride, chroma_width, chroma_height;
  const uint8_t *y, *cb, *cr;
  const int32_t *columns_starts, *columns_weights;
  ptrdiff_t columns_n, columns_count;
  const int32_t *rows_starts, *rows_weights;
  ptrdiff_t rows_n, rows_count;
  const float *norm;
  float *dst;

  // Parts of the workbench: a row of chroma while it is spread, and that row and the other's at full width; sixteen rows of each
  // colour, one colour turned on its side, and what becomes of it; a ring of rows for each colour.
  uint16_t *sums;
  uint8_t *chroma[2], *dense, *turned, *columns, *ring;
  ptrdiff_t pitch, slots; // bytes a row of the ring, and its rows
};

// lay divides the workbench, from work on, and gives how long it is.
static ptrdiff_t lay(struct job *j, uint8_t *work) {
  ptrdiff_t colours = j->layout == LANCZOS_GREY ? 1 : 3, at = 0;
  j->pitch = (j->columns_count + LANES - 1) / LANES * LANES;
  j->slots = j->rows_n + LANES;
  if (j->layout == LANCZOS_YCBCR) {
    j->sums = (uint16_t *)work;
    at += sizeof(uint16_t) * (j->chroma_width + 2);
    for (int i = 0; i < 2; i++, at += j->width + 1) j->chroma[i] = work + at; // a pair may end beyond an odd width
  }
  j->dense = work + at;
  j->turned = j->dense + colours * LANES * j->width;
  j->columns = j->turned + LANES * j->width;
  j->ring = j->columns + LANES * j->pitch;
  return j->ring + colours * j->slots * j->pitch - work;
}

typedef uint8_t bytes __attribute__((vector_size(LANES)));

#if defined(__clang__)
#define LOW(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define HIGH(a, b) __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#else
#define LOW(a, b) __builtin_shuffle(a, b, (bytes){0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23})
#define HIGH(a, b) __builtin_shuffle(a, b, (bytes){8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31})
#endif

// turn transposes a square of 16 x 16 bytes: shuffling halves into each other four times moves each to its place.
INLINE void turn(bytes *a) {
  bytes b[LANES];
  for (int pass = 0; pass < 2; pass++) {
    for (int i = 0; i < 8; i++) {
      b[2 * i] = LOW(a[i], a[i + 8]);
      b[2 * i + 1] = HIGH(a[i], a[i + 8]);
    }
    for (int i = 0; i < 8; i++) {
      a[2 * i] = LOW(b[i], b[i + 8]);
      a[2 * i + 1] = HIGH(b[i], b[i + 8]);
    }
  }
}

INLINE int32_t held(int32_t v) {
  v = v > 0 ? v : 0;
  return v < 255 ? v : 255;
}

// Any processor, as well as the compiler can.

struct sums {
  int32_t v[LANES];
};

INLINE void start(struct sums *s) {
  for (int i = 0; i < LANES; i++) s->v[i] = HALF;
}

INLINE void add(struct sums *s, const uint8_t *b, int32_t weight) {
  for (int i = 0; i < LANES; i++) s->v[i] += b[i] * weight;
}

INLINE void to_bytes(uint8_t *to, const struct sums *s) {
  for (int i = 0; i < LANES; i++) to[i] = held(s->v[i] >> PRECISION);
}

INLINE void to_normal(float *to, const struct sums *s, float mean, float deviation) {
  for (int i = 0; i < LANES; i++) to[i] = (held(s->v[i] >> PRECISION) / 255.0f - mean) / deviation;
}

#define NAME(x) plain_##x
#define TARGET
#define SUMS struct sums
#define START(s) start(&s)
#define ADD(s, b, weight) add(&s, b, weight)
#define BYTES(to, s) to_bytes(to, &s)
#define NORMAL(to, s, mean, deviation) to_normal(to, &s, mean, deviation)
#include "body.h"

#if defined(__x86_64__)

// AVX2: two halves of eight sums.

#define AVX2 __attribute__((target("avx2")))

struct sums2 {
  __m256i a, b;
};

AVX2 INLINE void add2(struct sums2 *s, const uint8_t *b, int32_t weight) {
  __m256i w = _mm256_set1_epi32(weight);
  s->a = _mm256_add_epi32(s->a, _mm256_mullo_epi32(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)b)), w));
  s->b = _mm256_add_epi32(s->b, _mm256_mullo_epi32(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(b + 8))), w));
}

AVX2 INLINE void to_bytes2(uint8_t *to, const struct sums2 *s) {
  // Packing holds to a byte. It works on the two 128-bit lanes apart: put in order first what the second packing would interleave.
  __m256i words = _mm256_packs_epi32(_mm256_srai_epi32(s->a, PRECISION), _mm256_srai_epi32(s->b, PRECISION));
  words = _mm256_permute4x64_epi64(words, 0xd8);
  _mm_storeu_si128((__m128i *)to, _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1)));
}

AVX2 INLINE __m256 normal2(__m256i v, float mean, float deviation) {
  v = _mm256_min_epi32(_mm256_max_epi32(_mm256_srai_epi32(v, PRECISION), _mm256_setzero_si256()), _mm256_set1_epi32(255));
  __m256 f = _mm256_sub_ps(_mm256_div_ps(_mm256_cvtepi32_ps(v), _mm256_set1_ps(255)), _mm256_set1_ps(mean));
  return _mm256_div_ps(f, _mm256_set1_ps(deviation));
}

AVX2 INLINE void to_normal2(float *to, const struct sums2 *s, float mean, float deviation) {
  _mm256_storeu_ps(to, normal2(s->a, mean, deviation));
  _mm256_storeu_ps(to + 8, normal2(s->b, mean, deviation));
}

#define NAME(x) avx2_##x
#define TARGET AVX2
#define SUMS struct sums2
#define START(s) s.a = s.b = _mm256_set1_epi32(HALF)
#define ADD(s, b, weight) add2(&s, b, weight)
#define BYTES(to, s) to_bytes2(to, &s)
#define NORMAL(to, s, mean, deviation) to_normal2(to, &s, mean, deviation)
#include "body.h"

// AVX-512: all sixteen sums at once.

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl")))

AVX512 INLINE __m512i add3(__m512i s, const uint8_t *b, int32_t weight) {
  __m512i samples = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)b));
  return _mm512_add_epi32(s, _mm512_mullo_epi32(samples, _mm512_set1_epi32(weight)));
}

AVX512 INLINE __m512i whole3(__m512i s) {
  s = _mm512_max_epi32(_mm512_srai_epi32(s, PRECISION), _mm512_setzero_si512());
  return _mm512_min_epi32(s, _mm512_set1_epi32(255));
}

AVX512 INLINE void to_normal3(float *to, __m512i s, float mean, float deviation) {
  __m512 f = _mm512_div_ps(_mm512_cvtepi32_ps(whole3(s)), _mm512_set1_ps(255));
  _mm512_storeu_ps(to, _mm512_div_ps(_mm512_sub_ps(f, _mm512_set1_ps(mean)), _mm512_set1_ps(deviation)));
}

#define NAME(x) avx512_##x
#define TARGET AVX512
#define SUMS __m512i
#define START(s) s = _mm512_set1_epi32(HALF)
#define ADD(s, b, weight) s = add3(s, b, weight)
#define BYTES(to, s) _mm_storeu_si128((__m128i *)(to), _mm512_cvtepi32_epi8(whole3(s)))
#define NORMAL(to, s, mean, deviation) to_normal3(to, s, mean, deviation)
#include "body.h"

#endif

// The doors.

// most is the largest set of instructions that is used: 0 for what every processor of the kind has, 1 for AVX2, 2 for AVX-512.
static int most = 2;

int lanczos_limit(int level) {
  int before = most;
  most = level;
  return before;
}

ptrdiff_t lanczos_work(int layout, ptrdiff_t width, ptrdiff_t chroma_width, ptrdiff_t rows_n, ptrdiff_t columns_count) {
  struct job j = {.layout = layout, .width = width, .chroma_width = chroma_width, .rows_n = rows_n, .columns_count = columns_count};
  static uint16_t nowhere; // only distances count
  return lay(&j, (uint8_t *)&nowhere);
}

void lanczos_resize(int layout, ptrdiff_t width, ptrdiff_t height, const uint8_t *y, ptrdiff_t stride,
                    const uint8_t *cb, const uint8_t *cr, ptrdiff_t chroma_stride, ptrdiff_t chroma_width, ptrdiff_t chroma_height,
                    int sub_w, int sub_h,
                    const int32_t *columns_starts, const int32_t *columns_weights, ptrdiff_t columns_n, ptrdiff_t columns_count,
                    const int32_t *rows_starts, const int32_t *rows_weights, ptrdiff_t rows_n, ptrdiff_t rows_count,
                    const float *norm, uint8_t *work, float *dst) {
  struct job j = {
      .layout = layout, .sub_w = sub_w, .sub_h = sub_h,
      .width = width, .height = height, .stride = stride,
      .chroma_stride = chroma_stride, .chroma_width = chroma_width, .chroma_height = chroma_height,
      .y = y, .cb = cb, .cr = cr,
      .columns_starts = columns_starts, .columns_weights = columns_weights, .columns_n = columns_n, .columns_count = columns_count,
      .rows_starts = rows_starts, .rows_weights = rows_weights, .rows_n = rows_n, .rows_count = rows_count,
      .norm = norm, .dst = dst,
  };
  lay(&j, work);
#if defined(__x86_64__)
  if (most > 1 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) {
    avx512_resize(&j);
    return;
  }
  if (most > 0 && __builtin_cpu_supports("avx2")) {
    avx2_resize(&j);
    return;
  }
#endif
  plain_resize(&j);
}
