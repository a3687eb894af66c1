package photo

import (
	"errors"
	"testing"
)

// FuzzDecode: no input panics, in our readers or theirs; what is accepted keeps the limits, and what is
// refused says why by one of the sentinels.
func FuzzDecode(f *testing.F) {
	for name := range expectations(f) {
		f.Add(fixture(f, name), 0)
		f.Add(fixture(f, name), 20)
	}
	f.Add(gifOf(f, frame(rect(10, 8, 20, 16), 1)), 4)
	f.Add(gifBomb(65535, 65535), 0)
	f.Add(pngBomb(30000, 30000), 0)
	f.Add(jpegBomb(f, "progressive.jpg", 3000, 3000), 0)
	f.Add(webpBomb(f), 0)
	f.Add([]byte("<svg/>"), 0)
	f.Add([]byte(nil), 0)
	f.Fuzz(func(t *testing.T, data []byte, target int) {
		lim := Limits{MaxBytes: 1 << 16, MaxPixels: 1 << 18, MinSide: 2, Target: target}.withDefaults()
		p, err := decode(data, lim) // not Decode, which would hide a panic
		if err != nil {
			for _, kind := range []error{ErrEmpty, ErrFormat, ErrTooLarge, ErrTooSmall, ErrCorrupt} {
				if errors.Is(err, kind) {
					return
				}
			}
			t.Fatalf("untyped error %v", err)
		}
		img := RGB(p.Image)
		b := img.Rect
		switch {
		case p.Image.Bounds() != b:
			t.Errorf("image %v gives pixels %v", p.Image.Bounds(), b)
		case int64(p.Width)*int64(p.Height) > lim.MaxPixels, p.Width < 2, p.Height < 2:
			t.Errorf("accepted %d x %d", p.Width, p.Height)
		case b.Dx() > p.Width, b.Dy() > p.Height, len(img.Pix) != 4*b.Dx()*b.Dy():
			t.Errorf("image %v of %d bytes for %d x %d", b, len(img.Pix), p.Width, p.Height)
		case b.Dx() < min(target, p.Width), b.Dy() < min(target, p.Height):
			t.Errorf("shrunk %d x %d to %v below target %d", p.Width, p.Height, b, target)
		case !img.Opaque():
			t.Error("not opaque")
		}
	})
}
