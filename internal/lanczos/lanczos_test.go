package lanczos

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"touchstone/internal/photo"
)

// bytesOf is a norm that leaves the values as they are.
var bytesOf = Norm{Deviation: [3]float32{1. / 255, 1. / 255, 1. / 255}}

// imagenet is a norm as models have it.
var imagenet = Norm{Mean: [3]float32{0.485, 0.456, 0.406}, Deviation: [3]float32{0.229, 0.224, 0.225}}

// instructions are the sets of vector instructions that the C code knows; one that this processor lacks runs as the next below it.
var instructions = []string{"plain", "AVX2", "AVX-512"}

// everyWay runs a test with each set of vector instructions.
func everyWay(t *testing.T, test func(t *testing.T)) {
	for level, name := range instructions {
		t.Run(name, func(t *testing.T) {
			defer limit(limit(level))
			test(t)
		})
	}
}

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

// Pillow resized the pictures, rows first (testdata/resize.py): larger, smaller, one side only, not at all. The bytes must be the
// same.
func TestResizeIsPillows(t *testing.T) {
	source := readPNG(t, "testdata/resize/source.png")
	paths, err := filepath.Glob("testdata/resize/*x*.png")
	if err != nil || len(paths) < 9 {
		t.Fatalf("%d pictures, %v", len(paths), err)
	}
	everyWay(t, func(t *testing.T) {
		for _, path := range paths {
			want := readPNG(t, path)
			w, h := want.Rect.Dx(), want.Rect.Dy()
			got := make([]float32, 3*w*h)
			Resize(got, source, w, h, bytesOf)
			for i, v := range got {
				if pillow := want.Pix[4*(i%(w*h))+i/(w*h)]; byte(v+0.5) != pillow {
					t.Errorf("%s: value %d is %g, Pillow has %d", path, i, v, pillow)
					break
				}
			}
		}
	})
}

// fill makes noise: of black and white, where the kernel swings widest, of all bytes, or of a few about the middle.
func fill(r *rand.Rand, pix ...[]byte) {
	kind := r.IntN(3)
	for _, p := range pix {
		for i := range p {
			switch v := byte(r.Uint32()); kind {
			case 0:
				p[i] = 255 * (v & 1)
			case 1:
				p[i] = v
			default:
				p[i] = 120 + v&15
			}
		}
	}
}

// noises are pictures of noise of one size in every form in which photo gives them, with bytes that end with the last pixel.
func noises(r *rand.Rand, w, h int) []image.Image {
	rgb := image.NewNRGBA(image.Rect(0, 0, w, h))
	grey := image.NewGray(rgb.Rect)
	fill(r, rgb.Pix, grey.Pix)
	for i := 3; i < len(rgb.Pix); i += 4 {
		rgb.Pix[i] = 255
	}
	all := []image.Image{rgb, grey}
	for _, ratio := range []image.YCbCrSubsampleRatio{
		image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420,
		image.YCbCrSubsampleRatio440, image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410,
	} {
		m := image.NewYCbCr(rgb.Rect, ratio)
		fill(r, m.Y, m.Cb, m.Cr)
		m.Y, m.Cb, m.Cr = slices.Clip(m.Y), slices.Clip(m.Cb), slices.Clip(m.Cr)
		all = append(all, m)
	}
	return all
}

// The C code gives what plain Go gives of the picture's pixels, in every form and for odd and even sizes, to the bit.
func TestResizeAgainstPlain(t *testing.T) {
	everyWay(t, func(t *testing.T) {
		random := rand.New(rand.NewPCG(1, 1))
		for i := range 60 {
			w, h := 1+random.IntN(90), 1+random.IntN(90)
			width, height := 1+random.IntN(40), 1+random.IntN(40)
			switch {
			case i%5 == 0:
				width = w
			case i%7 == 0:
				height = h
			}
			for _, img := range noises(random, w, h) {
				got, want := make([]float32, 3*width*height), make([]float32, 3*width*height)
				Resize(got, img, width, height, imagenet)
				plainResize(want, img, width, height, &imagenet)
				if !slices.Equal(got, want) {
					t.Fatalf("%T, %d x %d to %d x %d:\n%s", img, w, h, width, height, cmp.Diff(want, got))
				}
			}
		}
	})
}

