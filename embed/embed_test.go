package embed

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image"
	"image/png"
	"math"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"touchstone/embed/embedtest"
	"touchstone/models"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

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

func TestContract(t *testing.T) {
	e := open(t, &fakeRuntime{}, Config{})
	t.Run("pictures", func(t *testing.T) { embedtest.TestPictures(t, e, "copy") })
	t.Run("texts", func(t *testing.T) { embedtest.TestTexts(t, e, "word") })
}

func TestOutputs(t *testing.T) {
	e := open(t, &fakeRuntime{}, Config{})
	if !e.Has("copy") || e.Has("sound") {
		t.Errorf("Has(copy) = %v, Has(sound) = %v", e.Has("copy"), e.Has("sound"))
	}
	if o, ok := e.Output("copy"); !ok || o.Dimension != 4 || len(o.Regions) != 3 {
		t.Errorf("Output(copy) = %+v, %v", o, ok)
	}
	v, err := e.Pictures(t.Context(), "shade", embedtest.Pictures(1))
	if err != nil || len(v[0]) != 1 || len(v[0][0]) != 4 {
		t.Fatalf("shade: %v, %v", v, err)
	}
	var square float64
	for _, x := range v[0][0] {
		square += float64(x) * float64(x)
	}
	if math.Abs(square-1) < 0.01 {
		t.Errorf("shade was brought to unit length against its manifest")
	}
}

func TestLargeRequestIsSplit(t *testing.T) {
	rt := &fakeRuntime{}
	e := open(t, rt, Config{Workers: 1})
	got, err := e.Pictures(t.Context(), "copy", embedtest.Pictures(11))
	if err != nil || len(got) != 11 {
		t.Fatalf("%d answers, %v", len(got), err)
	}
	sum := 0
	for _, n := range rt.batches {
		sum += n
		if n > 8 {
			t.Errorf("a batch of %d", n)
		}
	}
	if sum != 11 {
		t.Errorf("batches %v", rt.batches)
	}
}

func TestBadInput(t *testing.T) {
	e := open(t, &fakeRuntime{}, Config{})
	for name, ask := range map[string]func() error{
		"unknown output":   func() error { _, err := e.Pictures(t.Context(), "sound", nil); return err },
		"a text's output":  func() error { _, err := e.Pictures(t.Context(), "word", nil); return err },
		"a picture's":      func() error { _, err := e.Texts(t.Context(), "copy", nil); return err },
		"no picture":       func() error { _, err := e.Pictures(t.Context(), "copy", []image.Image{nil}); return err },
		"empty text":       func() error { _, err := e.Texts(t.Context(), "word", []string{""}); return err },
		"text of NUL only": func() error { _, err := e.Texts(t.Context(), "word", []string{"\x00\x00"}); return err },
	} {
		if err := ask(); !errors.Is(err, ErrInput) {
			t.Errorf("%s: %v, want ErrInput", name, err)
		}
	}
}

func TestUnusableOutput(t *testing.T) {
	rt := &fakeRuntime{}
	e := open(t, rt, Config{})
	for name, spoil := range map[string]func(outs []Tensor) error{
		"NaN":        func(o []Tensor) error { o[0].Float[1] = float32(math.NaN()); return nil },
		"infinity":   func(o []Tensor) error { o[0].Float[1] = float32(math.Inf(-1)); return nil },
		"zero":       func(o []Tensor) error { clear(o[0].Float); return nil },
		"shape":      func(o []Tensor) error { o[0].Shape[2]++; return nil },
		"batch":      func(o []Tensor) error { o[0].Shape[0]++; return nil },
		"too short":  func(o []Tensor) error { o[0].Float = o[0].Float[1:]; return nil },
		"flat shape": func(o []Tensor) error { o[0].Shape = []int64{1, 12}; return nil },
	} {
		rt.hook(nil, spoil)
		if _, err := e.Pictures(t.Context(), "copy", embedtest.Pictures(1)); !errors.Is(err, ErrOutput) {
			t.Errorf("%s: %v, want ErrOutput", name, err)
		}
	}
	rt.hook(nil, func(o []Tensor) error { o[1].Shape = []int64{1, 4, 1, 1}; return nil })
	if _, err := e.Pictures(t.Context(), "shade", embedtest.Pictures(1)); err != nil {
		t.Errorf("shape [1 4 1 1]: %v", err)
	}
}

