package network

import (
	"cmp"
	"container/heap"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// Place of goods on their way.
type Place string

// The kinds of node on the way of goods.
const (
	Store    Place = "store"    // a seller
	Supplier Place = "supplier" // a wholesale page, a factory
	Depot    Place = "depot"    // a warehouse
)

// Node is a store, supplier or depot.
type Node struct {
	Place Place  `json:"place"`
	Name  string `json:"name"`
}

// Flow says that goods, or what shows them, were at From before they were at To. Known: somebody has it on record (a shipment, an
// order); else it is inferred from who showed a picture or a model first. What names the picture, model or shipment.
type Flow struct {
	From  Node      `json:"from"`
	To    Node      `json:"to"`
	Known bool      `json:"known"`
	What  string    `json:"what"`
	At    time.Time `json:"at,omitzero"`
}

// Sighting is that a node showed a picture or a model at a time.
type Sighting struct {
	Node Node
	What string
	At   time.Time
}

// PathStep is one edge of a path, with how likely goods flow along it and what says so.
type PathStep struct {
	From        Node     `json:"from"`
	To          Node     `json:"to"`
	Probability float64  `json:"probability"`
	Known       bool     `json:"known"`
	Because     []string `json:"because" doc:"shipments, or pictures and models shown earlier; at most ten"`
}

// Source is a likely origin of what stores sell. Probability is that of at least one of the paths to the stores; Stores how many
// of them it reaches, and Paths one for each of those, the best.
type Source struct {
	Node        Node         `json:"node"`
	Probability float64      `json:"probability"`
	Stores      int          `json:"stores"`
	Known       bool         `json:"known" doc:"a path of records alone leads from it to a store"`
	Paths       [][]PathStep `json:"paths"`
}

// ErrFlow: a flow or sighting cannot be used.
var ErrFlow = errors.New("unusable flow")

// Upstream ranks sources. Sightings and flows may come in any order, and may form cycles. It is not safe for concurrent use.
type Upstream struct {
	edges map[Node]map[Node]*edge // by the node that goods came to
	seen  map[string][]Sighting
	flows int
}

type edge struct {
	known, inferred float64
	because         []string
}

// What evidence is worth: a record is believed with knownWorth; a picture shown earlier says little alone, less the more nodes
// show it, and repeated evidence adds up as independent chances.
const (
	knownWorth    = 0.95
	inferredWorth = 0.35
	clockSlack    = time.Minute // clocks of two places differ; within it nobody was first
	shownAtMost   = 200         // a picture that more nodes show is a stock photo
	becauseAtMost = 10
	flowsAtMost   = 10_000_000
)

func validNode(n Node) error {
	if n.Place != Store && n.Place != Supplier && n.Place != Depot || n.Name == "" || len(n.Name) > MaxSeller {
		return fmt.Errorf("%w: node %q of place %q; a place is store, supplier or depot, a name 1 to %d bytes", ErrFlow, shown(n.Name), n.Place, MaxSeller)
	}
	return nil
}

// Record adds a flow that is on record, or that somebody has inferred. The error is ErrFlow.
func (u *Upstream) Record(f Flow) error {
	if err := errors.Join(validNode(f.From), validNode(f.To)); err != nil {
		return err
	}
	if f.From == f.To {
		return fmt.Errorf("%w: from %q to itself", ErrFlow, shown(f.From.Name))
	}
	if u.flows >= flowsAtMost {
		return fmt.Errorf("%w: %d flows are kept; drop old ones first", ErrFlow, flowsAtMost)
	}
	u.flows++
	u.add(f.From, f.To, f.Known, 1, f.What)
	return nil
}

// See notes that a node showed a picture or model. Who showed it before is a likely source of it. The error is ErrFlow.
func (u *Upstream) See(s Sighting) error {
	if err := validNode(s.Node); err != nil {
		return err
	}
	if s.What == "" || s.At.IsZero() {
		return fmt.Errorf("%w: a sighting needs what was seen and when", ErrFlow)
	}
	if u.seen == nil {
		u.seen = map[string][]Sighting{}
	}
	for i, o := range u.seen[s.What] {
		if o.Node == s.Node { // the first time counts
			if s.At.Before(o.At) {
				u.seen[s.What][i].At = s.At
			}
			return nil
		}
	}
	if len(u.seen[s.What]) <= shownAtMost {
		u.seen[s.What] = append(u.seen[s.What], s)
	}
	return nil
}

func (u *Upstream) add(from, to Node, known bool, worth float64, what string) {
	if u.edges == nil {
		u.edges = map[Node]map[Node]*edge{}
	}
	if u.edges[to] == nil {
		u.edges[to] = map[Node]*edge{}
	}
	e := u.edges[to][from]
	if e == nil {
		e = &edge{}
		u.edges[to][from] = e
	}
	e.add(known, worth, what)
}

func (e *edge) add(known bool, worth float64, what string) {
	if known {
		e.known += worth
	} else {
		e.inferred += worth
	}
	if len(e.because) < becauseAtMost {
		e.because = append(e.because, what)
	}
}

// probability that goods flow along the edge: independent chances.
func (e *edge) probability() float64 {
	return 1 - math.Pow(1-knownWorth, e.known)*math.Pow(1-inferredWorth, e.inferred)
}

// graph is the recorded edges and those that sightings infer: the one who showed a thing first is upstream of each who showed it
// later, and counts less the more have shown it.
func (u *Upstream) graph() map[Node]map[Node]*edge {
	all := &Upstream{}
	for to, froms := range u.edges {
		for from, e := range froms {
			all.add(from, to, true, 0, "")
			c := all.edges[to][from]
			c.known, c.inferred, c.because = e.known, e.inferred, slices.Clone(e.because)
		}
	}
	whats := make([]string, 0, len(u.seen))
	for what := range u.seen {
		whats = append(whats, what)
	}
	slices.Sort(whats)
	for _, what := range whats {
		if len(u.seen[what]) > shownAtMost {
			continue
		}
		seen := slices.Clone(u.seen[what])
		slices.SortFunc(seen, func(a, b Sighting) int {
			return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Node.Place, b.Node.Place), cmp.Compare(a.Node.Name, b.Node.Name))
		})
		first := seen[0]
		for _, s := range seen[1:] {
			if s.At.Sub(first.At) > clockSlack {
				all.add(first.Node, s.Node, false, 1/math.Sqrt(float64(len(seen)-1)), what)
			}
		}
	}
	return all.edges
}

