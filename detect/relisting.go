package detect

import (
	"fmt"
	"math"
)

// SignalRelisting finds pictures of listings that were removed before: the same file, or an edited copy that geometry verifies as it
// does copies of registered pictures.
const SignalRelisting = "relisting"

// relistingConfig: the probability that a picture of a removed listing, shown again, infringes what it was removed for is set and not
// fitted; the same file is nearly certain, the same picture saved again a little less. It reaches the verdict in full.
var relistingConfig = SignalConfig{Calibration: Calibration{Points: [][2]float64{{0, 0}, {1, 1}}}, Weight: 1, Threshold: 0.5}

// How likely a picture infringes that was removed before, shown as the same file. Those of another file are multiplied with the probability
// that it shows the same picture (docs/adr/0068).
const (
	onceRemoved = 0.95 // at most, where one seller's listing was removed: the error of one decision is met by everybody who shows the picture
	surest      = 0.99 // at most, where several sellers' were
	samePicture = 0.9  // at most, of another file
	byItself    = 0.8  // at most, where the service alone decided: what policies demand that automation shows
	confirms    = 19.0 // odds that a confirmed decision is right
)

// relied is how likely a picture infringes for which a listing was removed, shown again. Each seller whose listing a person took down for it, or
// nobody complained of in time, multiplies the odds of what was found on the picture. Who shows the same and stands speaks against: of all who
// showed it, the share whose listing was removed counts, each of these double since somebody looked.
func (r Relisted) relied() float64 {
	sellers := max(1, r.Removals)
	most := surest
	if sellers == 1 {
		most = onceRemoved
	}
	p := onceRemoved
	switch {
	case r.Unconfirmed:
		p = min(byItself, max(r.Chance, 0.5))
	case r.Chance > 0 && r.Chance < 1:
		odds := r.Chance / (1 - r.Chance) * math.Pow(confirms, float64(sellers))
		p = min(most, 1/(1+1/odds)) // and not odds/(1+odds), which is no number where the odds are beyond all
	}
	removed := 2 * float64(sellers)
	return p * (removed / (removed + float64(max(0, r.Standing)))) // the share first: it is never above 1, rounded or not
}

// reliance notes what speaks for and against relying on a removal.
func (r Relisted) reliance(f *Finding) {
	if r.Removals > 1 {
		f.For = append(f.For, Note{"removed_from_several", fmt.Sprintf("Listings of %d sellers were removed for this picture.", r.Removals)})
	}
	if r.Standing > 0 {
		f.Against = append(f.Against, Note{"shown_by_others", fmt.Sprintf("%d unrelated sellers show the picture in listings that stand, as a stock picture is shown.", r.Standing)})
	}
	if r.Unconfirmed {
		f.Against = append(f.Against, Note{"removal_unconfirmed", "The service removed that listing by itself, and nobody has confirmed it yet."})
	}
}

// relisted makes a finding of the best picture of each right that was removed before.
func (d *Detector) relisted(l Listing, c *Candidates, facts Facts) []Finding {
	best := map[claims]Finding{}
	for i := range facts.Relisted {
		was := facts.Relisted[i]
		if _, inScope := facts.Rights[was.Right]; !inScope || was.Picture >= len(l.Pictures) || l.Pictures[was.Picture].Photo == nil {
			continue
		}
		f, shown := d.shownAgain(l, c, was)
		if !shown {
			continue
		}
		weigh(&f, l, facts)
		f.Explanations = explain(f)
		key := claims{was.Right, f.Excused}
		if b, ok := best[key]; !ok || f.Score > b.Score || f.Score == b.Score && was.Entry < b.Relisted.Entry {
			best[key] = f
		}
	}
	found := make([]Finding, 0, len(best))
	for _, f := range best {
		found = append(found, f)
	}
	sortFindings(found)
	return found[:min(len(found), maxFindings)]
}

// shownAgain makes a finding of a removed picture; false where it is another file, and geometry did not find the same picture in it.
func (d *Detector) shownAgain(l Listing, c *Candidates, was Relisted) (Finding, bool) {
	pic := l.Pictures[was.Picture]
	f := Finding{
		Signal: SignalRelisting, Right: was.Right, Relisted: &was,
		Picture: &PictureEvidence{Index: was.Picture, Box: Box{0, 0, pic.Photo.Width, pic.Photo.Height}, Region: "whole", Cosine: was.Cosine, Reference: was.Hash},
		For:     []Note{{"removed_before", fmt.Sprintf("Listing %s showed this picture and was removed on %s (decision %s).", orEntry(was), was.On, was.Decision)}},
	}
	f.Score = was.relied()
	was.reliance(&f)
	switch {
	case was.Hash == pic.Hash:
		// What the service held likely of a file by itself it holds likely again, and no more for having acted on it.
		f.Excused = was.Unconfirmed
	default:
		v, likely := d.sameAgain(c, was, pic)
		if !v.Verified {
			return f, false
		}
		f.Score = min(samePicture, f.Score) * likely
		f.Picture.Box, f.Picture.Verification = v.Box, v
		f.For = append(f.For, Note{"geometry_verified", v.sentence()})
	}
	f.Probability = f.Score
	return f, true
}

// sameAgain is what geometry says of a removed picture and another file, and how likely they show the same.
func (d *Detector) sameAgain(c *Candidates, was Relisted, pic Picture) (*Verification, float64) {
	s, _ := d.copies(c)
	checked := c.removed[pair{was.Picture, was.Hash}]
	if s == nil || checked == nil {
		return &Verification{}, 0
	}
	likely := s.likely(was.Score, checked)
	if likely < s.cfg.Threshold {
		return &Verification{}, likely
	}
	v := checked.evidence(pic.Photo.Width, pic.Photo.Height, ReferenceFacts{Width: was.Width, Height: was.Height})
	v.Verified = was.about(v.ReferenceBox)
	return v, likely
}

// about tells whether a part of the removed picture has to do with what it was removed for: half of the smaller of the two lies in the
// other. Who pastes an honest seller's picture beside what he copies has his own removed, and not the other's.
func (r Relisted) about(part Box) bool {
	if r.Within == nil {
		return true
	}
	area := func(b Box) int { return b[2] * b[3] }
	both := area(part.shared(*r.Within))
	return 2*both >= min(area(part), area(*r.Within))
}

// shared is what two boxes have in common; without width or height where that is nothing.
func (b Box) shared(o Box) Box {
	x, y := max(b[0], o[0]), max(b[1], o[1])
	return Box{x, y, max(0, min(b[0]+b[2], o[0]+o[2])-x), max(0, min(b[1]+b[3], o[1]+o[3])-y)}
}

func orEntry(r Relisted) string {
	if r.Listing != "" {
		return r.Listing
	}
	return r.Entry
}
