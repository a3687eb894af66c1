package embed

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
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

// plainly is the same arithmetic sample by sample, without packing.
func plainly(src *image.NRGBA, width, height int) *image.NRGBA {
	sum := func(t taps, at func(i int) uint8) uint8 {
		v := int64(1 << (precision - 1))
		for k, w := range t.weights {
			v += int64(at(t.start+k)) * int64(w)
		}
		return uint8(min(max(v>>precision, 0), 255))
	}
	wide := image.NewNRGBA(image.Rect(0, 0, width, src.Rect.Dy()))
	for x, t := range tapsOf(src.Rect.Dx(), width) {
		for y := range wide.Rect.Dy() {
			for c := range 4 {
				wide.Pix[wide.PixOffset(x, y)+c] = sum(t, func(i int) uint8 { return src.Pix[src.PixOffset(i, y)+c] })
			}
		}
	}
	out := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y, t := range tapsOf(src.Rect.Dy(), height) {
		for x := range width {
			for c := range 4 {
				out.Pix[out.PixOffset(x, y)+c] = sum(t, func(i int) uint8 { return wide.Pix[wide.PixOffset(x, i)+c] })
			}
		}
	}
	return out
}

// Two samples in one number never touch each other: noise of black and white,
// where the kernel swings widest, in odd and even sizes, and parts of a picture.
func TestResizePacked(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for i := range 60 {
		src := image.NewNRGBA(image.Rect(0, 0, 1+random.IntN(90), 1+random.IntN(90)))
		for k := range src.Pix {
			src.Pix[k] = byte(255 * random.IntN(2))
			if k%4 == 3 {
				src.Pix[k] = 255
			}
		}
		width, height := 1+random.IntN(40), 1+random.IntN(40)
		if i%5 == 0 {
			width = src.Rect.Dx()
		}
		if i%7 == 0 {
			height = src.Rect.Dy()
		}
		got, want := resize(src, width, height), plainly(src, width, height)
		if !bytes.Equal(got.Pix, want.Pix) {
			t.Errorf("%v to %d x %d differs", src.Rect, width, height)
		}
	}
}

// Tables come out the same from the store as afresh, and the store stays small.
func TestTapsKept(t *testing.T) {
	for from := 1; from < 3*maxKept; from++ {
		if diff := cmp.Diff(tapsOf(from, 7), tapsOf(from, 7), cmp.AllowUnexported(taps{})); diff != "" {
			t.Fatal(diff)
		}
	}
	tapsOf(keptSide+1, 7)
	kept.Lock()
	defer kept.Unlock()
	if n := len(kept.tables); n > maxKept || n == 0 {
		t.Errorf("%d tables are kept, at most %d should be", n, maxKept)
	}
	if _, found := kept.tables[[2]int{keptSide + 1, 7}]; found {
		t.Error("the table of a very long side is kept")
	}
}

// BenchmarkResize is the resizing of 0.2 and 1 megapixels to what models read.
func BenchmarkResize(b *testing.B) {
	for _, size := range []image.Point{{512, 384}, {1152, 864}} {
		src := image.NewNRGBA(image.Rectangle{Max: size})
		for i := range src.Pix {
			src.Pix[i] = byte(i*7) | byte(255*(i&3/3))
		}
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				resize(src, 192, 192)
			}
		})
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
