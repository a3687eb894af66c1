// The resampling, included by kernel.c once for each set of vector instructions. Sixteen rows at a time become bytes of red, green
// and blue. These are turned on their side, so that sixteen samples of one column lie together: a weight then multiplies all
// sixteen at once. What comes out is turned back and kept in a ring of rows, whose columns need no turning.
//
// Whoever includes it defines NAME(x), which makes names its own, TARGET, the attribute of its functions, SUMS, the type of
// sixteen sums, and on it START(sums), which puts in a half, ADD(sums, bytes, weight), BYTES(to, sums), which rounds down and holds
// to a byte, and NORMAL(to, sums, mean, deviation), which does the same and normalises into floats.

// spread brings a row of chroma to the picture's width, by the filter of libjpeg (as photo does, see upsample.go there): three
// parts of the nearest sample and one of the next nearest where it is subsampled by two; further apart samples are repeated.
TARGET static void NAME(spread)(const struct job *j, const uint8_t *plane, ptrdiff_t y, uint8_t *restrict to) {
  ptrdiff_t n = j->chroma_width;
  if (j->sub_w > 2 || (j->sub_w == 1 && j->sub_h == 1)) {
    const uint8_t *row = plane + y / j->sub_h * j->chroma_stride;
    for (ptrdiff_t x = 0; x < j->width; x++) to[x] = row[x / j->sub_w];
    return;
  }
  uint16_t *restrict sums = j->sums + 1;
  const uint8_t *near = plane + y / j->sub_h * j->chroma_stride;
  uint16_t left = 1, right = 2;
  int shift = 2;
  if (j->sub_h == 2) {
    ptrdiff_t other = y & 1 ? y / 2 + 1 : y / 2 - 1;
    other = other < 0 ? 0 : other < j->chroma_height ? other : j->chroma_height - 1;
    const uint8_t *far = plane + other * j->chroma_stride;
    for (ptrdiff_t x = 0; x < n; x++) sums[x] = 3 * near[x] + far[x];
    if (j->sub_w == 1) {
      uint16_t bias = 1 + (y & 1);
      for (ptrdiff_t x = 0; x < n; x++) to[x] = (uint16_t)(sums[x] + bias) >> 2;
      return;
    }
    left = 8, right = 7, shift = 4;
  } else {
    for (ptrdiff_t x = 0; x < n; x++) sums[x] = near[x];
  }
  sums[-1] = sums[0];
  sums[n] = sums[n - 1];
  for (ptrdiff_t x = 0; x < n; x++) {
    uint16_t here = 3 * sums[x];
    to[2 * x] = (uint16_t)(here + sums[x - 1] + left) >> shift;
    to[2 * x + 1] = (uint16_t)(here + sums[x + 1] + right) >> shift;
  }
}

// colour turns a row of luma and chroma into red, green and blue, with photo's constants.
TARGET static void NAME(colour)(ptrdiff_t n, const uint8_t *restrict y, const uint8_t *restrict cb, const uint8_t *restrict cr,
                                uint8_t *restrict red, uint8_t *restrict green, uint8_t *restrict blue) {
  for (ptrdiff_t x = 0; x < n; x++) {
    int32_t luma = y[x] * 0x10101, b = cb[x] - 128, r = cr[x] - 128;
    red[x] = held((luma + 91881 * r) >> 16);
    green[x] = held((luma - 22554 * b - 46802 * r) >> 16);
    blue[x] = held((luma + 116130 * b) >> 16);
  }
}

// split takes a row of pixels apart.
TARGET static void NAME(split)(ptrdiff_t n, const uint8_t *restrict pixels, uint8_t *restrict red, uint8_t *restrict green, uint8_t *restrict blue) {
  for (ptrdiff_t x = 0; x < n; x++) red[x] = pixels[4 * x];
  for (ptrdiff_t x = 0; x < n; x++) green[x] = pixels[4 * x + 1];
  for (ptrdiff_t x = 0; x < n; x++) blue[x] = pixels[4 * x + 2];
}

