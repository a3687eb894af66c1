package local

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"

	"touchstone/index/local/sketch"
)

// deviation is about that of the error of sketches, in margins.
const deviation = 0.73

// theoreticalMargin is the margin of collections whose own was not measured yet: 3.3 deviations of the error of sketches.
const theoreticalMargin = 3.3 * deviation

// edgeMargin is the least margin that is used: about what finds this share of the nearest points where they are hardly nearer than all others, as
// random ones are. Among families of near-identical vectors measurements may ask for less, but say little about the few families that end
// just short of the tenth, and then it is as hard.
func edgeMargin(recall float64) float32 {
	const nearer = 0.88 // the nearest have a little to spare on the last of them; measured on a million random vectors
	return float32(nearer * deviation * math.Sqrt2 * math.Erfinv(2*recall-1))
}

// An aim is how wide the sketches of a collection are read, and what was measured of it.
type aim struct {
	margin  float32
	recall  float64 // with this margin
	queries int     // that measured it; 0 = the margin is theory
	vectors int     // in the collection then
}

// nearest is how many neighbours a measurement looks at.
const nearest = 10

// measuredParts is how many segments a measurement looks at, at most. In fewer points the nearest are farther away, where the sketches
// err more, so this errs on the safe side.
const measuredParts = 16

// recent keeps some of the query vectors of late.
type recent struct {
	mu      sync.Mutex
	vectors [][]float32
	seen    int
}

const mostRecent = 64

// note keeps one of a query's vectors; it never waits.
func (r *recent) note(vectors [][]float32) {
	if !r.mu.TryLock() {
		return
	}
	defer r.mu.Unlock()
	v := vectors[r.seen%len(vectors)]
	if len(r.vectors) < mostRecent {
		r.vectors = append(r.vectors, slices.Clone(v))
	} else {
		copy(r.vectors[r.seen%mostRecent], v)
	}
	r.seen++
}

// copies returns what is kept.
func (r *recent) copies() [][]float32 {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make([][]float32, len(r.vectors))
	for i, v := range r.vectors {
		all[i] = slices.Clone(v)
	}
	return all
}

// describe says how the collection is searched.
func (c *collection) describe(v *view, sketchFrom int) string {
	a := c.aim.Load()
	switch {
	case c.rotation == nil || v.vectors < sketchFrom:
		return "exact"
	case a.queries == 0:
		return fmt.Sprintf("sign sketches, margin %.2f (of theory; not measured yet)", a.margin)
	}
	return fmt.Sprintf("sign sketches, margin %.2f: recall@%d %.4f on %d queries among %d vectors", a.margin, nearest, a.recall, a.queries, a.vectors)
}

// measure finds the margins of collections that are large and have changed much in size since theirs was found, and keeps them.
func (d *driver) measure() error {
	d.mu.RLock()
	all := make(map[string]*collection, len(d.collections))
	for name, c := range d.collections {
		all[name] = c
	}
	d.mu.RUnlock()
	changed := false
	for _, c := range all {
		v, a := c.view.Load(), c.aim.Load()
		if c.rotation == nil || v.vectors < d.cfg.sketchFrom || a.queries > 0 && v.vectors < 2*a.vectors && 2*v.vectors > a.vectors {
			continue
		}
		found, err := c.measure(d.ctx, v, d.cfg.Recall)
		if err != nil {
			return err
		}
		if found != nil {
			c.aim.Store(found)
			changed = true
		}
	}
	if !changed || d.log == nil {
		return nil
	}
	m := *d.manifest
	m.collections = slices.Clone(m.collections)
	for i := range m.collections {
		if c := all[m.collections[i].name]; c != nil && c.space == m.collections[i].space {
			m.collections[i].aim = *c.aim.Load()
		}
	}
	if err := writeManifest(d.files, &m); err != nil {
		return err
	}
	d.manifest = &m
	return nil
}

// A trial is one of the nearest points of a query that measures.
type trial struct {
	need  float32 // the margin that finds it
	error float32 // of its sketch: the margin that would find it if it were the last of those wanted
}

// measure finds the margin of a view's sketches for a recall, or nil where there are too few.
func (c *collection) measure(ctx context.Context, v *view, recall float64) (*aim, error) {
	defer runtime.KeepAlive(v)
	sub := sample(v)
	if sub.vectors < 100*nearest {
		return nil, nil
	}
	a := &aim{vectors: v.vectors}
	own := ownQueries(sub, mostRecent)
	a.queries = len(own)
	trials, err := c.try(ctx, sub, own)
	if err != nil {
		return nil, err
	}
	a.margin = max(edgeMargin(recall), marginFor(trials, recall))
	if late := c.recent.copies(); len(late) >= 16 {
		asked := make([]query, len(late))
		for i := range late {
			asked[i] = query{vector: late[i], self: none}
		}
		more, err := c.try(ctx, sub, asked)
		if err != nil {
			return nil, err
		}
		a.queries += len(late)
		a.margin = max(a.margin, marginFor(more, recall))
		trials = append(trials, more...)
	}
	found := 0
	for _, t := range trials {
		if t.need <= a.margin {
			found++
		}
	}
	a.recall = float64(found) / float64(len(trials))
	return a, nil
}

