package keypoint

import (
	"math"
	"slices"

	"github.com/viterin/vek/vek32"
)

// Limits on matches.
const (
	ratio      = 0.88 // of the distances to the best and to the second best descriptor (Lowe's test)
	mostPairs  = 90   // matches that placements are made of, the closest ones
	mostPoints = 400
)

// A match is a point of the reference and a point of the listing that are each other's nearest.
type match struct {
	reference, listing int
	distance           float32 // of the descriptors, squared
	scale, angle       float32 // of the listing's point against the reference's
}

// matches are the points of two sets that are each other's nearest, by far: closest first.
func matches(reference, listing *Set) []match {
	n := min(len(listing.Points), mostPoints)
	backward := make([]int, n) // best reference point of each listing point
	nearest := make([]float32, n)
	type best struct {
		at            int
		first, second float32
	}
	forward := make([]best, len(reference.Points))
	for i := range forward {
		d := reference.descriptor(i)
		b := best{-1, -2, -2}
		for j := range n {
			dot := vek32.Dot(d, listing.descriptor(j))
			if dot > b.second {
				if dot > b.first {
					b.at, b.first, b.second = j, dot, b.first
				} else {
					b.second = dot
				}
			}
			if dot > nearest[j] {
				nearest[j], backward[j] = dot, i
			}
		}
		forward[i] = b
	}
	var out []match
	for i, b := range forward {
		if b.at < 0 || backward[b.at] != i || 1-b.first > ratio*ratio*(1-b.second) {
			continue
		}
		r, l := reference.Points[i], listing.Points[b.at]
		out = append(out, match{i, b.at, 2 - 2*b.first, l.Scale / r.Scale, wrap(l.Angle - r.Angle)})
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
