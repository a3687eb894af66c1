package detect

import (
	"context"
	"errors"
	"image"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"touchstone/detect/wordmark"
	"touchstone/index"
	"touchstone/internal/photo"
	"touchstone/models"
)

// fixed answers every picture with the same region vectors, and every text with the same vector.
type fixed struct {
	regions [][]float32
	word    []float32
	err     error
}

func (f fixed) Pictures(_ context.Context, pics []image.Image, outputs ...string) ([][][][]float32, error) {
	out := make([][][][]float32, len(outputs))
	for i := range out {
		for range pics {
			out[i] = append(out[i], f.regions)
		}
	}
	return out, f.err
}

func (f fixed) Texts(_ context.Context, _ string, texts []string) ([][]float32, error) {
	out := make([][]float32, len(texts))
	for i := range out {
		out[i] = f.word
	}
	return out, f.err
}

// shelf is a searcher that compares with every point it holds.
type shelf []index.Point

func (s shelf) Search(_ context.Context, _ string, q index.Query) ([][]index.Hit, error) {
	lists := make([][]index.Hit, len(q.Vectors))
	for i, v := range q.Vectors {
		for _, p := range s {
			dot := float32(0)
			for k := range v {
				dot += v[k] * p.Vectors[0][k]
			}
			lists[i] = append(lists[i], index.Hit{ID: p.ID, Score: dot, Payload: p.Payload})
		}
	}
	return lists, nil
}

var logistic = SignalConfig{Calibration: Calibration{A: 10, B: -5}, Weight: 1, Threshold: 0.5}

func picture(w, h int) Picture {
	return Picture{Hash: "h", Photo: &photo.Photo{Image: image.NewNRGBA(image.Rect(0, 0, w, h)), Width: w, Height: h}}
}

func rights(ids ...string) Facts {
	f := Facts{Rights: map[string]RightFacts{}}
	for _, id := range ids {
		f.Rights[id] = RightFacts{Right: id, Kind: "design", State: "verified", References: map[string]ReferenceFacts{"ref-" + id: {Picture: "hash-" + id}}}
	}
	return f
}