// sample is a view of some of the parts that have sketches.
func sample(v *view) *view {
	sub := &view{revision: v.revision}
	for i := range v.parts {
		if p := v.parts[i]; p.Sketch != nil && p.points > 0 && len(sub.parts) < measuredParts {
			sub.parts = append(sub.parts, p)
			sub.points, sub.vectors = sub.points+p.points, sub.vectors+p.vectors
		}
	}
	return sub
}

// A query is a vector that measures, and the point that it is of.
type query struct {
	vector []float32
	self   ref
}

const none = ^ref(0)

// ownQueries picks vectors of a view, the same ones each time.
func ownQueries(v *view, n int) []query {
	random := rand.New(rand.NewPCG(v.revision, uint64(v.vectors)))
	var queries []query
	for range 4 * n {
		i := random.IntN(len(v.parts))
		p := &v.parts[i]
		if vector := random.IntN(p.Vectors); len(queries) < n && !p.dead.has(vector) {
			queries = append(queries, query{p.Numbers[vector*p.Dimension : (vector+1)*p.Dimension], refOf(i, p.EntryOf(vector))})
		}
	}
	return queries
}

// try finds the true nearest points of queries, and what their sketches say of them.
func (c *collection) try(ctx context.Context, v *view, queries []query) ([]trial, error) {
	var trials []trial
	table, rotated := sketch.Table{}, make([]float32, sketch.Padded(c.space.Dimension))
	for some := range slices.Chunk(queries, 16) {
		s := c.newSearch(ctx, v, len(some), nearest+1)
		for i := range some {
			s.finders[i].vector = some[i].vector
		}
		if err := s.run(s.choose(noFilter), true, 0); err != nil {
			return nil, err
		}
		for i := range some {
			top := &s.finders[i].top
			top.cut()
			list := slices.DeleteFunc(top.list, func(c candidate) bool { return c.ref == some[i].self })
			list = list[:min(nearest, len(list))]
			c.rotation.Apply(rotated, some[i].vector)
			for _, hit := range list {
				p := &v.parts[hit.ref.place()]
				table.Aim(rotated, p.Sketch, 0)
				from, _ := p.Range(hit.ref.entry())
				vector := from + int(hit.vector)
				trials = append(trials, trial{table.Need(vector, list[len(list)-1].score), table.Need(vector, hit.score)})
			}
		}
		s.release()
	}
	return trials, nil
}

// marginFor is the least margin that finds this share of the points, by a model of all trials, as the few that need the most say little about
// so rare a thing: errors are normal, and each point is found if its error stays within the margin and what the point is nearer than the
// last one that is wanted. The nearer a point the smaller its error, so the deviation is that of points about as far as the last one, which
// alone are ever missed. What the model says is widened where the trials themselves speak clearly against it.
func marginFor(trials []trial, recall float64) float32 {
	deviation := spread(trials)
	low, high := 0.2, 6.0
	for range 30 {
		middle, found := (low+high)/2, 0.0
		for _, t := range trials {
			found += math.Erfc(-(middle-float64(t.need-t.error))/deviation/math.Sqrt2) / 2
		}
		if found < recall*float64(len(trials)) {
			low = middle
		} else {
			high = middle
		}
	}
	needs := make([]float64, len(trials))
	for i, t := range trials {
		needs[i] = float64(t.need)
	}
	slices.Sort(needs)
	missed := (1 - recall) * float64(len(trials)) // and two deviations more, as chance does much to so few
	return float32(max(high, needs[max(0, len(needs)-1-int(missed+2*math.Sqrt(missed)))]))
}

// spread is the deviation of the errors of points that are little nearer than the last one.
func spread(trials []trial) float64 {
	var all, near float64
	n := 0
	for _, t := range trials {
		square := float64(t.error) * float64(t.error)
		all += square
		if t.error-t.need < 1.5 {
			near, n = near+square, n+1
		}
	}
	if n < 20 {
		return math.Sqrt(all/float64(len(trials))) + 1e-9
	}
	return math.Sqrt(near/float64(n)) + 1e-9
}
