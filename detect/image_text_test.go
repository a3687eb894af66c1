package detect

import (
	"context"
	"errors"
	"image"
	"strings"
	"testing"

	"touchstone/detect/wordmark"
	"touchstone/internal/photo"
)

// page reads the same lines in every picture.
type page struct {
	lines []TextLine
	err   error
}

func (p page) Read(context.Context, image.Image) ([]TextLine, error) { return p.lines, p.err }

func imageText(r TextReader) *markInImageText {
	lexicon := wordmark.NewLexicon()
	lexicon.Add(wordmark.Mark{Reference: "w1", Right: "W", Word: "Velmora"})
	return &markInImageText{
		keywordMisuse: keywordSignal(lexicon, fixed{word: []float32{1, 0}}, shelf{}), own: ImageTextConfig{SignalConfig: logistic, MinConfidence: 0.6}, reader: r,
	}
}

// The place is told in pixels of the picture as it came: this one was 400 x 200 and was shrunk to a half while it was decoded.
func TestMarkInImageTextEvidence(t *testing.T) {
	s := imageText(page{lines: []TextLine{
		{Text: "VELMORA", Confidence: 0.3, Box: image.Rect(0, 0, 10, 10)}, // too uncertain
		{Text: "finest leather", Confidence: 0.9, Box: image.Rect(10, 60, 110, 80)},
		{Text: "V\u200belm0ra bags", Confidence: 0.9, Box: image.Rect(10, 20, 110, 50)},
	}})
	pic := Picture{Photo: &photo.Photo{Image: image.NewNRGBA(image.Rect(0, 0, 200, 100)), Width: 400, Height: 200}}
	l := Listing{Pictures: []Picture{{Problem: "The picture is broken."}, pic}}
	seen := &sight{where: []int{1}, unchecked: []Unchecked{{Place: "pictures[0]", Reason: "The picture is broken."}}}
	p, err := s.candidates(t.Context(), l, seen, Scope{Full: true})
	if err != nil {
		t.Fatal(err)
	}
	if !p.checked || len(p.unchecked) != 1 || p.unchecked[0].Signal != SignalMarkInImageText {
		t.Errorf("checked %v, unchecked %+v", p.checked, p.unchecked)
	}
	found := s.find(l, p, words())
	if len(found) != 1 {
		t.Fatalf("findings %+v", found)
	}
	e := found[0].Text
	if found[0].Signal != SignalMarkInImageText || e.Field != "pictures[1].text[2]" || *e.Picture != 1 || *e.Box != (Box{20, 40, 200, 60}) || e.Word != "Velmora" || e.Matched != "V\u200belm0ra" {
		t.Errorf("evidence %+v, box %v", e, e.Box)
	}
}

func TestMarkInImageTextSaysWhatItCouldNotRead(t *testing.T) {
	l := Listing{Pictures: []Picture{picture(20, 10)}}
	seen := &sight{where: []int{0}}
	for name, tt := range map[string]struct {
		reader TextReader
		full   bool
		want   string
	}{
		"no reader":    {nil, true, "No model"},
		"fast profile": {page{}, false, "full profile"},
		"failing":      {page{err: errors.New("out of memory")}, true, "out of memory"},
	} {
		p, err := imageText(tt.reader).candidates(t.Context(), l, seen, Scope{Full: tt.full})
		if err != nil {
			t.Fatal(err)
		}
		if p.checked || len(p.unchecked) != 1 || !strings.Contains(p.unchecked[0].Reason, tt.want) {
			t.Errorf("%s: checked %v, unchecked %+v", name, p.checked, p.unchecked)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := imageText(page{err: context.Canceled}).candidates(ctx, l, seen, Scope{Full: true}); !errors.Is(err, context.Canceled) {
		t.Errorf("a reader that was cancelled: %v", err)
	}
}

// A line tells what carries it; where nothing can tell, nothing is said.
func TestMarkInImageTextTellsWhere(t *testing.T) {
	on := func(cfg *WhereConfig) *TextEvidence {
		t.Helper()
		s := imageText(page{lines: []TextLine{{Text: "VELMORA", Confidence: 0.9, Box: image.Rect(20, 10, 80, 30)}}})
		s.place = cfg
		l := Listing{Pictures: []Picture{{Photo: &photo.Photo{Image: image.NewNRGBA(image.Rect(0, 0, 200, 100)), Width: 400, Height: 200}}}}
		p, err := s.candidates(t.Context(), l, &sight{where: []int{0}}, Scope{Full: true})
		if err != nil {
			t.Fatal(err)
		}
		found := s.find(l, p, words())
		if len(found) != 1 {
			t.Fatalf("findings %+v", found)
		}
		found[0].Explanations = explain(found[0])
		if said := strings.Contains(found[0].Explanations["en"], "on the packaging"); said != (cfg != nil) {
			t.Errorf("explained by %q", found[0].Explanations["en"])
		}
		return found[0].Text
	}
	if e := on(nil); e.Where != "" {
		t.Errorf("nobody can tell, and it says %q", e.Where)
	}
	flat := func(bias float64) []float64 { return append([]float64{bias}, make([]float64, placeMeasures)...) }
	if e := on(&WhereConfig{Goods: flat(0), Packaging: flat(5), Page: flat(0)}); e.Where != WherePackaging || e.WhereSure < 0.9 {
		t.Errorf("where %q, sure %g", e.Where, e.WhereSure)
	}
}

// What is read of an ornament, a sign beside a dot, is no masked mark; two letters beside one are.
func TestImageTextOfOrnaments(t *testing.T) {
	lexicon := wordmark.NewLexicon()
	for i, word := range []string{"北岭", "松下电"} {
		lexicon.Add(wordmark.Mark{Reference: string(rune('a' + i)), Right: "W", Word: word})
	}
	facts := Facts{Rights: map[string]RightFacts{"W": {Right: "W", References: map[string]ReferenceFacts{"a": {Word: "北岭"}, "b": {Word: "松下电"}}}}}
	for text, want := range map[string]int{"北·": 0, "松下*": 1, "北岭": 1} {
		s := &markInImageText{
			keywordMisuse: keywordSignal(lexicon, fixed{word: []float32{1, 0}}, shelf{}), own: ImageTextConfig{SignalConfig: logistic},
			reader: page{lines: []TextLine{{Text: text, Confidence: 0.9, Box: image.Rect(0, 0, 9, 9)}}},
		}
		l := Listing{Pictures: []Picture{picture(20, 10)}}
		p, err := s.candidates(t.Context(), l, &sight{where: []int{0}}, Scope{Full: true})
		if err != nil {
			t.Fatal(err)
		}
		if found := s.find(l, p, facts); len(found) != want {
			t.Errorf("%q: %d findings, want %d", text, len(found), want)
		}
	}
}
