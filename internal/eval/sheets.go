package eval

import (
	"cmp"
	"math"
	"slices"
)

const (
	sheetSize = 20  // mistakes on a sheet
	thumbSide = 192 // longest side of a thumbnail, pixels
)

// A sheet shows the worst mistakes of one kind.
type sheet struct {
	Title, About string
	Total        int // mistakes of this kind in all
	Mistakes     []mistake
}

// A mistake sets a listing beside what was answered and what is true.
type mistake struct {
	Listing     *Labelled
	Picture     *thumbnail
	Title       []stretch // the listing's title, cut at the matched stretch
	Description []stretch
	Wrong       *exhibit // the right that was named wrongly, if any
	True        *exhibit // the true right, if any
}

// An exhibit is a right with the answer about it; Found is false when there was none.
type exhibit struct {
	Kind               string // "true" or "wrong"
	Right              string
	Words              []string
	Picture            *thumbnail
	Found              bool
	Score, Probability float64
	Rank               int
}

type stretch struct {
	Text    string
	Matched bool
}

// A painter makes sheets, with thumbnails if it can decode.
type painter struct {
	decode     Decoder
	references map[string]*Reference
}

func newPainter(set *Set, decode Decoder) *painter {
	p := &painter{decode: decode, references: map[string]*Reference{}}
	for i := range set.References {
		p.references[set.References[i].Right] = &set.References[i]
	}
	return p
}

func (p *painter) sheets(rows []row, threshold *float64) []sheet {
	alarms, misses := falseAlarms(rows), misses(rows, threshold)
	return []sheet{
		p.sheet("Worst false alarms", "Wrong rights by score, one a listing.", alarms, rows),
		p.sheet("Worst misses", "Guilty listings whose right was not found, came late or stayed below the threshold.", misses, rows),
	}
}

// A candidate is a mistake before it is drawn: the row, and the predictions (places in the row, -1 for none).
type candidate struct {
	row, wrong, rank int
	score            float64
}

// falseAlarms lists each listing's highest wrong right, worst first.
func falseAlarms(rows []row) []candidate {
	var out []candidate
	for i, r := range rows {
		for k, p := range r.preds {
			if !r.truth[p.Right] {
				out = append(out, candidate{row: i, wrong: k, rank: k + 1, score: p.Score})
				break
			}
		}
	}
	slices.SortStableFunc(out, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
	return out
}

// misses lists guilty listings without their right at the first place, or with it below the threshold: those not found
// at all first, then by rank from the last, then by score from the lowest.
func misses(rows []row, threshold *float64) []candidate {
	var out []candidate
	for i, r := range rows {
		if len(r.truth) == 0 {
			continue
		}
		score, rank := r.bestTrue()
		if rank == 1 && (threshold == nil || r.trueProbability() >= *threshold) {
			continue
		}
		wrong := slices.IndexFunc(r.preds, func(p Prediction) bool { return !r.truth[p.Right] })
		if rank == 1 {
			wrong = -1
		}
		out = append(out, candidate{row: i, wrong: wrong, rank: rank, score: score})
	}
	late := func(c candidate) int {
		if c.rank == 0 {
			return math.MaxInt
		}
		return c.rank
	}
	slices.SortStableFunc(out, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(late(b), late(a)), cmp.Compare(a.score, b.score))
	})
	return out
}

// trueProbability is the probability of the best true right, 0 without one.
func (r row) trueProbability() float64 {
	for _, p := range r.preds {
		if r.truth[p.Right] {
			return p.Probability
		}
	}
	return 0
}

func (p *painter) sheet(title, text string, found []candidate, rows []row) sheet {
	s := sheet{Title: title, About: text, Total: len(found)}
	for _, c := range found[:min(sheetSize, len(found))] {
		s.Mistakes = append(s.Mistakes, p.mistake(rows[c.row], c))
	}
	return s
}

func (p *painter) mistake(r row, c candidate) mistake {
	m := mistake{Listing: r.listing}
	var place *Place
	var outlines []Truth
	shown := 0
	if c.wrong >= 0 {
		wrong := r.preds[c.wrong]
		m.Wrong = p.exhibit("wrong", wrong.Right, &wrong, c.wrong+1)
		place, shown = wrong.Text, wrong.picture()
	}
	if right := r.trueRight(); right != "" {
		k := slices.IndexFunc(r.preds, func(p Prediction) bool { return p.Right == right })
		if k < 0 {
			m.True = p.exhibit("true", right, nil, 0)
		} else {
			_, rank := r.bestTrue()
			m.True = p.exhibit("true", right, &r.preds[k], rank)
		}
		if place == nil && k >= 0 {
			place = r.preds[k].Text
		}
	}
	if len(r.boxes) > 0 {
		shown, outlines = r.boxes[0].Image, r.boxes
	}
	m.Title = cut(r.listing.Title, "title", place)
	m.Description = cut(r.listing.Description, "description", place)
	m.Picture = p.listingPicture(r, shown, outlines, c.wrong)
	return m
}

// trueRight is the true right that a sheet shows: the best found, else the first of the truth.
func (r row) trueRight() string {
	for _, p := range r.preds {
		if r.truth[p.Right] {
			return p.Right
		}
	}
	for _, t := range r.listing.Truth {
		if r.truth[t.Right] {
			return t.Right
		}
	}
	return ""
}

func (p *painter) exhibit(kind, right string, pred *Prediction, rank int) *exhibit {
	e := &exhibit{Kind: kind, Right: right, Rank: rank}
	if pred != nil {
		e.Found, e.Score, e.Probability = true, pred.Score, pred.Probability
	}
	if ref := p.references[right]; ref != nil {
		e.Words = ref.Words
		if len(ref.Images) > 0 {
			e.Picture = p.thumbnail(ref.Picture, 0)
		}
	}
	return e
}

func (p *painter) listingPicture(r row, shown int, boxes []Truth, wrong int) *thumbnail {
	if shown < 0 || shown >= len(r.listing.Images) {
		return nil
	}
	t := p.thumbnail(r.listing.Picture, shown)
	if t == nil {
		return nil
	}
	for _, b := range boxes {
		if b.Image == shown {
			t.outline("true", *b.Box)
		}
	}
	if wrong >= 0 && r.preds[wrong].Box != nil && r.preds[wrong].picture() == shown {
		t.outline("wrong", *r.preds[wrong].Box)
	}
	return t
}

// cut divides a text at the matched place, if that lies in this field.
func cut(text, field string, place *Place) []stretch {
	if text == "" {
		return nil
	}
	if place == nil || place.Field != field || place.Start < 0 || place.End > len(text) || place.Start >= place.End {
		return []stretch{{Text: text}}
	}
	var out []stretch
	for _, s := range []stretch{{text[:place.Start], false}, {text[place.Start:place.End], true}, {text[place.End:], false}} {
		if s.Text != "" {
			out = append(out, s)
		}
	}
	return out
}
