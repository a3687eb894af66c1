package embed

import (
	"errors"
	"image"
	"image/color"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"touchstone/embed/embedtest"
	"touchstone/models"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

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
	v, err := e.Pictures(t.Context(), embedtest.Pictures(1), "shade")
	if err != nil || len(v[0][0]) != 1 || len(v[0][0][0]) != 4 {
		t.Fatalf("shade: %v, %v", v, err)
	}
	var square float64
	for _, x := range v[0][0][0] {
		square += float64(x) * float64(x)
	}
	if math.Abs(square-1) < 0.01 {
		t.Errorf("shade was brought to unit length against its manifest")
	}
}

func TestLargeRequestIsSplit(t *testing.T) {
	rt := &fakeRuntime{}
	e := open(t, rt, Config{Workers: 1})
	got, err := e.Pictures(t.Context(), embedtest.Pictures(11), "copy")
	if err != nil || len(got[0]) != 11 {
		t.Fatalf("%v, %v", got, err)
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
		"unknown output":   func() error { _, err := e.Pictures(t.Context(), nil, "sound"); return err },
		"a text's output":  func() error { _, err := e.Pictures(t.Context(), nil, "word"); return err },
		"a picture's":      func() error { _, err := e.Texts(t.Context(), "copy", nil); return err },
		"no picture":       func() error { _, err := e.Pictures(t.Context(), []image.Image{nil}, "copy"); return err },
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
		if _, err := e.Pictures(t.Context(), embedtest.Pictures(1), "copy"); !errors.Is(err, ErrOutput) {
			t.Errorf("%s: %v, want ErrOutput", name, err)
		}
	}
	rt.hook(nil, func(o []Tensor) error { o[1].Shape = []int64{1, 4, 1, 1}; return nil })
	if _, err := e.Pictures(t.Context(), embedtest.Pictures(1), "shade"); err != nil {
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

// bomb is a picture whose pixels panic, as a defective decoder might give.
type bomb struct{}

func (bomb) ColorModel() color.Model { return color.NRGBAModel }
func (bomb) Bounds() image.Rectangle { return image.Rect(0, 0, 30, 30) }
func (bomb) At(int, int) color.Color { panic("boom") }

func TestPanickingPicture(t *testing.T) {
	e := open(t, &fakeRuntime{}, Config{})
	pics := append(embedtest.Pictures(1), bomb{})
	if _, err := e.Pictures(t.Context(), pics, "copy"); !errors.Is(err, ErrFailed) || !strings.Contains(err.Error(), "boom") {
		t.Errorf("error %v, want ErrFailed and the panic", err)
	}
	if _, err := e.Pictures(t.Context(), pics[:1], "copy"); err != nil {
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

// Outputs of one model share its run, and come in the order asked.
func TestOutputsShareARun(t *testing.T) {
	rt := &fakeRuntime{}
	e := open(t, rt, Config{Workers: 1})
	rt.mu.Lock()
	rt.batches = nil
	rt.mu.Unlock()
	got, err := e.Pictures(t.Context(), embedtest.Pictures(1), "shade", "copy")
	if err != nil || len(got) != 2 || len(got[0][0]) != 1 || len(got[1][0]) != 3 {
		t.Fatalf("%v, %v; want shade's one vector, then copy's three", got, err)
	}
	if len(rt.batches) != 1 {
		t.Errorf("%d runs for two outputs of one model", len(rt.batches))
	}
}
