package detect

import (
	"cmp"
	"context"
	"fmt"
	"image"
	"math"
	"slices"
	"unicode"

	"touchstone/detect/wordmark"
)

// SignalMarkInImageText reads word marks in pictures.
const SignalMarkInImageText = "mark_in_image_text"

// A TextLine is one line of text in a picture. Box is in the pixels of the picture that was read.
type TextLine struct {
	Text       string
	Confidence float64 // 0 to 1
	Box        image.Rectangle
}

// A TextReader reads the text in a picture.
type TextReader interface {
	Read(ctx context.Context, img image.Image) ([]TextLine, error)
}

// ImageTextConfig sets the mark_in_image_text signal. Words are searched and weighed as keyword_misuse's settings say.
type ImageTextConfig struct {
	SignalConfig
	MinConfidence float64 `json:"min_confidence"` // lines that are read with less are left out
}

// markInImageText finds registered words that are written in pictures, with the same search and the same rules as in titles. It
// reads pictures in the full profile only: reading one costs as much as scoring ten listings.
type markInImageText struct {
	*keywordMisuse
	own    ImageTextConfig
	reader TextReader
	place  *WhereConfig // tells what carries a line; nil = nobody does
}

// leastShown is how many letters of a word must be seen in print where others are masked: ornaments and prices are read as a sign or two
// beside a dot, and nobody prints a mark that only a single letter is left of.
const leastShown = 2

func (s *markInImageText) name() string { return SignalMarkInImageText }

// written is a field of a listing that stands in a picture.
type written struct {
	picture int
	box     Box
}

func (s *markInImageText) candidates(ctx context.Context, l Listing, seen *sight, scope Scope) (*proposals, error) {
	p := &proposals{rights: map[string]bool{}}
	switch {
	case s.reader == nil:
		p.unchecked = []Unchecked{{Signal: s.name(), Reason: "No model that reads text in pictures is installed."}}
		return p, nil
	case !scope.Full:
		p.unchecked = []Unchecked{{Signal: s.name(), Reason: "Text in pictures is read in the full profile only."}}
		return p, nil
	}
	p.unchecked = seen.unseen(s.name())
	if lexicon := cmp.Or(scope.Lexicon, s.lexicon); lexicon.Len() == 0 {
		p.checked = len(seen.where) > 0 // no word is registered that could be written there
		return p, nil
	}
	var fields []field
	for _, at := range seen.where {
		pic := l.Pictures[at].Photo
		lines, err := s.reader.Read(ctx, pic.Image)
		if ctx.Err() != nil {
			return p, ctx.Err()
		}
		if err != nil {
			p.unchecked = append(p.unchecked, Unchecked{Signal: s.name(), Place: fmt.Sprintf("pictures[%d]", at), Reason: "The picture's text could not be read: " + err.Error()})
			continue
		}
		p.checked = true
		// Boxes are told in pixels of the picture as it came; it may have been shrunk while it was decoded.
		b := pic.Image.Bounds()
		x, y := float64(pic.Width)/float64(b.Dx()), float64(pic.Height)/float64(b.Dy())
		for i, line := range lines {
			if line.Confidence < s.own.MinConfidence {
				continue
			}
			fields = append(fields, field{
				name: fmt.Sprintf("pictures[%d].text[%d]", at, i), text: wordmark.Respace(line.Text), factor: 1, in: &written{
					picture: at, box: Box{int(float64(line.Box.Min.X) * x), int(float64(line.Box.Min.Y) * y), max(1, int(float64(line.Box.Dx())*x)), max(1, int(float64(line.Box.Dy())*y))},
				},
			})
		}
	}
	return p, s.propose(ctx, p, fields, scope)
}

func (s *markInImageText) find(l Listing, p *proposals, facts Facts) []Finding {
	found := slices.DeleteFunc(s.match(s.name(), s.own.Calibration, l, p, facts), func(f Finding) bool {
		return slices.Contains(f.Text.Rules, "masked") && letters(f.Text.Matched) < leastShown
	})
	if s.place == nil {
		return found
	}
	scenes := settings{}
	for i := range found {
		s.locate(found[i].Text, l, scenes)
	}
	return found
}

// letters counts those of a text, of any script.
func letters(text string) (n int) {
	for _, r := range text {
		if unicode.IsLetter(r) {
			n++
		}
	}
	return n
}

// locate tells what carries a line: goods, packaging or page.
func (s *markInImageText) locate(e *TextEvidence, l Listing, scenes settings) {
	ph := l.Pictures[*e.Picture].Photo
	size := ph.Image.Bounds()
	x, y := float64(size.Dx())/float64(ph.Width), float64(size.Dy())/float64(ph.Height)
	b := e.Box
	box := image.Rect(int(float64(b[0])*x), int(float64(b[1])*y), int(math.Ceil(float64(b[0]+b[2])*x)), int(math.Ceil(float64(b[1]+b[3])*y)))
	e.Where, e.WhereSure = s.place.tell(scenes.measure(l, *e.Picture, box, 0))
}
