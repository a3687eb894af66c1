package detect

import (
	"math"

	"touchstone/internal/dot"
)

// A crowd says how close vectors are to what an output's model sees everywhere (score normalisation against a background set: Pizzi et
// al., CVPR 2022).
type crowd struct {
	background [][]float32
	neighbours int     // how many are averaged
	beta       float64 // the weight; 0 = nothing is computed
}

// backgrounds gives for each vector the mean cosine with its nearest neighbours in the background set; zeros without a set. All
// vectors go over the set in one pass, since the set is larger than a core's cache and the vectors are not.
func (n crowd) backgrounds(vectors [][]float32) []float64 {
	means := make([]float64, len(vectors))
	k := min(n.neighbours, len(n.background))
	if k == 0 || n.beta == 0 {
		return means
	}
	nearest := make([]float32, len(vectors)*k) // k a vector, ascending
	for i := range nearest {
		nearest[i] = float32(math.Inf(-1))
	}
	all := dot.Of(vectors)
	for _, b := range n.background {
		for i, c := range all.Times(b) {
			top := nearest[i*k : (i+1)*k]
			if c <= top[0] {
				continue
			}
			at := 1
			for ; at < k && top[at] < c; at++ {
				top[at-1] = top[at]
			}
			top[at-1] = c
		}
	}
	for i := range means {
		for _, c := range nearest[i*k : (i+1)*k] {
			means[i] += float64(c) / float64(k)
		}
	}
	return means
}
