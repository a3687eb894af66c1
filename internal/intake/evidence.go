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

// ErrDamaged: a picture is kept whose bytes are not those that came, or cannot be read.
var ErrDamaged = errors.New("the kept picture is damaged")

// Sizes and colours of evidence pictures.
const (
	evidenceSide    = 640 // longest side of each picture in it
	evidenceGap     = 12
	evidenceQuality = 85
)

var (
	paper  = color.NRGBA{245, 245, 243, 255}
	marker = color.NRGBA{214, 51, 48, 255}
	// threads are the colours of lines between details, in turn, so that neighbours can be told apart.
	threads = []color.NRGBA{{230, 159, 0, 255}, {86, 180, 233, 255}, {0, 158, 115, 255}, {240, 228, 66, 255}, {204, 121, 167, 255}}
)

// pair is the two pictures of a finding, shrunk for people to look at and by how much, with the finding's box in pixels of the first.
type pair struct {
	listing, reference *image.NRGBA
	scale, shrunk      float64 // pixels of these in one of the listing's and of the reference's own
	box                detect.Box
}

// SideBySide draws the listing picture, with the place that matched marked, beside the registered picture. For a copy whose details were
// compared it marks the part in both pictures and joins details that are the same; for a mark, and for a line of text in a picture,
// the place is shown enlarged as well. It returns a JPEG that was encoded here: nothing of a stranger's file but its pixels passes on.
func (s *Service) SideBySide(ctx context.Context, r detect.Report, finding int) ([]byte, error) {
	if finding >= 0 && finding < len(r.Findings) && r.Findings[finding].Text != nil && r.Findings[finding].Text.Picture != nil {
		return s.line(ctx, r, r.Findings[finding].Text)
	}
	p, err := s.pair(ctx, r, finding)
	if err != nil {
		return nil, err
	}
	f := r.Findings[finding]
	if f.Signal == detect.SignalLogoInScene {
		near := enlarged(p.listing, p.box)
		outline(p.listing, p.box, marker)
		return photo.EncodeJPEG(row(p.listing, near, p.reference), evidenceQuality)
	}
	outline(p.listing, p.box, marker)
	v := f.Picture.Verification
	if v == nil || len(v.Points) == 0 { // nothing was found that both show
		return photo.EncodeJPEG(row(p.listing, p.reference), evidenceQuality)
	}
	outline(p.reference, scaled(v.ReferenceBox, p.shrunk), marker)
	canvas := row(p.listing, p.reference)
	right := evidenceGap + p.listing.Rect.Dx() + evidenceGap
	for i, q := range v.Points {
		from := image.Pt(evidenceGap+int(float64(q[0])*p.scale), evidenceGap+int(float64(q[1])*p.scale))
		to := image.Pt(right+int(float64(q[2])*p.shrunk), evidenceGap+int(float64(q[3])*p.shrunk))
		join(canvas, from, to, threads[i%len(threads)])
	}
	return photo.EncodeJPEG(canvas, evidenceQuality)
}

// line draws a listing picture with a line of text marked in it, and the line enlarged beside it.
func (s *Service) line(ctx context.Context, r detect.Report, e *detect.TextEvidence) ([]byte, error) {
	listing, scale, err := s.stored(ctx, r.Pictures[*e.Picture].Hash)
	if err != nil {
		return nil, err
	}
	if e.Box == nil {
		return photo.EncodeJPEG(row(listing), evidenceQuality)
	}
	box := scaled(*e.Box, scale)
	near := enlarged(listing, box)
	outline(listing, box, marker)
	return photo.EncodeJPEG(row(listing, near), evidenceQuality)
}

// row sets pictures beside each other on paper.
func row(list ...*image.NRGBA) *image.NRGBA {
	width, height := evidenceGap, 0
	for _, img := range list {
		width, height = width+img.Rect.Dx()+evidenceGap, max(height, img.Rect.Dy())
	}
	canvas := imaging.New(width, height+2*evidenceGap, paper)
	x := evidenceGap
	for _, img := range list {
		draw.Draw(canvas, image.Rect(x, evidenceGap, x+img.Rect.Dx(), evidenceGap+img.Rect.Dy()), img, img.Rect.Min, draw.Src)
		x += img.Rect.Dx() + evidenceGap
	}
	return canvas
}

