package wordmark

import (
	"cmp"
	"slices"
	"strings"
	"sync"
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
	maxMarkRunes  = 64  // longer marks are cut
	maxCandidates = 32  // marks returned
	maxBucket     = 64  // marks examined for one key
	maxSpan       = 80  // marks examined for one span
	maxCompares   = 300 // marks examined for one text
)

// Lexicon holds registered word marks in memory and finds those that spans of a title could mean: by exact reading, look-alike
// and digit reading, one typing error (deletion neighbourhood, after SymSpell), consonants of the sound, masks, and the other
// writings of a mark (see readingsOf). A mark costs some 800 bytes; adding one touches its own keys only. It is safe for
// concurrent use. Build one with NewLexicon.
type Lexicon struct {
	mu      sync.RWMutex
	marks   []held
	entries []entry
	byRef   map[string]int32 // reference -> its newest mark, by 1
	table   table
	goods   map[string][]string // classes that marks share
	dead    int
}

// held is a mark in the lexicon.
type held struct {
	mark Mark
	next int32 // the mark before it of the same reference, by 1
	live bool
}

// entry is one writing of a mark.
type entry struct {
	mark int32
	target
}

// NewLexicon returns an empty lexicon.
func NewLexicon() *Lexicon {
	return &Lexicon{byRef: map[string]int32{}, table: newTable(), goods: map[string][]string{}}
}

// Len is the number of marks held.
func (l *Lexicon) Len() int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return len(l.marks) - l.dead
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
	m.Goods = l.shared(m.Goods)
	for at := l.byRef[m.Reference]; at != 0; at = l.marks[at-1].next {
		if h := &l.marks[at-1]; h.live && h.mark.Word == m.Word {
			h.mark = m
			return
		}
	}
	ways := writings(m)
	if len(ways) == 0 {
		return
	}
	l.marks = append(l.marks, held{mark: m, next: l.byRef[m.Reference], live: true})
	id := int32(len(l.marks))
	l.byRef[m.Reference] = id
	for _, w := range ways {
		l.entries = append(l.entries, entry{mark: id - 1, target: w.target})
		k := keyring{table: &l.table}
		k.mark(w.form, w.target.way)
		for _, key := range k.keys {
			l.table.add(key, int32(len(l.entries)-1))
		}
	}
}

// shared keeps equal lists of classes once.
func (l *Lexicon) shared(goods []string) []string {
	if len(goods) == 0 {
		return nil
	}
	key := strings.Join(goods, " ")
	if known, ok := l.goods[key]; ok {
		return known
	}
	l.goods[key] = slices.Clone(goods)
	return l.goods[key]
}

// Remove takes out all marks of the references. Unknown references are ignored. The tables are cleaned when more than half of
// the marks were taken out.
func (l *Lexicon) Remove(references ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, ref := range references {
		for at := l.byRef[ref]; at != 0; at = l.marks[at-1].next {
			if h := &l.marks[at-1]; h.live {
				h.live = false
				l.dead++
			}
		}
		delete(l.byRef, ref)
	}
	if l.dead > 64 && l.dead*2 > len(l.marks) {
		l.rebuild()
	}
}

// rebuild drops removed marks from the tables.
func (l *Lexicon) rebuild() {
	old := l.marks
	l.marks, l.entries, l.dead = nil, nil, 0
	l.byRef, l.table = map[string]int32{}, newTable()
	for _, h := range old {
		if h.live {
			l.add(h.mark)
		}
	}
}

// Lookup returns the marks that any of the spans may mean, likeliest first, at most 32. Find judges them.
func (l *Lexicon) Lookup(spans []Span) []Mark {
	l.mu.RLock()
	defer l.mu.RUnlock()
	q := query{lexicon: l, best: map[int32]float64{}, ring: keyring{table: &l.table}}
	for i := range spans {
		spans[i].near = spans[i].near[:0]
		q.span(&spans[i])
	}
	ids := make([]int32, 0, len(q.best))
	for id := range q.best {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b int32) int { return cmp.Or(cmp.Compare(q.best[b], q.best[a]), cmp.Compare(a, b)) })
	out := make([]Mark, 0, min(len(ids), maxCandidates))
	for _, id := range ids[:min(len(ids), maxCandidates)] {
		out = append(out, l.marks[id].mark)
	}
	return out
}

// query is one lookup.
type query struct {
	lexicon  *Lexicon
	ring     keyring
	best     map[int32]float64
	seen     []int32 // entries examined for the span at hand
	compares int
}

// span examines the marks that share a key with the span, the surest keys first. Of a part of a word only those that sound or
// are written alike in full.
func (q *query) span(s *Span) {
	f := s.formed()
	q.seen = q.seen[:0]
	q.ring.keys = q.ring.keys[:0]
	q.ring.span(f, s.part)
	for _, k := range q.ring.keys {
		for id := range q.lexicon.table.under(k) {
			if len(q.seen) == maxSpan || q.compares == maxCompares {
				return
			}
			if slices.Contains(q.seen, id) {
				continue
			}
			q.seen = append(q.seen, id)
			e := &q.lexicon.entries[id]
			if !q.lexicon.marks[e.mark].live {
				continue
			}
			q.compares++
			sim, _ := compare(f, &e.target)
			if sim <= 0 {
				continue
			}
			s.near = append(s.near, q.lexicon.marks[e.mark].mark.Reference)
			q.best[e.mark] = max(q.best[e.mark], sim)
		}
	}
}
