// The work on a picture's details, compiled once for each set of instructions. Whoever includes it defines
//   NAME(x)      x, named for the set of instructions
//   TARGET       the attribute that lets the compiler use it
//   ROWS         descriptors that are compared at a time
//   LEAST(a, b), MOST(a, b), ROOT(a)  of sixteen floats
//   BITS(m)      the lanes of a comparison that hold, as bits
// v16 and i16 are sixteen floats and sixteen numbers, v16u and i16u the same anywhere in memory.

#define AT(p) (*(const v16u *)(p))
#define PUT(p) (*(v16u *)(p))

TARGET INLINE v16 NAME(pick)(i16 mask, v16 a, v16 b) { return (v16)((mask & (i16)a) | (~mask & (i16)b)); }

// border repeats the edges of a row, given from its left border on.
TARGET INLINE void NAME(border)(float *row, ptrdiff_t width) {
  PUT(row) = (v16){} + row[PAD];
  PUT(row + PAD + width) = (v16){} + row[PAD + width - 1];
}

// across filters a row, given from its first pixel on.
TARGET static void NAME(across)(const float *from, float *to, ptrdiff_t width, const float *kernel, ptrdiff_t reach) {
  ptrdiff_t x = 0;
  for (; x + 4 * LANES <= width; x += 4 * LANES) {
    const float *p = from + x;
    v16 a = AT(p) * kernel[0], b = AT(p + LANES) * kernel[0], c = AT(p + 2 * LANES) * kernel[0], d = AT(p + 3 * LANES) * kernel[0];
    for (ptrdiff_t i = 1; i <= reach; i++) {
      a += (AT(p - i) + AT(p + i)) * kernel[i];
      b += (AT(p + LANES - i) + AT(p + LANES + i)) * kernel[i];
      c += (AT(p + 2 * LANES - i) + AT(p + 2 * LANES + i)) * kernel[i];
      d += (AT(p + 3 * LANES - i) + AT(p + 3 * LANES + i)) * kernel[i];
    }
    PUT(to + x) = a, PUT(to + x + LANES) = b, PUT(to + x + 2 * LANES) = c, PUT(to + x + 3 * LANES) = d;
  }
  for (; x < width; x += LANES) {
    v16 a = AT(from + x) * kernel[0];
    for (ptrdiff_t i = 1; i <= reach; i++) a += (AT(from + x - i) + AT(from + x + i)) * kernel[i];
    PUT(to + x) = a;
  }
}

// down makes a row out of 2*reach+1 filtered ones, whose middle is rows[reach], and its difference to the row that it came from.
TARGET static void NAME(down)(const float *const *rows, const float *from, float *to, float *diff, ptrdiff_t width, const float *kernel, ptrdiff_t reach) {
  ptrdiff_t x = 0;
  for (; x + 2 * LANES <= width; x += 2 * LANES) {
    v16 a = AT(rows[reach] + x) * kernel[0], b = AT(rows[reach] + x + LANES) * kernel[0];
    for (ptrdiff_t i = 1; i <= reach; i++) {
      const float *up = rows[reach - i] + x, *low = rows[reach + i] + x;
      a += (AT(up) + AT(low)) * kernel[i];
      b += (AT(up + LANES) + AT(low + LANES)) * kernel[i];
    }
    PUT(to + x) = a, PUT(to + x + LANES) = b;
    PUT(diff + x) = a - AT(from + x), PUT(diff + x + LANES) = b - AT(from + x + LANES);
  }
  for (; x < width; x += LANES) {
    v16 a = AT(rows[reach] + x) * kernel[0];
    for (ptrdiff_t i = 1; i <= reach; i++) a += (AT(rows[reach - i] + x) + AT(rows[reach + i] + x)) * kernel[i];
    PUT(to + x) = a;
    PUT(diff + x) = a - AT(from + x);
  }
}

