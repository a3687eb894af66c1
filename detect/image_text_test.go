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
