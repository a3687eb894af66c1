package onnx_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"touchstone/embed"
	"touchstone/embed/embedtest"
	"touchstone/embed/onnx"
	"touchstone/embed/onnx/onnxtest"
	"touchstone/models"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestContract(t *testing.T) {
	e := onnxtest.Open(t, onnxtest.TinyPack(t), embed.Config{})
	t.Run("pictures", func(t *testing.T) { embedtest.TestPictures(t, e, "copy") })
	t.Run("texts", func(t *testing.T) { embedtest.TestTexts(t, e, "word") })
}

// graph describes a file of testdata/broken, whose output is [N, 3].
func graph(t *testing.T, name string) (string, models.Model) {
	t.Helper()
	path := filepath.Join(onnxtest.Testdata(), name)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(data)
	return path, models.Model{
		ID:   "image",
		File: models.File{Path: filepath.Base(name), SHA256: hex.EncodeToString(sum[:]), Bytes: int64(len(data))},
		Input: models.Input{Name: "pixels", Kind: models.KindPicture, Width: 24, Height: 16, Resize: models.ResizeSquash,
			Interpolation: models.InterpolationLanczos, Colour: models.ColourRGB, Deviation: [3]float32{1, 1, 1}},
		Outputs: []models.Output{{Name: "copy", Tensor: "copy", Dimension: 3, Normalise: models.NormaliseL2, Metric: models.MetricCosine}},
	}
}

// TestSingleInputs: a graph that was exported for one input at a time is served, and says so.
func TestSingleInputs(t *testing.T) {
	rt := onnxtest.Runtime(t)
	for file, want := range map[string]int{"broken/fixed.onnx": 1, "broken/zero.onnx": 0} {
		path, m := graph(t, file)
		s, err := rt.Session(path, m)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		session := s.(*onnx.Session)
		t.Cleanup(func() { session.Close() })
		if got := session.MaxBatch(); got != want {
			t.Errorf("%s: MaxBatch %d, want %d", file, got, want)
		}
		in := m.Input
		if _, err := session.Run(t.Context(), embed.Tensor{Shape: []int64{1, 3, int64(in.Height), int64(in.Width)}, Float: make([]float32, 3*in.Width*in.Height)}); err != nil {
			t.Errorf("%s: run of one input: %v", file, err)
		}
	}
}

func TestSessionRefuses(t *testing.T) {
	rt := onnxtest.Runtime(t)
	none := func(*models.Model) {}
	for _, tc := range []struct {
		name, file string
		change     func(*models.Model)
		want       []string // in the message
	}{
		{"external data", "broken/external.onnx", none, []string{"external data", "one file"}},
		{"external data in a node", "broken/external-constant.onnx", none, []string{"external data", "one file"}},
		{"future opset", "broken/future.onnx", none, []string{"opset", "17 to 20", rt.Version()}},
		{"no graph", "make.py", none, []string{"no ONNX file"}},
		{"checksum", "broken/zero.onnx", func(m *models.Model) { m.File.SHA256 = strings.Repeat("0", 64) }, []string{"SHA-256"}},
		{"size", "broken/zero.onnx", func(m *models.Model) { m.File.Bytes++ }, []string{"is not a file of"}},
		{"input name", "broken/zero.onnx", func(m *models.Model) { m.Input.Name = "image" }, []string{`no input "image"`, `"pixels"`}},
		{"input size", "broken/zero.onnx", func(m *models.Model) { m.Input.Width = 32 }, []string{`input "pixels" has the shape [-1 3 16 24]`, "[-1 3 16 32]"}},
		{"input type", "broken/zero.onnx", func(m *models.Model) {
			m.Input = models.Input{Name: "pixels", Kind: models.KindText, Encoding: models.EncodingCodepoints, MaxLength: 8}
		}, []string{`input "pixels" is a tensor of float, want a tensor of int64`}},
		{"output name", "broken/zero.onnx", func(m *models.Model) { m.Outputs[0].Tensor = "word" }, []string{`no output "word"`, `"copy"`}},
		{"output dimension", "broken/zero.onnx", func(m *models.Model) { m.Outputs[0].Dimension = 4 }, []string{`output "copy" has the shape [-1 3]`, "[-1 4]"}},
		{"output regions", "broken/zero.onnx", func(m *models.Model) { m.Outputs[0].Regions = make([]models.Region, 2) }, []string{"[-1 2 3]"}},
		{"everything at once", "broken/zero.onnx", func(m *models.Model) { m.Input.Width, m.Outputs[0].Dimension = 32, 4 }, []string{"[-1 3 16 32]", "[-1 4]"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path, m := graph(t, tc.file)
			tc.change(&m)
			_, err := rt.Session(path, m)
			if !errors.Is(err, onnx.ErrModel) {
				t.Fatalf("error %v, want ErrModel", err)
			}
			for _, want := range tc.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not mention %q", err, want)
				}
			}
		})
	}
}

