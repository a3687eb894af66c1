//go:build !cgo

package lanczos

import "image"

func resize(dst []float32, _ source, img image.Image, width, height int, n *Norm) {
	plainResize(dst, img, width, height, n)
}

// plainly does nothing: there is one way in Go.
func plainly(bool) bool { return true }
