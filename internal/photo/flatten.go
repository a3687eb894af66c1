package photo

import (
	"image"
	"image/color"
)

// RGB gives the pixels of a picture: opaque 8-bit RGB, origin at 0,0. Chroma that is subsampled is smoothed, as browsers do.
// Pixels that are so already are returned as they are, to be read only.
func RGB(img image.Image) *image.NRGBA {
	if m, ok := img.(*image.NRGBA); ok && m.Rect.Min == (image.Point{}) && m.Opaque() {
		return m
	}
	return flatten(img)
}

// flatten makes opaque 8-bit RGB of whatever the decoders return: 16-bit samples keep their high
// byte, palettes and grey become RGB, inks are mixed, alpha is laid on white. The result starts
// at 0,0.
func flatten(img image.Image) *image.NRGBA {
	b := img.Bounds()
	if m, ok := img.(*image.YCbCr); ok && b.Min == (image.Point{}) {
		return planar(planesOf(m), 1, fullRange)
	}
	out := image.NewNRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	row := flattenRow(img)
	for y := range b.Dy() {
		row(out.Pix[y*out.Stride:][:4*b.Dx()], y)
	}
	return out
}

// flattenRow picks the row writer for the picture's type. The writer gets rows counted from the
// top of the bounds.
func flattenRow(img image.Image) func(dst []byte, y int) {
	switch m := img.(type) {
	case *image.NRGBA:
		return func(dst []byte, y int) { straightRow(dst, m.Pix[y*m.Stride:]) }
	case *image.RGBA:
		return func(dst []byte, y int) { premultipliedRow(dst, m.Pix[y*m.Stride:]) }
	case *image.NRGBA64:
		return func(dst []byte, y int) {
			highBytes(dst, m.Pix[y*m.Stride:])
			straightRow(dst, dst)
		}
	case *image.RGBA64:
		return func(dst []byte, y int) {
			highBytes(dst, m.Pix[y*m.Stride:])
			premultipliedRow(dst, dst)
		}
	case *image.Gray:
		return func(dst []byte, y int) { greyRow(dst, m.Pix[y*m.Stride:][:len(dst)/4]) }
	case *image.Gray16:
		return func(dst []byte, y int) { grey16Row(dst, m.Pix[y*m.Stride:]) }
	case *image.Paletted:
		table := paletteOnWhite(m.Palette)
		return func(dst []byte, y int) { palettedRow(dst, m.Pix[y*m.Stride:], &table) }
	case *image.CMYK:
		return func(dst []byte, y int) { inkRow(dst, m.Pix[y*m.Stride:]) }
	}
	return func(dst []byte, y int) { anyRow(dst, img, y) }
}

// straightRow lays unpremultiplied RGBA on white. dst may be src.
func straightRow(dst, src []byte) {
	for i := 0; i < len(dst); i += 4 {
		s, d := src[i:i+4:i+4], dst[i:i+4:i+4]
		if a := s[3]; a == 0xff {
			d[0], d[1], d[2], d[3] = s[0], s[1], s[2], 0xff
		} else {
			d[0], d[1], d[2], d[3] = overWhite(s[0], a), overWhite(s[1], a), overWhite(s[2], a), 0xff
		}
	}
}

// premultipliedRow lays premultiplied RGBA on white. dst may be src.
func premultipliedRow(dst, src []byte) {
	for i := 0; i < len(dst); i += 4 {
		s, d := src[i:i+4:i+4], dst[i:i+4:i+4]
		white := 255 - s[3]
		// A sample above its alpha is malformed; held to 255 it stays a colour.
		d[0] = byte(min(uint(s[0])+uint(white), 255))
		d[1] = byte(min(uint(s[1])+uint(white), 255))
		d[2] = byte(min(uint(s[2])+uint(white), 255))
		d[3] = 0xff
	}
}

// highBytes narrows big-endian 16-bit samples.
func highBytes(dst, src []byte) {
	for i := range dst {
		dst[i] = src[2*i]
	}
}

func grey16Row(dst, src []byte) {
	for i := 0; i < len(dst); i += 4 {
		v := src[i/2]
		d := dst[i : i+4 : i+4]
		d[0], d[1], d[2], d[3] = v, v, v, 0xff
	}
}

// paletteOnWhite is a palette's opaque colours; indexes beyond it are white.
func paletteOnWhite(p color.Palette) (table [256][4]byte) {
	for i := range table {
		table[i] = [4]byte{0xff, 0xff, 0xff, 0xff}
		if i < len(p) {
			c := color.NRGBAModel.Convert(p[i]).(color.NRGBA)
			straightRow(table[i][:], []byte{c.R, c.G, c.B, c.A})
		}
	}
	return table
}

func palettedRow(dst, src []byte, table *[256][4]byte) {
	for i := 0; i < len(dst); i += 4 {
		copy(dst[i:i+4], table[src[i/4]][:])
	}
}

// inkRow mixes cyan, magenta, yellow and black by the plain formula (1-ink)(1-black). Without the
// file's colour profile, which is ignored, no better one is known.
func inkRow(dst, src []byte) {
	for i := 0; i < len(dst); i += 4 {
		s, d := src[i:i+4:i+4], dst[i:i+4:i+4]
		k := 255 - uint32(s[3])
		d[0] = byte(((255-uint32(s[0]))*k + 127) / 255)
		d[1] = byte(((255-uint32(s[1]))*k + 127) / 255)
		d[2] = byte(((255-uint32(s[2]))*k + 127) / 255)
		d[3] = 0xff
	}
}

func anyRow(dst []byte, img image.Image, y int) {
	b := img.Bounds()
	for i := 0; i < len(dst); i += 4 {
		c := color.NRGBAModel.Convert(img.At(b.Min.X+i/4, b.Min.Y+y)).(color.NRGBA)
		straightRow(dst[i:i+4], []byte{c.R, c.G, c.B, c.A})
	}
}

// shrink averages boxes of factor x factor pixels of an opaque picture; factor 1 returns it as is.
func shrink(img *image.NRGBA, factor int) *image.NRGBA {
	if factor == 1 {
		return img
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	out := image.NewNRGBA(image.Rect(0, 0, ceilDiv(w, factor), ceilDiv(h, factor)))
	sums := make([]uint32, out.Stride)
	for y := range out.Rect.Dy() {
		clear(sums)
		bottom := min((y+1)*factor, h)
		for r := y * factor; r < bottom; r++ {
			addPixels(sums, img.Pix[r*img.Stride:][:4*w], factor)
		}
		dst := out.Pix[y*out.Stride:][:out.Stride]
		full := 4 * (w / factor)
		mean(dst[:full], sums, uint32(factor*(bottom-y*factor)))
		if full < len(dst) {
			mean(dst[full:], sums[full:], uint32((w%factor)*(bottom-y*factor)))
		}
	}
	return out
}

// addPixels adds each run of n RGBA pixels of row to its four sums; the last run may be short.
func addPixels(sums []uint32, row []byte, n int) {
	for x, run := 0, 0; x < len(row); x, run = x+4*n, run+4 {
		var r, g, b, a uint32
		for i := x; i < min(x+4*n, len(row)); i += 4 {
			p := row[i : i+4 : i+4]
			r, g, b, a = r+uint32(p[0]), g+uint32(p[1]), b+uint32(p[2]), a+uint32(p[3])
		}
		s := sums[run : run+4 : run+4]
		s[0], s[1], s[2], s[3] = s[0]+r, s[1]+g, s[2]+b, s[3]+a
	}
}
