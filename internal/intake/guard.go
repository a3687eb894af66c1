package intake

import (
	"context"
	"errors"
	"time"

	"touchstone/detect"
	"touchstone/index"
	"touchstone/internal/guard"
)

// Whom the look-alike guard counts.
const (
	resembling = 0.5 // probability of a finding from which the picture resembles the reference
	crowded    = 8   // rights that one picture resembles before the references are counted: nearly all that a signal reports
)

// note counts what a listing resembled. Pictures alone are counted: a word that stands in thousands of titles is a brand.
func (s *Service) note(rec ReportRecord) {
	if s.Guard == nil {
		return
	}
	listing := rec.Entry
	if listing == "" {
		listing = rec.Report.ContentHash
	}
	var matches []guard.Match
	for _, f := range rec.Report.Findings {
		if likeness(f) {
			matches = append(matches, guard.Match{Reference: f.Reference, Right: f.Right, Listing: listing})
		}
	}
	s.Guard.Note(matches...)
}

// likeness tells whether a finding says that a picture resembles a reference.
func likeness(f detect.Finding) bool {
	return (f.Signal == detect.SignalNearCopy || f.Signal == detect.SignalDesignSimilarity) && !f.Excused && f.Probability >= resembling
}

func (s *Service) quarantined(reference string) string {
	if s.Guard == nil {
		return ""
	}
	return s.Guard.Quarantined(reference)
}

// setAside gives the quarantines of a listing's pictures; nil for none.
func (s *Service) setAside(l detect.Listing) map[string]string {
	var out map[string]string
	for _, p := range l.Pictures {
		if p.Hash == "" {
			continue
		}
		if q := s.quarantined(p.Hash); q != "" {
			if out == nil {
				out = map[string]string{}
			}
			out[p.Hash] = q
		}
	}
	return out
}

// flooding looks whether a picture that resembles many rights resembles too many references, and gives the quarantines of the
// listing's pictures where one was added. It asks the index once more for such pictures alone.
func (t turn) flooding(ctx context.Context, l detect.Listing, d detected) (map[string]string, error) {
	if t.Guard == nil || t.Guard.Rule.References == 0 {
		return nil, nil
	}
	rights := map[int]int{}
	for _, f := range d.report.Findings {
		if f.Signal == detect.SignalNearCopy && likeness(f) {
			rights[f.Picture.Index]++
		}
	}
	added := false
	seen := d.candidates.Seen()
	for i, position := range seen.Pictures {
		if rights[position] < crowded {
			continue
		}
		n, err := t.resembled(ctx, seen.Vectors[detect.OutputCopy][i][0])
		if err != nil {
			return nil, err
		}
		q, err := t.Guard.Flooding(ctx, l.Pictures[position].Hash, n)
		if err != nil {
			return nil, err
		}
		added = added || q != ""
	}
	if !added {
		return nil, nil
	}
	return t.setAside(l), nil
}

// resembled counts the registered pictures that a whole picture resembles, as far as the limit.
func (t turn) resembled(ctx context.Context, whole []float32) (int, error) {
	lists, err := own{t.Index, t.engine}.Search(ctx, detect.Alias(detect.OutputCopy), index.Query{
		Space: t.spaces[detect.OutputCopy], Vectors: [][]float32{whole}, Limit: t.Guard.Rule.References, Filter: index.Filter{ActiveOnly: true},
	})
	if errors.Is(err, index.ErrUnavailable) {
		return 0, nil // the report says that the index was away
	}
	if err != nil {
		return 0, err
	}
	return t.detector.Resembling(detect.OutputCopy, whole, lists[0], resembling), nil
}

// suppressions are those of a right that bear on a listing.
func (s *Service) suppressions(ctx context.Context, right string, l detect.Listing, at time.Time) ([]detect.Suppression, error) {
	if s.Guard == nil {
		return nil, nil
	}
	var out []detect.Suppression
	var clusters map[string][]string // of the listing's pictures
	for _, x := range s.Guard.Of(right, l.Marketplace, at) {
		d := detect.Suppression{ID: x.ID, Reason: x.Reason, Picture: x.Picture, Words: x.Words}
		switch {
		case x.Seller != "":
			if d.Everything = x.Seller == l.Seller; !d.Everything {
				continue
			}
		case x.Cluster != "":
			if clusters == nil {
				var err error
				if clusters, err = s.clusters(ctx, l); err != nil {
					return nil, err
				}
			}
			for _, picture := range clusters[x.Cluster] {
				d.Picture = picture
				out = append(out, d)
			}
			continue
		}
		out = append(out, d)
	}
	return out, nil
}

// clusters are the listing's pictures by the clusters of kept listings that show the same files.
func (s *Service) clusters(ctx context.Context, l detect.Listing) (map[string][]string, error) {
	var hashes []string
	for _, p := range l.Pictures {
		if p.Hash != "" {
			hashes = append(hashes, p.Hash)
		}
	}
	if s.Listings == nil || len(hashes) == 0 {
		return map[string][]string{}, nil
	}
	return s.Listings.PictureClusters(ctx, hashes)
}
