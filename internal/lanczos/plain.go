package lanczos

import (
	"image"

	"touchstone/internal/photo"
)

// The same in Go, from pixels: for builds without cgo, and for the tests to hold the C code to.

// plainResize is Resize without a workbench.
func plainResize(dst []float32, img image.Image, width, height int, n *Norm) {
	rgb := photo.RGB(img)
	columns, rows := tapsOf(rgb.Rect.Dx(), width), tapsOf(rgb.Rect.Dy(), height)
	ring, sums := make([]byte, rows.n*width), make([]int32, width)
	for c := range 3 {
		done := 0
		for y, start := range rows.starts {
			for ; done < int(start)+rows.n; done++ {
				plainRow(ring[done%rows.n*width:][:width], rgb.Pix[done*rgb.Stride+c:], columns)
			}
			for x := range sums {
				sums[x] = 1 << (precision - 1)
			}
			for k, w := range rows.weights[y*rows.n:][:rows.n] {
				row := ring[(int(start)+k)%rows.n*width:][:width]
				for x, v := range row {
					sums[x] += int32(v) * w
				}
			}
			for x, sum := range sums {
				dst[(c*height+y)*width+x] = (float32(clip(sum))/255 - n.Mean[c]) / n.Deviation[c]
			}
		}
	}
}

// plainRow resamples one channel of a row of pixels.
func plainRow(dst, src []byte, columns taps) {
	for x, start := range columns.starts {
		sum := int32(1 << (precision - 1))
		at := 4 * int(start)
		for _, w := range columns.weights[x*columns.n:][:columns.n] {
			sum += int32(src[at]) * w
			at += 4
		}
		dst[x] = clip(sum)
	}
}

// clip brings a sum back to a byte.
func clip(sum int32) byte { return byte(min(max(sum>>precision, 0), 255)) }
