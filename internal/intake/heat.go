package intake

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"

	"github.com/disintegration/imaging"

	"touchstone/detect"
	"touchstone/embed"
	"touchstone/internal/photo"
)

// Windows of a heat map: a grid of heatGrid x heatGrid, each heatWindow of the picture's width and height, evenly spread.
const (
	heatGrid   = 5
	heatWindow = 0.4
)

// Scores of the design model between two windows at which a heat map begins and is full: unrelated pictures hardly reach the first, the
// same goods in another photo pass the second.
const (
	coldest = 0.22
	hottest = 0.58
)

// A HeatMap shows which parts of a listing's picture agree with a registered design.
type HeatMap struct {
	Picture []byte // JPEG: shape, colour and the registered picture, side by side
	// Shape is how far the best parts agree with the colours taken away, 0 to 1: the mean over the quarter of the windows that agree best.
	Shape float64
	// Colour is how far the colours of the same parts agree, 0 to 1: about 1 for the same article, low for one in another colour.
	Colour float64
}

// HeatMap compares windows of a listing's picture with windows of the registered one by the model of designs, both in grey, so that
// the first panel shows where shapes and prints agree whatever their colour. The second shows where, of that, the colours agree as well; the
// third, which parts of the registered picture were met. It costs some eighty runs of the model: it is for evidence, asked for by a person.
func (s *Service) HeatMap(ctx context.Context, r detect.Report, finding int) (HeatMap, error) {
	p, err := s.pair(ctx, r, finding)
	if err != nil {
		return HeatMap{}, err
	}
	if signal := r.Findings[finding].Signal; signal != detect.SignalDesignSimilarity {
		return HeatMap{}, fmt.Errorf("finding %d: %w: a heat map is made of findings of design_similarity, and this is one of %s", finding, ErrNoPicture, signal)
	}
	listing, reference := windows(p.listing), windows(p.reference)
	t := s.turn()
	defer t.done()
	score, err := t.agreements(ctx, p, listing, reference)
	if err != nil {
		return HeatMap{}, err
	}
	a := newAgreement(p, listing, reference, score)
	picture, err := photo.EncodeJPEG(a.panels(p), evidenceQuality)
	shape, colour := a.figures()
	return HeatMap{Picture: picture, Shape: shape, Colour: colour}, err
}

// windows gives the grid's rectangles, row by row.
func windows(img *image.NRGBA) []image.Rectangle {
	w, h := float64(img.Rect.Dx()), float64(img.Rect.Dy())
	list := make([]image.Rectangle, 0, heatGrid*heatGrid)
	for row := range heatGrid {
		for col := range heatGrid {
			x, y := w*(1-heatWindow)*float64(col)/(heatGrid-1), h*(1-heatWindow)*float64(row)/(heatGrid-1)
			r := image.Rect(int(x), int(y), max(int(x)+1, int(x+w*heatWindow)), max(int(y)+1, int(y+h*heatWindow)))
			list = append(list, r.Intersect(img.Rect.Sub(img.Rect.Min)))
		}
	}
	return list
}

// agreements scores every window of the listing against every one of the reference, colours taken away, as the signal would score
// pictures: [listing window][reference window]. A window of the reference stands for its mirror image as well.
func (t turn) agreements(ctx context.Context, p pair, listing, reference []image.Rectangle) ([][]float64, error) {
	var pics []image.Image
	cut := func(img *image.NRGBA, list []image.Rectangle, mirror bool) {
		grey := imaging.Grayscale(img)
		if mirror {
			grey = imaging.FlipH(grey)
		}
		for _, r := range list {
			if mirror {
				r = image.Rect(img.Rect.Dx()-r.Max.X, r.Min.Y, img.Rect.Dx()-r.Min.X, r.Max.Y)
			}
			pics = append(pics, imaging.Crop(grey, r))
		}
	}
	cut(p.listing, listing, false)
	cut(p.reference, reference, false)
	cut(p.reference, reference, true)
	vectors, err := t.embed.Pictures(ctx, pics, detect.OutputDesign)
	if errors.Is(err, embed.ErrBusy) {
		err = fmt.Errorf("%w: %w", ErrBusy, err)
	}
	if err != nil {
		return nil, err
	}
	score := make([][]float64, len(listing))
	for i := range listing {
		score[i] = make([]float64, len(reference))
		for j := range reference {
			ways := [][]float32{vectors[0][len(listing)+j][0], vectors[0][len(listing)+len(reference)+j][0]}
			for k, v := range ways {
				raw, ok := t.detector.Raw(detect.OutputDesign, v, vectors[0][i])
				if !ok {
					return nil, fmt.Errorf("heat map: %w: the pack in use has no model of designs", ErrNoPicture)
				}
				if k == 0 || raw > score[i][j] {
					score[i][j] = raw
				}
			}
		}
	}
	return score, nil
}

