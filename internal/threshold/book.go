package threshold

import (
	"sync"
	"time"
)

// Populations that a threshold is applied to; their base rates are far apart.
const (
	Listings = "listings" // all listings of a marketplace, as they are scored
	Notices  = "notices"  // those that somebody complained of
)

// Key says what a curve is about. A curve of one pack says nothing of another one, whose probabilities are other numbers.
type Key struct {
	Pack        string `json:"pack" doc:"name@version"`
	Marketplace string `json:"marketplace,omitempty" doc:"empty for what the pack brings"`
	Population  string `json:"population,omitempty" enum:"listings,notices" doc:"none for what the pack brings, which serves both"`
	Signal      string `json:"signal"`
}

// Kept is a curve that is in force.
type Kept struct {
	Key
	Curve  Curve     `json:"curve"`
	KeptAt time.Time `json:"kept_at,omitzero"`
	By     string    `json:"by,omitempty"`
}

// Book holds the curves in force. A nil Book holds none. It is safe for concurrent use.
type Book struct {
	mu     sync.RWMutex
	packs  map[Key]Curve // without marketplace and population: a labelled sample serves every base rate
	curves map[Key]Kept
}

// NewBook makes an empty book.
func NewBook() *Book { return &Book{packs: map[Key]Curve{}, curves: map[Key]Kept{}} }

// AddPack adds the curves that a pack brings, by signal.
func (b *Book) AddPack(pack string, own map[string]Curve) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for signal, c := range own {
		b.packs[Key{Pack: pack, Signal: signal}] = c
	}
}

// Set makes these the curves of marketplaces, in the place of all before.
func (b *Book) Set(list []Kept) {
	curves := make(map[Key]Kept, len(list))
	for _, k := range list {
		curves[k.Key] = k
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.curves = curves
}

// Find gives the curve that counts: the marketplace's own, else the pack's; nil when nothing was measured.
func (b *Book) Find(k Key) *Curve {
	if b == nil {
		return nil
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	if own, ok := b.curves[k]; ok {
		return &own.Curve
	}
	if c, ok := b.packs[Key{Pack: k.Pack, Signal: k.Signal}]; ok {
		return &c
	}
	return nil
}

// Packs are the curves that packs bring.
func (b *Book) Packs() []Kept {
	if b == nil {
		return nil
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	var out []Kept
	for k, c := range b.packs {
		out = append(out, Kept{Key: k, Curve: c})
	}
	return out
}
