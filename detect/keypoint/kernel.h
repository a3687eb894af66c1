// The C side of package keypoint; kernel.c and body.h say how it works.
#ifndef KEYPOINT_KERNEL_H
#define KEYPOINT_KERNEL_H

#include <stddef.h>
#include <stdint.h>

// A plane is height rows of stride floats, of which KEYPOINT_PAD on each side repeat the edge, and KEYPOINT_SPARE floats beyond
// the last row, which are read and written with no meaning. Pointers to planes point at the left border of the first row.
#define KEYPOINT_PAD 16
#define KEYPOINT_SPARE 64

// KEYPOINT_REACH is the most that a kernel reaches to either side, and KEYPOINT_LANES how many values are worked on at a time.
#define KEYPOINT_REACH 12
#define KEYPOINT_LANES 16

// Numbers of a descriptor: see describe.go.
#define KEYPOINT_DIMENSION 128
#define KEYPOINT_SAMPLES 16
#define KEYPOINT_PATCH (KEYPOINT_SAMPLES + 2)
#define KEYPOINT_BINS 8
#define KEYPOINT_ANGLES 36
#define KEYPOINT_VOTES 15

// keypoint_blur filters a plane along rows and columns with a symmetric kernel, given from its middle outwards, into dst, and
// writes dst - src to diff. Ring has room for 2*reach+1 rows of a width rounded up to KEYPOINT_LANES.
void keypoint_blur(const float *src, float *dst, float *diff, float *ring, ptrdiff_t width, ptrdiff_t height, ptrdiff_t stride,
                   const float *kernel, ptrdiff_t reach);

// keypoint_peaks writes to out where the middle one of three planes is least or beyond and not exceeded by any of its 26 neighbours,
// as y * stride + x of the unpadded place, in ascending order, leaving out margin pixels at each side. It gives how many there are, and
// writes no more than room of them.
ptrdiff_t keypoint_peaks(const float *below, const float *here, const float *above, ptrdiff_t width, ptrdiff_t height, ptrdiff_t stride,
                         ptrdiff_t margin, float least, int32_t *out, ptrdiff_t room);

// keypoint_votes writes the histogram of directions around (x, y) of a plane: see orientations in Go. Weights are KEYPOINT_VOTES rows
// of KEYPOINT_LANES, the last of each 0.
void keypoint_votes(const float *plane, ptrdiff_t width, ptrdiff_t height, ptrdiff_t stride, float x, float y, float step,
                    const float *weights, float *votes);

// keypoint_describe writes the descriptor of (x, y) with the axes (cos, sin), a sample apart: see describe in Go. It gives 0 where the
// patch is flat. Fade is KEYPOINT_SAMPLES rows of as many weights.
int keypoint_describe(const float *plane, ptrdiff_t width, ptrdiff_t height, ptrdiff_t stride, float x, float y, float cos, float sin,
                      const float *fade, float *out);

// keypoint_nearest compares each of some descriptors with each of others, which lie in panels: KEYPOINT_LANES descriptors side by side,
// a value of each after the other. It writes for each descriptor where its nearest other is and the products with that and with the
// second nearest, and for each other one where its nearest descriptor is. Products has room for as many floats as the panels have
// descriptors; the others, backward and products, are padded to whole panels.
void keypoint_nearest(const float *descriptors, ptrdiff_t count, const float *panels, ptrdiff_t others, int32_t *at, float *first, float *second,
                      int32_t *backward, float *products);

// keypoint_luma resizes brightness into a plane by weights that are 0 to pictures: columns first, then rows. Pixel is how many bytes
// one has: 1 for brightness alone, or 4 for red, green, blue and one that is not read; 0 says that pixels are floats. Stride is in
// bytes. Each target column x is the sum of columns_n source columns from columns_starts[x] on, weighed by columns_weights[k * pitch + x];
// pitch is the target's width rounded up to KEYPOINT_LANES, and starts and weights are padded to it. Rows likewise, without padding, with
// rows_weights[y * rows_n + k]. Work has room for a source row, and KEYPOINT_SPARE more.
void keypoint_luma(const void *pixels, ptrdiff_t pixel, ptrdiff_t stride, ptrdiff_t source_width,
                   const int32_t *columns_starts, const float *columns_weights, ptrdiff_t columns_n,
                   const int32_t *rows_starts, const float *rows_weights, ptrdiff_t rows_n,
                   float *work, float *dst, ptrdiff_t width, ptrdiff_t height);

// keypoint_limit bounds the instructions that are used (0 to 2, see kernel.c) and gives the bound before; for tests, while nothing
// else runs.
int keypoint_limit(int level);

#endif
