package sketch

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/viterin/vek/vek32"
	"pgregory.net/rapid"
)

// normal gives n vectors of normal numbers around a middle.
func normal(random *rand.Rand, n, dimension int, middle, spread float64) []float32 {
	v := make([]float32, n*dimension)
	for i := range v {
		v[i] = float32(middle + spread*random.NormFloat64())
	}
	return v
}

func unit(v []float32, dimension int) []float32 {
	for at := 0; at < len(v); at += dimension {
		u := v[at : at+dimension]
		vek32.MulNumber_Inplace(u, float32(1/math.Sqrt(float64(vek32.Dot(u, u)))))
	}
	return v
}

// TestRotation: lengths and products stay, for dimensions of every form.
func TestRotation(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, dimension := range []int{1, 2, 3, 16, 17, 100, 128, 300, 384, 511, 768, 4096} {
		r := NewRotation(dimension)
		a, b := normal(random, 1, dimension, 0, 1), normal(random, 1, dimension, 0.3, 1)
		ra, rb := make([]float32, Padded(dimension)), make([]float32, Padded(dimension))
		r.Apply(ra, a)
		r.Apply(rb, b)
		if want, got := vek32.Dot(a, b), vek32.Dot(ra, rb); math.Abs(float64(want-got)) > 1e-3*float64(dimension) {
			t.Errorf("dimension %d: product %v, rotated %v", dimension, want, got)
		}
		if want, got := vek32.Dot(a, a), vek32.Dot(ra, ra); math.Abs(float64(want/got-1)) > 1e-4 {
			t.Errorf("dimension %d: square %v, rotated %v", dimension, want, got)
		}
	}
}

// TestRotationSpreads: a vector of a single number comes out spread over all of them, wherever it lay.
func TestRotationSpreads(t *testing.T) {
	for _, dimension := range []int{128, 200} {
		r := NewRotation(dimension)
		for k := range dimension {
			v, out := make([]float32, dimension), make([]float32, Padded(dimension))
			v[k] = 1
			r.Apply(out, v)
			if most := max(vek32.Max(out), -vek32.Min(out)); most > 0.9 {
				t.Errorf("dimension %d, number %d: one number of %v is left", dimension, k, most)
			}
		}
	}
}

// onKernels runs fn with every kernel that this processor has; plain Go last, whose tables are filled in Aim.
func onKernels(fn func(name string)) {
	defer func(v, a, b, c bool) { hasVBMI, hasAVX512, hasAVX2, plain = v, a, b, c }(hasVBMI, hasAVX512, hasAVX2, plain)
	if hasVBMI {
		fn("VBMI")
	}
	if hasVBMI = false; hasAVX512 {
		fn("AVX-512")
	}
	if hasAVX512 = false; hasAVX2 {
		fn("AVX2")
	}
	plain = true
	fn("plain")
}

type outcome struct {
	Estimates []int16
	Masks     []uint64
}

// TestKernels: each kernel gives what plain Go gives, for every form of data.
func TestKernels(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		dimension := rapid.OneOf(rapid.SampledFrom([]int{128, 256, 4096}), rapid.IntRange(1, 200)).Draw(r, "dimension")
		n := rapid.IntRange(1, 200).Draw(r, "vectors")
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "seed"), 1))
		middle, spread := rapid.SampledFrom([]float64{0, 1, -50, 1e12}).Draw(r, "middle"), rapid.SampledFrom([]float64{0, 1e-6, 1, 1e13}).Draw(r, "spread")
		rotation := NewRotation(dimension)
		set := Encode(rotation, slices.Chunk(normal(random, n, dimension, middle, spread), dimension))
		query := make([]float32, Padded(dimension))
		rotation.Apply(query, normal(random, 1, dimension, middle/2, 1))
		margin := float32(rapid.SampledFrom([]float64{0, 1, 3}).Draw(r, "margin"))
		threshold := int16(rapid.IntRange(-32767, 32767).Draw(r, "threshold"))
		blocks := len(set.Blocks) / (set.Rows*Lanes + tail)
		from := rapid.IntRange(0, blocks-1).Draw(r, "from")
		var all []outcome
		onKernels(func(string) {
			var table Table
			table.Aim(query, set, margin)
			o := outcome{make([]int16, Lanes*(blocks-from)), make([]uint64, blocks-from)}
			table.Scan(from, blocks, threshold, o.Estimates, o.Masks, nil)
			all = append(all, o)
		})
		for _, o := range all[1:] {
			if diff := cmp.Diff(all[0], o); diff != "" {
				r.Fatalf("kernels differ:\n%s", diff)
			}
		}
	})
}

// data is vectors of one length, scale, around a centre that lies the farther off the greater middle is.
type data struct {
	dimension int
	middle    float64
	scale     float32
}

// encoded gives n of them as a set and as numbers, and one more of length one, as it is and rotated.
func (d data) encoded(n int) (set *Set, numbers, q, query []float32) {
	random := rand.New(rand.NewPCG(3, 4))
	numbers = unit(normal(random, n, d.dimension, d.middle, 1), d.dimension)
	vek32.MulNumber_Inplace(numbers, d.scale)
	rotation := NewRotation(d.dimension)
	set = Encode(rotation, slices.Chunk(numbers, d.dimension))
	q = unit(normal(random, 1, d.dimension, d.middle, 1), d.dimension)
	query = make([]float32, Padded(d.dimension))
	rotation.Apply(query, q)
	return set, numbers, q, query
}

