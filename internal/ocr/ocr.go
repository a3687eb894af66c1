// Package ocr reads the text in pictures with the PP-OCR models (Du et al., "PP-OCR: A Practical Ultra Lightweight OCR System",
// 2020): a detector of lines (Liao et al., "Real-time Scene Text Detection with Differentiable Binarization", AAAI 2020), a
// classifier of lines that stand on their head, and a reader trained with CTC. The models come as an optional pack (see Install);
// what happens before and after each model is written here, and tested against the original's output.
package ocr

import (
	"context"
	"errors"
	"fmt"
	"image"
	"path/filepath"
	"slices"

	"touchstone/embed"
	"touchstone/models"
)

// Errors that callers tell apart.
var (
	ErrPack  = errors.New("ocr: the pack cannot be used")
	ErrModel = errors.New("ocr: a model gave what it cannot have meant")
)

// A Graph runs one model: float32 tensors of any size in and out. It is safe for concurrent use.
type Graph interface {
	Run(ctx context.Context, in embed.Tensor) ([]embed.Tensor, error)
}

// A Loader opens a model of a pack by its path, the file that it must be, and the names of its tensors.
type Loader func(path string, f models.File, input string, outputs ...string) (Graph, error)

// A Line is one line of text in a picture.
type Line struct {
	Text       string
	Confidence float64       // mean probability of its characters, 0 to 1
	Corners    [4][2]float64 // in pixels of the picture: top left, top right, bottom right, bottom left as the text runs
}

// Bounds is the upright rectangle around the line.
func (l Line) Bounds() image.Rectangle {
	var xs, ys []float64
	for _, c := range l.Corners {
		xs, ys = append(xs, c[0]), append(ys, c[1])
	}
	return image.Rect(int(slices.Min(xs)), int(slices.Min(ys)), int(slices.Max(xs))+1, int(slices.Max(ys))+1)
}

// MaxLines is how many lines of one picture are read: those that were found with the most certainty.
const MaxLines = 200

// Reader reads pictures with the models of one pack. It is safe for concurrent use; each call runs on its caller's core.
type Reader struct {
	pack       Pack
	characters []string // by class; 0 is none
	detector   Graph
	turner     Graph
	reader     Graph
}

// Open opens the pack in a folder; the loader runs its models.
func Open(dir string, load Loader) (*Reader, error) {
	p, err := openPack(dir)
	if err != nil {
		return nil, err
	}
	r := &Reader{pack: p}
	for _, m := range []struct {
		graph *Graph
		model PackModel
	}{{&r.detector, p.Detector}, {&r.turner, p.Turner}, {&r.reader, p.Reader}} {
		if *m.graph, err = load(filepath.Join(dir, m.model.File.Path), m.model.File, m.model.Input, m.model.Output); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrPack, err)
		}
	}
	if r.characters, err = readCharacters(filepath.Join(dir, p.Reader.File.Path)); err != nil {
		return nil, err
	}
	return r, nil
}

// Pack says what is read with.
func (r *Reader) Pack() Pack { return r.pack }

// Read finds and reads the lines of a picture, from top to bottom. Lines that are read with less confidence than half are left out, as
// in the original.
func (r *Reader) Read(ctx context.Context, img image.Image) ([]Line, error) {
	page, scaleX, scaleY := fitted(toRaster(img))
	padded, top := letterboxed(page)
	boxes, err := r.detect(ctx, padded)
	if err != nil {
		return nil, err
	}
	crops := make([]raster, len(boxes))
	for i, b := range boxes {
		crops[i] = padded.upright(b)
	}
	if err := r.turn(ctx, crops); err != nil {
		return nil, err
	}
	lines, err := r.recognise(ctx, crops)
	if err != nil {
		return nil, err
	}
	kept := lines[:0]
	for i, l := range lines {
		for k, c := range boxes[i] {
			x, y := c[0]*scaleX, (c[1]-float64(top))*scaleY
			l.Corners[k] = [2]float64{min(max(x, 0), float64(img.Bounds().Dx())), min(max(y, 0), float64(img.Bounds().Dy()))}
		}
		if l.Confidence >= 0.5 && l.Text != "" {
			kept = append(kept, l)
		}
	}
	return kept, nil
}
