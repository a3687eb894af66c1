package detect

import (
	"context"
	"fmt"
	"image"
	"math"

	"touchstone/internal/photo"
	"touchstone/models"
)

// looks gathers the crops of places that are embedded in one run.
type looks struct {
	places []place
	crops  []image.Image
}

// add takes a place up, and says where in its picture the crop lies by the crop's own bounds.
func (l *looks) add(p place, pixels *image.NRGBA) {
	l.places, l.crops = append(l.places, p), append(l.crops, pixels.SubImage(p.crop(pixels.Rect)))
}

// lookAtMarks finds the places of marks in pictures and embeds what they show: a run on crops, for which the first run gave the
// boxes, and, with cfg.Refined, another on the crops of the frames that this one gives: a crop has the picture's own pixels, so
// that it shows the edges of a mark better than the small picture that the boxes are from.
func (s *sight) lookAtMarks(ctx context.Context, e PictureEmbedder, pics []image.Image, boxes [][][]float32, cfg LogoConfig) error {
	var first looks
	var strong []int // in first: the places that are worth a look at their frame
	pixels := make([]*image.NRGBA, len(pics))
	for i, img := range pics {
		found := placesIn(i, boxes[i], img.Bounds(), cfg)
		if len(found) == 0 {
			continue
		}
		pixels[i] = photo.RGB(img)
		for j, p := range found {
			if j < cfg.Refined {
				strong = append(strong, len(first.places))
			}
			first.add(p, pixels[i])
		}
		for _, p := range found[:min(len(found), cfg.Closer)] {
			p.closer = true
			first.add(p, pixels[i])
		}
	}
	if len(first.crops) == 0 {
		return nil
	}
	outputs := []string{OutputMark}
	if cfg.Refined > 0 {
		outputs = append(outputs, OutputFrame)
	}
	seen, err := s.embedMarks(ctx, e, first, outputs)
	if err != nil || cfg.Refined == 0 {
		return err
	}
	var second looks
	for _, i := range strong {
		p := first.places[i]
		if q, ok := p.refined(seen[1][i][0], first.crops[i].Bounds(), pixels[p.picture].Rect); ok {
			s.places[i] = q // the first look is told of in the better box, too
			second.add(q, pixels[p.picture])
		}
	}
	if len(second.crops) == 0 {
		return nil
	}
	_, err = s.embedMarks(ctx, e, second, []string{OutputMark})
	return err
}

// embedMarks embeds crops, keeps places and vectors, and returns what the model gave: [output][crop][row][number].
func (s *sight) embedMarks(ctx context.Context, e PictureEmbedder, l looks, outputs []string) ([][][][]float32, error) {
	seen, err := e.Pictures(ctx, l.crops, outputs...)
	if err != nil {
		return nil, fmt.Errorf("marks in pictures: %w", err)
	}
	s.places = append(s.places, l.places...)
	for _, v := range seen[0] {
		s.marks = append(s.marks, v[0])
	}
	return seen, nil
}

// refined is the place in the frame that the model gave for its crop: x, y, width and height as fractions of the crop, which may
// reach beyond it, and how likely there is a mark at all. What is no box in the picture beside the place gives false.
func (p place) refined(frame []float32, crop, bounds image.Rectangle) (place, bool) {
	if len(frame) != models.BoxDimension {
		return p, false
	}
	for _, v := range frame {
		if v := float64(v); !(math.Abs(v) <= 8) { // NaN too
			return p, false
		}
	}
	w, h := float64(crop.Dx()), float64(crop.Dy())
	left, top := float64(crop.Min.X)+float64(frame[0])*w, float64(crop.Min.Y)+float64(frame[1])*h
	right, bottom := math.Min(left+float64(frame[2])*w, float64(bounds.Max.X)), math.Min(top+float64(frame[3])*h, float64(bounds.Max.Y))
	q := p
	q.x, q.y = math.Max(left, 0), math.Max(top, 0)
	q.w, q.h = right-q.x, bottom-q.y
	return q, q.w >= 1 && q.h >= 1 && q.overlap(p) > 0
}