// agreement holds a heat, 0 to 1, for each window: shape and colour of the listing's, and shape of the reference's.
type agreement struct{ shape, colour, met []float64 }

func newAgreement(p pair, listing, reference []image.Rectangle, score [][]float64) agreement {
	a := agreement{make([]float64, len(listing)), make([]float64, len(listing)), make([]float64, len(reference))}
	of := make([]palette, len(reference))
	for j, r := range reference {
		of[j] = paletteOf(p.reference, r)
	}
	for i, row := range score {
		best := 0
		for j, v := range row {
			h := math.Min(1, math.Max(0, (v-coldest)/(hottest-coldest)))
			a.met[j] = math.Max(a.met[j], h)
			a.shape[i] = math.Max(a.shape[i], h)
			if v > row[best] {
				best = j
			}
		}
		a.colour[i] = paletteOf(p.listing, listing[i]).shared(of[best])
	}
	return a
}

// figures are the means over the quarter of the windows whose shapes agree best.
func (a agreement) figures() (shape, colour float64) {
	order := make([]int, len(a.shape))
	for i := range order {
		order[i] = i
	}
	for i := range order { // few: selection will do
		for j := i + 1; j < len(order); j++ {
			if a.shape[order[j]] > a.shape[order[i]] {
				order[i], order[j] = order[j], order[i]
			}
		}
	}
	n := max(1, len(order)/4)
	for _, i := range order[:n] {
		shape, colour = shape+a.shape[i]/float64(n), colour+a.colour[i]/float64(n)
	}
	return shape, colour
}

// panels draws the three pictures beside each other, agreement in red on grey, from none to full.
func (a agreement) panels(p pair) image.Image {
	both := make([]float64, len(a.shape))
	for i := range both {
		both[i] = a.shape[i] * a.colour[i]
	}
	return row(heated(p.listing, a.shape), heated(p.listing, both), heated(p.reference, a.met))
}

// heated lays heat over a picture, between the windows' middles by bilinear interpolation: what is cold is grey and pale, what is
// hot shows its own colours under red.
func heated(img *image.NRGBA, heat []float64) *image.NRGBA {
	out := imaging.Clone(img)
	w, h := float64(out.Rect.Dx()), float64(out.Rect.Dy())
	at := func(v, size float64) (int, float64) {
		g := (v/size - heatWindow/2) / (1 - heatWindow) * (heatGrid - 1)
		g = math.Min(heatGrid-1, math.Max(0, g))
		i := min(int(g), heatGrid-2)
		return i, g - float64(i)
	}
	for y := range out.Rect.Dy() {
		row, fy := at(float64(y)+0.5, h)
		for x := range out.Rect.Dx() {
			col, fx := at(float64(x)+0.5, w)
			i := row*heatGrid + col
			v := (heat[i]*(1-fx)+heat[i+1]*fx)*(1-fy) + (heat[i+heatGrid]*(1-fx)+heat[i+heatGrid+1]*fx)*fy
			p := out.Pix[out.PixOffset(x, y):]
			grey := 0.6*(0.299*float64(p[0])+0.587*float64(p[1])+0.114*float64(p[2])) + 0.4*235
			for c, hot := range []float64{float64(marker.R), float64(marker.G), float64(marker.B)} {
				warm := 0.55*float64(p[c]) + 0.45*hot
				p[c] = uint8(grey*(1-v) + warm*v)
			}
		}
	}
	return out
}

// A palette is the share of a picture's part that each of a few colours has.
type palette [4 * 8 * 8]float64

// paletteOf counts colours: four steps of brightness and eight of Cb and Cr each, about grey, where goods' colours lie.
func paletteOf(img *image.NRGBA, r image.Rectangle) palette {
	var p palette
	step := func(v uint8) int { return min(7, max(0, (int(v)-128)/12+4)) }
	const every = 3 // pixels
	n := 0.0
	for y := r.Min.Y; y < r.Max.Y; y += every {
		for x := r.Min.X; x < r.Max.X; x += every {
			q := img.Pix[img.PixOffset(img.Rect.Min.X+x, img.Rect.Min.Y+y):]
			light, cb, cr := color.RGBToYCbCr(q[0], q[1], q[2])
			p[int(light)/64*64+step(cb)*8+step(cr)]++
			n++
		}
	}
	for i := range p {
		p[i] /= math.Max(1, n)
	}
	return p
}

// shared is how much two palettes have in common, 0 to 1 (histogram intersection: Swain and Ballard, 1991).
func (p palette) shared(q palette) float64 {
	sum := 0.0
	for i, v := range p {
		sum += math.Min(v, q[i])
	}
	return sum
}
