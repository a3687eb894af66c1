package detect

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"touchstone/index"
	"touchstone/models"
)

// A likeness searches what a model saw in the regions of listing pictures among whole references. Each cosine is lowered by how
// close that region is to pictures in general (score normalisation against a background set: Pizzi et al., "A
// Self-Supervised Descriptor for Image Copy Detection", CVPR 2022).
type likeness struct {
	signal  string
	cfg     PictureConfig
	space   index.Space
	regions []models.Region // region 0 is the whole picture
	crowd
	index Searcher
}

func newLikeness(signal string, cfg PictureConfig, space index.Space, regions []models.Region, background [][]float32, s Searcher) *likeness {
	if len(regions) == 0 {
		regions = []models.Region{{Name: "whole", W: 1, H: 1}}
	}
	return &likeness{signal: signal, cfg: cfg, space: space, regions: regions, crowd: crowd{background, cfg.Neighbours, cfg.Beta}, index: s}
}

// A likeHit is one reference proposed for one region of one picture.
type likeHit struct {
	picture, region           int
	reference, right          string
	cosine, background, score float64
}

// likeState is what a likeness keeps between asking the index and judging.
type likeState struct {
	hits   []likeHit
	checks map[pair]*check // by geometry; nil where nobody verified
	known  map[pair]*check // of the stages before: they need no second look
	full   bool            // the profile
	// What the regions of the pictures that could be read were searched with, [picture][region] in a row, and how close each is to
	// pictures in general.
	vectors     [][]float32
	backgrounds []float64
}

// pairs lists the best hit of each pair of a listing's picture and a reference, of those that count, best first.
func (s *likeState) pairs(counts func(likeHit) bool) []likeHit {
	best := map[pair]likeHit{}
	for _, h := range s.hits {
		if !counts(h) {
			continue
		}
		at := pair{h.picture, h.reference}
		if b, ok := best[at]; !ok || h.score > b.score {
			best[at] = h
		}
	}
	list := make([]likeHit, 0, len(best))
	for _, h := range best {
		list = append(list, h)
	}
	slices.SortFunc(list, func(a, b likeHit) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.picture, b.picture), cmp.Compare(a.reference, b.reference))
	})
	return list
}

func (s *likeness) name() string { return s.signal }

func (s *likeness) output() string { return s.space.Output }

func (s *likeness) candidates(ctx context.Context, _ Listing, seen *sight, scope Scope) (*proposals, error) {
	p := &proposals{rights: map[string]bool{}, unchecked: seen.unseen(s.signal)}
	if len(seen.where) == 0 {
		return p, nil
	}
	p.checked = true
	query := index.Query{Space: s.space, Limit: s.cfg.Candidates, Filter: scope.Filter}
	for _, regions := range seen.vectors[s.space.Output] {
		query.Vectors = append(query.Vectors, regions...)
	}
	lists, err := scope.searcher(s.index).Search(ctx, Alias(s.space.Output), query)
	if err != nil {
		return p, err
	}
	backgrounds := s.backgrounds(query.Vectors)
	if err := s.beyond(ctx, query, lists, scope); err != nil {
		return p, err
	}
	all := 0
	for _, list := range lists {
		all += len(list)
	}
	hits := make([]likeHit, 0, all)
	for i, list := range lists {
		if len(list) == 0 {
			continue
		}
		picture, region := i/len(s.regions), i%len(s.regions)
		for _, h := range list {
			p.rights[h.Payload.Right] = true
			hits = append(hits, likeHit{
				picture: seen.where[picture], region: region, reference: h.ID, right: h.Payload.Right,
				cosine: float64(h.Score), background: backgrounds[i], score: s.raw(float64(h.Score), backgrounds[i], region),
			})
		}
	}
	p.state = &likeState{hits: hits, full: scope.Full, vectors: query.Vectors, backgrounds: backgrounds}
	return p, nil
}

// beyond adds, in the full profile, what whole pictures resemble among rights that do not reach the listing: out of territory or of time.
// They count for nothing, and a reviewer shall see them.
func (s *likeness) beyond(ctx context.Context, query index.Query, lists [][]index.Hit, scope Scope) error {
	narrow := query.Filter
	if !scope.Full || len(narrow.Territories) == 0 && narrow.At.IsZero() {
		return nil
	}
	query.Filter.Territories, query.Filter.At, query.Filter.ActiveOnly = nil, time.Time{}, false
	all := query.Vectors
	query.Vectors = nil
	for i := 0; i < len(all); i += len(s.regions) {
		query.Vectors = append(query.Vectors, all[i])
	}
	wide, err := scope.searcher(s.index).Search(ctx, Alias(s.space.Output), query)
	if err != nil {
		return err
	}
	for i, list := range wide {
		for _, h := range list {
			if !narrow.Matches(h.Payload) {
				lists[i*len(s.regions)] = append(lists[i*len(s.regions)], h)
			}
		}
	}
	return nil
}

// raw is the score of a cosine with a region: less how close the region is to pictures in general, and more for the whole.
func (s *likeness) raw(cosine, background float64, region int) float64 {
	score := cosine - s.cfg.Beta*background
	if region == 0 {
		score += s.cfg.WholeBonus
	}
	return score
}

func (s *likeness) find(l Listing, p *proposals, facts Facts) []Finding {
	state, ok := p.state.(*likeState)
	if !ok {
		return nil
	}
	return s.judge(l, state.hits, facts)
}

// judge makes a finding of the best hit of each right in scope, and one of the best that is excused.
func (s *likeness) judge(l Listing, hits []likeHit, facts Facts) []Finding {
	best := strongest(hits, facts, func(h likeHit) string { return l.Pictures[h.picture].Hash })
	found := make([]Finding, 0, len(best))
	for _, h := range best {
		right := h.right
		photo := l.Pictures[h.picture].Photo
		found = append(found, Finding{
			Signal: s.signal, Right: right, Reference: h.reference, Score: h.score, Probability: s.cfg.Calibration.Probability(h.score),
			Picture: &PictureEvidence{
				Index: h.picture, Box: box(s.regions[h.region], photo.Width, photo.Height), Region: s.regions[h.region].Name,
				Cosine: h.cosine, Background: h.background, Reference: facts.Rights[right].References[h.reference].Picture,
			},
		})
	}
	return found
}

func (h likeHit) claim() (right, reference string, score float64) {
	return h.right, h.reference, h.score
}

// claims are the hits of a right that count, or those that are excused: the one must not hide the other.
type claims struct {
	right   string
	excused bool
}

// strongest gives the best hit of each right in scope, and the best excused one, of equal ones that of the first reference. pictureOf
// gives the hash of a hit's listing picture.
func strongest[H interface {
	claim() (right, reference string, score float64)
}](hits []H, facts Facts, pictureOf func(H) string) map[claims]H {
	best := map[claims]H{}
	for _, h := range hits {
		right, reference, score := h.claim()
		if _, there := facts.Rights[right].References[reference]; !there {
			continue // out of scope, or deleted since the index proposed it
		}
		key := claims{right, facts.excused(right, reference, pictureOf(h))}
		b, ok := best[key]
		if _, other, most := b.claim(); !ok || score > most || score == most && reference < other {
			best[key] = h
		}
	}
	return best
}

// box is a fractional region in pixels of a picture, rounded outwards to at least one pixel.
func box(r models.Region, width, height int) Box {
	x, y := int(math.Round(r.X*float64(width))), int(math.Round(r.Y*float64(height)))
	return Box{x, y, max(1, int(math.Round(r.W*float64(width)))), max(1, int(math.Round(r.H*float64(height))))}
}