// A part of a larger picture, and a picture in another colour model, give what the same pixels give on their own.
func TestOtherForms(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 4))
	for _, whole := range noises(random, 40, 30) {
		part := whole.(interface {
			SubImage(image.Rectangle) image.Image
		}).SubImage(image.Rect(5, 3, 33, 26))
		own := image.NewNRGBA(image.Rect(0, 0, 28, 23))
		draw.Draw(own, own.Rect, part, image.Pt(5, 3), draw.Src)
		rgba := image.NewRGBA(own.Rect)
		draw.Draw(rgba, own.Rect, own, image.Point{}, draw.Src)
		want := make([]float32, 3*16*8)
		Resize(want, own, 16, 8, imagenet)
		for _, img := range []image.Image{part, rgba} {
			got := make([]float32, len(want))
			Resize(got, img, 16, 8, imagenet)
			if !slices.Equal(got, want) {
				t.Errorf("%T as a part of %T:\n%s", img, whole, cmp.Diff(want, got))
			}
		}
	}
}

// One pixel of a side, and sizes far apart, must neither fault nor darken.
func TestExtremes(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {1, 500}, {500, 1}, {2, 3}, {3000, 2}, {3, 5000}} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			src := image.NewNRGBA(image.Rect(0, 0, size[0], size[1]))
			draw.Draw(src, src.Rect, image.NewUniform(color.NRGBA{10, 128, 250, 255}), image.Point{}, draw.Src)
			got := make([]float32, 3*32*16)
			Resize(got, src, 32, 16, bytesOf)
			for i, v := range got {
				if want := []float32{10, 128, 250}[i/(32*16)]; v < want-0.01 || v > want+0.01 {
					t.Fatalf("value %d is %g, want %g", i, v, want)
				}
			}
		})
	}
}

// Pictures whose planes are shorter than they claim, and wrong lengths, panic before a byte is read.
func TestRefused(t *testing.T) {
	grey := func(change func(m *image.Gray)) image.Image {
		m := image.NewGray(image.Rect(0, 0, 9, 5))
		change(m)
		return m
	}
	chroma := func(change func(m *image.YCbCr)) image.Image {
		m := image.NewYCbCr(image.Rect(0, 0, 9, 5), image.YCbCrSubsampleRatio420)
		change(m)
		return m
	}
	for name, img := range map[string]image.Image{
		"empty":           image.NewGray(image.Rectangle{}),
		"short luma":      grey(func(m *image.Gray) { m.Pix = m.Pix[:44] }),
		"overlapping":     grey(func(m *image.Gray) { m.Stride = 8 }),
		"negative stride": grey(func(m *image.Gray) { m.Stride = -9 }),
		"short Y":         chroma(func(m *image.YCbCr) { m.Y = m.Y[:44] }),
		"short Cb":        chroma(func(m *image.YCbCr) { m.Cb = m.Cb[:14] }),
		"short Cr":        chroma(func(m *image.YCbCr) { m.Cr = nil }),
		"wrong ratio":     chroma(func(m *image.YCbCr) { m.SubsampleRatio = image.YCbCrSubsampleRatio444 }),
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("accepted")
				}
			}()
			Resize(make([]float32, 12), img, 2, 2, imagenet)
		})
	}
	t.Run("length", func(t *testing.T) {
		defer func() {
			if recover() == nil {
				t.Error("accepted")
			}
		}()
		Resize(make([]float32, 11), grey(func(*image.Gray) {}), 2, 2, imagenet)
	})
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

// BenchmarkResize is what a model's input costs, from pixels and from planes with a quarter of the chroma.
func BenchmarkResize(b *testing.B) {
	for _, size := range []image.Point{{512, 384}, {1152, 864}} {
		planes := image.NewYCbCr(image.Rectangle{Max: size}, image.YCbCrSubsampleRatio420)
		fill(rand.New(rand.NewPCG(1, 1)), planes.Y, planes.Cb, planes.Cr)
		dst := make([]float32, 3*224*224)
		for name, img := range map[string]image.Image{"planes": planes, "pixels": photo.RGB(planes)} {
			for level, how := range instructions {
				b.Run(fmt.Sprint(size, " ", name, " ", how), func(b *testing.B) {
					defer limit(limit(level))
					for b.Loop() {
						Resize(dst, img, 224, 224, imagenet)
					}
				})
			}
		}
	}
}