// read makes sixteen rows of each colour of the source, from row first on; after the last row it is taken again, for nothing.
TARGET static void NAME(read)(const struct job *j, ptrdiff_t first) {
  ptrdiff_t w = j->width;
  for (int r = 0; r < LANES; r++) {
    ptrdiff_t y = first + r < j->height ? first + r : j->height - 1;
    const uint8_t *luma = j->y + y * j->stride;
    uint8_t *red = j->dense + r * w, *green = red + LANES * w, *blue = green + LANES * w;
    switch (j->layout) {
      case LANCZOS_GREY:
        memcpy(red, luma, w);
        break;
      case LANCZOS_PIXELS:
        NAME(split)(w, luma, red, green, blue);
        break;
      default:
        NAME(spread)(j, j->cb, y, j->chroma[0]);
        NAME(spread)(j, j->cr, y, j->chroma[1]);
        NAME(colour)(w, luma, j->chroma[0], j->chroma[1], red, green, blue);
    }
  }
}

// across resamples sixteen rows of a colour to the target's width and puts them into the colour's ring.
TARGET static void NAME(across)(const struct job *j, const uint8_t *rows, uint8_t *ring, ptrdiff_t first) {
  ptrdiff_t x = 0;
  for (; x + LANES <= j->width; x += LANES) {
    bytes a[LANES];
    for (int r = 0; r < LANES; r++) memcpy(&a[r], rows + r * j->width + x, LANES);
    turn(a);
    memcpy(j->turned + x * LANES, a, sizeof a);
  }
  for (; x < j->width; x++)
    for (int r = 0; r < LANES; r++) j->turned[x * LANES + r] = rows[r * j->width + x];
  for (x = 0; x < j->columns_count; x++) {
    const uint8_t *from = j->turned + (ptrdiff_t)j->columns_starts[x] * LANES;
    const int32_t *weight = j->columns_weights + x * j->columns_n;
    SUMS sums;
    START(sums);
    for (ptrdiff_t k = 0; k < j->columns_n; k++) ADD(sums, from + k * LANES, weight[k]);
    BYTES(j->columns + x * LANES, sums);
  }
  for (x = 0; x < j->pitch; x += LANES) {
    bytes a[LANES];
    memcpy(a, j->columns + x * LANES, sizeof a);
    turn(a);
    ptrdiff_t slot = first % j->slots;
    for (int r = 0; r < LANES; r++) {
      memcpy(ring + slot * j->pitch + x, &a[r], LANES);
      if (++slot == j->slots) slot = 0;
    }
  }
}

// down makes target row y of a colour out of its ring.
TARGET static void NAME(down)(const struct job *j, const uint8_t *ring, ptrdiff_t y, float mean, float deviation, float *to) {
  const int32_t *weight = j->rows_weights + y * j->rows_n;
  for (ptrdiff_t x = 0; x < j->columns_count; x += LANES) {
    ptrdiff_t slot = j->rows_starts[y] % j->slots, n = j->columns_count - x;
    SUMS sums;
    START(sums);
    for (ptrdiff_t k = 0; k < j->rows_n; k++) {
      ADD(sums, ring + slot * j->pitch + x, weight[k]);
      if (++slot == j->slots) slot = 0;
    }
    float part[LANES];
    NORMAL(n < LANES ? part : to + x, sums, mean, deviation);
    if (n < LANES) memcpy(to + x, part, n * sizeof(float));
  }
}

TARGET static void NAME(resize)(const struct job *j) {
  int colours = j->layout == LANCZOS_GREY ? 1 : 3;
  ptrdiff_t done = 0, plane = j->rows_count * j->columns_count;
  for (ptrdiff_t y = 0; y < j->rows_count; y++) {
    for (; done < j->rows_starts[y] + j->rows_n; done += LANES) {
      NAME(read)(j, done);
      for (int c = 0; c < colours; c++) NAME(across)(j, j->dense + c * LANES * j->width, j->ring + c * j->slots * j->pitch, done);
    }
    for (int c = 0; c < 3; c++)
      NAME(down)(j, j->ring + c % colours * j->slots * j->pitch, y, j->norm[c], j->norm[3 + c], j->dst + c * plane + y * j->columns_count);
  }
}

#undef NAME
#undef TARGET
#undef SUMS
#undef START
#undef ADD
#undef BYTES
#undef NORMAL
