package sketch

import (
	"math"
	"math/bits"
	"math/rand/v2"

	"github.com/viterin/vek/vek32"
)

// MaxDimension is the longest vector that is sketched. The sums of longer ones would not fit 16 bits.
const MaxDimension = 4096

// A Rotation turns vectors of one dimension by a fixed pseudo-random orthogonal map, which spreads what a model put into few numbers
// over all of them, so that each sign tells about as much as any other. It is made of random signs and Hadamard transforms (Ailon and
// Chazelle 2009; the form for any length is that of the RaBitQ library), takes no memory to speak of and is the same in every process.
type Rotation struct {
	dimension, padded, power int
	signs                    [][]float32 // ±1 for each round, times the transform's scale for the numbers that it works on
}

// NewRotation returns the rotation for a dimension of 1 to MaxDimension.
func NewRotation(dimension int) *Rotation {
	r := &Rotation{dimension: dimension, padded: Padded(dimension)}
	r.power = 1 << (bits.Len(uint(r.padded)) - 1)
	random := rand.New(rand.NewPCG(0x70756368, 0x73746f6e65))
	rounds := 2
	if r.power < r.padded { // transforms work on the beginning and the end in turn, until every number has met every other one
		rounds = 4
	}
	scale := float32(1 / math.Sqrt(float64(r.power)))
	for i := range rounds {
		signs := make([]float32, r.padded)
		for k := range signs {
			signs[k] = float32(1 - 2*int(random.Uint64()&1))
			if i%2 == 0 && k < r.power || i%2 == 1 && k >= r.padded-r.power {
				signs[k] *= scale
			}
		}
		r.signs = append(r.signs, signs)
	}
	return r
}

// Padded is how many numbers a rotated vector has: the dimension, made up with zeros to a multiple of 16.
func Padded(dimension int) int { return (dimension + 15) &^ 15 }

// Apply writes v, rotated, to dst, which has Padded(dimension) numbers and must not be v. Lengths and products stay as they are.
func (r *Rotation) Apply(dst, v []float32) {
	clear(dst[copy(dst, v):])
	for i := range r.signs {
		vek32.Mul_Inplace(dst, r.signs[i])
		if i%2 == 0 {
			hadamard(dst[:r.power])
		} else {
			hadamard(dst[r.padded-r.power:])
		}
	}
}

// hadamard is the fast Walsh-Hadamard transform, without its scale, of a power of two of 16 numbers or more.
func hadamard(v []float32) {
	for at := 0; at < len(v); at += 8 {
		eight((*[8]float32)(v[at:]))
	}
	for half := 8; half < len(v); half *= 2 {
		for from := 0; from < len(v); from += 2 * half {
			a := v[from : from+half : from+half]
			b := v[from+half : from+2*half : from+2*half]
			b = b[:len(a)]
			for i, x := range a {
				y := b[i]
				a[i], b[i] = x+y, x-y
			}
		}
	}
}

// eight is the transform of eight numbers.
func eight(v *[8]float32) {
	a, b, c, d := v[0]+v[1], v[0]-v[1], v[2]+v[3], v[2]-v[3]
	e, f, g, h := v[4]+v[5], v[4]-v[5], v[6]+v[7], v[6]-v[7]
	a, b, c, d = a+c, b+d, a-c, b-d
	e, f, g, h = e+g, f+h, e-g, f-h
	v[0], v[1], v[2], v[3] = a+e, b+f, c+g, d+h
	v[4], v[5], v[6], v[7] = a-e, b-f, c-g, d-h
}