TARGET static void NAME(blur)(const float *src, float *dst, float *diff, float *ring, ptrdiff_t width, ptrdiff_t height, ptrdiff_t stride,
                              const float *kernel, ptrdiff_t reach) {
  ptrdiff_t pitch = (width + LANES - 1) / LANES * LANES, slots = 2 * reach + 1, done = 0;
  const float *rows[2 * KEYPOINT_REACH + 1];
  for (ptrdiff_t y = 0; y < height; y++) {
    for (; done < height && done <= y + reach; done++) NAME(across)(src + done * stride + PAD, ring + done % slots * pitch, width, kernel, reach);
    for (ptrdiff_t i = -reach; i <= reach; i++) { // beyond an edge its row goes on
      ptrdiff_t at = y + i < 0 ? 0 : y + i >= height ? height - 1 : y + i;
      rows[reach + i] = ring + at % slots * pitch;
    }
    float *to = dst + y * stride;
    NAME(down)(rows, src + y * stride + PAD, to + PAD, diff + y * stride + PAD, width, kernel, reach);
    NAME(border)(to, width);
  }
}

// around is the largest or the smallest of a row's pixel and its two neighbours.
#define AROUND(of, p) of(of(AT((p)-1), AT((p) + 1)), AT(p))

TARGET static ptrdiff_t NAME(peaks)(const float *below, const float *here, const float *above, ptrdiff_t width, ptrdiff_t height, ptrdiff_t stride,
                                    ptrdiff_t margin, float least, int32_t *out, ptrdiff_t room) {
  ptrdiff_t n = 0;
  for (ptrdiff_t y = margin; y < height - margin; y++) {
    for (ptrdiff_t x = margin; x < width - margin; x += LANES) {
      ptrdiff_t at = y * stride + PAD + x, left = width - margin - x;
      const float *p = here + at, *up = p - stride, *low = p + stride;
      v16 v = AT(p);
      v16 high = MOST(MOST(AROUND(MOST, up), AROUND(MOST, low)), MOST(AT(p - 1), AT(p + 1)));
      v16 deep = LEAST(LEAST(AROUND(LEAST, up), AROUND(LEAST, low)), LEAST(AT(p - 1), AT(p + 1)));
      uint32_t hills = BITS((v >= high) & (v >= least)), holes = BITS((v <= deep) & (v <= -least));
      if (left < LANES) {
        hills &= (1u << left) - 1;
        holes &= (1u << left) - 1;
      }
      const float *others[2] = {below + at, above + at};
      for (int i = 0; i < 2 && hills; i++) {
        const float *q = others[i];
        hills &= BITS(v >= MOST(MOST(AROUND(MOST, q - stride), AROUND(MOST, q)), AROUND(MOST, q + stride)));
      }
      for (int i = 0; i < 2 && holes; i++) {
        const float *q = others[i];
        holes &= BITS(v <= LEAST(LEAST(AROUND(LEAST, q - stride), AROUND(LEAST, q)), AROUND(LEAST, q + stride)));
      }
      for (uint32_t found = hills | holes; found; found &= found - 1, n++)
        if (n < room) out[n] = (int32_t)(y * stride + x + __builtin_ctz(found));
    }
  }
  return n;
}

// direction is that of (x, y) as a share of a full turn, 0 to 1: turn in Go.
TARGET INLINE v16 NAME(direction)(v16 y, v16 x) {
  v16 nothing = {}, ax = MOST(x, -x), ay = MOST(y, -y), most = MOST(ax, ay);
  v16 a = LEAST(ax, ay) / NAME(pick)(most == nothing, nothing + 1, most);
  v16 s = a * a, t = a * (0.9998660f + s * (-0.3302995f + s * (0.1801410f + s * (-0.0851330f + s * 0.0208351f)))) * 0.15915494f;
  t = NAME(pick)(ay > ax, 0.25f - t, t);
  t = NAME(pick)(x < nothing, 0.5f - t, t);
  t = NAME(pick)(y < nothing, 1 - t, t);
  return NAME(pick)(t >= 1, nothing, t);
}

