package photo

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"io"

	"golang.org/x/image/webp"
)

var errWebP = errors.New("broken container")

// webpFile is a WebP container reduced to its first (or only) frame.
type webpFile struct {
	canvas   image.Rectangle
	frame    image.Rectangle // where the frame lies on the canvas
	lossless bool
	alpha    []byte // payload of ALPH, lossy frames only
	bits     []byte // payload of VP8 or VP8L
	exif     []byte
}

// parseWebP walks the chunks. A container cut short is read as far as it goes.
func parseWebP(data []byte) (webpFile, error) {
	f := webpFile{}
	rest := data[12:]
	if size := uint64(binary.LittleEndian.Uint32(data[4:])); size >= 4 && size-4 < uint64(len(rest)) {
		rest = rest[:size-4]
	}
	if err := f.chunks(rest, false); err != nil {
		return f, err
	}
	if f.bits == nil {
		return f, io.ErrUnexpectedEOF
	}
	w, h, err := f.frameSize()
	if err != nil {
		return f, err
	}
	f.frame.Max = f.frame.Min.Add(image.Pt(w, h))
	if f.canvas.Empty() {
		f.canvas = f.frame
	}
	if !f.frame.In(f.canvas) {
		return f, fmt.Errorf("%w: the frame exceeds the canvas", errWebP)
	}
	return f, nil
}

// chunks reads the chunks of the file, or of its first animation frame when inFrame.
func (f *webpFile) chunks(rest []byte, inFrame bool) error {
	for len(rest) >= 8 {
		id, n := string(rest[:4]), uint64(binary.LittleEndian.Uint32(rest[4:]))
		body := rest[8:]
		if n > uint64(len(body)) {
			if id == "EXIF" || f.bits != nil {
				return nil
			}
			return io.ErrUnexpectedEOF
		}
		rest = body[min(n+n&1, uint64(len(body))):]
		if err := f.chunk(id, body[:n], inFrame); err != nil {
			return err
		}
	}
	return nil
}

func (f *webpFile) chunk(id string, body []byte, inFrame bool) error {
	switch {
	case id == "VP8X" && !inFrame:
		if len(body) < 10 {
			return fmt.Errorf("%w: short VP8X", errWebP)
		}
		f.canvas = image.Rect(0, 0, 1+little24(body[4:]), 1+little24(body[7:]))
	case id == "ANMF" && !inFrame && f.bits == nil:
		if len(body) < 16 {
			return fmt.Errorf("%w: short ANMF", errWebP)
		}
		f.frame.Min = image.Pt(2*little24(body), 2*little24(body[3:]))
		return f.chunks(body[16:], true)
	case id == "ALPH" && f.bits == nil:
		f.alpha = body
	case id == "VP8 " && f.bits == nil:
		f.bits = body
	case id == "VP8L" && f.bits == nil:
		f.bits, f.lossless, f.alpha = body, true, nil
	case id == "EXIF" && !inFrame:
		f.exif = bytes.TrimPrefix(body, []byte("Exif\x00\x00"))
	}
	return nil
}

func little24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }

// frameSize reads the size out of the frame's own bits.
func (f *webpFile) frameSize() (w, h int, err error) {
	b := f.bits
	switch {
	case f.lossless && len(b) >= 5 && b[0] == 0x2f:
		v := binary.LittleEndian.Uint32(b[1:])
		return 1 + int(v&0x3fff), 1 + int(v>>14&0x3fff), nil
	case !f.lossless && len(b) >= 10 && b[0]&1 == 0 && string(b[3:6]) == "\x9d\x01\x2a":
		return little16(b[6:]) & 0x3fff, little16(b[8:]) & 0x3fff, nil
	case len(b) < 10:
		return 0, 0, io.ErrUnexpectedEOF
	}
	return 0, 0, fmt.Errorf("%w: bad frame header", errWebP)
}

