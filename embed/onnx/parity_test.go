package onnx_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"image"
	"math"
	"os"
	"path/filepath"
	"testing"

	"touchstone/embed"
	"touchstone/embed/onnx/onnxtest"
	"touchstone/internal/photo"
	"touchstone/models"
)

const again = "run `python embed/onnx/testdata/parity.py --vectors` and commit what it writes"

// expected is what Python made of the parity pictures with one pack.
type expected struct {
	Pack     string   `json:"pack"`
	Version  string   `json:"version"`
	Model    string   `json:"model_sha256"`
	Output   string   `json:"output"`
	Shape    [3]int   `json:"shape"` // pictures, regions, dimension
	Pictures []string `json:"pictures"`
	values   []float32
}

func parityFile(name ...string) string {
	return filepath.Join(append([]string{onnxtest.Testdata(), "parity"}, name...)...)
}

func readExpected(t *testing.T, pack string) expected {
	t.Helper()
	data, err := os.ReadFile(parityFile(pack + ".json"))
	if err != nil {
		t.Fatalf("%v: %s", err, again)
	}
	var x expected
	if err := json.Unmarshal(data, &x); err != nil {
		t.Fatal(err)
	}
	if data, err = os.ReadFile(parityFile(pack + ".f16")); err != nil {
		t.Fatal(err)
	}
	if want := 2 * x.Shape[0] * x.Shape[1] * x.Shape[2]; len(data) != want || len(x.Pictures) != x.Shape[0] {
		t.Fatalf("%d bytes of vectors for %d pictures, want %d", len(data), len(x.Pictures), want)
	}
	for i := 0; i < len(data); i += 2 {
		x.values = append(x.values, half(binary.LittleEndian.Uint16(data[i:])))
	}
	return x
}

// half widens an IEEE 754 binary16 number that is finite.
func half(bits uint16) float32 {
	sign, exponent, fraction := 1-2*float64(bits>>15), int(bits>>10&31), float64(bits&1023)/1024
	if exponent == 0 {
		return float32(sign * math.Ldexp(fraction, -14))
	}
	return float32(sign * math.Ldexp(1+fraction, exponent-15))
}

// vector gives the expected vector of a picture's region.
func (x expected) vector(picture, region int) []float32 {
	d := x.Shape[2]
	return x.values[(picture*x.Shape[1]+region)*d:][:d]
}

// Go and Python agree: from files in every accepted format at a cosine of
// 0.999, since JPEG and WebP decoders round differently, and from Pillow's
// pixels on at 0.9999.
func TestParity(t *testing.T) {
	t.Run("tiny", func(t *testing.T) { parity(t, onnxtest.TinyPack(t)) })
	t.Run("touchstone-base", func(t *testing.T) {
		p := onnxtest.BasePack(t)
		if _, ok := p.Model("image"); !ok {
			onnxtest.Missing(t, "the pack reads no pictures yet")
		}
		parity(t, p)
	})
}

func parity(t *testing.T, p *models.Pack) {
	x := readExpected(t, p.Manifest().Name)
	m, ok := p.Model("image")
	if !ok || p.Manifest().Version != x.Version || m.File.SHA256 != x.Model {
		t.Fatalf("the expected vectors are of %s %s with the model %.12s, the pack is %s with %.12s: %s", x.Pack, x.Version, x.Model, p.Manifest().Version, m.File.SHA256, again)
	}
	if len(x.Pictures) != 50 {
		t.Errorf("%d pictures, want 50", len(x.Pictures))
	}
	e := onnxtest.Open(t, p, embed.Config{})
	for _, from := range []struct {
		name, path string
		suffix     string
		least      float64
	}{{"files", "pictures", "", 0.999}, {"decoded pixels", "decoded", ".png", 0.9999}} {
		t.Run(from.name, func(t *testing.T) {
			var pics []image.Image
			for _, name := range x.Pictures {
				pics = append(pics, decoded(t, parityFile(from.path, name+from.suffix)))
			}
			got, err := e.Pictures(t.Context(), pics, x.Output)
			if err != nil {
				t.Fatal(err)
			}
			worst, where := 2.0, ""
			for i, name := range x.Pictures {
				for r, v := range got[0][i] {
					c := cosine(v, x.vector(i, r))
					if !(c >= from.least) {
						t.Errorf("%s, region %d: cosine %.6f, want %g", name, r, c, from.least)
					}
					if c < worst {
						worst, where = c, fmt.Sprintf("%s, region %d", name, r)
					}
				}
			}
			t.Logf("smallest cosine %.6f (%s)", worst, where)
		})
	}
}

func decoded(t *testing.T, path string) image.Image {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := photo.Decode(data, photo.Limits{})
	if err != nil {
		t.Fatalf("%s: %v", filepath.Base(path), err)
	}
	return p.Image
}

func cosine(a, b []float32) float64 {
	var dot, aa, bb float64
	for i := range a {
		x, y := float64(a[i]), float64(b[i])
		dot, aa, bb = dot+x*y, aa+x*x, bb+y*y
	}
	return dot / math.Sqrt(aa*bb)
}

// Worked by hand from the format's definition.
func TestHalf(t *testing.T) {
	for bits, want := range map[uint16]float32{0x3c00: 1, 0xc000: -2, 0x3555: 0.33325195, 0x0001: 5.9604645e-8, 0x8000: 0, 0x7bff: 65504} {
		if got := half(bits); got != want {
			t.Errorf("half(%#x) = %g, want %g", bits, got, want)
		}
	}
}