// candidates asks a signal as a detector does: what it reads of the pictures is embedded first.
func candidates(t *testing.T, s signal, l Listing, e PictureEmbedder) *proposals {
	t.Helper()
	var outputs []string
	if e != nil {
		outputs = []string{s.output()}
	}
	seen, err := look(t.Context(), e, l, outputs, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.candidates(t.Context(), l, seen, Scope{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestNearCopyByHand: the right half of the picture is the reference (cosine 1); the whole is half like it (0.6). With the
// background at (0, 1) the whole's nearest background is 0.8, the half's 0; beta 0.5 gives 0.6 − 0.4 = 0.2 and 1 − 0 = 1.
func TestNearCopyByHand(t *testing.T) {
	s := newNearCopy(PictureConfig{SignalConfig: logistic, Candidates: 5, Beta: 0.5, Neighbours: 1}, index.Space{Output: OutputCopy},
		[]models.Region{{Name: "whole", W: 1, H: 1}, {Name: "right", X: 0.5, W: 0.5, H: 1}},
		[][]float32{{0, 1}, {-1, 0}},
		shelf{{ID: "ref-A", Vectors: [][]float32{{1, 0}}, Payload: index.Payload{Right: "A"}}, {ID: "ref-B", Vectors: [][]float32{{0, 1}}, Payload: index.Payload{Right: "B"}}})
	l := Listing{Pictures: []Picture{{Problem: "The picture is broken."}, picture(200, 100)}}
	p := candidates(t, s, l, fixed{regions: [][]float32{{0.6, 0.8}, {1, 0}}})
	if diff := cmp.Diff([]Unchecked{{Signal: "near_copy", Place: "pictures[0]", Reason: "The picture is broken."}}, p.unchecked); diff != "" {
		t.Errorf("unchecked (-want +got):\n%s", diff)
	}
	got := s.find(l, p, rights("A", "B"))
	sortFindings(got) // as the detector does
	want := []Finding{
		{Signal: "near_copy", Right: "A", Reference: "ref-A", Score: 1, Probability: 1 / (1 + math.Exp(-5)),
			Picture: &PictureEvidence{Index: 1, Box: Box{100, 0, 100, 100}, Region: "right", Cosine: 1, Reference: "hash-A"}},
		// B: the whole has 0.8 − 0.5·0.8 = 0.4, the half 0 − 0.
		{Signal: "near_copy", Right: "B", Reference: "ref-B", Score: 0.4, Probability: 1 / (1 + math.Exp(1)),
			Picture: &PictureEvidence{Index: 1, Box: Box{0, 0, 200, 100}, Region: "whole", Cosine: 0.8, Background: 0.8, Reference: "hash-B"}},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-6)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if got := s.find(l, p, rights("B")); len(got) != 1 || got[0].Right != "B" {
		t.Errorf("a right without facts is still found: %+v", got)
	}
}

// A detector has a signal for each output that it knows and the fusion file sets, and looks at pictures once for all of them.
func TestPictureSignalsShareALook(t *testing.T) {
	f := Fusion{Design: &PictureConfig{SignalConfig: logistic, Candidates: 5, Neighbours: 1}}
	vector := [][]float32{{1, 0}}
	near := shelf{{ID: "ref-A", Vectors: vector, Payload: index.Payload{Right: "A"}}}
	e := &counted{fixed: fixed{regions: vector}}
	d := &Detector{fusion: f, pictures: e, index: near, outputs: []string{OutputCopy, OutputDesign}, signals: []signal{
		newDesignSimilarity(*f.Design, index.Space{Output: OutputDesign}, nil, nil, near), newNearCopy(*f.Design, index.Space{Output: OutputCopy}, nil, nil, near),
	}}
	l := Listing{Pictures: []Picture{picture(20, 10)}}
	c, err := d.Candidates(t.Context(), l, Scope{})
	if err != nil {
		t.Fatal(err)
	}
	r := d.Assess(l, c, rights("A"))
	var signals []string
	for _, x := range r.Findings {
		signals = append(signals, x.Signal)
	}
	if diff := cmp.Diff([]string{SignalDesignSimilarity, SignalNearCopy}, signals); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if e.calls != 1 {
		t.Errorf("the pictures were embedded %d times", e.calls)
	}
}

// counted counts how often pictures are embedded.
type counted struct {
	fixed
	calls int
}

func (c *counted) Pictures(ctx context.Context, pics []image.Image, outputs ...string) ([][][][]float32, error) {
	c.calls++
	return c.fixed.Pictures(ctx, pics, outputs...)
}

func TestBackgroundAveragesTheNearest(t *testing.T) {
	s := newNearCopy(PictureConfig{Beta: 1, Neighbours: 2}, index.Space{}, nil, [][]float32{{1, 0}, {0, 1}, {-1, 0}, {0.6, 0.8}}, nil)
	// Cosines with (0, 1): 0, 1, 0, 0.8; the two nearest average 0.9.
	// With (1, 0): 1, 0, -1, 0.6; they average 0.8.
	got := s.backgrounds([][]float32{{0, 1}, {1, 0}})
	if diff := cmp.Diff([]float64{0.9, 0.8}, got, cmpopts.EquateApprox(0, 1e-6)); diff != "" {
		t.Errorf("backgrounds (-want +got):\n%s", diff)
	}
}

// TestFuseByHand: with the base ln(1/9), a probability of 0.5 has odds of 1, ten times the base's with 1 added: the evidence ln 10. The
// keyword's is a half of it by its weight, and a fifth of that counts. Two findings of one signal count once.
func TestFuseByHand(t *testing.T) {
	base := math.Log(1.0 / 9)
	f := Fusion{Infringement: FusedConfig{Base: base, Second: 0.2, Calibration: Calibration{A: 1}}}
	f.NearCopy.Weight, f.Keyword.Weight = 1, 0.5
	note := Note{Code: "x", Text: "X."}
	got := f.fuse([]Finding{
		{Signal: SignalNearCopy, Right: "A", Probability: 0.5}, {Signal: SignalNearCopy, Right: "A", Probability: 0.3, Against: []Note{note}},
		{Signal: SignalKeywordMisuse, Right: "B", Probability: 0}, {Signal: SignalKeywordMisuse, Right: "A", Probability: 0.5, Against: []Note{note}},
	})
	score := base + 1.1*math.Log(10)
	nothing := 0.5 * math.Log(1+9*1e-6) // of a probability of 0, which counts as one in a million
	want := []Verdict{
		{Right: "A", Score: score, Probability: sigmoid(score), Findings: []int{0, 1, 3}, Against: []Note{note},
			Contributions: []Contribution{{"base", base}, {SignalNearCopy, math.Log(10)}, {SignalKeywordMisuse, 0.1 * math.Log(10)}}},
		{Right: "B", Score: base + nothing, Probability: sigmoid(base + nothing), Findings: []int{2}, Contributions: []Contribution{{"base", base}, {SignalKeywordMisuse, nothing}}},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-9)); diff != "" {
		t.Errorf("verdicts (-want +got):\n%s", diff)
	}
}

// A signal alone keeps its probability, but for what the base adds to its odds: no more than one in 400 by default.
func TestFuseKeepsWhatASignalAloneSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.Float64Range(0, 0.99).Draw(t, "probability")
		f := Fusion{Infringement: FusedConfig{Second: rapid.Float64Range(0, 1).Draw(t, "second"), Calibration: Calibration{A: 1}}}
		f.NearCopy.Weight = 1
		got := f.fuse([]Finding{{Signal: SignalNearCopy, Right: "A", Probability: p}})[0].Probability
		if got < p-1e-6 || got > p+0.0026 {
			t.Fatalf("a probability of %g becomes %g", p, got)
		}
	})
}

