// Package photo decodes the pictures that strangers send. Every picture enters Touchstone here and
// leaves upright, opaque, with 8 bits a sample and of bounded size.
//
// A JPEG keeps the planes of luma and chroma that it is stored in: whoever makes a small picture of
// it, as a model's input, has less work with them. RGB turns any picture into pixels.
//
// JPEG (baseline and progressive; grey, YCbCr, RGB, CMYK and YCCK), PNG, GIF and WebP are accepted;
// the content decides, never a file name or a content type. Of an animation the first frame is
// taken. Sizes are read from headers and checked against Limits before a pixel is decoded, and a
// file that is too short to hold the pixels it declares is refused before memory is set aside.
//
// The bytes held while decoding are at most about 30 a pixel (a progressive JPEG of four inks);
// ordinary pictures need 2 to 8. Callers that decode several pictures at once size Limits.MaxPixels
// for that.
package photo

import (
	"errors"
	"fmt"
	"image"
)

// Defaults for the zero fields of Limits.
const (
	DefaultMaxBytes  = 20 << 20
	DefaultMaxPixels = 64_000_000
	DefaultMinSide   = 8
)

// Errors that Decode wraps with a sentence for whoever sent the picture.
var (
	// ErrEmpty reports that there was not a single byte.
	ErrEmpty = errors.New("photo: empty file")
	// ErrFormat reports a format, or a variant of a format, that is not accepted.
	ErrFormat = errors.New("photo: format not accepted")
	// ErrTooLarge reports more bytes or pixels than Limits allow.
	ErrTooLarge = errors.New("photo: too large")
	// ErrTooSmall reports a side shorter than Limits.MinSide.
	ErrTooSmall = errors.New("photo: too small")
	// ErrCorrupt reports an accepted format whose data are damaged or cut short.
	ErrCorrupt = errors.New("photo: damaged file")
)

// Limits bound what is accepted before any pixel is decoded. Zero fields take the defaults.
type Limits struct {
	MaxBytes  int64 // encoded size; 20 MiB by default
	MaxPixels int64 // width times height as declared by the file; 64 million by default
	MinSide   int   // shortest side accepted, in pixels; 8 by default
	// Target is the side in pixels that the caller will resize to. When positive, a large picture may be
	// shrunk by an exact 2, 4 or 8 (box average) while both sides stay at or above Target.
	// 0 keeps full size.
	Target int
}

// Photo is a decoded picture.
type Photo struct {
	// Image is upright and opaque (alpha flattened on white, or see Dark) with its origin at 0,0: an *image.YCbCr or
	// *image.Gray of an upright JPEG, *image.NRGBA otherwise. RGB gives its pixels as people see them;
	// image.YCbCr.At alone does not smooth the chroma.
	Image         image.Image
	Format        string // "jpeg", "png", "gif" or "webp"
	Width, Height int    // upright size of the original in pixels, before any shrink
	// Dark says that the picture is white on transparency: it was laid on dark grey, since on white nothing of it would be seen.
	Dark bool
}

// header is what a file declares about itself before its pixels are decoded.
type header struct {
	width, height int
	orientation   int   // EXIF 1 to 8
	minBytes      int64 // fewest encoded bytes that could hold width x height pixels; 0 = no bound known
}

// codec reads one format. decode is called only after the header was checked against the limits, and
// returns a picture shrunk by factor (1, 2, 4 or 8) and not yet turned upright.
type codec struct {
	name   string
	probe  func(data []byte) (header, error)
	decode func(data []byte, h header, factor int) (image.Image, error)
}

// Decode decodes one picture. Errors wrap ErrEmpty, ErrFormat, ErrTooLarge, ErrTooSmall or
// ErrCorrupt. It keeps no reference to data and is safe for concurrent use.
func Decode(data []byte, lim Limits) (p *Photo, err error) {
	// The decoders are other people's code fed by strangers: a panic in one costs this picture,
	// not the process.
	defer func() {
		if r := recover(); r != nil {
			p, err = nil, fmt.Errorf("%w: its data cannot be decoded (%v); save the picture again and resend it", ErrCorrupt, r)
		}
	}()
	return decode(data, lim.withDefaults())
}

