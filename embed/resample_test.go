package embed

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

func readPNG(t *testing.T, path string) *image.NRGBA {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	img, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	out := image.NewNRGBA(img.Bounds())
	draw.Draw(out, out.Rect, img, image.Point{}, draw.Src)
	return out
}

// Pillow resized the pictures, rows first (testdata/resize.py): larger, smaller,
// one side only, not at all. Go must give the same bytes.
func TestResizeIsPillows(t *testing.T) {
	source := readPNG(t, "testdata/resize/source.png")
	paths, err := filepath.Glob("testdata/resize/*x*.png")
	if err != nil || len(paths) < 9 {
		t.Fatalf("%d pictures, %v", len(paths), err)
	}
	for _, path := range paths {
		want := readPNG(t, path)
		got := resize(source, want.Rect.Dx(), want.Rect.Dy())
		if got.Rect != want.Rect {
			t.Errorf("%s: size %v", path, got.Rect)
			continue
		}
		for i, v := range want.Pix {
			if got.Pix[i] != v {
				t.Errorf("%s: byte %d is %d, Pillow has %d", path, i, got.Pix[i], v)
				break
			}
		}
	}
}

// One pixel of a side, and sizes far apart, must neither panic nor darken.
func TestResizeExtremes(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {1, 500}, {500, 1}, {2, 3}, {3000, 2}} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			src := image.NewNRGBA(image.Rect(0, 0, size[0], size[1]))
			draw.Draw(src, src.Rect, image.NewUniform(color.NRGBA{10, 128, 250, 255}), image.Point{}, draw.Src)
			got := resize(src, 32, 16)
			for i, v := range got.Pix {
				if want := []uint8{10, 128, 250, 255}[i%4]; v != want {
					t.Fatalf("byte %d is %d, want %d", i, v, want)
				}
			}
		})
	}
}

func TestOpaque(t *testing.T) {
	half := image.NewNRGBA(image.Rect(0, 0, 1, 1))
	half.SetNRGBA(0, 0, color.NRGBA{0, 100, 200, 128})
	got := opaque(half).NRGBAAt(0, 0)
	want := color.NRGBA{127, 177, 227, 255} // value*128/255 + 255*127/255
	for _, d := range [][2]uint8{{got.R, want.R}, {got.G, want.G}, {got.B, want.B}} {
		if max(d[0], d[1])-min(d[0], d[1]) > 1 || got.A != 255 {
			t.Fatalf("%v, want about %v", got, want)
		}
	}
}
