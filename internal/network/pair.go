package network

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// LinkEvidence is one value that two sellers share. Claimed: for one of them at least it is not verified. LogLR is what it adds to the link's log-odds by itself; of several values of one
// kind the best counts whole, the next half, the third a quarter, since they come together. First is who had it first, where that
// is known.
type LinkEvidence struct {
	Kind    Kind      `json:"kind"`
	Value   string    `json:"value"`
	Others  int       `json:"others" doc:"unrelated hands that share it too, counted up to 50"`
	Public  bool      `json:"public" doc:"anybody could have copied it"`
	Claimed bool      `json:"claimed,omitempty" doc:"a contact that is not verified for both"`
	LogLR   float64   `json:"log_lr"`
	First   string    `json:"first,omitempty"`
	FirstAt time.Time `json:"first_at,omitzero"`
}

// Link is what two sellers share and how likely it is that they are one hand. Linked: it counts for rings. Decided: a person said
// so, and the probability is what it was without.
type Link struct {
	A           string         `json:"a"`
	B           string         `json:"b"`
	Probability float64        `json:"probability"`
	Linked      bool           `json:"linked"`
	Decided     string         `json:"decided,omitempty" enum:"same,different"`
	Differ      []Kind         `json:"differ,omitempty"`
	Evidence    []LinkEvidence `json:"evidence"`
}

// top holds the best ratios of a kind, highest first. Only these few count.
type top struct {
	best [4]float64
	n    int
}

func (t *top) add(v float64) {
	i := t.n
	for i > 0 && t.best[i-1] < v {
		i--
	}
	if i == len(t.best) {
		return
	}
	copy(t.best[i+1:], t.best[i:len(t.best)-1])
	t.best[i] = v
	t.n = min(t.n+1, len(t.best))
}

// sum of the best, each counting half of the one before. A kind whose best speaks against counts once.
func (t *top) sum() float64 {
	if t.n == 0 {
		return 0
	}
	sum, weight := t.best[0], 0.5
	for _, v := range t.best[1:t.n] {
		if v <= 0 {
			break
		}
		sum += weight * v
		weight /= 2
	}
	return sum
}

// tally adds up what two hands share: per kind, private and public apart.
type tally struct {
	kinds [2][len(kindOrder)]top
	both  [len(kindOrder)]uint8 // 1: a has values of it, 2: b, 4: in common
}

var kindOrder = [...]Kind{Address, Chat, Device, Email, Mistake, Offence, OpenedNear, Payee, Phone, Phrase, Picture, PriceList, Relisting, Session, Warehouse}

var kindNumber = func() map[Kind]int {
	m := map[Kind]int{}
	for i, k := range kindOrder {
		m[k] = i
	}
	return m
}()

// logOdds of the tally: private evidence and differences count in full; public evidence lifts to PublicAtMost, or by as much again as the
// private says. Without anything private PublicAtMost is never passed, whatever the model's prior.
func (n *Network) logOdds(t *tally) float64 {
	private, public, differ := 0.0, 0.0, 0.0
	for i, k := range kindOrder {
		private += t.kinds[0][i].sum()
		public += t.kinds[1][i].sum()
		if t.both[i] == 1|2 {
			differ += n.model.Kinds[k].Differs
		}
	}
	base := n.model.Prior + differ
	most := logit(n.cfg.PublicAtMost)
	if private > 0 {
		most = math.Max(most, base+2*private)
	}
	return math.Min(base+private+public, most)
}

// pair adds up what two sellers share. note, if there is one, hears of each value in common.
func (n *Network) pair(a, b int32, note func(v int32, x, y held, others int, private bool, ratio float64)) (t tally) {
	x, y := n.sellers[a].held, n.sellers[b].held
	proven := n.proven(a) && n.proven(b)
	for i, j := 0, 0; i < len(x) || j < len(y); {
		switch {
		case j == len(y) || i < len(x) && x[i].value < y[j].value:
			t.both[n.kinds[x[i].value]] |= 1
			i++
		case i == len(x) || y[j].value < x[i].value:
			t.both[n.kinds[y[j].value]] |= 2
			j++
		default:
			v := x[i].value
			private, ratio, others := n.weigh(v, a, b, [2]bool{x[i].verified, y[j].verified}, proven)
			t.share(n.kinds[v], private, ratio)
			if note != nil {
				note(v, x[i], y[j], others, private, ratio)
			}
			i, j = i+1, j+1
		}
	}
	return t
}

