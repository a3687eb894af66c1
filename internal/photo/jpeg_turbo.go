//go:build turbojpeg && cgo

package photo

// #cgo LDFLAGS: -lturbojpeg
// #include <turbojpeg.h>
import "C"

import (
	"image"
	"unsafe"
)

// decodeJPEG decodes a JPEG whose header was accepted, shrunk by factor. libjpeg-turbo scales in
// the frequency domain, so a large picture costs a fraction of a full decode, and sizes equal the
// default build's. What it does not read without a complaint (four inks, damage, rare variants)
// goes to the standard decoder, whose word on such files is final in both builds.
func decodeJPEG(data []byte, h header, factor int) (image.Image, error) {
	if c := scanJPEG(data).components; c == 1 || c == 3 {
		if img := turbo(data, h, factor); img != nil {
			return img, nil
		}
	}
	return decodeStdJPEG(data, h, factor)
}

// turbo returns nil when libjpeg-turbo reports an error or a warning.
func turbo(data []byte, h header, factor int) *image.NRGBA {
	handle := C.tjInitDecompress()
	if handle == nil {
		return nil
	}
	defer C.tjDestroy(handle)
	src, size := (*C.uchar)(unsafe.Pointer(unsafe.SliceData(data))), C.ulong(len(data))
	var width, height, subsampling, space C.int
	if C.tjDecompressHeader3(handle, src, size, &width, &height, &subsampling, &space) != 0 ||
		int(width) != h.width || int(height) != h.height {
		return nil
	}
	out := image.NewNRGBA(image.Rect(0, 0, ceilDiv(h.width, factor), ceilDiv(h.height, factor)))
	const flags = C.TJFLAG_ACCURATEDCT | C.TJFLAG_STOPONWARNING | C.TJFLAG_LIMITSCANS
	if C.tjDecompress2(handle, src, size, (*C.uchar)(unsafe.Pointer(unsafe.SliceData(out.Pix))),
		C.int(out.Rect.Dx()), C.int(out.Stride), C.int(out.Rect.Dy()), C.TJPF_RGBA, flags) != 0 {
		return nil
	}
	return out
}

// Turbo says whether JPEG is decoded by libturbojpeg (build tag turbojpeg).
const Turbo = true
