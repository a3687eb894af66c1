package keypoint

import (
	"math"
	"slices"
)

// Limits on matches.
const (
	ratio     = 0.88 // of the distances to the best and to the second best descriptor (Lowe's test)
	mostPairs = 90   // matches that placements are made of, the closest ones
)

// A match is a point of the reference and a point of the listing that are each other's nearest.
type match struct {
	reference, listing int
	distance           float32 // of the descriptors, squared
	scale, angle       float32 // of the listing's point against the reference's
}

// panels are descriptors for comparison: so many side by side as the C code compares at a time, a value of each after the other.
type panels struct {
	n      int
	values []float32 // whole panels
}

// panelsOf puts descriptors side by side, in memory of an arena.
func panelsOf(a *arena, descriptors []float32) panels {
	p := panels{n: len(descriptors) / Dimension}
	p.values = a.take((p.n + lanes - 1) / lanes * lanes * Dimension)
	clear(p.values[p.n/lanes*lanes*Dimension:]) // the last panel may not be filled
	for i := range p.n {
		panel := p.values[i/lanes*lanes*Dimension+i%lanes:]
		for k, v := range descriptors[i*Dimension : (i+1)*Dimension] {
			panel[k*lanes] = v
		}
	}
	return p
}

// best is the nearest of the other descriptors, -1 = none, and the products of that and of the second nearest.
type best struct {
	at            int32
	first, second float32
}

// rivals are the nearest in both directions: of each descriptor among the panels, and of each in the panels among the descriptors.
type rivals struct {
	forward  []best
	backward []int32 // padded to whole panels
}

// matches are the points of a reference and of a listing that are each other's nearest, by far: closest first. Descriptors are the
// reference's.
func matches(reference []Keypoint, descriptors []float32, listing []Keypoint, others panels) []match {
	if len(reference) == 0 || others.n == 0 {
		return nil
	}
	r := rivals{make([]best, len(reference)), make([]int32, len(others.values)/Dimension)}
	nearest(descriptors, others, &r)
	var out []match
	for i, b := range r.forward {
		if b.at < 0 || int(r.backward[b.at]) != i || 1-b.first > ratio*ratio*(1-b.second) {
			continue
		}
		from, to := reference[i], listing[b.at]
		out = append(out, match{i, int(b.at), 2 - 2*b.first, to.Scale / from.Scale, wrap(to.Angle - from.Angle)})
	}
	slices.SortStableFunc(out, func(a, b match) int {
		switch {
		case a.distance < b.distance:
			return -1
		case a.distance > b.distance:
			return 1
		}
		return 0
	})
	return out
}

// wrap brings an angle to -π to π.
func wrap(a float32) float32 {
	for a > math.Pi {
		a -= 2 * math.Pi
	}
	for a < -math.Pi {
		a += 2 * math.Pi
	}
	return a
}
