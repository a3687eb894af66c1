package intake

import (
	"context"
	"errors"
	"fmt"

	"touchstone/detect"
	"touchstone/embed"
	"touchstone/index"
	"touchstone/models"
)

// ErrNoJoint: no text model of the pack in use shares a space with its pictures.
var ErrNoJoint = errors.New("intake: texts and pictures share no space")

// Named is a registered picture that a text describes.
type Named struct {
	Right, Reference string
	Cosine           float64 // -1 to 1; of texts and pictures far below what two pictures of one thing have
}

// ByText finds the registered pictures that a text describes best, the best first, with a pack whose manifest says that an output of texts
// lies in the space of its pictures. The rights need not be in force. Errors: ErrNoJoint, ErrBusy.
func (s *Service) ByText(ctx context.Context, text string, limit int) ([]Named, error) {
	t := s.turn()
	defer t.done()
	out, ok := t.joint()
	if !ok {
		return nil, fmt.Errorf("%w: the pack in use, %s, has no model whose texts lie among its pictures; activate one that has, such as the recipe of CLIP writes",
			ErrNoJoint, t.name())
	}
	vectors, err := t.embed.Texts(ctx, out.Name, []string{text})
	if errors.Is(err, embed.ErrBusy) {
		err = fmt.Errorf("%w: %w", ErrBusy, err)
	}
	if err != nil {
		return nil, err
	}
	lists, err := own{t.Index, t.engine}.Search(ctx, detect.Alias(out.Joint), index.Query{Space: t.spaces[out.Joint], Vectors: vectors, Limit: limit})
	if err != nil {
		return nil, err
	}
	found := make([]Named, len(lists[0]))
	for i, h := range lists[0] {
		found[i] = Named{Right: h.Payload.Right, Reference: h.ID, Cosine: float64(h.Score)}
	}
	return found, nil
}

// joint is the first output of texts that lies in a space of pictures which a signal reads.
func (e *engine) joint() (models.Output, bool) {
	for _, m := range e.pack.Manifest().Models {
		for _, o := range m.Outputs {
			if _, kept := e.spaces[o.Joint]; o.Joint != "" && kept {
				return o, true
			}
		}
	}
	return models.Output{}, false
}