// One damaged answer costs its request and not its neighbours in the batch.
func TestNeighboursSurvive(t *testing.T) {
	o := models.Output{Name: "copy", Dimension: 2, Normalise: models.NormaliseL2}
	spec := models.Model{Outputs: []models.Output{o}}
	outs := []Tensor{{Shape: []int64{2, 2}, Float: []float32{float32(math.NaN()), 0, 3, 4}}}
	if _, err := split(outs, 0, spec, 0, 2); !errors.Is(err, ErrOutput) {
		t.Errorf("first: %v", err)
	}
	got, err := split(outs, 0, spec, 1, 2)
	if diff := cmp.Diff([][]float32{{0.6, 0.8}}, got); err != nil || diff != "" {
		t.Errorf("second: %v\n%s", err, diff)
	}
}

func TestFailedRun(t *testing.T) {
	rt := &fakeRuntime{}
	e := open(t, rt, Config{})
	sick := errors.New("sick")
	rt.hook(nil, func([]Tensor) error { return sick })
	if _, err := e.Texts(t.Context(), "word", []string{"a"}); !errors.Is(err, ErrFailed) || !errors.Is(err, sick) {
		t.Errorf("error %v, want ErrFailed and the cause", err)
	}
	rt.hook(func() { panic("library defect") }, nil)
	if _, err := e.Texts(t.Context(), "word", []string{"a"}); !errors.Is(err, ErrFailed) || !strings.Contains(err.Error(), "library defect") {
		t.Errorf("error %v, want ErrFailed and the panic", err)
	}
	rt.hook(nil, nil)
	if _, err := e.Texts(t.Context(), "word", []string{"a"}); err != nil {
		t.Errorf("after the panic: %v", err)
	}
}

func TestGoldenMiss(t *testing.T) {
	p := tinyPack(t)
	m, _ := p.Model("text")
	data, err := os.ReadFile(p.Path(m.Golden))
	if err != nil {
		t.Fatal(err)
	}
	// The second case: the first vector's place is kept, its direction is not.
	spoiled := strings.Replace(string(data), `"text":"阿迪达斯","vectors":{"word":[[`, `"text":"阿迪达斯","vectors":{"word":[[-9`, 1)
	if spoiled == string(data) {
		t.Fatal("the golden file has another form than this test knows")
	}
	if err := os.WriteFile(p.Path(m.Golden), []byte(spoiled), 0o644); err != nil {
		t.Fatal(err)
	}
	rt := &fakeRuntime{}
	_, err = Open(reseal(t, p.Dir()), rt, Config{})
	if !errors.Is(err, ErrGolden) || !strings.Contains(err.Error(), `"阿迪达斯"`) || !strings.Contains(err.Error(), "cosine") {
		t.Errorf("Open = %v, want ErrGolden with the case and the cosine", err)
	}
	if rt.closed != 2 {
		t.Errorf("%d sessions closed, want 2", rt.closed)
	}
}

// Vectors at their own length: half as long is a miss, though the cosine is 1.
func TestAgreement(t *testing.T) {
	for _, tc := range []struct {
		normalise string
		got, want []float32
		agreement float64
	}{
		{models.NormaliseL2, []float32{0.6, 0.8}, []float32{3, 4}, 1},
		{models.NormaliseL2, []float32{1, 0}, []float32{0, 1}, 0},
		{models.NormaliseNone, []float32{3, 4}, []float32{3, 4}, 1},
		{models.NormaliseNone, []float32{1.5, 2}, []float32{3, 4}, 0.875}, // 1 - 6.25/50
		{models.NormaliseNone, []float32{1, 0}, []float32{0, 1}, 0},
	} {
		got := agreement(tc.got, tc.want, models.Output{Normalise: tc.normalise})
		if math.Abs(got-tc.agreement) > 1e-6 {
			t.Errorf("%s %v %v: %g, want %g", tc.normalise, tc.got, tc.want, got, tc.agreement)
		}
	}
}

func TestConfigReportsEveryFault(t *testing.T) {
	_, err := Open(tinyPack(t), &fakeRuntime{}, Config{Batch: 65, Queue: -1, Wait: time.Minute})
	for _, name := range []string{"Batch", "Queue", "Wait"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("error %v says nothing of %s", err, name)
		}
	}
}
