// The C side of package lanczos; kernel.c and body.h say how it works.
#ifndef LANCZOS_KERNEL_H
#define LANCZOS_KERNEL_H

#include <stddef.h>
#include <stdint.h>

// How a picture lies in memory: luma alone, luma and chroma in planes, or pixels of red, green, blue and a byte that is not read.
#define LANCZOS_GREY 0
#define LANCZOS_YCBCR 1
#define LANCZOS_PIXELS 2

// lanczos_work is how many bytes of workbench lanczos_resize needs.
ptrdiff_t lanczos_work(int layout, ptrdiff_t width, ptrdiff_t chroma_width, ptrdiff_t rows_n, ptrdiff_t columns_count);

// lanczos_resize resizes a picture into dst: three planes, red, green and blue, of rows_count rows of columns_count values, each
// (value/255 - mean) / deviation; norm is three means and three deviations. Y, cb and cr are the picture as source in Go has it.
// Starts and weights are those of taps in Go; every window lies within the picture. Work is aligned for uint16_t.
void lanczos_resize(int layout, ptrdiff_t width, ptrdiff_t height, const uint8_t *y, ptrdiff_t stride,
                    const uint8_t *cb, const uint8_t *cr, ptrdiff_t chroma_stride, ptrdiff_t chroma_width, ptrdiff_t chroma_height,
                    int sub_w, int sub_h,
                    const int32_t *columns_starts, const int32_t *columns_weights, ptrdiff_t columns_n, ptrdiff_t columns_count,
                    const int32_t *rows_starts, const int32_t *rows_weights, ptrdiff_t rows_n, ptrdiff_t rows_count,
                    const float *norm, uint8_t *work, float *dst);

// lanczos_limit bounds the instructions that are used (0 to 2, see kernel.c) and gives the bound before; for tests, while nothing
// else runs.
int lanczos_limit(int level);

#endif
