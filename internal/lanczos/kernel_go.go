//go:build !cgo

package lanczos

import "image"

func resize(dst []float32, _ source, img image.Image, width, height int, n *Norm) {
	plainResize(dst, img, width, height, n)
}

// limit does nothing: there is one way in Go.
func limit(level int) (before int) { return level }
