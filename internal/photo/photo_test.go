package photo

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDecodeRefuses(t *testing.T) {
	jpg, pngs := fixture(t, "420.jpg"), fixture(t, "rgb.png")
	svg := `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>`
	tests := []struct {
		name string
		data []byte
		lim  Limits
		want error
		says string
	}{
		{"nothing", nil, Limits{}, ErrEmpty, "JPEG, PNG, GIF or WebP"},
		{"too many bytes", jpg, Limits{MaxBytes: 100}, ErrTooLarge, "at most 100"},
		{"too many pixels", jpg, Limits{MaxPixels: 61*45 - 1}, ErrTooLarge, "61 x 45"},
		{"too small", jpg, Limits{MinSide: 46}, ErrTooSmall, "at least 46"},
		{"tiff", []byte("II*\x00\x08\x00\x00\x00\x00\x00\x00\x00"), Limits{}, ErrFormat, "TIFF"},
		{"bmp", []byte("BM\x3a\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00"), Limits{}, ErrFormat, "BMP"},
		{"heic", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"), Limits{}, ErrFormat, "HEIC"},
		{"avif", []byte("\x00\x00\x00\x1cftypavif\x00\x00\x00\x00"), Limits{}, ErrFormat, "AVIF"},
		{"video", []byte("\x00\x00\x00\x1cftypisom\x00\x00\x00\x00"), Limits{}, ErrFormat, "video"},
		{"svg", []byte(svg), Limits{}, ErrFormat, "SVG"},
		{"web page", []byte("<!DOCTYPE html><title>Not found</title>"), Limits{}, ErrFormat, "web page"},
		{"data URL", []byte("data:image/png;base64,iVBORw0KGgo"), Limits{}, ErrFormat, "base64"},
		{"text", []byte("this is no picture"), Limits{}, ErrFormat, "text"},
		{"wave", []byte("RIFF\x24\x00\x00\x00WAVEfmt "), Limits{}, ErrFormat, "other than WebP"},
		{"noise", []byte{0x80, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, Limits{}, ErrFormat, "send a JPEG"},
		{"signature cut", pngs[:5], Limits{}, ErrCorrupt, "whole file"},
		{"arithmetic jpeg", frameMarker(jpg, 0xc9), Limits{}, ErrFormat, "rare variant"},
		{"12 bit jpeg", set(jpg, bytes.Index(jpg, []byte{0xff, 0xc0, 0, 17})+4, 12), Limits{}, ErrFormat, "rare variant"},
		{"no height", jpegBomb(t, "420.jpg", 61, 0), Limits{}, ErrCorrupt, "no height"},
		{"jpeg header cut", jpg[:60], Limits{}, ErrCorrupt, "JPEG"},
		{"jpeg data cut", jpg[:len(jpg)/2], Limits{}, ErrCorrupt, "JPEG"},
		{"png cut", pngs[:len(pngs)/2], Limits{}, ErrCorrupt, "PNG"},
		{"gif cut", half(fixture(t, "plain.gif")), Limits{}, ErrCorrupt, "GIF"},
		{"gif without frame", append([]byte("GIF89a\x40\x00\x40\x00\x00\x00\x00"), 0x3b), Limits{}, ErrCorrupt, "no frame"},
		{"webp cut", half(fixture(t, "lossy.webp")), Limits{}, ErrCorrupt, "WebP"},
		{"png bit flip", flip(pngs, 60), Limits{}, ErrCorrupt, "PNG"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := Decode(tt.data, tt.lim)
			if p != nil || !errors.Is(err, tt.want) {
				t.Fatalf("got %v, %v; want %v", p, err, tt.want)
			}
			if !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%q does not say %q", err, tt.says)
			}
		})
	}
}

func half(data []byte) []byte { return data[:len(data)/2] }

func set(data []byte, i int, v byte) []byte {
	data = bytes.Clone(data)
	data[i] = v
	return data
}

// frameMarker changes the kind of a baseline JPEG's frame.
func frameMarker(data []byte, marker byte) []byte {
	return set(data, bytes.Index(data, []byte{0xff, 0xc0, 0, 17})+1, marker)
}

func flip(data []byte, i int) []byte {
	data = bytes.Clone(data)
	data[i] ^= 0xff
	return data
}

// pngBomb declares w x h pixels and holds a few bytes.
func pngBomb(w, h uint32) []byte {
	ihdr := append([]byte("IHDR"), make([]byte, 13)...)
	binary.BigEndian.PutUint32(ihdr[4:], w)
	binary.BigEndian.PutUint32(ihdr[8:], h)
	ihdr[12], ihdr[13] = 8, 6
	out := append([]byte(pngSignature), 0, 0, 0, 13)
	out = append(out, ihdr...)
	out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(ihdr))
	return append(out, make([]byte, 2048)...)
}

