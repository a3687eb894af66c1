package detect

import "fmt"

// SignalRelisting finds pictures of listings that were removed before: the same file, or an edited copy that geometry verifies as it
// does copies of registered pictures.
const SignalRelisting = "relisting"

// relistingConfig: the probability that a picture of a removed listing, shown again, infringes what it was removed for is set and not
// fitted; the same file is nearly certain, the same picture saved again a little less. It reaches the verdict in full.
var relistingConfig = SignalConfig{Calibration: Calibration{Points: [][2]float64{{0, 0}, {1, 1}}}, Weight: 1, Threshold: 0.5}

// Probabilities of relisting. Those of another file are multiplied with the probability that it shows the same picture.
const (
	sameFile    = 0.95
	samePicture = 0.9
)

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
		Signal: SignalRelisting, Right: was.Right, Score: sameFile, Relisted: &was,
		Picture: &PictureEvidence{Index: was.Picture, Box: Box{0, 0, pic.Photo.Width, pic.Photo.Height}, Region: "whole", Cosine: was.Cosine, Reference: was.Hash},
		For:     []Note{{"removed_before", fmt.Sprintf("Listing %s showed this picture and was removed on %s (decision %s).", orEntry(was), was.On, was.Decision)}},
	}
	if was.Hash != pic.Hash {
		v, likely := d.sameAgain(c, was, pic)
		if !v.Verified {
			return f, false
		}
		f.Score = samePicture * likely
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
	v.Verified = true
	return v, likely
}

func orEntry(r Relisted) string {
	if r.Listing != "" {
		return r.Listing
	}
	return r.Entry
}