// pack wraps a graph of testdata/broken that loads into a pack with a golden.
func pack(t *testing.T, file string) *models.Pack {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(onnxtest.Testdata(), "tiny"))); err != nil {
		t.Fatal(err)
	}
	path, _ := graph(t, file)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	manifest := `{"format": 1, "name": "broken", "version": "1", "licence": "CC0-1.0", "models": [{"id": "image", "file": {"path": "picture.onnx"},
		"input": {"name": "pixels", "kind": "picture", "width": 24, "height": 16, "resize": "squash", "interpolation": "lanczos", "colour": "rgb", "mean": [0, 0, 0], "deviation": [1, 1, 1]},
		"outputs": [{"name": "copy", "tensor": "copy", "dimension": 3, "normalise": "l2", "metric": "cosine"}], "golden": {"path": "image-golden.json"}}]}`
	golden := `{"tolerance": 0.99, "cases": [{"picture": "golden/rings.png", "vectors": {"copy": [[1, 0, 0]]}}]}`
	for name, content := range map[string][]byte{"picture.onnx": data, "manifest.json": []byte(manifest), "image-golden.json": []byte(golden)} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := models.Seal(dir); err != nil {
		t.Fatal(err)
	}
	p, err := models.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestUnusableVectors(t *testing.T) {
	rt := onnxtest.Runtime(t)
	for file, want := range map[string]string{"broken/nan.onnx": "not finite", "broken/zero.onnx": "zero vector"} {
		_, err := embed.Open(pack(t, file), rt, embed.Config{})
		if !errors.Is(err, embed.ErrOutput) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want ErrOutput with %q", file, err, want)
		}
	}
}

// A pack whose preprocessing is described wrongly misses its goldens: here the
// mean of one channel is off by a tenth.
func TestGoldensNoticeAWrongMean(t *testing.T) {
	rt := onnxtest.Runtime(t)
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(onnxtest.Testdata(), "tiny"))); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, models.ManifestName)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	spoiled := strings.Replace(string(data), "0.485", "0.585", 1)
	if spoiled == string(data) {
		t.Fatal("the tiny pack's manifest has another mean than this test knows")
	}
	if err := os.WriteFile(path, []byte(spoiled), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := models.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := embed.Open(p, rt, embed.Config{}); !errors.Is(err, embed.ErrGolden) {
		t.Errorf("Open = %v, want ErrGolden", err)
	}
}

func tinyText(t *testing.T, rt *onnx.Runtime) embed.Session {
	t.Helper()
	p := onnxtest.TinyPack(t)
	m, _ := p.Model("text")
	s, err := rt.Session(p.Path(m.File), m)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func chars(n int64) embed.Tensor {
	return embed.Tensor{Shape: []int64{n, 8}, Int: slices.Repeat([]int64{'a'}, int(8*n))}
}

func TestRun(t *testing.T) {
	rt := onnxtest.Runtime(t)
	s := tinyText(t, rt)
	for _, n := range []int64{1, 2, 8, 40} {
		out, err := s.Run(t.Context(), chars(n))
		if err != nil {
			t.Fatal(err)
		}
		if len(out) != 1 || !slices.Equal(out[0].Shape, []int64{n, 5}) || len(out[0].Float) != int(5*n) {
			t.Errorf("batch of %d: %d outputs, shape %v", n, len(out), out[0].Shape)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Run(ctx, chars(1)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	bad := chars(1)
	bad.Shape = []int64{1, 9}
	if _, err := s.Run(t.Context(), bad); err == nil {
		t.Error("a shape larger than its data was taken")
	}
}

func TestClose(t *testing.T) {
	rt := onnxtest.Runtime(t)
	s := tinyText(t, rt)
	var running sync.WaitGroup
	for range 4 {
		running.Go(func() {
			for {
				if _, err := s.Run(context.Background(), chars(1)); errors.Is(err, onnx.ErrClosed) {
					return
				} else if err != nil {
					t.Errorf("run: %v", err)
					return
				}
			}
		})
	}
	if err := rt.Close(); err != nil { // closes the session while it runs
		t.Error(err)
	}
	running.Wait()
	if err := rt.Close(); err != nil {
		t.Errorf("again: %v", err)
	}
	p := onnxtest.TinyPack(t)
	m, _ := p.Model("text")
	if _, err := rt.Session(p.Path(m.File), m); !errors.Is(err, onnx.ErrClosed) {
		t.Errorf("a session of a closed runtime: %v", err)
	}
}
