package sketch

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/viterin/vek/vek32"
	"pgregory.net/rapid"
)

// TestSignSum: each kernel gives what a loop in float64 gives.
func TestSignSum(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		q := make([]float32, Padded(rapid.IntRange(1, 900).Draw(r, "dimension")))
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "seed"), 1))
		signs, want, size := make([]byte, len(q)/8), 0.0, 0.0
		for i := range q {
			q[i] = float32(random.NormFloat64())
			size += math.Abs(float64(q[i]))
			if random.IntN(2) == 1 {
				signs[i/8] |= 1 << (i % 8)
				want += float64(q[i])
			}
		}
		onKernels(func(name string) {
			if got := signSum(q, signs); math.Abs(float64(got)-want) > 1e-6*size {
				r.Fatalf("%s: %v, want %v", name, got, want)
			}
		})
	})
}

// TestRefine: a bound by three signs is never above that by two, holds as often as its share of the margin says, and is nearer to the true product.
func TestRefine(t *testing.T) {
	for _, test := range []data{{128, 0, 1}, {128, 3, 1e6}, {77, 0.2, 1e-5}, {768, 0, 30}} {
		const n = 4032
		set, numbers, q, query := test.encoded(n)
		for margin, least := range map[float32]float64{0.6: 0.72, 2: 0.998, 2.4: 0.9995} {
			var table Table
			var refiner Refiner
			table.Aim(query, set, margin)
			refiner.Aim(query, set, margin)
			estimates, masks := make([]int16, n), make([]uint64, n/Lanes)
			table.Scan(0, n/Lanes, 0, estimates, masks, nil)
			holds, coarse, fine := 0, 0.0, 0.0
			for i := range n {
				truth, bound := vek32.Dot(numbers[i*test.dimension:(i+1)*test.dimension], q), table.Bound(estimates[i])
				refined := refiner.Refine(i, bound)
				if refined > bound {
					t.Fatalf("%v: vector %d is refined from %v up to %v", test, i, bound, refined)
				}
				if refined >= truth {
					holds++
				}
				coarse, fine = coarse+float64(bound-truth), fine+float64(refined-truth)
			}
			if share := float64(holds) / n; share < least {
				t.Errorf("%v, margin %v: %v of the bounds hold, want %v", test, margin, share, least)
			}
			if fine > 0.75*coarse {
				t.Errorf("%v, margin %v: bounds are %v too high, by two signs %v", test, margin, fine/n, coarse/n)
			}
		}
	}
}