func TestAuthorisedSellerIsNoInfringement(t *testing.T) {
	f := Finding{Right: "A", Score: 0.9, Probability: 0.9}
	weigh(&f, Listing{}, Facts{Rights: map[string]RightFacts{"A": {Authorised: true, State: "pending"}}})
	if f.Score != 0 || f.Probability != 0 {
		t.Errorf("score %g, probability %g, want 0 and 0", f.Score, f.Probability)
	}
	var codes []string
	for _, n := range f.Against {
		codes = append(codes, n.Code)
	}
	if diff := cmp.Diff([]string{"authorised_seller", "right_pending"}, codes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}

func keywordSignal(l *wordmark.Lexicon, e TextEmbedder, s Searcher) *keywordMisuse {
	return &keywordMisuse{cfg: KeywordConfig{SignalConfig: logistic, Candidates: 5, MinCosine: 0.9, MaxSpans: 64, Description: 0.5, Words: wordmark.DefaultWeights()},
		space: index.Space{Output: OutputWord}, embed: e, index: s, lexicon: l}
}

func words() Facts {
	return Facts{Rights: map[string]RightFacts{"W": {Right: "W", Kind: "word", References: map[string]ReferenceFacts{"w1": {Word: "Velmora"}}}}}
}

func TestKeywordMisuseEvidence(t *testing.T) {
	lexicon := wordmark.NewLexicon()
	lexicon.Add(wordmark.Mark{Reference: "w1", Right: "W", Word: "Velmora"})
	s := keywordSignal(lexicon, fixed{word: []float32{1, 0}}, shelf{})
	l := Listing{Title: "new V\u200belm0ra style handbag", Description: "soft leather"}
	p := candidates(t, s, l, nil)
	found := s.find(l, p, words())
	if len(found) != 1 {
		t.Fatalf("%d findings, want 1: %+v", len(found), found)
	}
	e := found[0].Text
	if e.Field != "title" || e.Matched != "V\u200belm0ra" || l.Title[e.Start:e.End] != e.Matched || e.Word != "Velmora" || len(e.Rules) == 0 {
		t.Errorf("evidence = %+v", e)
	}
	inDescription := Listing{Title: "a handbag", Description: l.Title}
	p = candidates(t, s, inDescription, nil)
	if got := s.find(inDescription, p, words()); len(got) != 1 || math.Abs(got[0].Score-found[0].Score/2) > 1e-9 {
		t.Errorf("in the description: %+v, want half of %g", got, found[0].Score)
	}
}

// TestKeywordNeighboursPropose: a word that no rule proposes still comes in as the embedder's neighbour.
func TestKeywordNeighboursPropose(t *testing.T) {
	near := shelf{{ID: "w1", Vectors: [][]float32{{1, 0}}, Payload: index.Payload{Right: "W"}}}
	for name, tt := range map[string]struct {
		vector []float32
		want   bool
	}{"near": {[]float32{1, 0}, true}, "far": {[]float32{0.5, 0.866}, false}} {
		s := keywordSignal(wordmark.NewLexicon(), fixed{word: tt.vector}, near)
		p := candidates(t, s, Listing{Title: "Velmora bag"}, nil)
		if p.rights["W"] != tt.want {
			t.Errorf("%s: proposed = %v, want %v", name, p.rights["W"], tt.want)
		}
	}
}

func TestEmptyListingSaysWhatIsUnchecked(t *testing.T) {
	boom := errors.New("must not be asked")
	for _, s := range []signal{newNearCopy(PictureConfig{}, index.Space{Output: OutputCopy}, nil, nil, shelf{}), keywordSignal(wordmark.NewLexicon(), fixed{err: boom}, shelf{})} {
		p := candidates(t, s, Listing{}, fixed{err: boom})
		if p.checked || len(p.unchecked) != 1 || p.unchecked[0].Signal != s.name() {
			t.Errorf("%s: checked %v, unchecked %v", s.name(), p.checked, p.unchecked)
		}
	}
}

func TestContentHashSeesEveryChange(t *testing.T) {
	base := Listing{ID: "1", Title: "a", Attributes: map[string]string{"x": "1", "y": "2"}, Price: &Money{10, "EUR"}, Pictures: []Picture{{Hash: "p"}}}
	seen := map[string]bool{base.ContentHash(): true}
	for _, change := range []func(*Listing){
		func(l *Listing) { l.ID = "2" }, func(l *Listing) { l.Seller = "s" }, func(l *Listing) { l.Title = "b" }, func(l *Listing) { l.Description = "d" },
		func(l *Listing) { l.Attributes = map[string]string{"x": "1", "y": "3"} }, func(l *Listing) { l.Goods = []string{"9"} },
		func(l *Listing) { l.Price = &Money{11, "EUR"} }, func(l *Listing) { l.Pictures = []Picture{{Hash: "q"}} }, func(l *Listing) { l.Marketplace = "m" },
	} {
		l := base
		change(&l)
		if seen[l.ContentHash()] {
			t.Errorf("%+v has a hash seen before", l)
		}
		seen[l.ContentHash()] = true
	}
}

func FuzzParseFusion(f *testing.F) {
	f.Add([]byte(`{"format": 1}`))
	f.Add([]byte(`{"format": 1, "near_copy": {"calibration": {"a": 1, "b": 0}, "weight": 1, "threshold": 0.5, "candidates": 5, "beta": 0.5, "neighbours": 3}}`))
	f.Add([]byte(`[`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if fusion, err := ParseFusion(raw); err == nil {
			if p := fusion.NearCopy.Calibration.Probability(0.5); !(p >= 0 && p <= 1) {
				t.Errorf("an accepted fusion file gives the probability %g", p)
			}
		}
	})
}
