package lanczos

import (
	"fmt"
	"image"

	"touchstone/internal/photo"
)

// A source is a picture by its bytes: luma in y, with chroma in cb and cr, each sample of which is for subW x subH pixels (1, 2 or
// 4 by 1 or 2), or alone; or pixels of four bytes in y.
type source struct {
	width, height    int
	y, cb, cr        []byte
	stride, cStride  int // bytes from row to row
	subW, subH       int
	chromaW, chromaH int // samples of chroma
	pixels           bool
}

// sourceOf looks at a picture as a source. It panics where a picture's samples lie outside its bytes: the C code does not look
// again.
func sourceOf(img image.Image) source {
	b := img.Bounds()
	s := source{width: b.Dx(), height: b.Dy(), subW: 1, subH: 1}
	planar := b.Min == (image.Point{})
	if m, ok := img.(*image.YCbCr); ok && planar {
		s.y, s.stride, s.cb, s.cr, s.cStride = m.Y, m.YStride, m.Cb, m.Cr, m.CStride
		s.subW, s.subH = subsampling(m.SubsampleRatio)
	} else if m, ok := img.(*image.Gray); ok && planar {
		s.y, s.stride = m.Pix, m.Stride
	} else {
		rgb := photo.RGB(img)
		s.y, s.stride, s.pixels = rgb.Pix, rgb.Stride, true
	}
	s.chromaW, s.chromaH = (s.width+s.subW-1)/s.subW, (s.height+s.subH-1)/s.subH
	sample := 1
	if s.pixels {
		sample = 4
	}
	s.check(s.y, s.stride, sample*s.width, s.height)
	if s.cb != nil {
		s.check(s.cb, s.cStride, s.chromaW, s.chromaH)
		s.check(s.cr, s.cStride, s.chromaW, s.chromaH)
	}
	return s
}

func (s *source) check(pix []byte, stride, row, rows int) {
	if stride < row || (rows-1)*stride+row > len(pix) {
		panic(fmt.Sprintf("lanczos: a picture of %d x %d pixels with %d bytes for %d rows of %d, %d apart", s.width, s.height, len(pix), rows, row, stride))
	}
}

func subsampling(r image.YCbCrSubsampleRatio) (w, h int) {
	switch r {
	case image.YCbCrSubsampleRatio422:
		return 2, 1
	case image.YCbCrSubsampleRatio420:
		return 2, 2
	case image.YCbCrSubsampleRatio440:
		return 1, 2
	case image.YCbCrSubsampleRatio411:
		return 4, 1
	case image.YCbCrSubsampleRatio410:
		return 4, 2
	}
	return 1, 1
}
