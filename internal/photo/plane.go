package photo

import "image"

// plane is one component of a planar picture.
type plane struct {
	pix          []byte
	stride, w, h int
}

// planes are the components of a planar picture. cb and cr are subW x subH times smaller than y and
// have nil pix for grey; alpha has nil pix when there is none.
type planes struct {
	y, cb, cr, alpha plane
	subW, subH       int
}

// planesOf looks at a decoded YCbCr picture whose bounds start at 0,0 as planes, without a copy.
func planesOf(m *image.YCbCr) planes {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	p := planes{y: plane{m.Y, m.YStride, w, h}, subW: 1, subH: 1}
	switch m.SubsampleRatio {
	case image.YCbCrSubsampleRatio422:
		p.subW = 2
	case image.YCbCrSubsampleRatio420:
		p.subW, p.subH = 2, 2
	case image.YCbCrSubsampleRatio440:
		p.subH = 2
	case image.YCbCrSubsampleRatio411:
		p.subW = 4
	case image.YCbCrSubsampleRatio410:
		p.subW, p.subH = 4, 2
	}
	cw, ch := ceilDiv(w, p.subW), ceilDiv(h, p.subH)
	p.cb, p.cr = plane{m.Cb, m.CStride, cw, ch}, plane{m.Cr, m.CStride, cw, ch}
	return p
}

// toRGB converts a row of luma and chroma into RGB, writing 4 bytes a pixel with opaque alpha.
type toRGB func(dst, y, cb, cr []byte)

// planar shrinks planes by factor and converts them in one pass, a row at a time. Each output pixel
// is the mean of its box of luma and of the chroma samples under that box, so that chroma which was
// stored subsampled loses nothing until the shrink exceeds the subsampling. The last column and
// row average what is left of their box. A nil convert means grey.
func planar(p planes, factor int, convert toRGB) *image.NRGBA {
	w, h := ceilDiv(p.y.w, factor), ceilDiv(p.y.h, factor)
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	ys := newRows(p.y, w, factor, 1, 1)
	var cbs, crs, as rows
	if convert != nil {
		cbs, crs = newRows(p.cb, w, factor, p.subW, p.subH), newRows(p.cr, w, factor, p.subW, p.subH)
	}
	if p.alpha.pix != nil {
		as = newRows(p.alpha, w, factor, 1, 1)
	}
	for y := range h {
		dst := out.Pix[y*out.Stride:][:4*w]
		if convert == nil {
			greyRow(dst, ys.row(y))
		} else {
			convert(dst, ys.row(y), cbs.row(y), crs.row(y))
		}
		if as != nil {
			onWhite(dst, as.row(y))
		}
	}
	return out
}

// shrinkPlanes shrinks a decoded picture, whose bounds start at 0,0, by factor, with the samples that planar would convert: chroma
// comes out at full size. Factor 1 returns the picture itself.
func shrinkPlanes(m *image.YCbCr, factor int) *image.YCbCr {
	if factor == 1 {
		return m
	}
	p := planesOf(m)
	out := image.NewYCbCr(image.Rect(0, 0, ceilDiv(p.y.w, factor), ceilDiv(p.y.h, factor)), image.YCbCrSubsampleRatio444)
	copyRows(out.Y, out.Rect, newRows(p.y, out.Rect.Dx(), factor, 1, 1))
	copyRows(out.Cb, out.Rect, newRows(p.cb, out.Rect.Dx(), factor, p.subW, p.subH))
	copyRows(out.Cr, out.Rect, newRows(p.cr, out.Rect.Dx(), factor, p.subW, p.subH))
	return out
}

// shrinkGrey is shrinkPlanes for a picture without colour.
func shrinkGrey(m *image.Gray, factor int) *image.Gray {
	if factor == 1 {
		return m
	}
	w, h := m.Rect.Dx(), m.Rect.Dy()
	out := image.NewGray(image.Rect(0, 0, ceilDiv(w, factor), ceilDiv(h, factor)))
	copyRows(out.Pix, out.Rect, newRows(plane{m.Pix, m.Stride, w, h}, out.Rect.Dx(), factor, 1, 1))
	return out
}

