package intake

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/viterin/vek/vek32"

	"touchstone/detect"
	"touchstone/index"
	"touchstone/internal/blob"
	"touchstone/internal/casework"
	"touchstone/internal/photo"
)

// again puts the listing together from what is kept of it.
func (r *replay) again(ctx context.Context) error {
	rep := r.rec.Report
	r.listing = detect.Listing{ID: rep.Listing, Marketplace: rep.Marketplace, Seller: rep.Seller, Pictures: make([]detect.Picture, len(rep.Pictures))}
	for i, p := range rep.Pictures {
		pic, err := r.pictureAgain(ctx, i, p)
		if err != nil {
			return err
		}
		r.listing.Pictures[i] = pic
	}
	if t := r.rec.Snapshot.Text; t != nil {
		r.says(*t)
		return nil
	}
	if r.rec.Entry != "" && r.Listings != nil {
		l, err := r.Listings.Listing(ctx, r.rec.Entry)
		if err == nil && l.ContentHash == rep.ContentHash {
			r.says(Text{l.Title, l.Content})
			return nil
		}
		if err != nil && !errors.Is(err, casework.ErrNotFound) {
			return err
		}
	}
	if r.listing.ContentHash() != rep.ContentHash { // it had a text
		r.changed(TextGone, "", "What the listing said is kept no longer: the listing has changed or its time has come, and the report was clear.")
	}
	return nil
}

func (r *replay) says(t Text) {
	r.listing.Title, r.listing.Description, r.listing.Attributes, r.listing.Goods, r.listing.Price = t.Title, t.Description, t.Attributes, t.Goods, t.Price
}

// pictureAgain reads the i-th stored picture. One that could not be read then is not read now either.
func (r *replay) pictureAgain(ctx context.Context, i int, p detect.PictureRef) (detect.Picture, error) {
	pic := detect.Picture{Hash: p.Hash}
	if p.Width == 0 {
		place := fmt.Sprintf("pictures[%d]", i)
		at := slices.IndexFunc(r.rec.Report.Unchecked, func(u detect.Unchecked) bool { return u.Place == place })
		if pic.Problem = "The picture could not be read when the listing was scored."; at >= 0 {
			pic.Problem = r.rec.Report.Unchecked[at].Reason
		}
		return pic, nil
	}
	data, err := r.Blobs.Get(ctx, p.Hash)
	if err == nil {
		pic.Photo, err = photo.Decode(data, r.cfg.Photo)
	}
	if errors.Is(err, blob.ErrNotFound) || errors.Is(err, blob.ErrCorrupt) || isPhoto(err) {
		pic.Problem = "The picture is kept no longer, or is damaged."
		r.changed(PictureGone, p.Hash, "Picture %d of the listing is kept no longer, or is damaged.", i)
		return pic, nil
	}
	return pic, err
}

// shelf puts the references that the report knew where the signals search.
func (r *replay) shelf(ctx context.Context, same bool) (*shelf, error) {
	s := &shelf{points: map[string][]index.Point{}}
	if same { // vectors of another pack reach elsewhere
		var err error
		if s.reaches, err = r.rec.Snapshot.reaches(); err != nil {
			return nil, err
		}
	}
	for _, right := range r.facts.Rights {
		for id, ref := range right.References {
			if err := r.shelve(ctx, s, right, id, ref, same); err != nil {
				return nil, err
			}
		}
	}
	for _, points := range s.points {
		slices.SortFunc(points, func(a, b index.Point) int { return strings.Compare(a.ID, b.ID) })
	}
	return s, nil
}

// shelve puts one reference there: the vectors that the index holds of it, where it does, or else new ones of what is kept.
func (r *replay) shelve(ctx context.Context, s *shelf, right detect.RightFacts, id string, ref detect.ReferenceFacts, same bool) error {
	as := casework.Reference{ID: id, RightID: right.Right, Kind: casework.ReferenceImage, Word: ref.Word, Language: ref.Language, Blob: ref.Picture}
	if ref.Word != "" {
		as.Kind = casework.ReferenceWord
	}
	var missing []string
	for _, output := range r.outputsOf(as) {
		if output == detect.OutputMark && right.Kind != casework.KindLogo {
			continue
		}
		if same {
			points, err := r.get(ctx, detect.Alias(output), output, []string{id})
			if err != nil {
				return err
			}
			if len(points) == 1 {
				s.add(output, id, right, points[0].Vectors)
				continue
			}
		}
		missing = append(missing, output)
	}
	if len(missing) == 0 {
		return nil
	}
	vectors, err := r.vectorsOf(ctx, as, missing, nil)
	if errors.Is(err, blob.ErrNotFound) || errors.Is(err, blob.ErrCorrupt) || isPhoto(err) {
		r.changed(ReferenceGone, id, "The registered picture of %s is kept no longer, or is damaged.", id)
		return nil
	}
	if err != nil {
		return err
	}
	for i, output := range missing {
		for _, v := range vectors[i] {
			unit(v)
		}
		s.add(output, id, right, vectors[i])
	}
	return nil
}

func unit(v []float32) {
	if norm := float32(math.Sqrt(float64(vek32.Dot(v, v)))); norm > 0 {
		vek32.DivNumber_Inplace(v, norm)
	}
}

// A shelf is a searcher over the references that a report knew. It gives each question the answer that the index gave, as far as that
// reached, and none where there was none; each target is asked in the order of the first time, and by one goroutine.
type shelf struct {
	points  map[string][]index.Point // by alias
	reaches map[string][]detect.Reach
}

// nearly is how much farther than the reach a hit may lie: what two ways of adding up the same products differ by.
const nearly = 1e-5

func (s *shelf) add(output, id string, right detect.RightFacts, vectors [][]float32) {
	alias := detect.Alias(output)
	s.points[alias] = append(s.points[alias], index.Point{ID: id, Vectors: vectors, Payload: index.Payload{Right: right.Right, Active: len(right.Outside) == 0}})
}

// Search implements detect.Searcher.
func (s *shelf) Search(_ context.Context, target string, q index.Query) ([][]index.Hit, error) {
	var reach []float32
	if left := s.reaches[target]; len(left) > 0 {
		if s.reaches[target], reach = left[1:], left[0].Scores; reach == nil {
			return nil, fmt.Errorf("%w: it did not answer when the report was made", index.ErrUnavailable)
		}
	}
	lists := make([][]index.Hit, len(q.Vectors))
	for i, v := range q.Vectors {
		least := float32(math.Inf(-1))
		if i < len(reach) {
			least = reach[i] - nearly
		}
		for _, p := range s.points[target] {
			if h := nearest(v, p); h.Score >= least && q.Filter.Matches(p.Payload) {
				lists[i] = append(lists[i], h)
			}
		}
		slices.SortFunc(lists[i], func(a, b index.Hit) int {
			return cmp.Or(cmp.Compare(b.Score, a.Score), strings.Compare(a.ID, b.ID))
		})
	}
	return lists, nil
}

func nearest(v []float32, p index.Point) index.Hit {
	h := index.Hit{ID: p.ID, Score: float32(math.Inf(-1)), Payload: p.Payload}
	for i, w := range p.Vectors {
		if d := vek32.Dot(v, w); d > h.Score {
			h.Score, h.Vector = d, i
		}
	}
	return h
}
