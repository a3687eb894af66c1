package ocr

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"touchstone/embed"
)

// Settings of the classifier and the reader, as in the original.
const (
	lineHeight   = 48
	turnerWidth  = 192
	turnedSurely = 0.9
	readerWidth  = 320 // at least
	readerMost   = 3200
	batchLines   = 6
)

// turn brings lines that stand on their head upright, in place.
func (r *Reader) turn(ctx context.Context, lines []raster) error {
	return batches(lines, func(batch []int) error {
		in := embed.Tensor{Shape: []int64{int64(len(batch)), 3, lineHeight, turnerWidth}, Float: make([]float32, len(batch)*3*lineHeight*turnerWidth)}
		for i, at := range batch {
			lines[at].fit(turnerWidth).tensor(in.Float[i*3*lineHeight*turnerWidth:], turnerWidth)
		}
		out, err := r.turner.Run(ctx, in)
		if err != nil {
			return fmt.Errorf("ocr: classifier: %w", err)
		}
		if len(out) != 1 || len(out[0].Float) != 2*len(batch) {
			return fmt.Errorf("%w: the classifier's answer is not two numbers a line", ErrModel)
		}
		for i, at := range batch {
			if upright, turned := out[0].Float[2*i], out[0].Float[2*i+1]; turned > upright && turned > turnedSurely {
				lines[at] = lines[at].turned(2)
			}
		}
		return nil
	})
}

// recognise reads lines, in their order.
func (r *Reader) recognise(ctx context.Context, lines []raster) ([]Line, error) {
	read := make([]Line, len(lines))
	err := batches(lines, func(batch []int) error {
		ratio := float64(readerWidth) / lineHeight
		for _, at := range batch {
			ratio = max(ratio, float64(lines[at].w)/float64(lines[at].h))
		}
		width := min(int(lineHeight*ratio), readerMost)
		in := embed.Tensor{Shape: []int64{int64(len(batch)), 3, lineHeight, int64(width)}, Float: make([]float32, len(batch)*3*lineHeight*width)}
		for i, at := range batch {
			lines[at].fit(width).tensor(in.Float[i*3*lineHeight*width:], width)
		}
		out, err := r.reader.Run(ctx, in)
		if err != nil {
			return fmt.Errorf("ocr: reader: %w", err)
		}
		if len(out) != 1 || len(out[0].Shape) != 3 || out[0].Shape[0] != int64(len(batch)) || out[0].Shape[2] != int64(len(r.characters)) {
			return fmt.Errorf("%w: the reader's answer is not %d classes a step", ErrModel, len(r.characters))
		}
		steps := int(out[0].Shape[1])
		row := steps * len(r.characters)
		for i, at := range batch {
			read[at].Text, read[at].Confidence = r.decode(out[0].Float[i*row:(i+1)*row], steps)
		}
		return nil
	})
	return read, err
}

// batches calls fn for lines of like proportions, a few at a time: a batch is as wide as its widest line.
func batches(lines []raster, fn func([]int) error) error {
	order := make([]int, len(lines))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(float64(lines[a].w)/float64(lines[a].h), float64(lines[b].w)/float64(lines[b].h))
	})
	for batch := range slices.Chunk(order, batchLines) {
		if err := fn(batch); err != nil {
			return err
		}
	}
	return nil
}

// fit brings a line to the models' height, at most some pixels wide.
func (r raster) fit(width int) raster {
	w := int(math.Ceil(lineHeight * float64(r.w) / float64(r.h)))
	return r.resize(min(max(w, 1), width), lineHeight)
}

// decode reads one line's probabilities, greedily (CTC: Graves et al., 2006): the likeliest class of each step, repeats and blanks
// left out. The confidence is the mean probability of the characters; 0 for none.
func (r *Reader) decode(p []float32, steps int) (string, float64) {
	text, sum, n, last := "", 0.0, 0, -1
	for s := range steps {
		step := p[s*len(r.characters) : (s+1)*len(r.characters)]
		best := 0
		for c, v := range step {
			if v > step[best] {
				best = c
			}
		}
		if best != 0 && best != last {
			text += r.characters[best]
			sum += float64(step[best])
			n++
		}
		last = best
	}
	if n == 0 {
		return "", 0
	}
	return text, sum / float64(n)
}
