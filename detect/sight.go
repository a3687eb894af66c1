package detect

import (
	"context"
	"fmt"
	"image"
	"slices"
)

// A sight is what the models saw in a listing's pictures: one run of a model for all the signals that read its outputs.
type sight struct {
	where     []int                    // the pictures of the listing that could be read
	unchecked []Unchecked              // the others, without a signal's name
	vectors   map[string][][][]float32 // by output: [picture of where][region][dimension]
	places    []place                  // where pictures may show marks, and what each place shows
	marks     [][]float32
}

// look embeds the listing's readable pictures for some outputs, and, with logos, looks for the places of marks in the same run. What was
// seen before of the same listing is taken over, and not looked at again.
func look(ctx context.Context, e PictureEmbedder, l Listing, outputs []string, logos *LogoConfig, before *sight) (*sight, error) {
	s := &sight{vectors: map[string][][][]float32{}}
	if before != nil {
		s.vectors, outputs = before.vectors, nil
	}
	if len(outputs) == 0 && logos == nil && before == nil {
		return s, nil
	}
	var pics []image.Image
	for i, pic := range l.Pictures {
		if pic.Photo == nil {
			s.unchecked = append(s.unchecked, Unchecked{Place: fmt.Sprintf("pictures[%d]", i), Reason: pic.Problem})
			continue
		}
		pics, s.where = append(pics, pic.Photo.Image), append(s.where, i)
	}
	if len(l.Pictures) == 0 {
		s.unchecked = append(s.unchecked, Unchecked{Reason: "The listing has no pictures."})
	}
	if len(pics) == 0 {
		return s, nil
	}
	asked := outputs
	if logos != nil {
		asked = append(slices.Clone(outputs), OutputPlaces)
	}
	if len(asked) == 0 {
		return s, nil
	}
	vectors, err := e.Pictures(ctx, pics, asked...)
	if err != nil {
		return nil, err
	}
	for i, output := range outputs {
		s.vectors[output] = vectors[i]
	}
	if logos == nil {
		return s, nil
	}
	return s, s.lookAtMarks(ctx, e, pics, vectors[len(outputs)], *logos)
}

// unseen is what a signal that reads pictures could not check.
func (s *sight) unseen(signal string) []Unchecked {
	list := make([]Unchecked, len(s.unchecked))
	for i, u := range s.unchecked {
		u.Signal = signal
		list[i] = u
	}
	return list
}
