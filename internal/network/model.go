package network

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
)

// bucketFrom are the numbers of unrelated sharers at which the buckets of a kind's table begin: 0, 1 to 2, 3 to 9, 10 to 49, 50
// and more. A value in the last bucket is common, and says nothing.
var bucketFrom = [...]int{0, 1, 3, 10, 50}

const (
	buckets = len(bucketFrom)
	common  = 50 // unrelated sharers from which a value says nothing
)

func bucketOf(others int) int {
	b := 0
	for b+1 < buckets && others >= bucketFrom[b+1] {
		b++
	}
	return b
}

// KindModel is what one kind says of a candidate pair, in natural log-odds. Shared is by bucket of unrelated sharers (0, 1-2,
// 3-9, 10-49, 50 and more) and never rises with them; Claimed is the same of contact values that are not verified for both;
// Differs is for two sellers that both have values of the kind and none in common.
type KindModel struct {
	Shared  [buckets]float64 `json:"shared"`
	Claimed [buckets]float64 `json:"claimed,omitzero"`
	Differs float64          `json:"differs"`
}

// says is the table for a value, by whether anybody could have claimed it.
func (km *KindModel) says(claimed bool) *[buckets]float64 {
	if claimed {
		return &km.Claimed
	}
	return &km.Shared
}

// Model turns what a pair shares into log-odds that it is one hand. Prior is the log-odds of a candidate pair, one that shares
// anything at all.
type Model struct {
	Name  string             `json:"name"`
	Prior float64            `json:"prior"`
	Kinds map[Kind]KindModel `json:"kinds"`
}

//go:embed model.json
var modelJSON []byte

// DefaultModel is learned from drawn marketplaces (see the package's tests). Learn a better one from pairs that people judged.
var DefaultModel = sync.OnceValue(func() Model {
	var m Model
	if err := json.Unmarshal(modelJSON, &m); err != nil {
		panic("network: built-in model: " + err.Error()) // a test loads it
	}
	return m
})

// Validate reports every fault of the model at once.
func (m Model) Validate() error {
	var errs []error
	if !finite(m.Prior) {
		errs = append(errs, errors.New("prior must be a finite number"))
	}
	for k, km := range m.Kinds {
		if _, ok := kindRules[k]; !ok {
			errs = append(errs, fmt.Errorf("kind %q is not known", k))
		}
		for _, table := range [][buckets]float64{km.Shared, km.Claimed} {
			errs = append(errs, validTable(k, table))
		}
		if !finite(km.Differs) || km.Differs > 0 {
			errs = append(errs, fmt.Errorf("kinds.%s.differs must be finite and at most 0, got %g", k, km.Differs))
		}
	}
	return errors.Join(errs...)
}

func validTable(k Kind, table [buckets]float64) error {
	for b, v := range table {
		if !finite(v) || b > 0 && v > table[b-1] {
			return fmt.Errorf("kinds.%s: a table must be finite and never rise, got %v", k, table)
		}
	}
	if table[buckets-1] > 0 {
		return fmt.Errorf("kinds.%s: a value that %d unrelated sellers share cannot speak for a link", k, common)
	}
	return nil
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// Features are what a model asks of a pair. Shared holds, for each kind in common, the number of unrelated sharers of the rarest
// value; Claimed the same of contact values that are not verified for both; Differ the kinds that both have with nothing in common.
type Features struct {
	Shared  map[Kind]int `json:"shared"`
	Claimed map[Kind]int `json:"claimed,omitempty"`
	Differ  []Kind       `json:"differ,omitempty"`
}

// LabelledPair is a candidate pair that somebody judged.
type LabelledPair struct {
	Features
	Same bool `json:"same"`
}

// ErrLabels: too few labelled pairs to learn from.
var ErrLabels = errors.New("too few labelled pairs")

// minLabels is how many pairs of each answer Learn asks for.
const minLabels = 20

// Learn estimates a model from candidate pairs: likelihood ratios of shares among pairs of one hand and of different ones, with
// half a count added to each cell (Krichevsky and Trofimov), and tables made monotone in the number of sharers by pooling adjacent
// violators. Kinds that the pairs do not show say nothing. The error is ErrLabels.
func Learn(name string, pairs []LabelledPair) (Model, error) {
	var n [2]float64
	for _, p := range pairs {
		n[index(p.Same)]++
	}
	if n[0] < minLabels || n[1] < minLabels {
		return Model{}, fmt.Errorf("%w: %g of one hand and %g of different ones; at least %d of each are needed", ErrLabels, n[1], n[0], minLabels)
	}
	m := Model{Name: name, Prior: math.Log(n[1] / n[0]), Kinds: map[Kind]KindModel{}}
	for _, k := range Kinds() {
		if km, seen := learnKind(k, pairs, n); seen {
			m.Kinds[k] = km
		}
	}
	return m, m.Validate()
}

func learnKind(k Kind, pairs []LabelledPair, n [2]float64) (KindModel, bool) {
	var shared, claimed [buckets][2]float64
	var differ [2]float64
	seen := false
	for _, p := range pairs {
		if others, ok := p.Shared[k]; ok {
			shared[bucketOf(others)][index(p.Same)]++
			seen = true
		}
		if others, ok := p.Claimed[k]; ok {
			claimed[bucketOf(others)][index(p.Same)]++
			seen = true
		}
		if slices.Contains(p.Differ, k) {
			differ[index(p.Same)]++
		}
	}
	km := KindModel{Shared: table(shared, n), Claimed: table(claimed, n)}
	if differ[0]+differ[1] > 0 {
		km.Differs = math.Min(0, ratio(differ, n))
	}
	return km, seen
}

// ratio is the log of how much more often something is seen in pairs of one hand, n[1], than in those of different ones, n[0].
func ratio(c, n [2]float64) float64 {
	return math.Log((c[1] + 0.5) / (n[1] + 1) * (n[0] + 1) / (c[0] + 0.5))
}

// table of ratios by bucket. A common value is why many pairs are candidates at all; that it is shared speaks against none of them.
func table(counts [buckets][2]float64, n [2]float64) (v [buckets]float64) {
	var weights [buckets]float64
	for b, c := range counts {
		weights[b] = c[0] + c[1] + 1e-3
		if c[0]+c[1] > 0 {
			v[b] = ratio(c, n)
		}
	}
	v = falling(v, weights)
	for b := range v {
		v[b] = math.Max(v[b], 0)
	}
	v[buckets-1] = 0
	return v
}

// falling is the nearest non-increasing table (pool adjacent violators).
func falling(v, w [buckets]float64) [buckets]float64 {
	type block struct {
		mean, weight float64
		n            int
	}
	var stack []block
	for i := range v {
		stack = append(stack, block{v[i], w[i], 1})
		for len(stack) > 1 && stack[len(stack)-2].mean < stack[len(stack)-1].mean {
			a, b := stack[len(stack)-2], stack[len(stack)-1]
			stack = append(stack[:len(stack)-2], block{(a.mean*a.weight + b.mean*b.weight) / (a.weight + b.weight), a.weight + b.weight, a.n + b.n})
		}
	}
	i := 0
	for _, b := range stack {
		for range b.n {
			v[i] = b.mean
			i++
		}
	}
	return v
}

func index(same bool) int {
	if same {
		return 1
	}
	return 0
}

func probability(logOdds float64) float64 { return 1 / (1 + math.Exp(-logOdds)) }

func logit(p float64) float64 { return math.Log(p / (1 - p)) }