// Sources ranks where the goods of some stores are likely to come from: best paths against the flow (Dijkstra on -log of the edges'
// probabilities, which ends on cycles), up to limit. Suppliers and depots count as sources, and stores that supplied others.
func (u *Upstream) Sources(stores []string, limit int) []Source {
	edges := u.graph()
	found := map[Node]*Source{}
	asked := map[Node]bool{}
	for _, s := range stores {
		asked[Node{Store, s}] = true
	}
	for _, s := range stores {
		for node, path := range paths(edges, Node{Store, s}) {
			if asked[node] {
				continue
			}
			src := found[node]
			if src == nil {
				src = &Source{Node: node}
				found[node] = src
			}
			p, known := 1.0, true
			for _, step := range path {
				p *= step.Probability
				known = known && step.Known
			}
			src.Probability = 1 - (1-src.Probability)*(1-p)
			src.Known = src.Known || known
			src.Stores++
			src.Paths = append(src.Paths, path)
		}
	}
	return rank(found, edges, limit)
}

// origin tells whether nothing flows into a node from beyond: such ends are what is looked for.
func origin(n Node, edges map[Node]map[Node]*edge) bool {
	return n.Place == Supplier || len(edges[n]) == 0
}

func rank(found map[Node]*Source, edges map[Node]map[Node]*edge, limit int) []Source {
	out := make([]Source, 0, len(found))
	for _, s := range found {
		out = append(out, *s)
	}
	// What lies on the way, a depot or a reseller, is likelier than what lies behind it, since its path is shorter: ends come first.
	slices.SortFunc(out, func(a, b Source) int {
		x, y := origin(a.Node, edges), origin(b.Node, edges)
		if x != y {
			if x {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(b.Probability*float64(b.Stores), a.Probability*float64(a.Stores)), cmp.Compare(a.Node.Place, b.Node.Place), cmp.Compare(a.Node.Name, b.Node.Name))
	})
	return out[:min(limit, len(out))]
}

// paths are the best ways to a node from all that lie upstream of it, each from the source down.
func paths(edges map[Node]map[Node]*edge, to Node) map[Node][]PathStep {
	best := map[Node]float64{to: 0}
	next := map[Node]PathStep{}
	done := map[Node]bool{}
	q := &queue{{to, 0}}
	for q.Len() > 0 {
		at := heap.Pop(q).(reached)
		if done[at.node] {
			continue
		}
		done[at.node] = true
		for from, e := range edges[at.node] {
			p := e.probability()
			cost := at.cost - math.Log(p)
			if old, ok := best[from]; p <= 0 || ok && old <= cost {
				continue
			}
			best[from] = cost
			next[from] = PathStep{from, at.node, p, e.known > 0, e.because}
			heap.Push(q, reached{from, cost})
		}
	}
	out := map[Node][]PathStep{}
	for node := range next {
		for n := node; n != to; n = next[n].To {
			out[node] = append(out[node], next[n])
		}
	}
	return out
}

type reached struct {
	node Node
	cost float64
}

type queue []reached

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].cost < q[j].cost }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)        { *q = append(*q, x.(reached)) }
func (q *queue) Pop() any {
	old := *q
	x := old[len(old)-1]
	*q = old[:len(old)-1]
	return x
}