func (t *tally) share(kind uint8, private bool, ratio float64) {
	side := 1
	if private {
		side = 0
	}
	t.kinds[side][kind].add(ratio)
	t.both[kind] |= 4
}

// weigh is what a value says that a and b share, and for which of them it is verified; see Kind.private. A contact that both only claim and
// that is verified for a third hand is public: it is that hand's, and whoever shows it has copied it.
func (n *Network) weigh(v, a, b int32, verified [2]bool, proven bool) (private bool, ratio float64, others int) {
	k := n.values[v].kind
	others = n.others(v, a, b)
	claimed := kindRules[k].claimed && !(verified[0] && verified[1])
	km := n.model.Kinds[k]
	ratio = km.says(claimed)[bucketOf(others)]
	private = k.private(!claimed, proven)
	if private && claimed && ratio > 0 && others > 0 && !verified[0] && !verified[1] {
		private = !n.verifiedElsewhere(v, a, b)
	}
	return private, ratio, others
}

// verifiedElsewhere tells whether a value is verified for a hand that is neither a's nor b's.
func (n *Network) verifiedElsewhere(v, a, b int32) bool {
	return slices.ContainsFunc(n.values[v].sellers, func(o int32) bool {
		if hand := n.hand(o); hand == n.hand(a) || hand == n.hand(b) {
			return false
		}
		h, _ := n.holding(o, v)
		return h.verified
	})
}

// link of two sellers with all its evidence, best first.
func (n *Network) link(a, b int32) Link {
	if n.sellers[b].name < n.sellers[a].name {
		a, b = b, a
	}
	l := Link{A: n.sellers[a].name, B: n.sellers[b].name, Evidence: []LinkEvidence{}}
	t := n.pair(a, b, func(v int32, x, y held, others int, private bool, ratio float64) {
		e := LinkEvidence{Kind: n.values[v].kind, Value: n.values[v].key, Others: others, Public: !private, LogLR: ratio}
		e.Claimed = kindRules[e.Kind].claimed && !(x.verified && y.verified)
		switch {
		case x.at != 0 && (y.at == 0 || x.at < y.at):
			e.First, e.FirstAt = l.A, x.since()
		case y.at != 0:
			e.First, e.FirstAt = l.B, y.since()
		}
		l.Evidence = append(l.Evidence, e)
	})
	for i, k := range kindOrder {
		if t.both[i] == 1|2 {
			l.Differ = append(l.Differ, k)
		}
	}
	odds := n.logOdds(&t)
	l.Probability, l.Linked = probability(odds), odds >= logit(n.cfg.Link)
	switch {
	case slices.Contains(n.sellers[a].must, b):
		l.Decided, l.Linked = DecidedSame, true
	case slices.Contains(n.sellers[a].not, b):
		l.Decided, l.Linked = DecidedDifferent, false
	}
	slices.SortStableFunc(l.Evidence, func(x, y LinkEvidence) int {
		return cmp.Or(cmp.Compare(y.LogLR, x.LogLR), cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Value, y.Value))
	})
	return l
}

// candidates are the sellers that share a value with s which is not common, without those of its own ring.
func (n *Network) candidates(s int32, yield func(int32)) {
	var seen map[int32]bool
	for _, h := range n.sellers[s].held {
		v := &n.values[h.value]
		if len(v.sellers) < 2 || n.hands(h.value) >= common+2 {
			continue
		}
		for _, o := range v.sellers {
			if o == s || n.hand(o) == n.hand(s) || seen[o] {
				continue
			}
			if seen == nil {
				seen = map[int32]bool{}
			}
			seen[o] = true
			yield(o)
		}
	}
}
