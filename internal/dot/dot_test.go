package dot

import (
	"math"
	"testing"

	"github.com/viterin/vek/vek32"
	"pgregory.net/rapid"
)

// TestTimes: every product is that of vek32.Dot, to the last bit, for any number of vectors of any length.
func TestTimes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		length := rapid.OneOf(rapid.IntRange(1, 200), rapid.SampledFrom([]int{32, 64, 96, 128, 256, 512})).Draw(t, "length")
		// Drawn numbers shrink well but are mostly small; a generator makes sums that round at every step.
		next := uint64(rapid.Uint32().Draw(t, "seed"))
		draw := func() []float32 {
			v := make([]float32, length)
			for i := range v {
				next = next*6364136223846793005 + 1442695040888963407
				v[i] = (float32(next>>40)/(1<<23) - 1) * float32(math.Exp2(float64(int(next>>33)%20-10)))
			}
			return v
		}
		vectors := make([][]float32, rapid.IntRange(0, 13).Draw(t, "vectors"))
		for i := range vectors {
			vectors[i] = draw()
		}
		all := Of(vectors)
		for range 3 {
			other := draw()
			got := all.Times(other)
			if len(got) != len(vectors) {
				t.Fatalf("%d products of %d vectors", len(got), len(vectors))
			}
			for i, v := range vectors {
				if want := vek32.Dot(v, other); math.Float32bits(got[i]) != math.Float32bits(want) {
					t.Fatalf("vector %d of %d numbers: %g, want %g", i, length, got[i], want)
				}
			}
		}
	})
}

// TestOfDifferentLengths: vectors that do not belong together are a fault of the program and are told.
func TestOfDifferentLengths(t *testing.T) {
	if !wide {
		t.Log("vek32 itself tells it on this processor")
	}
	defer func() {
		if recover() == nil {
			t.Error("nobody complained")
		}
	}()
	Of([][]float32{make([]float32, 64), make([]float32, 32)}).Times(make([]float32, 64))
}

func BenchmarkTimes(b *testing.B) {
	vectors, rows := make([][]float32, 10), make([][]float32, 1500)
	for i := range vectors {
		vectors[i] = make([]float32, 128)
	}
	for i := range rows {
		rows[i] = make([]float32, 128)
	}
	b.Run("times", func(b *testing.B) {
		for range b.N {
			all := Of(vectors)
			for _, r := range rows {
				all.Times(r)
			}
		}
	})
	b.Run("vek32", func(b *testing.B) {
		for range b.N {
			for _, r := range rows {
				for _, v := range vectors {
					vek32.Dot(v, r)
				}
			}
		}
	})
}
