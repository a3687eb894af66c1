package wordmark

import (
	"hash/maphash"
	"slices"
	"sync"
	"unicode/utf8"
)

// Mark is a registered word.
type Mark struct {
	Reference string   `json:"reference"` // ID of the reference; what Remove takes
	Right     string   `json:"right"`
	Word      string   `json:"word"`
	Language  string   `json:"language,omitempty"`
	Goods     []string `json:"goods,omitempty"` // Nice classes
}

// Bounds of one lookup, so that no title and no lexicon makes it slow.
const (
	maxMarkRunes  = 64   // longer marks are cut
	maxCandidates = 64   // marks returned
	maxBucket     = 128  // marks examined for one key
	maxSpan       = 128  // marks examined for one span
	maxCompares   = 1000 // marks examined for one text
)

// Lexicon holds registered word marks in memory and finds those that spans of a title could mean: by exact reading, look-alike
// and digit reading, one typing error (deletion neighbourhood, after SymSpell), consonants of the sound, and masks. It is safe
// for concurrent use. Build one with NewLexicon.
type Lexicon struct {
	mu      sync.RWMutex
	seed    maphash.Seed
	entries []entry
	byRef   map[string][]int32
	heads   map[uint64]int32 // key -> first link, by 1
	links   []link
	dead    int
}

type entry struct {
	mark Mark
	form *form
	live bool
}

// link chains the entries of one key.
type link struct{ entry, next int32 }

// NewLexicon returns an empty lexicon.
func NewLexicon() *Lexicon {
	return &Lexicon{seed: maphash.MakeSeed(), byRef: map[string][]int32{}, heads: map[uint64]int32{}}
}

// Len is the number of marks held.
func (l *Lexicon) Len() int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return len(l.entries) - l.dead
}

// Add registers marks. A mark without a letter or digit is ignored; one with the Reference and Word of a mark already held
// replaces it. Only the first 64 runes of a word count.
func (l *Lexicon) Add(marks ...Mark) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, m := range marks {
		l.add(m)
	}
}

func (l *Lexicon) add(m Mark) {
	f := markForm(m)
	if len(f.letters) == 0 {
		return
	}
	m.Goods = slices.Clone(m.Goods)
	for _, id := range l.byRef[m.Reference] {
		if e := &l.entries[id]; e.live && e.mark.Word == m.Word {
			e.mark = m
			return
		}
	}
	id := int32(len(l.entries))
	l.entries = append(l.entries, entry{mark: m, form: f, live: true})
	l.byRef[m.Reference] = append(l.byRef[m.Reference], id)
	for _, k := range l.markKeys(f) {
		l.links = append(l.links, link{id, l.heads[k]})
		l.heads[k] = int32(len(l.links))
	}
}

// markForm reads a mark. Signs in a mark are no masks.
func markForm(m Mark) *form {
	word := m.Word
	if utf8.RuneCountInString(word) > maxMarkRunes {
		word = string([]rune(word)[:maxMarkRunes])
	}
	f := newForm(word)
	f.pattern = nil
	f.sounds()
	f.runes()
	return f
}

// Remove takes out all marks of the references. Unknown references are ignored.
func (l *Lexicon) Remove(references ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, ref := range references {
		for _, id := range l.byRef[ref] {
			if l.entries[id].live {
				l.entries[id].live = false
				l.dead++
			}
		}
		delete(l.byRef, ref)
	}
	if l.dead > 64 && l.dead*2 > len(l.entries) {
		l.rebuild()
	}
}

// rebuild drops removed marks from the tables.
func (l *Lexicon) rebuild() {
	old := l.entries
	l.entries, l.links, l.dead = nil, nil, 0
	l.byRef, l.heads = map[string][]int32{}, map[uint64]int32{}
	for _, e := range old {
		if e.live {
			l.add(e.mark)
		}
	}
}

// Lookup returns the marks that any of the spans may mean, likeliest first, at most 64. Find judges them.
func (l *Lexicon) Lookup(spans []Span) []Mark {
	l.mu.RLock()
	defer l.mu.RUnlock()
	q := query{lexicon: l, best: map[int32]float64{}, seen: map[int32]struct{}{}}
	for _, s := range spans {
		q.span(newForm(s.Text), slices.Contains(s.Rules, "compound"))
	}
	ids := make([]int32, 0, len(q.best))
	for id := range q.best {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b int32) int {
		if q.best[a] != q.best[b] {
			if q.best[a] > q.best[b] {
				return -1
			}
			return 1
		}
		return int(a - b)
	})
	out := make([]Mark, 0, min(len(ids), maxCandidates))
	for _, id := range ids[:min(len(ids), maxCandidates)] {
		out = append(out, l.entries[id].mark)
	}
	return out
}

// query is one lookup.
type query struct {
	lexicon  *Lexicon
	best     map[int32]float64
	seen     map[int32]struct{} // marks examined for the span at hand
	compares int
}

// span examines the marks that share a key with the span, the surest keys first. Of a part of a word only those that sound or
// are written alike in full.
func (q *query) span(f *form, part bool) {
	clear(q.seen)
	examined := 0
	for _, k := range q.lexicon.spanKeys(f, part) {
		n := 0
		for at := q.lexicon.heads[k]; at != 0 && n < maxBucket && examined < maxSpan && q.compares < maxCompares; n++ {
			ln := q.lexicon.links[at-1]
			at = ln.next
			if _, again := q.seen[ln.entry]; again {
				continue
			}
			q.seen[ln.entry] = struct{}{}
			e := &q.lexicon.entries[ln.entry]
			if !e.live {
				continue
			}
			examined++
			q.compares++
			if sim, _ := compare(f, e.form); sim > 0 && sim > q.best[ln.entry] {
				q.best[ln.entry] = sim
			}
		}
	}
}