// still is the frame as a file of its own, which is all that the decoder reads: it knows no
// animation and is strict about flags that encoders get wrong.
func (f *webpFile) still() io.Reader {
	chunk := func(id string, body []byte) []io.Reader {
		head := binary.LittleEndian.AppendUint32([]byte(id), uint32(len(body)))
		return []io.Reader{bytes.NewReader(head), bytes.NewReader(body), bytes.NewReader(make([]byte, len(body)&1))}
	}
	padded := func(body []byte) int { return 8 + len(body) + len(body)&1 }
	var parts []io.Reader
	size := 4
	if f.alpha != nil {
		w, h := f.frame.Dx()-1, f.frame.Dy()-1
		const alphaFlag = 0x10
		x := []byte{alphaFlag, 0, 0, 0, byte(w), byte(w >> 8), byte(w >> 16), byte(h), byte(h >> 8), byte(h >> 16)}
		parts = append(chunk("VP8X", x), chunk("ALPH", f.alpha)...)
		size += padded(x) + padded(f.alpha)
	}
	id := "VP8 "
	if f.lossless {
		id = "VP8L"
	}
	parts = append(parts, chunk(id, f.bits)...)
	size += padded(f.bits)
	head := append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(size)), "WEBP"...)
	return io.MultiReader(append([]io.Reader{bytes.NewReader(head)}, parts...)...)
}

func probeWebP(data []byte) (header, error) {
	f, err := parseWebP(data)
	if err != nil {
		return header{}, corrupt("WebP", err)
	}
	h := header{width: f.canvas.Dx(), height: f.canvas.Dy(), orientation: exifOrientation(f.exif)}
	pixels := int64(f.frame.Dx()) * int64(f.frame.Dy())
	if f.lossless {
		return h, boundLossless(pixels, int64(len(f.bits)))
	}
	// Each 16 x 16 block codes its modes in at least one bit.
	h.minBytes = pixels / (256 * 8)
	return h, nil
}

// flatPixels is how many pixels a lossless WebP may have whatever its size.
const flatPixels = 16_000_000

// boundLossless bounds what a few bytes can make us allocate: lossless WebP has no least size, one colour takes no bits at all
// however many pixels it fills. Beyond flatPixels it must be as large as the best PNG could be.
func boundLossless(pixels, size int64) error {
	if least := (pixels - flatPixels) * 4 / deflateRatio; size < least {
		return fmt.Errorf("%w: a lossless WebP of %d pixels in %d bytes is next to empty, and at most %d pixels of that kind are accepted; send a smaller version",
			ErrTooLarge, pixels, size, int64(flatPixels))
	}
	return nil
}

// decodeWebP decodes the first frame; the canvas around it, if any, is white.
func decodeWebP(data []byte, h header, factor int) (image.Image, error) {
	f, err := parseWebP(data)
	if err != nil {
		return nil, corrupt("WebP", err)
	}
	img, err := webp.Decode(f.still())
	if err != nil {
		return nil, corrupt("WebP", err)
	}
	if img.Bounds().Size() != f.frame.Size() {
		return nil, corrupt("WebP", errWebP)
	}
	if f.frame == f.canvas {
		return shrinkWebP(img, factor), nil
	}
	canvas := image.NewNRGBA(f.canvas)
	draw.Draw(canvas, canvas.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(canvas, f.frame, shrinkWebP(img, 1), image.Point{}, draw.Src)
	return shrink(canvas, factor), nil
}

func shrinkWebP(img image.Image, factor int) *image.NRGBA {
	switch m := img.(type) {
	case *image.YCbCr:
		return planar(planesOf(m), factor, videoRange)
	case *image.NYCbCrA:
		p := planesOf(&m.YCbCr)
		if factor > 1 {
			// Averages must be taken after transparent pixels turned white.
			return shrink(shrinkWebP(img, 1), factor)
		}
		p.alpha = plane{m.A, m.AStride, p.y.w, p.y.h}
		return planar(p, 1, videoRange)
	}
	return shrink(flatten(img), factor)
}