TARGET static void NAME(votes)(const float *plane, ptrdiff_t width, ptrdiff_t height, ptrdiff_t stride, float x, float y, float step,
                               const float *weights, float *votes) {
  int32_t columns[KEYPOINT_VOTES];
  int known[KEYPOINT_VOTES];
  for (int i = 0; i < KEYPOINT_VOTES; i++) {
    float at = x + (float)(i - KEYPOINT_VOTES / 2) * step;
    columns[i] = (int32_t)at;
    known[i] = columns[i] >= 1 && columns[i] < width - 1;
  }
  for (int i = 0; i < KEYPOINT_ANGLES; i++) votes[i] = 0;
  for (int j = 0; j < KEYPOINT_VOTES; j++) {
    int32_t row = (int32_t)(y + (float)(j - KEYPOINT_VOTES / 2) * step);
    if (row < 1 || row >= height - 1) continue;
    const float *p = plane + row * stride + PAD;
    v16 gx = {}, gy = {};
    for (int i = 0; i < KEYPOINT_VOTES; i++) {
      if (!known[i]) continue;
      const float *q = p + columns[i];
      gx[i] = q[1] - q[-1];
      gy[i] = q[stride] - q[-stride];
    }
    v16 size = ROOT(gx * gx + gy * gy) * AT(weights + j * LANES);
    i16 bin = __builtin_convertvector(NAME(direction)(gy, gx) * (float)KEYPOINT_ANGLES, i16);
    for (int i = 0; i < KEYPOINT_VOTES; i++) votes[bin[i] % KEYPOINT_ANGLES] += size[i];
  }
}

// sample reads the patch around (x, y), turned, with pixel centres at half units; beyond the edge it goes on.
TARGET static void NAME(sample)(const float *plane, ptrdiff_t width, ptrdiff_t height, ptrdiff_t stride, float x, float y, float cos, float sin,
                                float *patch) {
  const v16 lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const float middle = (KEYPOINT_SAMPLES + 1) / 2.0f;
  const v16 nothing = {};
  for (int j = 0; j < KEYPOINT_PATCH; j++) {
    float v = (float)j - middle;
    for (int from = 0; from < KEYPOINT_PATCH; from += LANES) {
      v16 u = lane + ((float)from - middle);
      v16 px = LEAST(MOST((x - v * sin - 0.5f) + u * cos, nothing), nothing + (float)(width - 1));
      v16 py = LEAST(MOST((y + v * cos - 0.5f) + u * sin, nothing), nothing + (float)(height - 1));
      i16 ix = __builtin_convertvector(LEAST(px, nothing + (float)(width - 2)), i16);
      i16 iy = __builtin_convertvector(LEAST(py, nothing + (float)(height - 2)), i16);
      v16 fx = px - __builtin_convertvector(ix, v16), fy = py - __builtin_convertvector(iy, v16);
      i16 at = iy * (int32_t)stride + ix;
      int n = KEYPOINT_PATCH - from < LANES ? KEYPOINT_PATCH - from : LANES;
      float corner[4][LANES];
      for (int i = 0; i < n; i++) {
        const float *q = plane + PAD + at[i];
        corner[0][i] = q[0], corner[1][i] = q[1], corner[2][i] = q[stride], corner[3][i] = q[stride + 1];
      }
      for (int i = n; i < LANES; i++) corner[0][i] = corner[1][i] = corner[2][i] = corner[3][i] = 0;
      v16 a = AT(corner[0]) + fx * (AT(corner[1]) - AT(corner[0])), b = AT(corner[2]) + fx * (AT(corner[3]) - AT(corner[2]));
      PUT(patch + j * KEYPOINT_PATCH + from) = a + fy * (b - a);
    }
  }
}

// unit clips strong values and takes square roots: normalise in Go.
TARGET INLINE int NAME(unit)(float *d) {
  v16 square = {}, sum = {};
  for (int i = 0; i < KEYPOINT_DIMENSION; i += LANES) square += AT(d + i) * AT(d + i);
  float total = 0, squares = 0;
  for (int i = 0; i < LANES; i++) squares += square[i];
  if (squares < 1e-10f) return 0;
  v16 limit = (v16){} + 0.2f * __builtin_sqrtf(squares);
  for (int i = 0; i < KEYPOINT_DIMENSION; i += LANES) sum += PUT(d + i) = LEAST(AT(d + i), limit);
  for (int i = 0; i < LANES; i++) total += sum[i];
  for (int i = 0; i < KEYPOINT_DIMENSION; i += LANES) PUT(d + i) = ROOT(AT(d + i) / total);
  return 1;
}

