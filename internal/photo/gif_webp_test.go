package photo

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"testing"
)

var (
	white = color.NRGBA{255, 255, 255, 255}
	red   = color.NRGBA{255, 0, 0, 255}
)

// frame is a filled frame of a GIF whose last palette entry is transparent.
func frame(r image.Rectangle, index byte) *image.Paletted {
	m := image.NewPaletted(r, color.Palette{color.Black, red, color.Transparent})
	for i := range m.Pix {
		m.Pix[i] = index
	}
	return m
}

// gifOf encodes frames on a 40 x 30 screen.
func gifOf(t testing.TB, frames ...*image.Paletted) []byte {
	t.Helper()
	g := &gif.GIF{Image: frames, Delay: make([]int, len(frames)), Config: image.Config{Width: 40, Height: 30}}
	var out bytes.Buffer
	if err := gif.EncodeAll(&out, g); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestGIFScreen(t *testing.T) {
	screen := image.Rect(0, 0, 40, 30)
	small := frame(image.Rect(10, 8, 20, 16), 1)
	grown := gifOf(t, small)
	binary.LittleEndian.PutUint16(grown[6:], 12)
	binary.LittleEndian.PutUint16(grown[8:], 4)
	// All that follows the first frame is broken: it must not be looked at.
	brokenTail := append(gifOf(t, frame(screen, 1)), 0x2c, 1, 2, 3)
	transparent := frame(screen, 2)
	transparent.SetColorIndex(15, 10, 1)
	tests := []struct {
		name          string
		data          []byte
		width, height int
		outside       color.NRGBA
	}{
		{"frame within the screen", gifOf(t, small, frame(screen, 0)), 40, 30, white},
		{"frame beyond the screen", grown, 20, 16, white},
		{"transparent", gifOf(t, transparent), 40, 30, white},
		{"first of many", gifOf(t, frame(screen, 1), frame(screen, 0)), 40, 30, red},
		{"broken after the first", brokenTail, 40, 30, red},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := Decode(tt.data, Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if p.Width != tt.width || p.Height != tt.height || p.Image.Bounds() != image.Rect(0, 0, tt.width, tt.height) {
				t.Errorf("%d x %d, image %v", p.Width, p.Height, p.Image.Bounds())
			}
			if c := RGB(p.Image).NRGBAAt(15, 10); c != red {
				t.Errorf("inside is %v", c)
			}
			if c := RGB(p.Image).NRGBAAt(0, 0); c != tt.outside {
				t.Errorf("outside is %v, want %v", c, tt.outside)
			}
		})
	}
}

// TestWebPOffsetFrame moves the first animation frame on a larger canvas.
func TestWebPOffsetFrame(t *testing.T) {
	data := bytes.Clone(fixture(t, "animated.webp"))
	vp8x, anmf := bytes.Index(data, []byte("VP8X"))+8, bytes.Index(data, []byte("ANMF"))+8
	data[vp8x+4], data[vp8x+7] = 99, 79 // canvas 100 x 80
	data[anmf], data[anmf+3] = 5, 6     // frame at 10, 12
	p, err := Decode(data, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if p.Width != 100 || p.Height != 80 {
		t.Fatalf("%d x %d", p.Width, p.Height)
	}
	whole, err := Decode(fixture(t, "animated.webp"), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := RGB(p.Image).NRGBAAt(30, 30), RGB(whole.Image).NRGBAAt(20, 18); got != want {
		t.Errorf("inside is %v, want %v", got, want)
	}
	if c := RGB(p.Image).NRGBAAt(9, 12); c != white {
		t.Errorf("outside is %v", c)
	}
	data[anmf] = 50 // sticks out of the canvas
	if _, err := Decode(data, Limits{}); err == nil {
		t.Error("a frame beyond the canvas was accepted")
	}
}
