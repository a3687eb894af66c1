// Package embedtest has what tests of embedders and of their callers need: a
// deterministic fake that needs no model, and the contract that every embedder
// passes.
package embedtest

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"image"
	"image/color"
	"math"
	"slices"
	"strings"
	"unicode"

	"touchstone/models"
)

// ErrInput is what the fake answers to pictures without pixels, empty texts
// and unknown outputs.
var ErrInput = errors.New("embedtest: bad input")

// Embedder is what callers of package embed use of it.
type Embedder interface {
	Pictures(ctx context.Context, pics []image.Image, outputs ...string) ([][][][]float32, error)
	Texts(ctx context.Context, output string, texts []string) ([][]float32, error)
}

// Fake is an embedder without a model. Pictures that look nearly the same get
// nearly the same vectors, because a vector is a tiny thumbnail; texts that
// share runs of letters are near each other, because a vector counts them. The
// zero value serves every output, with one region and 64 dimensions of text.
type Fake struct {
	Regions []models.Region // of pictures; empty = the whole alone
	Outputs []string        // that exist; empty = any name
	Err     error           // when set, every request fails with it
	// Rows are what an output gives for every picture in place of a thumbnail, boxes, say; the first one also for every text.
	Rows map[string][][]float32
}

var _ Embedder = (*Fake)(nil)

const (
	side = 6 // of the thumbnail
	// PictureDimension is the length of the fake's vectors of pictures.
	PictureDimension = side*side*3 + 1
	// TextDimension is the length of the fake's vectors of texts.
	TextDimension = 64
)

// Pictures gives [output][picture][region][PictureDimension], of unit length;
// the same for every output that Rows does not name.
func (f *Fake) Pictures(ctx context.Context, pics []image.Image, outputs ...string) ([][][][]float32, error) {
	if err := f.check(ctx, outputs...); err != nil {
		return nil, err
	}
	regions := f.Regions
	if len(regions) == 0 {
		regions = []models.Region{{Name: "whole", W: 1, H: 1}}
	}
	out := make([][][]float32, len(pics))
	for i, p := range pics {
		if p == nil || p.Bounds().Empty() {
			return nil, fmt.Errorf("%w: picture %d has no pixels", ErrInput, i+1)
		}
		for _, r := range regions {
			out[i] = append(out[i], thumbnail(p, r))
		}
	}
	all := make([][][][]float32, len(outputs))
	for i, output := range outputs {
		all[i] = out
		if rows, ok := f.Rows[output]; ok {
			all[i] = slices.Repeat([][][]float32{rows}, len(pics))
		}
	}
	return all, nil
}

// Texts gives [text][TextDimension], of unit length.
func (f *Fake) Texts(ctx context.Context, output string, texts []string) ([][]float32, error) {
	if err := f.check(ctx, output); err != nil {
		return nil, err
	}
	out := make([][]float32, len(texts))
	for i, t := range texts {
		if t == "" {
			return nil, fmt.Errorf("%w: text %d is empty", ErrInput, i+1)
		}
		out[i] = letters(t)
		if rows, ok := f.Rows[output]; ok {
			out[i] = rows[0]
		}
	}
	return out, nil
}

func (f *Fake) check(ctx context.Context, outputs ...string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if f.Err != nil {
		return f.Err
	}
	for _, output := range outputs {
		if len(f.Outputs) > 0 && !slices.Contains(f.Outputs, output) {
			return fmt.Errorf("%w: no output %q", ErrInput, output)
		}
	}
	return nil
}

// thumbnail averages the region in side x side cells, less the middle grey, so
// that a picture and its negative are opposed and not alike. The last number
// keeps a plain grey picture from having no direction.
func thumbnail(img image.Image, r models.Region) []float32 {
	b := img.Bounds()
	x0, w := float64(b.Min.X)+r.X*float64(b.Dx()), r.W*float64(b.Dx())
	y0, h := float64(b.Min.Y)+r.Y*float64(b.Dy()), r.H*float64(b.Dy())
	v := make([]float32, PictureDimension)
	for cell := range side * side {
		cx, cy := float64(cell%side), float64(cell/side)
		var sum [3]float64
		const samples = 4 // a cell and side: enough to smooth noise
		for s := range samples * samples {
			fx := (cx + (float64(s%samples)+0.5)/samples) / side
			fy := (cy + (float64(s/samples)+0.5)/samples) / side
			x := min(int(x0+fx*w), b.Max.X-1)
			y := min(int(y0+fy*h), b.Max.Y-1)
			c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
			for k, value := range [3]uint8{c.R, c.G, c.B} {
				sum[k] += float64(value) / (samples * samples)
			}
		}
		for k := range sum {
			v[cell*3+k] = float32(sum[k]/255 - 0.5)
		}
	}
	v[PictureDimension-1] = 0.05
	return unit(v)
}

// letters counts hashed runs of one to three letters, without regard to case.
func letters(text string) []float32 {
	v := make([]float32, TextDimension)
	runes := []rune("^" + strings.ToLower(text) + "$")
	for n := 1; n <= 3; n++ {
		for i := 0; i+n <= len(runes); i++ {
			if n == 1 && !unicode.IsLetter(runes[i]) {
				continue
			}
			h := fnv.New32a()
			h.Write([]byte(string(runes[i : i+n])))
			sum := h.Sum32()
			sign := float32(1)
			if sum>>31 == 1 {
				sign = -1
			}
			v[sum%TextDimension] += sign
		}
	}
	v[0] += 0.01
	return unit(v)
}

func unit(v []float32) []float32 {
	var square float64
	for _, x := range v {
		square += float64(x) * float64(x)
	}
	for i := range v {
		v[i] = float32(float64(v[i]) / math.Sqrt(square))
	}
	return v
}
