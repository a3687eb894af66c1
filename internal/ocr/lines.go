package ocr

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"touchstone/embed"
)

// Settings of the detector, as in the original.
const (
	detectorSide   = 736  // the shorter side is enlarged to it
	detectorMax    = 6016 // the longer side is not enlarged beyond it
	inkThreshold   = 0.3  // of a pixel's probability
	boxThreshold   = 0.5  // of a box's mean probability
	unclipRatio    = 1.6  // lines are marked by their core: boxes grow by this share of area over perimeter
	leastSide      = 3    // of a core, in pixels of the map
	mostCandidates = 1000
)

// found is a box with the detector's certainty.
type found struct {
	box   quad
	score float64
}

// detect finds lines of text, in reading order, in pixels of the page.
func (r *Reader) detect(ctx context.Context, page raster) ([]quad, error) {
	ratio := 1.0
	if short := min(page.w, page.h); short < detectorSide {
		ratio = detectorSide / float64(short)
	}
	ratio = min(ratio, max(1, detectorMax/float64(max(page.w, page.h))))
	w, h := max(32, multiple(float64(page.w)*ratio)), max(32, multiple(float64(page.h)*ratio))
	in := embed.Tensor{Shape: []int64{1, 3, int64(h), int64(w)}, Float: make([]float32, 3*w*h)}
	page.resize(w, h).tensor(in.Float, w)
	out, err := r.detector.Run(ctx, in)
	if err != nil {
		return nil, fmt.Errorf("ocr: detector: %w", err)
	}
	if len(out) != 1 || !slices.Equal(out[0].Shape, []int64{1, 1, int64(h), int64(w)}) || len(out[0].Float) != w*h {
		return nil, fmt.Errorf("%w: the detector's map is not %d x %d", ErrModel, w, h)
	}
	boxes := boxesOf(out[0].Float, w, h)
	for i := range boxes {
		boxes[i].box = boxes[i].box.scaled(float64(page.w)/float64(w), float64(page.h)/float64(h), page)
	}
	boxes = slices.DeleteFunc(boxes, func(f found) bool {
		return int(dist(f.box[0], f.box[1])) <= 3 || int(dist(f.box[0], f.box[3])) <= 3
	})
	if len(boxes) > MaxLines {
		slices.SortStableFunc(boxes, func(a, b found) int { return cmp.Compare(b.score, a.score) })
		boxes = boxes[:MaxLines]
	}
	return reading(boxes), nil
}

// scaled brings a box from the map to the page, on whole pixels inside it.
func (q quad) scaled(x, y float64, page raster) quad {
	var p [][2]float64
	for _, c := range q {
		p = append(p, [2]float64{
			min(max(math.RoundToEven(c[0]*x), 0), float64(page.w-1)), min(max(math.RoundToEven(c[1]*y), 0), float64(page.h-1)),
		})
	}
	return ordered(p)
}

// boxesOf finds the boxes in a map of probabilities.
func boxesOf(p []float32, w, h int) []found {
	var boxes []found
	for _, spot := range spots(inked(p, w, h), w, h) {
		core := smallest(spot)
		if core.shortSide() < leastSide {
			continue
		}
		score := meanInside(p, w, h, core.corners())
		if score < boxThreshold {
			continue
		}
		a, b := 2*core.half[0], 2*core.half[1]
		line := core.grown(a * b * unclipRatio / (2 * (a + b)))
		if line.shortSide() < leastSide+2 {
			continue
		}
		boxes = append(boxes, found{line.corners(), score})
	}
	return boxes
}

// inked marks the pixels that are text, thickened by one to the right and below.
func inked(p []float32, w, h int) []bool {
	ink := make([]bool, w*h)
	for y := range h {
		for x := range w {
			if !(p[y*w+x] > inkThreshold) {
				continue
			}
			for dy := range min(2, h-y) {
				for dx := range min(2, w-x) {
					ink[(y+dy)*w+x+dx] = true
				}
			}
		}
	}
	return ink
}

// spots are the connected parts (over corners too), each by the ends of its runs: their hull is the spot's. ink is used up.
func spots(ink []bool, w, h int) [][][2]float64 {
	var list [][][2]float64
	var stack []int
	for start := range ink {
		if !ink[start] {
			continue
		}
		var spot [][2]float64
		ink[start] = false
		for stack = append(stack[:0], start); len(stack) > 0; {
			at := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			x, y := at%w, at/w
			inner := 0
			for dy := max(0, y-1); dy <= min(h-1, y+1); dy++ {
				for dx := max(0, x-1); dx <= min(w-1, x+1); dx++ {
					if next := dy*w + dx; ink[next] {
						ink[next] = false
						stack = append(stack, next)
						inner++
					}
				}
			}
			if inner < 8 { // all around fresh: surely no corner of the hull
				spot = append(spot, [2]float64{float64(x), float64(y)})
			}
		}
		if list = append(list, spot); len(list) == mostCandidates {
			break
		}
	}
	return list
}

// meanInside is the mean probability of the pixels in a convex quadrilateral, its edge included.
func meanInside(p []float32, w, h int, q quad) float64 {
	for i := range q {
		q[i] = [2]float64{math.Trunc(q[i][0]), math.Trunc(q[i][1])}
	}
	x0, x1, y0, y1 := w-1, 0, h-1, 0
	for _, c := range q {
		x0, x1 = min(x0, int(c[0])), max(x1, int(c[0]))
		y0, y1 = min(y0, int(c[1])), max(y1, int(c[1]))
	}
	sum, n := 0.0, 0
	for y := max(0, y0); y <= min(h-1, y1); y++ {
		for x := max(0, x0); x <= min(w-1, x1); x++ {
			if q.holds([2]float64{float64(x), float64(y)}) {
				sum += float64(p[y*w+x])
				n++
			}
		}
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}

func (q quad) holds(p [2]float64) bool {
	left, right := false, false
	for i := range q {
		switch c := cross(q[i], q[(i+1)%4], p); {
		case c > 1e-9:
			left = true
		case c < -1e-9:
			right = true
		}
	}
	return !(left && right)
}

// reading puts boxes in the order in which they are read: from top to bottom, those on one line from left to right.
func reading(boxes []found) []quad {
	list := make([]quad, len(boxes))
	for i, b := range boxes {
		list[i] = b.box
	}
	slices.SortStableFunc(list, func(a, b quad) int { return cmp.Or(cmp.Compare(a[0][1], b[0][1]), cmp.Compare(a[0][0], b[0][0])) })
	for i := range list {
		for j := i; j > 0 && math.Abs(list[j][0][1]-list[j-1][0][1]) < 10 && list[j][0][0] < list[j-1][0][0]; j-- {
			list[j], list[j-1] = list[j-1], list[j]
		}
	}
	return list
}
