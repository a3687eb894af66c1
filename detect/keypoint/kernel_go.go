//go:build !cgo

package keypoint

func blur(src, dst, diff *plane, _ []float32, kernel []float32) { plainBlur(src, dst, diff, kernel) }

func peaks(o *octave, l int, least float32, out []int32) []int32 { return plainPeaks(o, l, least, out) }

func vote(p *plane, x, y, step float32) [angles]float32 { return plainVotes(p, x, y, step) }

func describe(p *plane, x, y, cos, sin float32, out []float32) bool {
	return plainDescribe(p, x, y, cos, sin, out)
}

func nearest(descriptors []float32, p panels, r *rivals) { plainNearest(descriptors, p, r) }

func shrink(s source, columns, rows taps, row []float32, p *plane) {
	plainShrink(s, columns, rows, row, p)
}

// limit does nothing: there is one way in Go.
func limit(level int) (before int) { return level }