// copyRows fills a plane without gaps between its rows.
func copyRows(pix []byte, r image.Rectangle, from rows) {
	for y := range r.Dy() {
		copy(pix[y*r.Dx():][:r.Dx()], from.row(y))
	}
}

// rows reads a plane at the resolution of the output, a row at a time; a row may be longer than the
// picture is wide, and is valid until the next call.
type rows interface{ row(y int) []byte }

// newRows prepares rows of at least width w from a plane that is subsampled by subW x subH against a
// picture to be shrunk by factor. All three are powers of two.
func newRows(src plane, w, factor, subW, subH int) rows {
	if factor == 1 && subW*subH > 1 && subW <= 2 && subH <= 2 {
		return newTriangle(src, subW, subH)
	}
	return newSampler(src, w, factor, subW, subH)
}

// sampler averages boxes of samples, or repeats them, or passes them on.
type sampler struct {
	src            plane
	boxW, boxH     int // samples averaged into one
	repeatW, stepH int // samples repeated: output columns, rows a sample covers
	sums           []uint32
	small, wide    []byte
}

func newSampler(src plane, w, factor, subW, subH int) *sampler {
	s := &sampler{
		src:  src,
		boxW: max(factor/subW, 1), boxH: max(factor/subH, 1),
		repeatW: max(subW/factor, 1), stepH: max(subH/factor, 1),
	}
	if s.boxW > 1 || s.boxH > 1 {
		s.sums = make([]uint32, ceilDiv(src.w, s.boxW))
		s.small = make([]byte, len(s.sums))
	}
	if s.repeatW > 1 {
		s.wide = make([]byte, w)
	}
	return s
}

// row is the plane's samples for output row y.
func (s *sampler) row(y int) []byte {
	y /= s.stepH
	samples := s.small
	if s.sums == nil {
		samples = s.src.pix[y*s.src.stride:][:s.src.w]
	} else {
		s.average(y)
	}
	if s.repeatW == 1 {
		return samples
	}
	for i := range s.wide {
		s.wide[i] = samples[i/s.repeatW]
	}
	return s.wide
}

// average fills s.small with the means of the y-th row of boxes.
func (s *sampler) average(y int) {
	clear(s.sums)
	top := y * s.boxH
	bottom := min(top+s.boxH, s.src.h)
	for r := top; r < bottom; r++ {
		addBoxes(s.sums, s.src.pix[r*s.src.stride:][:s.src.w], s.boxW)
	}
	full := s.src.w / s.boxW
	mean(s.small[:full], s.sums, uint32(s.boxW*(bottom-top)))
	if full < len(s.small) {
		mean(s.small[full:], s.sums[full:], uint32((s.src.w-full*s.boxW)*(bottom-top)))
	}
}

// addBoxes adds each run of n samples of row to its sum; the last run may be short.
func addBoxes(sums []uint32, row []byte, n int) {
	full := len(row) / n
	switch n {
	case 1:
		for i, v := range row {
			sums[i] += uint32(v)
		}
	case 2:
		for i := range sums[:full] {
			b := row[2*i : 2*i+2 : 2*i+2]
			sums[i] += uint32(b[0]) + uint32(b[1])
		}
	case 4:
		for i := range sums[:full] {
			b := row[4*i : 4*i+4 : 4*i+4]
			sums[i] += uint32(b[0]) + uint32(b[1]) + uint32(b[2]) + uint32(b[3])
		}
	case 8:
		for i := range sums[:full] {
			b := row[8*i : 8*i+8 : 8*i+8]
			sums[i] += uint32(b[0]) + uint32(b[1]) + uint32(b[2]) + uint32(b[3]) +
				uint32(b[4]) + uint32(b[5]) + uint32(b[6]) + uint32(b[7])
		}
	}
	for _, v := range row[full*n:] {
		sums[full] += uint32(v)
	}
}

// mean divides sums by n, rounded to nearest. n is at most 64, so that a multiplication by
// ceil(2^22/n) followed by a shift is exact for every sum of n bytes.
func mean(dst []byte, sums []uint32, n uint32) {
	inverse := uint64((1<<22 + n - 1) / n)
	for i := range dst {
		dst[i] = byte(uint64(sums[i]+n/2) * inverse >> 22)
	}
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }
