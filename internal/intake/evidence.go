package intake

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"

	"github.com/disintegration/imaging"

	"touchstone/detect"
	"touchstone/internal/blob"
	"touchstone/internal/photo"
)

// ErrNoPicture: the finding is about a text, or its pictures are kept no longer.
var ErrNoPicture = errors.New("there is no picture for this finding")

// Sizes and colours of evidence pictures.
const (
	evidenceSide    = 640 // longest side of each picture in it
	evidenceGap     = 12
	evidenceQuality = 85
)

var (
	paper  = color.NRGBA{245, 245, 243, 255}
	marker = color.NRGBA{214, 51, 48, 255}
)

// pair is the two pictures of a finding, shrunk for people to look at, with the finding's box in pixels of the first.
type pair struct {
	listing, reference *image.NRGBA
	box                detect.Box
}

// SideBySide draws the listing picture, with the place that matched marked, beside the registered picture. It returns a JPEG
// that was encoded here: nothing of a stranger's file but its pixels passes on.
func (s *Service) SideBySide(ctx context.Context, r detect.Report, finding int) ([]byte, error) {
	p, err := s.pair(ctx, r, finding)
	if err != nil {
		return nil, err
	}
	outline(p.listing, p.box, marker)
	a, b := p.listing.Bounds(), p.reference.Bounds()
	canvas := imaging.New(a.Dx()+b.Dx()+3*evidenceGap, max(a.Dy(), b.Dy())+2*evidenceGap, paper)
	draw.Draw(canvas, a.Add(image.Pt(evidenceGap, evidenceGap)), p.listing, a.Min, draw.Src)
	draw.Draw(canvas, b.Add(image.Pt(a.Dx()+2*evidenceGap, evidenceGap)), p.reference, b.Min, draw.Src)
	return photo.EncodeJPEG(canvas, evidenceQuality)
}

// Overlay lays the registered picture onto the listing picture where it fits best, half transparent, and says how well it
// fits: the alignment's matrix is in pixels of the overlay (which shows the listing picture) and of the shrunk reference.
func (s *Service) Overlay(ctx context.Context, r detect.Report, finding int) ([]byte, detect.Alignment, error) {
	p, err := s.pair(ctx, r, finding)
	if err != nil {
		return nil, detect.Alignment{}, err
	}
	a := detect.Align(p.listing, p.reference, p.box)
	canvas := imaging.Clone(p.listing)
	lay(canvas, p.reference, a.Matrix)
	data, err := photo.EncodeJPEG(canvas, evidenceQuality)
	return data, a, err
}

func (s *Service) pair(ctx context.Context, r detect.Report, finding int) (pair, error) {
	if finding < 0 || finding >= len(r.Findings) {
		return pair{}, fmt.Errorf("finding %d: %w: the report has %d findings, counted from 0", finding, ErrNoPicture, len(r.Findings))
	}
	e := r.Findings[finding].Picture
	if e == nil || e.Reference == "" {
		return pair{}, fmt.Errorf("finding %d: %w: it is about a text", finding, ErrNoPicture)
	}
	listing, scale, err := s.stored(ctx, r.Pictures[e.Index].Hash)
	if err != nil {
		return pair{}, err
	}
	reference, _, err := s.stored(ctx, e.Reference)
	if err != nil {
		return pair{}, err
	}
	var box detect.Box
	for i, v := range e.Box {
		box[i] = int(math.Round(float64(v) * scale))
	}
	return pair{listing, reference, box}, nil
}

// stored reads a kept picture, shrunk to evidenceSide, and by how much it was shrunk.
func (s *Service) stored(ctx context.Context, hash string) (*image.NRGBA, float64, error) {
	data, err := s.Blobs.Get(ctx, hash)
	if errors.Is(err, blob.ErrNotFound) {
		return nil, 0, fmt.Errorf("picture %s: %w: its retention has ended", hash, ErrNoPicture)
	}
	if err != nil {
		return nil, 0, err
	}
	limits := s.cfg.Photo
	limits.Target = evidenceSide
	ph, err := photo.Decode(data, limits)
	if err != nil {
		return nil, 0, err
	}
	small := photo.Thumb(ph.Image, evidenceSide)
	return small, float64(small.Bounds().Dx()) / float64(ph.Width), nil
}

// outline draws the box three pixels thick, inside the picture.
func outline(img *image.NRGBA, b detect.Box, c color.NRGBA) {
	r := image.Rect(b[0], b[1], b[0]+b[2], b[1]+b[3]).Intersect(img.Rect)
	for t := range 3 {
		in := r.Inset(t)
		if in.Empty() {
			return
		}
		for x := in.Min.X; x < in.Max.X; x++ {
			img.SetNRGBA(x, in.Min.Y, c)
			img.SetNRGBA(x, in.Max.Y-1, c)
		}
		for y := in.Min.Y; y < in.Max.Y; y++ {
			img.SetNRGBA(in.Min.X, y, c)
			img.SetNRGBA(in.Max.X-1, y, c)
		}
	}
}

// lay blends the reference over the canvas, half and half, where the inverse of m finds it, and draws its border.
func lay(canvas, reference *image.NRGBA, m [6]float64) {
	det := m[0]*m[4] - m[1]*m[3]
	if math.Abs(det) < 1e-9 {
		return
	}
	w, h := float64(reference.Rect.Dx()), float64(reference.Rect.Dy())
	edge := 3 / math.Sqrt(math.Abs(det)) // three canvas pixels, in pixels of the reference
	for y := range canvas.Rect.Dy() {
		for x := range canvas.Rect.Dx() {
			dx, dy := float64(x)+0.5-m[2], float64(y)+0.5-m[5]
			u, v := (m[4]*dx-m[1]*dy)/det, (m[0]*dy-m[3]*dx)/det
			if u < 0 || v < 0 || u >= w || v >= h {
				continue
			}
			at := canvas.PixOffset(x, y)
			if u < edge || v < edge || u >= w-edge || v >= h-edge {
				canvas.Pix[at], canvas.Pix[at+1], canvas.Pix[at+2] = marker.R, marker.G, marker.B
				continue
			}
			from := reference.PixOffset(reference.Rect.Min.X+int(u), reference.Rect.Min.Y+int(v))
			for c := range 3 {
				canvas.Pix[at+c] = uint8((int(canvas.Pix[at+c]) + int(reference.Pix[from+c])) / 2)
			}
		}
	}
}
