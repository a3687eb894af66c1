package ocr

import (
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	"touchstone/embed/onnx"
	"touchstone/embed/onnx/onnxtest"
	"touchstone/models"
)

// open opens the pack where `touchstone models pull ocr` puts it, or skips.
func open(t testing.TB) *Reader {
	t.Helper()
	dir := os.Getenv("TOUCHSTONE_OCR")
	if dir == "" {
		dir = filepath.Join("..", "..", ".cache", "packs", source.Name)
	}
	if !Installed(dir) {
		onnxtest.Missing(t, "the OCR pack is not there: bring it with `make ocr`, or name its folder in TOUCHSTONE_OCR")
	}
	rt := onnxtest.Runtime(t)
	r, err := Open(dir, func(path string, f models.File, input string, outputs ...string) (Graph, error) {
		return rt.Graph(path, f, input, outputs...)
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func page(t testing.TB, name string) image.Image {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name+".png"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// TestReadsLikeTheOriginal: the same lines in the same order as the Python original (testdata/reference.py), with its characters, its
// confidence and its places.
func TestReadsLikeTheOriginal(t *testing.T) {
	r := open(t)
	raw, err := os.ReadFile(filepath.Join("testdata", "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var expected map[string][]Line
	if err := json.Unmarshal(raw, &expected); err != nil {
		t.Fatal(err)
	}
	if len(expected) < 6 {
		t.Fatalf("%d pages", len(expected))
	}
	for name, want := range expected {
		t.Run(name, func(t *testing.T) {
			got, err := r.Read(t.Context(), page(t, name))
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != len(want) {
				t.Fatalf("lines %+v, want %+v", got, want)
			}
			for i, w := range want {
				if got[i].Text != w.Text {
					t.Errorf("line %d reads %q, want %q", i, got[i].Text, w.Text)
				}
				if d := math.Abs(got[i].Confidence - w.Confidence); d > 0.02 {
					t.Errorf("%q: confidence %.4f, want %.4f", w.Text, got[i].Confidence, w.Confidence)
				}
				for k, c := range w.Corners {
					if d := dist(c, got[i].Corners[k]); d > 4 {
						t.Errorf("%q: corner %d at %v, want %v", w.Text, k, got[i].Corners[k], c)
					}
				}
			}
		})
	}
}

// Pictures of any proportions are taken, and one without text reads as nothing.
func TestReadsAnySize(t *testing.T) {
	r := open(t)
	for _, size := range [][2]int{{1, 1}, {5, 60}, {2100, 300}, {33, 33}} {
		img := image.NewNRGBA(image.Rect(0, 0, size[0], size[1]))
		for i := range img.Pix {
			img.Pix[i] = 200
		}
		lines, err := r.Read(t.Context(), img)
		if err != nil || len(lines) != 0 {
			t.Errorf("%v: lines %+v, error %v", size, lines, err)
		}
	}
}

func TestOpenRefusesABrokenPack(t *testing.T) {
	rt := onnxtest.Runtime(t)
	load := func(path string, f models.File, input string, outputs ...string) (Graph, error) {
		return rt.Graph(path, f, input, outputs...)
	}
	for name, description := range map[string]string{
		"absent":      "",
		"not JSON":    "{",
		"unknown":     `{"name": "x", "extra": 1}`,
		"outside":     `{"name": "x", "detector": {"file": {"path": "../a.onnx"}, "input": "x", "output": "y"}}`,
		"no graphs":   `{"name": "x", "detector": {"file": {"path": "a.onnx"}, "input": "x", "output": "y"}, "turner": {"file": {"path": "a.onnx"}, "input": "x", "output": "y"}, "reader": {"file": {"path": "a.onnx"}, "input": "x", "output": "y"}}`,
		"no tensors":  `{"name": "x", "detector": {"file": {"path": "a.onnx"}}}`,
		"no pictures": `[]`,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if description != "" {
				if err := os.WriteFile(filepath.Join(dir, PackName), []byte(description), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if r, err := Open(dir, load); err == nil {
				t.Errorf("opened %+v", r.Pack())
			}
			if Installed(dir) {
				t.Error("counts as installed")
			}
		})
	}
}

func TestInstallTakesOnlyThePinnedWheel(t *testing.T) {
	dir := t.TempDir()
	wheel := filepath.Join(dir, "x.whl")
	if err := os.WriteFile(wheel, []byte("PK"), 0o644); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(dir, "pack")
	if err := Install(wheel, to); err == nil {
		t.Error("installed")
	}
	if _, err := os.Stat(to); err == nil {
		t.Error("something was written")
	}
}

// TestDecodeByHand: classes none, a, b; steps a a none a b b: "aab" with the mean of 0.9, 0.8 and 0.6.
func TestDecodeByHand(t *testing.T) {
	r := &Reader{characters: []string{"", "a", "b"}}
	p := []float32{0.1, 0.9, 0, 0.3, 0.7, 0, 0.9, 0.1, 0, 0.2, 0.8, 0, 0.2, 0.2, 0.6, 0.1, 0, 0.9}
	text, confidence := r.decode(p, 6)
	if text != "aab" || math.Abs(confidence-(0.9+0.8+0.6)/3) > 1e-6 {
		t.Errorf("%q with %g", text, confidence)
	}
	if text, confidence := r.decode([]float32{1, 0, 0}, 1); text != "" || confidence != 0 {
		t.Errorf("blanks read as %q with %g", text, confidence)
	}
}

// The smallest rectangle holds all points, and around a turned rectangle's corners it is that rectangle.
func TestSmallestRectangle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		coordinate := rapid.Float64Range(-100, 100)
		angle := rapid.Float64Range(0, math.Pi).Draw(t, "angle")
		want := rectangle{
			centre: [2]float64{coordinate.Draw(t, "x"), coordinate.Draw(t, "y")}, along: [2]float64{math.Cos(angle), math.Sin(angle)},
			half: [2]float64{rapid.Float64Range(1, 50).Draw(t, "w"), rapid.Float64Range(1, 50).Draw(t, "h")},
		}
		var points [][2]float64
		for _, c := range want.corners() {
			points = append(points, c)
		}
		for range 5 { // inside
			u, v := rapid.Float64Range(-1, 1).Draw(t, "u")*want.half[0], rapid.Float64Range(-1, 1).Draw(t, "v")*want.half[1]
			points = append(points, [2]float64{want.centre[0] + u*want.along[0] - v*want.along[1], want.centre[1] + u*want.along[1] + v*want.along[0]})
		}
		got := smallest(points)
		area := func(r rectangle) float64 { return 4 * r.half[0] * r.half[1] }
		if a, b := area(got), area(want); math.Abs(a-b) > 1e-6*b {
			t.Fatalf("area %g, want %g", a, b)
		}
		if dist(got.centre, want.centre) > 1e-6 {
			t.Fatalf("centre %v, want %v", got.centre, want.centre)
		}
	})
}

// A warp onto the whole picture is the picture.
func TestWarpOfTheWholeIsThePicture(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 12, 9))
	for y := range 9 {
		for x := range 12 {
			img.SetNRGBA(x, y, color.NRGBA{uint8(20 * x), uint8(25 * y), uint8(10 * (x + y)), 255})
		}
	}
	r := toRaster(img)
	got := r.warp(quad{{0, 0}, {12, 0}, {12, 9}, {0, 9}}, 12, 9)
	for i := range r.pix {
		if r.pix[i] != got.pix[i] {
			t.Fatalf("byte %d is %d, want %d", i, got.pix[i], r.pix[i])
		}
	}
	if twice := r.turned(2).turned(2); string(twice.pix) != string(r.pix) || twice.w != r.w {
		t.Error("four quarter turns are not none")
	}
	if once := r.turned(1); once.w != 9 || once.h != 12 || once.pix[0] != r.pix[3*11] {
		t.Errorf("a quarter turn to the left does not bring the right upper corner to the left upper one")
	}
}

func FuzzMetadata(f *testing.F) {
	f.Add([]byte{0x72, 6, 0x0a, 1, 'a', 0x12, 1, 'b'}, "a")
	f.Add([]byte{0x72, 0x80}, "")
	f.Fuzz(func(t *testing.T, model []byte, key string) {
		if v, err := metadata(model, key); err != nil && v != "" {
			t.Errorf("%q beside the error %v", v, err)
		}
	})
}

var _ Graph = (*onnx.Session)(nil)
