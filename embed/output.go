package embed

import (
	"fmt"
	"math"
	"slices"

	"touchstone/models"
)

// split gives input i's vectors of one output, [region][dimension], copied out
// of a run of n inputs, checked and normalised.
func split(outs []Tensor, output int, spec models.Model, i, n int) ([][]float32, error) {
	o, t := spec.Outputs[output], outs[output]
	regions, row := o.Vectors(), o.Vectors()*o.Dimension
	if !fits(t.Shape, int64(n), int64(regions), int64(o.Dimension)) || len(t.Float) != n*row {
		return nil, fmt.Errorf("%w: output %q has the shape %v for %d inputs, its manifest promises [%d %d %d]; correct the manifest or export the model again",
			ErrOutput, o.Name, t.Shape, n, n, regions, o.Dimension)
	}
	values := slices.Clone(t.Float[i*row : (i+1)*row])
	vectors := make([][]float32, regions)
	for r := range vectors {
		v := values[r*o.Dimension : (r+1)*o.Dimension : (r+1)*o.Dimension]
		if err := finish(v, o); err != nil {
			return nil, err
		}
		vectors[r] = v
	}
	return vectors, nil
}

// fits says whether a shape is [n regions dimension], or for one region also
// [n dimension] or [n dimension 1 1].
func fits(shape []int64, n, regions, dimension int64) bool {
	return slices.Equal(shape, []int64{n, regions, dimension}) ||
		regions == 1 && (slices.Equal(shape, []int64{n, dimension}) || slices.Equal(shape, []int64{n, dimension, 1, 1}))
}

// finish checks a vector and brings it to unit length if the manifest says so.
func finish(v []float32, o models.Output) error {
	var square float64
	for _, x := range v {
		square += float64(x) * float64(x)
	}
	if math.IsNaN(square) || math.IsInf(square, 0) {
		return fmt.Errorf("%w: output %q holds a number that is not finite; the input or the model is damaged", ErrOutput, o.Name)
	}
	if o.Normalise != models.NormaliseL2 {
		return nil
	}
	if square < 1e-24 {
		return fmt.Errorf("%w: output %q is a zero vector, which has no direction", ErrOutput, o.Name)
	}
	scale := 1 / math.Sqrt(square)
	for i, x := range v {
		v[i] = float32(float64(x) * scale)
	}
	return nil
}
