package caseload

import (
	"slices"

	"touchstone/detect"
	"touchstone/internal/casework/docket"
)

// telling is the probability from which a picture says anything of a right. Where it says the most of all that a listing was taken down for, and
// a person agreed, it is 9 to 1 then.
const telling = 0.3

// byItself is the probability from which a picture carries a complaint beside others that say more: it is more likely than not.
const byItself = 0.5

// shows is the picture that a finding is about, with where on it; none where it is about the listing's text, or says little.
func shows(r detect.Report, f detect.Finding) (docket.Ground, bool) {
	at, box := -1, (*detect.Box)(nil)
	switch {
	case f.Excused || f.Probability < telling:
	case f.Picture != nil:
		at, box = f.Picture.Index, &f.Picture.Box
	case f.Text != nil && f.Text.Picture != nil:
		at, box = *f.Text.Picture, f.Text.Box
	}
	if at < 0 || at >= len(r.Pictures) || r.Pictures[at].Hash == "" {
		return docket.Ground{}, false
	}
	return docket.Ground{Picture: r.Pictures[at].Hash, Chance: f.Probability, Box: (*[4]int)(box)}, true
}

// carrying are the pictures that carry a complaint of all that findings are about, each once, by its best finding; strongest is the probability
// of the strongest finding, that of a text among them, and verdict that of all together, than which no picture is held more likely. A picture
// beside what carries the complaint, such as a size chart, or one of somebody else's goods that a copyist shows with his own, is what nothing is
// taken down for.
func carrying(shown []docket.Ground, strongest, verdict float64) []docket.Ground {
	var out []docket.Ground
	for _, g := range shown {
		if g.Chance < byItself && g.Chance < strongest {
			continue
		}
		at := slices.IndexFunc(out, func(o docket.Ground) bool { return o.Picture == g.Picture })
		switch {
		case at < 0:
			out = append(out, g)
		case g.Chance > out[at].Chance:
			out[at] = g
		}
	}
	for i := range out {
		out[i].Chance = min(out[i].Chance, verdict)
	}
	return out
}