// enlarged cuts a box out with a little of its surroundings and brings its longer side to half of an evidence picture's.
func enlarged(img *image.NRGBA, b detect.Box) *image.NRGBA {
	dx, dy := b[2]/8+2, b[3]/8+2
	part := imaging.Crop(img, image.Rect(b[0]-dx, b[1]-dy, b[0]+b[2]+dx, b[1]+b[3]+dy))
	if part.Rect.Empty() {
		return part
	}
	if part.Rect.Dx() >= part.Rect.Dy() {
		return imaging.Resize(part, evidenceSide/2, 0, imaging.CatmullRom)
	}
	return imaging.Resize(part, 0, evidenceSide/2, imaging.CatmullRom)
}

// scaled is a box in pixels of a smaller picture.
func scaled(b detect.Box, by float64) detect.Box {
	for i, v := range b {
		b[i] = int(math.Round(float64(v) * by))
	}
	return b
}

// join draws a thin line between two points, with a dot at each end.
func join(img *image.NRGBA, from, to image.Point, c color.NRGBA) {
	n := max(1, max(absolute(to.X-from.X), absolute(to.Y-from.Y)))
	for i := range n + 1 {
		img.SetNRGBA(from.X+(to.X-from.X)*i/n, from.Y+(to.Y-from.Y)*i/n, c)
	}
	for _, p := range []image.Point{from, to} {
		draw.Draw(img, image.Rect(p.X-2, p.Y-2, p.X+3, p.Y+3), image.NewUniform(c), image.Point{}, draw.Src)
	}
}

func absolute(v int) int { return max(v, -v) }

// Overlay lays the registered picture onto the listing picture where it fits best, half transparent, and says how well it
// fits: the alignment's matrix is in pixels of the overlay (which shows the listing picture) and of the shrunk reference.
func (s *Service) Overlay(ctx context.Context, r detect.Report, finding int) ([]byte, detect.Alignment, error) {
	p, err := s.pair(ctx, r, finding)
	if err != nil {
		return nil, detect.Alignment{}, err
	}
	var a detect.Alignment
	if r.Findings[finding].Signal == detect.SignalLogoInScene {
		p.reference = photo.RGB(detect.MarkPictures(p.reference)[0])
		a = alignMark(p)
	} else {
		a = detect.Align(p.listing, p.reference, p.box)
	}
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
	reference, shrunk, err := s.stored(ctx, e.Reference)
	if err != nil {
		return pair{}, err
	}
	return pair{listing, reference, scale, shrunk, scaled(e.Box, scale)}, nil
}

// stored reads a kept picture, shrunk to evidenceSide, and by how much it was shrunk.
func (s *Service) stored(ctx context.Context, hash string) (*image.NRGBA, float64, error) {
	data, err := s.Blobs.Get(ctx, hash)
	if errors.Is(err, blob.ErrNotFound) {
		return nil, 0, fmt.Errorf("picture %s: %w: its retention has ended", hash, ErrNoPicture)
	}
	if errors.Is(err, blob.ErrCorrupt) {
		return nil, 0, fmt.Errorf("picture %s: %w: %w", hash, ErrDamaged, err)
	}
	if err != nil {
		return nil, 0, err
	}
	limits := s.cfg.Photo
	limits.Target = evidenceSide
	ph, err := photo.Decode(data, limits)
	if err != nil {
		return nil, 0, fmt.Errorf("picture %s: %w: %w", hash, ErrDamaged, err)
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

// Shown is a stored picture for people to look at: upright, at most 640 pixels long, encoded anew as a JPEG, with a box (in pixels
// of the upright picture) outlined if there is one. The error wraps ErrNoPicture when the picture is kept no longer.
func (s *Service) Shown(ctx context.Context, hash string, box detect.Box) ([]byte, error) {
	if hash == "" {
		return nil, fmt.Errorf("show picture: %w", ErrNoPicture)
	}
	img, scale, err := s.stored(ctx, hash)
	if err != nil {
		return nil, err
	}
	if box[2] > 0 && box[3] > 0 {
		for i := range box {
			box[i] = int(math.Round(float64(box[i]) * scale))
		}
		outline(img, box, marker)
	}
	return photo.EncodeJPEG(img, evidenceQuality)
}
