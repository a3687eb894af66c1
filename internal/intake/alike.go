package intake

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"touchstone/detect"
	"touchstone/detect/wordmark"
	"touchstone/index"
	"touchstone/internal/casework"
)

// How a reference of another right resembles one of this one.
const (
	AlikeWord    = "word"
	AlikePicture = "picture"
)

const (
	alikeHits  = 20  // of one picture that are looked at
	mostAlike  = 20  // that are told
	alikeWords = 0.8 // similarity of words from which they are told
)

// Alike is a right of another holder that a reference of this one resembles.
type Alike struct {
	Right      string  // of the other
	Reference  string  // this one's
	Other      string  // the other's reference
	How        string  // see AlikeWord and AlikePicture
	Word       string  // the other's word
	Similarity float64 // of words 0 to 1; of pictures the cosine
}

// Alike looks for references of other holders that those of a right resemble: words by the lexicon, pictures by the nearest vectors of the
// near-copy signal. Rights that are pending count as well. unchecked says in a sentence what could not be looked at.
func (s *Service) Alike(ctx context.Context, rightID string) (found []Alike, unchecked string, err error) {
	views, err := s.Registry.Snapshot(ctx, []string{rightID})
	if err != nil {
		return nil, "", err
	}
	v := views[rightID]
	for _, ref := range v.References {
		var some []Alike
		if ref.Kind == casework.ReferenceWord {
			some = s.alikeWords(ref)
		} else if some, err = s.alikePictures(ctx, ref); errors.Is(err, index.ErrUnavailable) || errors.Is(err, ErrBusy) {
			unchecked, err = "The models or the index were busy: pictures were not compared. Ask again.", nil
		}
		if err != nil {
			return nil, "", err
		}
		found = append(found, some...)
	}
	if v.Right.Kind() == casework.KindWord && !slices.ContainsFunc(v.References, func(r casework.Reference) bool { return r.Kind == casework.ReferenceWord }) {
		found = append(found, s.alikeWords(casework.Reference{RightID: rightID, Word: v.Right.Name})...)
	}
	found, err = s.ofOthers(ctx, v.Right, found)
	return found, unchecked, err
}

// alikeWords are the marks that a title of nothing but this word could mean.
func (s *Service) alikeWords(ref casework.Reference) []Alike {
	word := strings.TrimSpace(ref.Word)
	spans := wordmark.Spans(word, 16)
	var out []Alike
	for _, m := range wordmark.Find(word, spans, s.lexicon.Lookup(spans), nil) {
		whole := m.Span.End-m.Span.Start >= len(word)*3/4 // "Velmora" within "Velmora Home Collection" is another matter
		if m.Mark.Right != ref.RightID && whole && m.Similarity >= alikeWords {
			out = append(out, Alike{Right: m.Mark.Right, Reference: ref.ID, Other: m.Mark.Reference, How: AlikeWord, Word: m.Mark.Word, Similarity: m.Similarity})
		}
	}
	return out
}

// alikePictures are the pictures that this one is, or nearly.
func (s *Service) alikePictures(ctx context.Context, ref casework.Reference) ([]Alike, error) {
	t := s.turn()
	defer t.done()
	space, ok := t.spaces[detect.OutputCopy]
	if !ok {
		return nil, nil
	}
	vectors, err := t.vectorsOf(ctx, ref, []string{detect.OutputCopy}, nil)
	if err != nil {
		return nil, err
	}
	whole := vectors[0][0]
	lists, err := t.Index.Search(ctx, detect.Alias(detect.OutputCopy), index.Query{
		Space: space, Vectors: [][]float32{whole}, Limit: alikeHits, Filter: index.Filter{ActiveOnly: true},
	})
	if err != nil {
		return nil, err
	}
	var out []Alike
	for _, h := range lists[0] {
		if h.Payload.Right != ref.RightID && t.detector.Resembling(detect.OutputCopy, whole, []index.Hit{h}, resembling) == 1 {
			out = append(out, Alike{Right: h.Payload.Right, Reference: ref.ID, Other: h.ID, How: AlikePicture, Similarity: float64(h.Score)})
		}
	}
	return out, nil
}

// ofOthers leaves the rights of other holders, each pair of rights once a way, the most alike first.
func (s *Service) ofOthers(ctx context.Context, own casework.Right, found []Alike) ([]Alike, error) {
	var ids []string
	for _, f := range found {
		ids = append(ids, f.Right)
	}
	views, err := s.Registry.Snapshot(ctx, ids)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(found, func(a, b Alike) int { return cmp.Compare(b.Similarity, a.Similarity) })
	seen := map[string]bool{}
	var out []Alike
	for _, f := range found {
		other, ok := views[f.Right]
		if key := f.Right + f.How; ok && other.Right.HolderID != own.HolderID && !seen[key] && len(out) < mostAlike {
			seen[key] = true
			out = append(out, f)
		}
	}
	return out, nil
}
