package detect

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"sort"

	"touchstone/internal/photo"
	"touchstone/models"
)

// markMargin is how much of a box's side is added on each side of it before the mark in it is embedded; references get the same.
const markMargin = 0.12

// closerMargin is the same for the second look at a place: boxes are wide rather than narrow, and 0.8 times such a box with its
// margin is a little less than the box itself.
const closerMargin = 0.8*(0.5+markMargin) - 0.5 // -0.004

// A place is where a picture may show a mark: x, y, width and height in pixels of the picture as it was embedded.
type place struct {
	picture    int // position in sight.where
	x, y, w, h float64
	objectness float64 // 0 to 1
	closer     bool    // embedded closer up than the box says
}

// placesIn turns the boxes that the model gave for one picture into places: those that are likely enough, strongest first, without
// those that overlap a stronger one, at most cfg.Places.
func placesIn(picture int, boxes [][]float32, bounds image.Rectangle, cfg LogoConfig) []place {
	var all []place
	for _, b := range boxes {
		// A comparison with NaN is false, so that what is no number is passed over.
		if len(b) != models.BoxDimension || !(float64(b[4]) >= cfg.MinObjectness) || !(b[2] > 0) || !(b[3] > 0) {
			continue
		}
		w, h := float64(bounds.Dx()), float64(bounds.Dy())
		all = append(all, place{picture, float64(b[0]) * w, float64(b[1]) * h, float64(b[2]) * w, float64(b[3]) * h, math.Min(1, float64(b[4])), false})
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].objectness > all[j].objectness })
	kept := all[:0]
	for _, p := range all {
		if len(kept) == cfg.Places {
			break
		}
		if !covered(p, kept, cfg.Overlap) {
			kept = append(kept, p)
		}
	}
	return kept
}

// covered says whether a stronger place already shows what p shows.
func covered(p place, stronger []place, overlap float64) bool {
	for _, s := range stronger {
		if p.overlap(s) >= overlap {
			return true
		}
	}
	return false
}

// overlap is the intersection over the union.
func (p place) overlap(q place) float64 {
	w := math.Min(p.x+p.w, q.x+q.w) - math.Max(p.x, q.x)
	h := math.Min(p.y+p.h, q.y+q.h) - math.Max(p.y, q.y)
	both := math.Max(0, w) * math.Max(0, h)
	return both / math.Max(1e-9, p.w*p.h+q.w*q.h-both)
}

// crop is the part of the picture with the place and its margin, in whole pixels.
func (p place) crop(bounds image.Rectangle) image.Rectangle {
	const least = 4 // pixels a side
	dx, dy := markMargin*p.w, markMargin*p.h
	if p.closer {
		dx, dy = closerMargin*p.w, closerMargin*p.h
	}
	left, top := max(0, int(math.Floor(p.x-dx))), max(0, int(math.Floor(p.y-dy)))
	right, bottom := min(bounds.Dx(), int(math.Ceil(p.x+p.w+dx))), min(bounds.Dy(), int(math.Ceil(p.y+p.h+dy)))
	left, top = max(0, min(left, bounds.Dx()-least)), max(0, min(top, bounds.Dy()-least))
	return image.Rect(left, top, max(right, min(bounds.Dx(), left+least)), max(bottom, min(bounds.Dy(), top+least)))
}

// box is the place in pixels of the original picture, of which the embedded one may be a smaller copy.
func (p place) box(bounds image.Rectangle, original *photo.Photo) Box {
	w, h := float64(bounds.Dx()), float64(bounds.Dy())
	return box(models.Region{X: p.x / w, Y: p.y / h, W: p.w / w, H: p.h / h}, original.Width, original.Height)
}

// Shares and counts for parting the picture of a mark.
const (
	inkDistance = 24    // a pixel with a channel this far from the corner's is drawn
	blankShare  = 0.025 // of the drawn height: rows without ink that part two bands
	bandShare   = 0.18  // of the drawn height: the least height of a band that is kept
	maxMarks    = 4     // pictures of one reference
)

// MarkPictures gives the pictures in which a registered mark is embedded: what is drawn, with a margin in the colour of the
// picture's corner, and beside it each band that blank rows part from the others, as an emblem above a name: goods often carry one
// of them alone. There are one to four.
func MarkPictures(img image.Image) []image.Image {
	pixels := photo.RGB(img)
	parts := markParts(pixels)
	out := make([]image.Image, len(parts))
	for i, r := range parts {
		dx, dy := max(1, roundEven(markMargin*float64(r.Dx()))), max(1, roundEven(markMargin*float64(r.Dy())))
		canvas := image.NewNRGBA(image.Rect(0, 0, r.Dx()+2*dx, r.Dy()+2*dy))
		draw.Draw(canvas, canvas.Rect, image.NewUniform(pixels.NRGBAAt(0, 0)), image.Point{}, draw.Src)
		draw.Draw(canvas, image.Rect(dx, dy, dx+r.Dx(), dy+r.Dy()), pixels, r.Min, draw.Src)
		out[i] = canvas
	}
	return out
}

// roundEven rounds halves to even, as the training code does.
func roundEven(v float64) int { return int(math.RoundToEven(v)) }

// markParts gives the drawn part of a picture, first, and its bands; the whole picture when nothing is drawn.
func markParts(img *image.NRGBA) []image.Rectangle {
	whole := inked(img, img.Rect)
	if whole.Empty() {
		return []image.Rectangle{img.Rect}
	}
	parts := []image.Rectangle{whole}
	bands := bandsOf(img, whole)
	if len(bands) == 1 {
		return parts
	}
	for _, b := range bands {
		if float64(b.Dy()) >= bandShare*float64(whole.Dy()) && len(parts) < maxMarks {
			parts = append(parts, inked(img, b))
		}
	}
	return parts
}

// bandsOf parts a rectangle at runs of blank rows.
func bandsOf(img *image.NRGBA, r image.Rectangle) []image.Rectangle {
	least := math.Max(2, blankShare*float64(r.Dy()))
	var bands []image.Rectangle
	start, blank := r.Min.Y, 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		if inked(img, image.Rect(r.Min.X, y, r.Max.X, y+1)).Empty() {
			blank++
			continue
		}
		if float64(blank) >= least {
			bands = append(bands, image.Rect(r.Min.X, start, r.Max.X, y-blank))
			start = y
		}
		blank = 0
	}
	return append(bands, image.Rect(r.Min.X, start, r.Max.X, r.Max.Y))
}

// inked is the smallest rectangle in r around all pixels that differ from the picture's corner.
func inked(img *image.NRGBA, r image.Rectangle) image.Rectangle {
	corner := img.NRGBAAt(0, 0)
	var out image.Rectangle
	for y := r.Min.Y; y < r.Max.Y; y++ {
		left, right := -1, -1
		for x := r.Min.X; x < r.Max.X; x++ {
			if differs(img.NRGBAAt(x, y), corner) {
				if left < 0 {
					left = x
				}
				right = x
			}
		}
		if left >= 0 {
			out = out.Union(image.Rect(left, y, right+1, y+1))
		}
	}
	return out
}

func differs(a, b color.NRGBA) bool {
	apart := func(x, y uint8) bool { return x > y && x-y > inkDistance || y > x && y-x > inkDistance }
	return apart(a.R, b.R) || apart(a.G, b.G) || apart(a.B, b.B)
}
