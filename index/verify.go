package index

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
)

// VerifyOptions say how a Verify probes. The zero value of each field is its default.
type VerifyOptions struct {
	Probes int     // searches that are compared; default 50
	Hits   int     // hits of each; default 10
	Sample int     // points among which the probes are chosen; default 20,000, the first that Each gives
	Noise  float64 // length of the random vector that is added to a stored one of unit length, to make a question; default 0.3
	Seed   uint64  // of the choice and of the noise
}

// Verified is what a Verify found.
type Verified struct {
	Probes int
	Hits   int     // asked for with each probe
	Recall float64 // share of the true nearest that a usual search found, over all probes, 0 to 1; 1 without probes
	Worst  float64 // the least share of any probe
}

// errSampled stops Each when the sample is complete.
var errSampled = errors.New("sampled")

// Verify measures on the live data how many of the true nearest a usual search finds: it takes stored vectors, moves them a little, and
// compares Search with and without Exact (recall@Hits). A hit that is as near as the last of the true ones counts, so that ties cost nothing.
func (x *Index) Verify(ctx context.Context, target string, o VerifyOptions) (Verified, error) {
	o = o.withDefaults()
	v := Verified{Hits: o.Hits, Recall: 1, Worst: 1}
	space, err := x.spaceOf(ctx, target)
	if err != nil {
		return v, err
	}
	probes, err := x.probes(ctx, target, o)
	if err != nil {
		return v, err
	}
	var found, all int
	for _, probe := range probes {
		q := Query{Space: space, Vectors: [][]float32{probe}, Limit: o.Hits}
		usual, err := x.Search(ctx, target, q)
		if err != nil {
			return v, err
		}
		q.Exact = true
		truth, err := x.Search(ctx, target, q)
		if err != nil {
			return v, err
		}
		right := agreeing(usual[0], truth[0])
		v.Probes++
		found, all = found+right, all+len(truth[0])
		v.Worst = min(v.Worst, float64(right)/float64(max(1, len(truth[0]))))
	}
	if all > 0 {
		v.Recall = float64(found) / float64(all)
	}
	return v, nil
}

func (o VerifyOptions) withDefaults() VerifyOptions {
	for _, d := range []struct {
		field *int
		value int
	}{{&o.Probes, 50}, {&o.Hits, 10}, {&o.Sample, 20_000}} {
		if *d.field <= 0 {
			*d.field = d.value
		}
	}
	if o.Noise <= 0 {
		o.Noise = .3
	}
	return o
}

// spaceOf is the space of a collection or of what an alias leads to.
func (x *Index) spaceOf(ctx context.Context, target string) (space Space, err error) {
	if err := x.begin(ctx); err != nil {
		return space, err
	}
	defer x.running.Done()
	err = x.on(ctx, target, func(c Collection) error { space = c.Space; return nil })
	return space, err
}

// probes chooses stored vectors, each equally likely among the sample (Vitter, "Random Sampling with a Reservoir", 1985), and moves them.
func (x *Index) probes(ctx context.Context, target string, o VerifyOptions) ([][]float32, error) {
	r := rand.New(rand.NewPCG(o.Seed, 1))
	var chosen [][]float32
	n := 0
	err := x.Each(ctx, target, func(p Point) error {
		v := p.Vectors[r.IntN(len(p.Vectors))]
		if n++; len(chosen) < o.Probes {
			chosen = append(chosen, v)
		} else if at := r.IntN(n); at < o.Probes {
			chosen[at] = v
		}
		if n == o.Sample {
			return errSampled
		}
		return nil
	})
	if err != nil && !errors.Is(err, errSampled) {
		return nil, err
	}
	for i, v := range chosen {
		chosen[i] = moved(r, v, o.Noise)
	}
	return chosen, nil
}

// moved adds a random vector of a length relative to v's.
func moved(r *rand.Rand, v []float32, noise float64) []float32 {
	var square float64
	for _, x := range v {
		square += float64(x) * float64(x)
	}
	scale := noise * math.Sqrt(square/float64(len(v)))
	out := make([]float32, len(v))
	for i, x := range v {
		out[i] = x + float32(scale*r.NormFloat64())
	}
	return out
}

// agreeing counts the hits that are as near as the last of the truth.
func agreeing(usual, truth []Hit) int {
	if len(truth) == 0 {
		return 0
	}
	const rounding = 1e-6 // engines add up in different orders
	last := truth[len(truth)-1].Score
	bound := last - rounding*max(1, float32(math.Abs(float64(last))))
	right := 0
	for _, h := range usual {
		if h.Score >= bound {
			right++
		}
	}
	return min(right, len(truth))
}
