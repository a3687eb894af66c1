package embed

import (
	"bytes"
	"context"
	"encoding/json"
	"image/png"
	"os"
	"sync"
	"testing"

	"touchstone/models"
)

// fakeRuntime runs no graphs: a picture's vector is its plane's means, a
// text's the first code points. Hooks let tests hold and spoil runs.
type fakeRuntime struct {
	mu      sync.Mutex
	batches []int
	closed  int
	before  func()                    // each run calls it first
	spoil   func(outs []Tensor) error // changes a run's outcome
}

func (f *fakeRuntime) Session(_ string, m models.Model) (Session, error) {
	return &fakeSession{f, m}, nil
}
func (f *fakeRuntime) Close() error { return nil }

func (f *fakeRuntime) hook(before func(), spoil func([]Tensor) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.before, f.spoil = before, spoil
}

type fakeSession struct {
	*fakeRuntime
	model models.Model
}

func (s *fakeSession) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed++
	return nil
}

func (s *fakeSession) Run(_ context.Context, in Tensor) ([]Tensor, error) {
	s.mu.Lock()
	s.batches = append(s.batches, int(in.Shape[0]))
	before, spoil := s.before, s.spoil
	s.mu.Unlock()
	if before != nil {
		before()
	}
	n := int(in.Shape[0])
	var outs []Tensor
	for _, o := range s.model.Outputs {
		t := Tensor{Shape: []int64{int64(n), int64(o.Vectors()), int64(o.Dimension)}}
		for i := range n {
			for r := range o.Vectors() {
				t.Float = append(t.Float, s.vector(in, n, i, r, o.Dimension)...)
			}
		}
		outs = append(outs, t)
	}
	if spoil != nil {
		return outs, spoil(outs)
	}
	return outs, nil
}

func (s *fakeSession) vector(in Tensor, n, i, region, dimension int) []float32 {
	v := make([]float32, dimension)
	if in.Int != nil {
		row := in.Int[i*len(in.Int)/n:][:len(in.Int)/n]
		for k, c := range row {
			v[k%dimension] += float32(c) * float32(k+1)
		}
		return v
	}
	row := in.Float[i*len(in.Float)/n:][:len(in.Float)/n]
	for k, x := range row {
		v[k*dimension/len(row)] += x * (1 + float32(region)*float32(k%5))
	}
	return v
}

// tinyPack opens the pack of the ONNX tests with goldens that the fake runtime
// reproduces, so that this package's tests need no library.
func tinyPack(t *testing.T) *models.Pack {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("onnx/testdata/tiny")); err != nil {
		t.Fatal(err)
	}
	p, err := models.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range p.Manifest().Models {
		fakeGoldens(t, p, m)
	}
	return reseal(t, dir)
}

func reseal(t *testing.T, dir string) *models.Pack {
	t.Helper()
	if err := models.Seal(dir); err != nil {
		t.Fatal(err)
	}
	p, err := models.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// fakeGoldens writes a golden file with the fake's vectors.
func fakeGoldens(t *testing.T, p *models.Pack, m models.Model) {
	t.Helper()
	goldens, err := p.Goldens(m)
	if err != nil {
		t.Fatal(err)
	}
	type golden struct {
		Picture string                 `json:"picture,omitempty"`
		Text    string                 `json:"text,omitempty"`
		Vectors map[string][][]float32 `json:"vectors"`
	}
	file := struct {
		Tolerance float64  `json:"tolerance"`
		Cases     []golden `json:"cases"`
	}{Tolerance: 0.9999}
	s := &fakeSession{&fakeRuntime{}, m}
	for _, g := range goldens {
		outs, err := s.Run(t.Context(), goldenTensor(t, p, g, m.Input))
		if err != nil {
			t.Fatal(err)
		}
		c := golden{g.Picture, g.Text, map[string][][]float32{}}
		for i, o := range m.Outputs {
			for r := range o.Vectors() {
				c.Vectors[o.Name] = append(c.Vectors[o.Name], outs[i].Float[r*o.Dimension:(r+1)*o.Dimension])
			}
		}
		file.Cases = append(file.Cases, c)
	}
	data, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p.Path(m.Golden), data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func goldenTensor(t *testing.T, p *models.Pack, g models.Golden, in models.Input) Tensor {
	t.Helper()
	if in.Kind == models.KindText {
		tensor := Tensor{Shape: []int64{1, int64(in.MaxLength)}, Int: make([]int64, in.MaxLength)}
		Encode(g.Text, tensor.Int)
		return tensor
	}
	data, err := p.Picture(g)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	tensor := Tensor{Shape: []int64{1, 3, int64(in.Height), int64(in.Width)}, Float: make([]float32, 3*in.Width*in.Height)}
	Preprocess(img, in, tensor.Float)
	return tensor
}

func open(t *testing.T, rt *fakeRuntime, cfg Config) *Embedder {
	t.Helper()
	e, err := Open(tinyPack(t), rt, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	rt.mu.Lock()
	defer rt.mu.Unlock()
	rt.batches = nil // those of the goldens
	return e
}
