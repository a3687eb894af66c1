package detect

import (
	"context"
	"errors"
	"image"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"touchstone/index"
)

// scene answers pictures with boxes, and crops with a vector by their width.
type scene struct {
	boxes [][]float32
	marks map[int][]float32 // by width of the crop
	runs  [][]string
	err   error // of the run on crops
}

func (s *scene) Pictures(_ context.Context, pics []image.Image, outputs ...string) ([][][][]float32, error) {
	s.runs = append(s.runs, outputs)
	out := make([][][][]float32, len(outputs))
	for i, output := range outputs {
		for _, p := range pics {
			switch output {
			case OutputPlaces:
				out[i] = append(out[i], s.boxes)
			case OutputMark:
				out[i] = append(out[i], [][]float32{s.marks[p.Bounds().Dx()]})
			default:
				out[i] = append(out[i], [][]float32{{1, 0}})
			}
		}
	}
	if outputs[0] == OutputMark {
		return out, s.err
	}
	return out, nil
}

// TestLogoInSceneByHand: places of 50 and 25 pixels, widened to 62 and 31. Mark A is in the second (cosine 1), half of it in the
// first (0.6). The background at (0, 1) takes half of 0.8 and of 0 off; doubt takes 0.1 times the logarithm of the objectness.
func TestLogoInSceneByHand(t *testing.T) {
	e := &scene{
		boxes: [][]float32{{0.25, 0.2, 0.25, 0.25, 1}, {0.75, 0.5, 0.125, 0.25, 0.5}},
		marks: map[int][]float32{62: {0.6, 0.8}, 31: {1, 0}},
	}
	cfg := logoConfig
	cfg.Beta = 0.5
	s := &logoInScene{cfg: cfg, crowd: crowd{[][]float32{{0, 1}}, 1, 0.5}, space: index.Space{Output: OutputMark},
		index: shelf{{ID: "ref-A", Vectors: [][]float32{{1, 0}}, Payload: index.Payload{Right: "A"}}, {ID: "ref-Z", Vectors: [][]float32{{0, 1}}, Payload: index.Payload{Right: "Z"}}}}
	shown := picture(200, 100)
	shown.Photo.Width, shown.Photo.Height = 400, 200 // the original is twice as large
	l := Listing{Pictures: []Picture{{Problem: "The picture is broken."}, shown}}
	seen, err := look(t.Context(), e, l, []string{OutputCopy}, &cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{OutputCopy, OutputPlaces}, {OutputMark}}, e.runs); diff != "" {
		t.Errorf("runs (-want +got):\n%s", diff)
	}
	p, err := s.candidates(t.Context(), l, seen, Scope{Full: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.unchecked) != 1 || !p.checked || !p.rights["A"] || !p.rights["Z"] {
		t.Errorf("proposals: %+v", p)
	}
	score := 1 + 0.1*math.Log(0.5)
	want := []Finding{{Signal: SignalLogoInScene, Right: "A", Reference: "ref-A", Score: score, Probability: logistic.Calibration.Probability(score),
		Picture: &PictureEvidence{Index: 1, Box: Box{300, 100, 50, 50}, Region: "place", Cosine: 1, Objectness: 0.5, Reference: "hash-A"}}}
	if diff := cmp.Diff(want, s.find(l, p, rights("A")), cmpopts.EquateApprox(0, 1e-6)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

// TestLogoCloserUp: the stronger place is embedded twice, and the second look, 50 pixels wide, is the one that knows the mark.
func TestLogoCloserUp(t *testing.T) {
	e := &scene{
		boxes: [][]float32{{0.25, 0.25, 0.25, 0.25, 1}, {0.75, 0.5, 0.125, 0.25, 0.5}},
		marks: map[int][]float32{62: {0, 1}, 31: {0, 1}, 50: {1, 0}},
	}
	cfg := logoConfig
	cfg.Closer = 1
	s := &logoInScene{cfg: cfg, index: shelf{{ID: "ref-A", Vectors: [][]float32{{1, 0}}, Payload: index.Payload{Right: "A"}}}}
	l := Listing{Pictures: []Picture{picture(200, 100)}}
	seen, err := look(t.Context(), e, l, nil, &cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.candidates(t.Context(), l, seen, Scope{Full: true})
	if err != nil {
		t.Fatal(err)
	}
	got := s.find(l, p, rights("A"))
	if len(seen.marks) != 3 || len(got) != 1 || got[0].Picture.Cosine < 0.99 || got[0].Picture.Box != (Box{50, 25, 50, 25}) {
		t.Errorf("%d looks, findings %+v; want three, and the mark in the first box", len(seen.marks), got)
	}
}

func TestLogoWithoutPlaces(t *testing.T) {
	e, cfg := &scene{}, logoConfig
	s := &logoInScene{cfg: cfg, index: shelf{}}
	l := Listing{Pictures: []Picture{picture(50, 50)}}
	seen, err := look(t.Context(), e, l, nil, &cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.candidates(t.Context(), l, seen, Scope{Full: true})
	if err != nil || !p.checked || len(s.find(l, p, rights("A"))) != 0 || len(e.runs) != 1 {
		t.Errorf("a picture without marks: %+v, %v, runs %v; want it checked in one run and nothing found", p, err, e.runs)
	}
}

func TestLogoModelFails(t *testing.T) {
	busy, cfg := errors.New("busy"), logoConfig
	e := &scene{boxes: [][]float32{{0.2, 0.2, 0.5, 0.5, 1}}, err: busy}
	if _, err := look(t.Context(), e, Listing{Pictures: []Picture{picture(50, 50)}}, nil, &cfg, nil); !errors.Is(err, busy) {
		t.Errorf("got %v, want the embedder's error", err)
	}
}

func TestLogoConfigFaults(t *testing.T) {
	fine := Fusion{
		NearCopy: PictureConfig{SignalConfig: logistic, Candidates: 1, Neighbours: 1}, Keyword: KeywordConfig{SignalConfig: logistic, Candidates: 1, MaxSpans: 1},
		Infringement: FusedConfig{Calibration: logistic.Calibration, Threshold: 0.5},
	}
	good := logoConfig
	fine.Logo = &good
	if err := fine.Validate(); err != nil {
		t.Fatal(err)
	}
	if fine.Thresholds()[SignalLogoInScene] != 0.5 {
		t.Errorf("thresholds: %v", fine.Thresholds())
	}
	for name, spoil := range map[string]func(*LogoConfig){
		"candidates": func(c *LogoConfig) { c.Candidates = 0 }, "beta": func(c *LogoConfig) { c.Beta = math.NaN() },
		"neighbours": func(c *LogoConfig) { c.Neighbours = 0 }, "places": func(c *LogoConfig) { c.Places = 65 },
		"closer": func(c *LogoConfig) { c.Closer = c.Places + 1 }, "min_objectness": func(c *LogoConfig) { c.MinObjectness = -0.1 }, "overlap": func(c *LogoConfig) { c.Overlap = 0 },
		"refined":    func(c *LogoConfig) { c.Refined = -1 },
		"objectness": func(c *LogoConfig) { c.Objectness = 2 }, "threshold": func(c *LogoConfig) { c.Threshold = 0 },
	} {
		bad := logoConfig
		spoil(&bad)
		fine.Logo = &bad
		if err := fine.Validate(); err == nil {
			t.Errorf("a wrong %s is accepted", name)
		}
	}
}

// The fast profile does not look for marks, and says so.
func TestLogoIsForTheFullProfile(t *testing.T) {
	p, err := (&logoInScene{}).candidates(t.Context(), Listing{}, &sight{where: []int{0}}, Scope{})
	if err != nil || p.checked || len(p.unchecked) != 1 || p.unchecked[0].Signal != SignalLogoInScene {
		t.Errorf("%+v, %v; want it unchecked", p, err)
	}
}
