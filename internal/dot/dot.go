// Package dot multiplies a few vectors with many: the dot products of a listing's regions with every vector of a background set.
//
// Each product is, to the last bit, what vek32.Dot gives on a processor with AVX2: the same sums in the same order. It costs less than half, since
// a call serves all vectors and they are added up together. Where the processor lacks AVX-512, vek32.Dot is what is called.
package dot

import "github.com/viterin/vek/vek32"

const (
	step = 32 // numbers that the sums of vek32.Dot advance by
	side = 4  // vectors that are added up together
)

// Vectors are some vectors of one length.
type Vectors struct {
	all    [][]float32
	length int
	joined []float32 // one after the other, filled up with zeros to a multiple of side; nil where vek32 is called
	out    []float32
}

// Of prepares vectors, which must be of one length.
func Of(vectors [][]float32) *Vectors {
	v := &Vectors{all: vectors}
	if len(vectors) == 0 {
		return v
	}
	v.length = len(vectors[0])
	whole := (len(vectors) + side - 1) / side * side
	v.out = make([]float32, whole)
	if !wide || v.length == 0 || v.length%step != 0 {
		return v
	}
	v.joined = make([]float32, whole*v.length)
	for i, vector := range vectors {
		if copy(v.joined[i*v.length:(i+1)*v.length], vector) != v.length {
			panic("dot: vectors of different lengths")
		}
	}
	return v
}

// Times gives the product of each vector with another of their length. What it returns is overwritten by the next call.
func (v *Vectors) Times(other []float32) []float32 {
	if v.joined != nil && len(other) == v.length {
		products(&v.out[0], &v.joined[0], &other[0], len(v.out)/side, v.length)
		return v.out[:len(v.all)]
	}
	for i, vector := range v.all {
		v.out[i] = vek32.Dot(vector, other)
	}
	return v.out[:len(v.all)]
}