TARGET static int NAME(describe)(const float *plane, ptrdiff_t width, ptrdiff_t height, ptrdiff_t stride, float x, float y, float cos, float sin,
                                 const float *fade, float *out) {
  enum { CELL = KEYPOINT_BINS, SIDE = 4, BETWEEN = KEYPOINT_SAMPLES / SIDE }; // a cell and the next one are sixteen values
  // How a sample's place is divided between its cell and the next: the same in every group of four.
  static const float part[BETWEEN] = {0.625f, 0.875f, 0.125f, 0.375f};
  const v16 bins = {0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7}, upper = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1}, nothing = {};
  float patch[KEYPOINT_PATCH * KEYPOINT_PATCH + LANES], grid[SIDE + 2][(SIDE + 2) * CELL] = {};
  NAME(sample)(plane, width, height, stride, x, y, cos, sin, patch);
  for (int j = 0; j < KEYPOINT_SAMPLES; j++) {
    const float *p = patch + (j + 1) * KEYPOINT_PATCH;
    v16 gx = AT(p + 2) - AT(p), gy = AT(p + 1 + KEYPOINT_PATCH) - AT(p + 1 - KEYPOINT_PATCH);
    v16 size = ROOT(gx * gx + gy * gy) * AT(fade + j * KEYPOINT_SAMPLES);
    v16 direction = NAME(direction)(gy, gx) * (float)KEYPOINT_BINS;
    // The samples of a row by columns of cells, the rims included: samples 0 and 1 begin in the rim, 2 to 5 in the first cell.
    v16 cells[SIDE + 1] = {};
    for (int i = 0; i < KEYPOINT_SAMPLES; i++) {
      v16 apart = bins - direction[i];
      apart = MOST(apart, -apart);
      apart = LEAST(apart, KEYPOINT_BINS - apart);
      float b = part[i % BETWEEN];
      cells[(i + 2) / BETWEEN] += MOST(1 - apart, nothing) * size[i] * ((1 - b) + upper * (2 * b - 1));
    }
    float b = part[j % BETWEEN], *low = grid[(j + 2) / BETWEEN], *high = grid[(j + 2) / BETWEEN + 1];
    for (int c = 0; c <= SIDE; c++) {
      PUT(low + c * CELL) += cells[c] * (1 - b);
      PUT(high + c * CELL) += cells[c] * b;
    }
  }
  for (int r = 0; r < SIDE; r++)
    for (int i = 0; i < SIDE * CELL; i++) out[r * SIDE * CELL + i] = grid[r + 1][CELL + i];
  return NAME(unit)(out);
}

// A rival is, lane by lane, the best and the second best product so far and where the best is.
TARGET static void NAME(nearest)(const float *descriptors, ptrdiff_t count, const float *panels, ptrdiff_t others, int32_t *at, float *first, float *second,
                                 int32_t *backward, float *products) {
  const i16 lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  for (ptrdiff_t j = 0; j < others; j += LANES) PUT(products + j) = (v16){}, *(i16u *)(backward + j) = (i16){};
  for (ptrdiff_t i = 0; i < count; i += ROWS) {
    const float *row[ROWS];
    v16 best[ROWS], next[ROWS];
    i16 where[ROWS];
    for (int r = 0; r < ROWS; r++) {
      row[r] = descriptors + (i + r < count ? i + r : i) * KEYPOINT_DIMENSION;
      best[r] = next[r] = (v16){} - 2;
      where[r] = (i16){};
    }
    for (ptrdiff_t j = 0; j < others; j += LANES) {
      const float *panel = panels + j * KEYPOINT_DIMENSION;
      v16 sums[ROWS] = {};
      for (int k = 0; k < KEYPOINT_DIMENSION; k++) {
        v16 p = AT(panel + k * LANES);
        for (int r = 0; r < ROWS; r++) sums[r] += p * row[r][k];
      }
      i16 here = lane + (int32_t)j;
      i16 inside = here < (int32_t)others;
      v16 reverse = AT(products + j);
      i16 who = *(const i16u *)(backward + j);
      for (int r = 0; r < ROWS && i + r < count; r++) {
        v16 dot = NAME(pick)(inside, sums[r], (v16){} - 3);
        i16 better = dot > best[r], nearer = dot > reverse;
        next[r] = MOST(next[r], LEAST(best[r], dot));
        best[r] = MOST(best[r], dot);
        where[r] = (better & here) | (~better & where[r]);
        reverse = MOST(reverse, dot);
        who = (nearer & ((i16){} + (int32_t)(i + r))) | (~nearer & who);
      }
      PUT(products + j) = reverse;
      *(i16u *)(backward + j) = who;
    }
    for (int r = 0; r < ROWS && i + r < count; r++) {
      float most = -2, more = -2;
      int32_t place = -1;
      for (int l = 0; l < LANES; l++) {
        float b = best[r][l];
        if (b > most || (b == most && place >= 0 && where[r][l] < place)) {
          more = most > more ? most : more;
          most = b, place = where[r][l];
        } else {
          more = b > more ? b : more;
        }
        more = next[r][l] > more ? next[r][l] : more;
      }
      at[i + r] = place, first[i + r] = most, second[i + r] = more;
    }
  }
}

