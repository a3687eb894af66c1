//go:build !turbojpeg || !cgo

package photo

import "image"

// decodeJPEG decodes a JPEG whose header was accepted, shrunk by factor.
func decodeJPEG(data []byte, h header, factor int) (image.Image, error) {
	return decodeStdJPEG(data, h, factor)
}

// Turbo says whether JPEG is decoded by libturbojpeg (build tag turbojpeg).
const Turbo = false
