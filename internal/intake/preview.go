package intake

import (
	"context"
	"errors"
	"image"

	"touchstone/detect"
	"touchstone/index"
	"touchstone/internal/casework"
	"touchstone/internal/photo"
)

// Preview is what to expect of a picture before it is registered.
type Preview struct {
	Width, Height int
	Warnings      []detect.Note // see PictureWarnings
	Own           []string      // names of the actor's own rights that have a picture like it
	Others        int           // rights of others that have one; which ones is theirs to tell
	Unchecked     bool          // the models or the index were busy: it was compared with nothing
}

// Preview looks at a picture that may be registered: does it show enough, and is one like it registered already? Nothing of it is kept. The error is
// an *InputError when it is no picture.
func (s *Service) Preview(ctx context.Context, a casework.Actor, data []byte) (Preview, error) {
	ph, err := photo.Decode(data, s.cfg.Photo)
	if err != nil {
		return Preview{}, &InputError{Field: "picture", Message: words(err), Kind: err}
	}
	size := ph.Image.Bounds()
	out := Preview{Width: size.Dx(), Height: size.Dy(), Warnings: warningsOf(ph)}
	rights, err := s.near(ctx, ph.Image)
	if errors.Is(err, index.ErrUnavailable) || errors.Is(err, ErrBusy) {
		out.Unchecked = true
		return out, nil
	}
	if err != nil {
		return Preview{}, err
	}
	views, err := s.Registry.Snapshot(ctx, rights)
	if err != nil {
		return Preview{}, err
	}
	for _, id := range rights {
		v, there := views[id]
		switch {
		case !there:
		case a.Owns(v.Right.Account, v.Right.HolderID):
			out.Own = append(out.Own, v.Right.Name)
		default:
			out.Others++
		}
	}
	return out, nil
}

// near are the rights with a registered picture that this one is, or nearly; the nearest first, each once.
func (s *Service) near(ctx context.Context, picture image.Image) ([]string, error) {
	t := s.turn()
	defer t.done()
	space, ok := t.spaces[detect.OutputCopy]
	if !ok {
		return nil, nil
	}
	vectors, err := t.wholeVectors(ctx, picture, []string{detect.OutputCopy})
	if err != nil {
		return nil, err
	}
	whole := vectors[0][0]
	lists, err := t.Index.Search(ctx, detect.Alias(detect.OutputCopy), index.Query{Space: space, Vectors: [][]float32{whole}, Limit: alikeHits, Filter: index.Filter{ActiveOnly: true}})
	if err != nil {
		return nil, err
	}
	var out []string
	seen := map[string]bool{}
	for _, h := range lists[0] {
		if !seen[h.Payload.Right] && t.detector.Resembling(detect.OutputCopy, whole, []index.Hit{h}, resembling) == 1 {
			seen[h.Payload.Right] = true
			out = append(out, h.Payload.Right)
		}
	}
	return out, nil
}