// brightness reads sixteen pixels of a row.
TARGET INLINE v16 NAME(brightness)(const void *row, ptrdiff_t pixel, ptrdiff_t x) {
  const uint8_t *p = (const uint8_t *)row + pixel * x;
  if (pixel == 0) return AT((const float *)row + x);
  if (pixel == 1) {
    b16 bytes;
    memcpy(&bytes, p, sizeof bytes);
    return __builtin_convertvector(bytes, v16) * (1 / 255.0f);
  }
  i16 whole;
  memcpy(&whole, p, sizeof whole); // little or big endian: the bytes are taken in their order below
  b64 bytes = (b64)whole;
  v16 red, green, blue;
  for (int i = 0; i < LANES; i++) red[i] = bytes[4 * i], green[i] = bytes[4 * i + 1], blue[i] = bytes[4 * i + 2];
  return red * (0.299f / 255) + green * (0.587f / 255) + blue * (0.114f / 255);
}

TARGET static void NAME(luma)(const void *pixels, ptrdiff_t pixel, ptrdiff_t stride, ptrdiff_t source_width,
                              const int32_t *columns_starts, const float *columns_weights, ptrdiff_t columns_n,
                              const int32_t *rows_starts, const float *rows_weights, ptrdiff_t rows_n,
                              float *work, float *dst, ptrdiff_t width, ptrdiff_t height) {
  ptrdiff_t pitch = (width + LANES - 1) / LANES * LANES, whole = source_width / LANES * LANES, size = pixel ? pixel : (ptrdiff_t)sizeof(float);
  for (ptrdiff_t y = 0; y < height; y++) {
    const uint8_t *from = (const uint8_t *)pixels + rows_starts[y] * stride;
    const float *weights = rows_weights + y * rows_n;
    for (ptrdiff_t x = 0; x < whole; x += LANES) {
      v16 sum = {};
      for (ptrdiff_t k = 0; k < rows_n; k++) sum += NAME(brightness)(from + k * stride, pixel, x) * weights[k];
      PUT(work + x) = sum;
    }
    if (whole < source_width) { // the last pixels, without reading beyond them
      uint8_t last[LANES * sizeof(float)] = {0};
      v16 sum = {};
      for (ptrdiff_t k = 0; k < rows_n; k++) {
        memcpy(last, from + k * stride + whole * size, (source_width - whole) * size);
        sum += NAME(brightness)(last, pixel, 0) * weights[k];
      }
      PUT(work + whole) = sum;
    }
    float *to = dst + y * (width + 2 * PAD);
    for (ptrdiff_t x = 0; x < width; x += LANES) {
      v16 sum = {};
      for (ptrdiff_t k = 0; k < columns_n; k++) {
        v16 value;
        for (int i = 0; i < LANES; i++) value[i] = work[columns_starts[x + i] + k];
        sum += value * AT(columns_weights + k * pitch + x);
      }
      PUT(to + PAD + x) = sum;
    }
    NAME(border)(to, width);
  }
}

#undef AT
#undef PUT
#undef AROUND
#undef NAME
#undef TARGET
#undef ROWS
#undef LEAST
#undef MOST
#undef ROOT
#undef BITS
