package detect

import "fmt"

// SignalRelisting finds pictures of listings that were removed before.
const SignalRelisting = "relisting"

// relistingConfig: the probability that a picture of a removed listing, shown again, infringes what it was removed for is set and not
// fitted; the same file is nearly certain, the same picture saved again a little less. It reaches the verdict in full.
var relistingConfig = SignalConfig{Calibration: Calibration{Points: [][2]float64{{0, 0}, {1, 1}}}, Weight: 1, Threshold: 0.5}

// Probabilities of relisting.
const (
	sameFile    = 0.95
	samePicture = 0.9
)

// relisted makes a finding of the best picture of each right that was removed before.
func relisted(l Listing, facts Facts) []Finding {
	best := map[claims]Finding{}
	for i := range facts.Relisted {
		was := facts.Relisted[i]
		right, inScope := facts.Rights[was.Right]
		if !inScope || was.Picture >= len(l.Pictures) || l.Pictures[was.Picture].Photo == nil {
			continue
		}
		p := samePicture
		if was.Hash == l.Pictures[was.Picture].Hash {
			p = sameFile
		}
		ph := l.Pictures[was.Picture].Photo
		f := Finding{
			Signal: SignalRelisting, Right: right.Right, Score: p, Probability: p, Relisted: &was,
			Picture: &PictureEvidence{Index: was.Picture, Box: Box{0, 0, ph.Width, ph.Height}, Region: "whole", Cosine: was.Cosine, Reference: was.Hash},
			For:     []Note{{"removed_before", fmt.Sprintf("Listing %s showed this picture and was removed on %s (decision %s).", orEntry(was), was.On, was.Decision)}},
		}
		weigh(&f, l, facts)
		f.Explanations = explain(f)
		key := claims{right.Right, f.Excused}
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

func orEntry(r Relisted) string {
	if r.Listing != "" {
		return r.Listing
	}
	return r.Entry
}