// TestEstimates: with a wide margin the bound is above the true product, hardly ever with none more than half of the time, and it is near
// it; around a centre far from zero and for vectors of any length as well.
func TestEstimates(t *testing.T) {
	for _, test := range []data{{128, 0, 1}, {128, 0.5, 1}, {128, 3, 1e6}, {77, 0.2, 1e-5}, {768, 0, 30}} {
		t.Run(fmt.Sprint(test), func(t *testing.T) {
			set, numbers, q, query := test.encoded(4000)
			for margin, limits := range map[float32][2]float64{0: {0.4, 0.6}, 0.6: {0.77, 0.9}, 2.4: {0.9995, 1}} {
				share, far := bounded(set, query, q, numbers, margin)
				if share < limits[0] || share > limits[1] {
					t.Errorf("margin %v: %v of the bounds hold, want %v", margin, share, limits)
				}
				if noise := 0.9 / math.Sqrt(float64(test.dimension)); far > 6*noise {
					t.Errorf("margin %v: an estimate is off by %v of the length", margin, far)
				}
			}
		})
	}
}

// bounded is the share of the bounds that are above the true product, and the largest error of an estimate less its slack, in lengths.
func bounded(set *Set, query, q, numbers []float32, margin float32) (share, far float64) {
	var table Table
	table.Aim(query, set, margin)
	blocks := (set.Vectors + Lanes - 1) / Lanes
	estimates, masks := make([]int16, blocks*Lanes), make([]uint64, blocks)
	table.Scan(0, blocks, 0, estimates, masks, nil)
	length := float64(0)
	for i := range set.Vectors {
		v := numbers[i*len(q) : (i+1)*len(q)]
		length = max(length, math.Sqrt(float64(vek32.Dot(v, v))))
		truth := vek32.Dot(v, q)
		if table.Bound(estimates[i]) >= truth {
			share++
		}
		far = max(far, math.Abs(float64(table.Bound(estimates[i])-table.Slack()-truth)))
	}
	return share / float64(set.Vectors), far / length
}

// TestNeed: a vector passes the threshold of a score, by two signs and by three, with the margin that Need names, and not with a smaller one.
func TestNeed(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	const dimension, n = 128, 640
	numbers := unit(normal(random, n, dimension, 0.1, 1), dimension)
	rotation := NewRotation(dimension)
	set, query := Encode(rotation, slices.Chunk(numbers, dimension)), make([]float32, dimension)
	q := unit(normal(random, 1, dimension, 0.1, 1), dimension)
	rotation.Apply(query, q)
	estimates, masks := make([]int16, n), make([]uint64, n/Lanes)
	var table Table
	var refiner Refiner
	for i := range n {
		score := vek32.Dot(numbers[i*dimension:(i+1)*dimension], q)
		table.Aim(query, set, 0)
		need := table.Need(i, score)
		for _, by := range []float32{0.08, -0.08} {
			table.Aim(query, set, need+by)
			table.Scan(0, n/Lanes, table.Threshold(score), estimates, masks, nil)
			refiner.Aim(query, set, need+by)
			passes := masks[i/Lanes]>>(i%Lanes)&1 == 1 && refiner.Refine(i, table.Bound(estimates[i])) >= score
			if want := by > 0; passes != want {
				t.Fatalf("vector %d needs %v: with %v more it passes: %v", i, need, by, passes)
			}
		}
	}
}

// TestExact: the estimate of a vector for itself is exact but for the rounding of the tables.
func TestExact(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	numbers := unit(normal(random, 100, 128, 0, 1), 128)
	rotation := NewRotation(128)
	set, query := Encode(rotation, slices.Chunk(numbers, 128)), make([]float32, 128)
	rotation.Apply(query, numbers[:128])
	estimates, masks := make([]int16, 2*Lanes), make([]uint64, 2)
	var table Table
	table.Aim(query, set, 0)
	table.Scan(0, 2, 0, estimates, masks, nil)
	if got := table.Bound(estimates[0]); math.Abs(float64(got)-1) > 0.03 {
		t.Errorf("the vector itself is estimated at %v, want 1", got)
	}
	if best := slices.Max(estimates[:100]); best != estimates[0] {
		t.Errorf("another is estimated nearer: %d above %d", best, estimates[0])
	}
}

func BenchmarkScan(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1 << 14, 1 << 20} {
		set := Encode(NewRotation(128), slices.Chunk(normal(random, n, 128, 0, 1), 128))
		query := normal(random, 1, 128, 0, 1)
		estimates, masks := make([]int16, n), make([]uint64, n/Lanes)
		onKernels(func(name string) {
			b.Run(fmt.Sprintf("vectors=%d/%s", n, name), func(b *testing.B) {
				var table Table
				table.Aim(query, set, 2)
				for b.Loop() {
					for at := 0; at < n/Lanes; at += 64 {
						table.Scan(at, at+64, 20_000, estimates, masks, nil)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/vector")
			})
		})
	}
}

func BenchmarkAim(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	set, query := Encode(NewRotation(128), slices.Chunk(normal(random, 100, 128, 0, 1), 128)), normal(random, 1, 128, 0, 1)
	var table Table
	for b.Loop() {
		table.Aim(query, set, 2)
	}
}

func BenchmarkEncode(b *testing.B) {
	numbers, r := normal(rand.New(rand.NewPCG(1, 2)), 10_000, 128, 0, 1), NewRotation(128)
	for b.Loop() {
		Encode(r, slices.Chunk(numbers, 128))
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/10_000, "ns/vector")
}