// jpegBomb is a whole small JPEG whose frame header declares w x h.
func jpegBomb(t testing.TB, name string, w, h uint16) []byte {
	data := bytes.Clone(fixture(t, name))
	i := max(bytes.Index(data, []byte{0xff, 0xc0, 0, 17}), bytes.Index(data, []byte{0xff, 0xc2, 0, 17}))
	binary.BigEndian.PutUint16(data[i+5:], h)
	binary.BigEndian.PutUint16(data[i+7:], w)
	return data
}

func gifBomb(w, h uint16) []byte {
	out := binary.LittleEndian.AppendUint16([]byte("GIF89a"), w)
	out = append(binary.LittleEndian.AppendUint16(out, h), 0, 0, 0)
	return append(out, 0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0x80, 0, 0, 0, 9, 9, 9, 2, 2, 0x44, 1, 0, 0x3b)
}

func webpBomb(t testing.TB) []byte {
	data := bytes.Clone(fixture(t, "lossy.webp"))
	i := bytes.Index(data, []byte{0x9d, 0x01, 0x2a})
	binary.LittleEndian.PutUint16(data[i+3:], 7000)
	binary.LittleEndian.PutUint16(data[i+5:], 7000)
	return data
}

// TestBombs refuses files that declare far more than they hold, before memory for pixels is taken.
func TestBombs(t *testing.T) {
	tests := []struct {
		name string
		data []byte
		want error
	}{
		{"png beyond the cap", pngBomb(30000, 30000), ErrTooLarge},
		{"png overflowing", pngBomb(1<<31-1, 1<<31-1), nil}, // refused as damaged or too large alike
		{"png below the cap", pngBomb(7000, 7000), ErrCorrupt},
		{"jpeg beyond the cap", jpegBomb(t, "420.jpg", 65000, 65000), ErrTooLarge},
		{"jpeg below the cap", jpegBomb(t, "420.jpg", 7000, 7000), ErrCorrupt},
		{"progressive below the cap", jpegBomb(t, "progressive.jpg", 7000, 7000), ErrCorrupt},
		{"gif beyond the cap", gifBomb(65535, 65535), ErrTooLarge},
		{"gif below the cap", gifBomb(7000, 7000), ErrCorrupt},
		{"webp below the cap", webpBomb(t), ErrCorrupt},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := Decode(tt.data, Limits{})
			runtime.ReadMemStats(&after)
			if err == nil || tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			if grown := after.TotalAlloc - before.TotalAlloc; grown > 2<<20 {
				t.Errorf("%d bytes set aside before the refusal", grown)
			}
		})
	}
}

// TestPasses refuses a progressive file that walks its blocks over and over.
func TestPasses(t *testing.T) {
	data := fixture(t, "progressive.jpg")
	at := bytes.LastIndex(data, []byte{0xff, markerSOS})
	scan := data[at : len(data)-2]
	many := bytes.Join([][]byte{data[:at], bytes.Repeat(scan, maxScans+1), data[len(data)-2:]}, nil)
	if _, err := Decode(many, Limits{}); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), "passes") {
		t.Errorf("got %v, want ErrFormat about passes", err)
	}
}

func TestMissingEndMarker(t *testing.T) {
	data := fixture(t, "420.jpg")
	got, err := Decode(data[:len(data)-2], Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want, _ := Decode(data, Limits{})
	cut, whole := RGB(got.Image).Pix, RGB(want.Image).Pix
	for i, v := range whole {
		if d := int(v) - int(cut[i]); d < -4 || d > 4 { // two decoders under the turbojpeg tag
			t.Fatalf("byte %d is %d, in the whole file %d", i, cut[i], v)
		}
	}
}

func TestShrinkFactor(t *testing.T) {
	tests := []struct{ w, h, target, want int }{
		{4000, 3000, 0, 1}, {4000, 3000, 224, 8}, {4000, 3000, 375, 8}, {4000, 3000, 376, 4},
		{4000, 300, 224, 1}, {448, 448, 224, 2}, {447, 448, 224, 1}, {100, 100, 224, 1},
	}
	for _, tt := range tests {
		if got := shrinkFactor(tt.w, tt.h, tt.target); got != tt.want {
			t.Errorf("shrinkFactor(%d, %d, %d) = %d, want %d", tt.w, tt.h, tt.target, got, tt.want)
		}
	}
}

// TestFormats holds the name reported and that content, not a name, decides.
func TestFormats(t *testing.T) {
	img := image.NewPaletted(image.Rect(0, 0, 16, 12), color.Palette{color.Black, color.White})
	var j, p, g bytes.Buffer
	if err := errors.Join(jpeg.Encode(&j, img, nil), png.Encode(&p, img), gif.Encode(&g, img, nil)); err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{"jpeg": j.Bytes(), "png": p.Bytes(), "gif": g.Bytes(), "webp": fixture(t, "lossless.webp")}
	for want, data := range files {
		got, err := Decode(data, Limits{})
		if err != nil {
			t.Fatal(want, err)
		}
		if diff := cmp.Diff(want, got.Format); diff != "" {
			t.Error(diff)
		}
	}
}
