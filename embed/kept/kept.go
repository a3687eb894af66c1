// Package kept keeps vectors of pictures, so that models are not asked twice about the same pixels: they say the same each time. A simulated month uses it, in
// which sellers show the same pictures over and over; a service scores what it is sent.
package kept

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"image"
	"slices"

	lru "github.com/hashicorp/golang-lru/v2"
)

// A Models makes vectors of pictures and of texts; *embed.Embedder is one.
type Models interface {
	Pictures(ctx context.Context, pics []image.Image, outputs ...string) ([][][][]float32, error)
	Texts(ctx context.Context, output string, texts []string) ([][]float32, error)
}

// Embedder gives what models said of the same pixels before, or asks them. It is safe for concurrent use if they are. Texts are always asked for.
type Embedder struct {
	Models
	kept *lru.Cache[seenBefore, [][]float32]
}

// seenBefore is a picture by its pixels, and an output of the models.
type seenBefore struct {
	pixels string // SHA-256
	output string
}

// New keeps at most so many vectors of pictures, an output each; what was used longest ago goes first.
func New(m Models, most int) (Embedder, error) {
	kept, err := lru.New[seenBefore, [][]float32](most)
	if err != nil {
		return Embedder{}, fmt.Errorf("keep vectors: %w", err)
	}
	return Embedder{m, kept}, nil
}

// Pictures gives vectors by [output][picture][region][dimension], which are the caller's to change.
func (r Embedder) Pictures(ctx context.Context, pics []image.Image, outputs ...string) ([][][][]float32, error) {
	out := make([][][][]float32, len(outputs))
	for o := range outputs {
		out[o] = make([][][]float32, len(pics))
	}
	names := make([]string, len(pics)) // of pixels; "" is never kept
	var fresh []image.Image
	var places []int // of fresh among pics
	for i, p := range pics {
		if sum, ok := digest(p); ok {
			names[i] = string(sum[:])
		}
		for o, output := range outputs {
			v, known := r.kept.Get(seenBefore{names[i], output})
			if !known {
				fresh, places = append(fresh, p), append(places, i)
				break
			}
			out[o][i] = copied(v)
		}
	}
	if len(fresh) == 0 {
		return out, nil
	}
	made, err := r.Models.Pictures(ctx, fresh, outputs...)
	if err != nil {
		return nil, err
	}
	for o, output := range outputs {
		for n, i := range places {
			if out[o][i] = made[o][n]; names[i] != "" {
				r.kept.Add(seenBefore{names[i], output}, copied(made[o][n]))
			}
		}
	}
	return out, nil
}

// copied are vectors whose owner may change them.
func copied(regions [][]float32) [][]float32 {
	out := make([][]float32, len(regions))
	for i, v := range regions {
		out[i] = slices.Clone(v)
	}
	return out
}

// digest is that of a picture's size and pixels, wherever in a larger picture it lies; false for a form that is not known here.
func digest(p image.Image) (sum [sha256.Size]byte, ok bool) {
	h, b := sha256.New(), p.Bounds()
	head := func(form, detail uint64) { // so that no two forms give the same bytes
		var raw []byte
		for _, v := range []uint64{form, detail, uint64(b.Dx()), uint64(b.Dy())} {
			raw = binary.LittleEndian.AppendUint64(raw, v)
		}
		h.Write(raw) // never fails
	}
	switch m := p.(type) {
	case *image.NRGBA:
		head(1, 0)
		for y := b.Min.Y; y < b.Max.Y; y++ {
			at := m.PixOffset(b.Min.X, y)
			h.Write(m.Pix[at : at+4*b.Dx()])
		}
	case *image.Gray:
		head(2, 0)
		for y := b.Min.Y; y < b.Max.Y; y++ {
			at := m.PixOffset(b.Min.X, y)
			h.Write(m.Pix[at : at+b.Dx()])
		}
	case *image.YCbCr:
		if b.Min != (image.Point{}) || b.Empty() { // a part of one may share a sample of colour with what is beside it
			return sum, false
		}
		head(3, uint64(m.SubsampleRatio))
		for y := range b.Max.Y {
			h.Write(m.Y[m.YOffset(0, y):][:b.Dx()])
			from, to := m.COffset(0, y), m.COffset(b.Max.X-1, y)+1
			h.Write(m.Cb[from:to])
			h.Write(m.Cr[from:to])
		}
	default:
		return sum, false
	}
	h.Sum(sum[:0])
	return sum, true
}
