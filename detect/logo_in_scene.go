package detect

import (
	"context"
	"image"
	"math"

	"touchstone/index"
)

// LogoConfig sets the logo_in_scene signal.
type LogoConfig struct {
	SignalConfig
	Candidates    int     `json:"candidates"`     // references a place brings back
	Beta          float64 `json:"beta"`           // weight of the background similarity that is subtracted
	Neighbours    int     `json:"neighbours"`     // how many nearest background vectors are averaged
	Places        int     `json:"places"`         // most places looked at in one picture
	Closer        int     `json:"closer"`         // so many of a picture's strongest places are embedded a second time, closer up
	Refined       int     `json:"refined"`        // so many are embedded again in the frame that the first look gave; needs the output "frame"
	MinObjectness float64 `json:"min_objectness"` // boxes less likely than this to hold a mark are passed over
	Overlap       float64 `json:"overlap"`        // intersection over union from which two boxes are one
	// Where tells marks on goods, on packaging and on the page apart; nil = nothing is told.
	Where      *WhereConfig `json:"where,omitempty"`
	Objectness float64      `json:"objectness"` // factor on the logarithm of the box's objectness in the score
}

// logoInScene finds a registered mark on a photographed product. A detector that knows no brand proposes places; each is embedded
// on its own and searched among the registered marks, so that a mark is found from the minute it is registered. The score is the
// cosine, less how close the place is to marks and textures in general, and less where the detector doubts the place.
type logoInScene struct {
	cfg LogoConfig
	crowd
	index Searcher
	space index.Space
}

// A logoHit is one reference proposed for one place.
type logoHit struct {
	place                     int
	reference, right          string
	cosine, background, score float64
}

// logoState is what logoInScene keeps between candidates and find.
type logoState struct {
	hits []logoHit
	seen *sight
}

func (h logoHit) claim() (right, reference string, score float64) {
	return h.right, h.reference, h.score
}

func (s *logoInScene) name() string { return SignalLogoInScene }

func (s *logoInScene) output() string { return OutputMark }

func (s *logoInScene) candidates(ctx context.Context, _ Listing, seen *sight, scope Scope) (*proposals, error) {
	if !scope.Full {
		return &proposals{rights: map[string]bool{}, unchecked: []Unchecked{{Signal: SignalLogoInScene, Reason: "Marks are looked for in pictures in the full profile only."}}}, nil
	}
	p := &proposals{rights: map[string]bool{}, unchecked: seen.unseen(SignalLogoInScene), checked: len(seen.where) > 0}
	if len(seen.marks) == 0 {
		return p, nil
	}
	query := index.Query{Space: s.space, Vectors: seen.marks, Limit: s.cfg.Candidates, Filter: scope.Filter}
	lists, err := scope.searcher(s.index).Search(ctx, Alias(OutputMark), query)
	if err != nil {
		return p, err
	}
	state := logoState{seen: seen}
	backgrounds := s.backgrounds(seen.marks)
	for i, list := range lists {
		base := s.cfg.Objectness*math.Log(math.Max(1e-3, seen.places[i].objectness)) - s.cfg.Beta*backgrounds[i]
		for _, h := range list {
			p.rights[h.Payload.Right] = true
			state.hits = append(state.hits, logoHit{
				place: i, reference: h.ID, right: h.Payload.Right, cosine: float64(h.Score), background: backgrounds[i], score: float64(h.Score) + base,
			})
		}
	}
	p.state = state
	return p, nil
}

func (s *logoInScene) find(l Listing, p *proposals, facts Facts) []Finding {
	state, _ := p.state.(logoState)
	pictureOf := func(h logoHit) int { return state.seen.where[state.seen.places[h.place].picture] }
	best := strongest(state.hits, facts, func(h logoHit) string { return l.Pictures[pictureOf(h)].Hash })
	found := make([]Finding, 0, len(best))
	scenes := settings{}
	for _, h := range best {
		right, at, picture := h.right, state.seen.places[h.place], pictureOf(h)
		ph := l.Pictures[picture].Photo
		where, sure := s.where(l, state, right, h, scenes)
		found = append(found, Finding{
			Signal: SignalLogoInScene, Right: right, Reference: h.reference, Score: h.score, Probability: s.cfg.Calibration.Probability(h.score),
			Picture: &PictureEvidence{
				Index: picture, Box: at.box(ph.Image.Bounds(), ph), Region: "place", Where: where, WhereSure: sure, Objectness: at.objectness,
				Cosine: h.cosine, Background: h.background, Reference: facts.Rights[right].References[h.reference].Picture,
			},
		})
	}
	return found
}

// where tells what carries the mark of a hit.
func (s *logoInScene) where(l Listing, state logoState, right string, h logoHit, scenes settings) (string, float64) {
	if s.cfg.Where == nil {
		return "", 0
	}
	at := state.seen.places[h.place]
	box := image.Rect(int(math.Round(at.x)), int(math.Round(at.y)), int(math.Round(at.x+at.w)), int(math.Round(at.y+at.h)))
	repeated := 0.0
	for _, other := range state.hits {
		if other.right == right && samePlace(l, state.seen, at, state.seen.places[other.place]) {
			repeated = 1
			break
		}
	}
	return s.cfg.Where.tell(scenes.measure(l, state.seen.where[at.picture], box, repeated))
}

// sameShare is the overlap of two places in different pictures from which a mark stands at the same place of both: a template of the shop.
const sameShare = 0.7

// samePlace says whether two places of different pictures lie alike in them.
func samePlace(l Listing, seen *sight, a, b place) bool {
	if a.picture == b.picture {
		return false
	}
	unit := func(p place) place {
		size := l.Pictures[seen.where[p.picture]].Photo.Image.Bounds()
		w, h := float64(size.Dx()), float64(size.Dy())
		return place{x: p.x / w, y: p.y / h, w: p.w / w, h: p.h / h}
	}
	return unit(a).overlap(unit(b)) >= sameShare
}

// validate tells check of every fault.
func (c LogoConfig) validate(check func(ok bool, format string, args ...any)) {
	check(c.Candidates > 0 && c.Candidates <= 1000, "logo_in_scene.candidates is %d: use 1 to 1000", c.Candidates)
	check(c.Beta >= 0 && c.Beta <= 2, "logo_in_scene.beta is %g: use 0 to 2", c.Beta)
	check(c.Neighbours > 0, "logo_in_scene.neighbours is %d: use 1 or more", c.Neighbours)
	check(c.Places > 0 && c.Places <= 64, "logo_in_scene.places is %d: use 1 to 64", c.Places)
	check(c.Closer >= 0 && c.Closer <= c.Places, "logo_in_scene.closer is %d: use 0 to the number of places", c.Closer)
	check(c.Refined >= 0 && c.Refined <= c.Places, "logo_in_scene.refined is %d: use 0 to the number of places", c.Refined)
	check(c.MinObjectness >= 0 && c.MinObjectness <= 1, "logo_in_scene.min_objectness is %g: use 0 to 1", c.MinObjectness)
	check(c.Overlap > 0 && c.Overlap <= 1, "logo_in_scene.overlap is %g: use above 0 to 1", c.Overlap)
	check(c.Objectness >= 0 && c.Objectness <= 1, "logo_in_scene.objectness is %g: use 0 to 1", c.Objectness)
	if c.Where != nil {
		c.Where.validate(check)
	}
}