func decode(data []byte, lim Limits) (*Photo, error) {
	if len(data) == 0 {
		return nil, fmt.Errorf("%w: no bytes arrived; send a picture as JPEG, PNG, GIF or WebP", ErrEmpty)
	}
	if int64(len(data)) > lim.MaxBytes {
		return nil, fmt.Errorf("%w: the file has %d bytes and at most %d are accepted; send a smaller version", ErrTooLarge, len(data), lim.MaxBytes)
	}
	c, err := sniff(data)
	if err != nil {
		return nil, err
	}
	h, err := c.probe(data)
	if err != nil {
		return nil, err
	}
	if err := lim.check(h, int64(len(data))); err != nil {
		return nil, err
	}
	img, err := c.decode(data, h, shrinkFactor(h.width, h.height, lim.Target))
	if err != nil {
		return nil, err
	}
	dark := false
	if m, ok := img.(*image.NRGBA); ok && blank(m) {
		if laid := onDark(c.name, data, h, shrinkFactor(h.width, h.height, lim.Target)); laid != nil {
			img, dark = laid, true
		}
	}
	if h.orientation > 1 {
		img = orient(RGB(img), h.orientation)
	}
	p := &Photo{Image: img, Format: c.name, Width: h.width, Height: h.height, Dark: dark}
	if h.orientation >= 5 {
		p.Width, p.Height = h.height, h.width
	}
	return p, nil
}

// Size reads from a file's header how large its picture is, upright, in pixels, without decoding any. Errors are those of Decode.
func Size(data []byte) (width, height int, err error) {
	defer func() {
		if r := recover(); r != nil { // as in Decode
			width, height, err = 0, 0, fmt.Errorf("%w: its header cannot be read (%v); save the picture again and resend it", ErrCorrupt, r)
		}
	}()
	c, err := sniff(data)
	if err != nil {
		return 0, 0, err
	}
	h, err := c.probe(data)
	if err != nil {
		return 0, 0, err
	}
	if h.orientation >= 5 {
		return h.height, h.width, nil
	}
	return h.width, h.height, nil
}

func (l Limits) withDefaults() Limits {
	if l.MaxBytes <= 0 {
		l.MaxBytes = DefaultMaxBytes
	}
	if l.MaxPixels <= 0 {
		l.MaxPixels = DefaultMaxPixels
	}
	if l.MinSide <= 0 {
		l.MinSide = DefaultMinSide
	}
	return l
}

// check holds a header of a file of size bytes against the limits.
func (l Limits) check(h header, size int64) error {
	switch pixels := int64(h.width) * int64(h.height); {
	case h.width <= 0 || h.height <= 0:
		return fmt.Errorf("%w: it declares no width or no height; save the picture again and resend it", ErrCorrupt)
	case pixels > l.MaxPixels:
		return fmt.Errorf("%w: the picture has %d x %d pixels and at most %d in all are accepted; send a smaller version", ErrTooLarge, h.width, h.height, l.MaxPixels)
	case h.width < l.MinSide || h.height < l.MinSide:
		return fmt.Errorf("%w: the picture has %d x %d pixels and each side needs at least %d; send a larger version", ErrTooSmall, h.width, h.height, l.MinSide)
	case size < h.minBytes:
		return fmt.Errorf("%w: %d bytes cannot hold the %d x %d pixels it declares; resend the whole file", ErrCorrupt, size, h.width, h.height)
	}
	return nil
}

// shrinkFactor is the largest of 8, 4 and 2 that leaves both sides at or above target, or 1.
func shrinkFactor(w, h, target int) int {
	if target <= 0 {
		return 1
	}
	for f := 8; f > 1; f /= 2 {
		if w/f >= target && h/f >= target {
			return f
		}
	}
	return 1
}

// corrupt wraps a decoder's complaint about damaged data of the named format.
func corrupt(format string, err error) error {
	return fmt.Errorf("%w: the %s data are damaged or cut short (%w); save the picture again and resend it", ErrCorrupt, format, err)
}

// unsupported wraps a decoder's refusal of a rare variant of an accepted format.
func unsupported(format string, err error) error {
	return fmt.Errorf("%w: this %s uses a rare variant (%w); save it again as an ordinary JPEG or PNG", ErrFormat, format, err)
}
