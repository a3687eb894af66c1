package detect

import (
	"strings"
	"sync"
)

// A saying is all that the sentences on a likeness depend on, where geometry says nothing of it. Innocent listings have a score of such
// findings each, and few of them differ.
type saying struct {
	signal, where    string
	picture          int
	closerThan       int
	against, inFavor string // codes, with a blank between
}

// toldOf tells what the sentences on a finding depend on; false where that is more than a saying holds.
func toldOf(f Finding) (saying, bool) {
	if f.Text != nil || f.Picture == nil || f.Picture.Verification != nil && f.Picture.Verification.Verified {
		return saying{}, false
	}
	return saying{f.Signal, f.Picture.Where, f.Picture.Index, f.CloserThan, codes(f.Against), codes(f.For)}, true
}

func codes(notes []Note) string {
	switch len(notes) {
	case 0:
		return ""
	case 1:
		return notes[0].Code
	}
	list := make([]string, len(notes))
	for i, n := range notes {
		list[i] = n.Code
	}
	return strings.Join(list, " ")
}

// sayings are sentences that were written before, at most mostSayings of them, some 2 MB. Readers share them and change nothing.
type sayings struct {
	mu  sync.RWMutex
	all map[saying]map[string]string
}

const mostSayings = 4096

var told = sayings{all: map[saying]map[string]string{}}

// of gives the sentences on a finding by language.
func (s *sayings) of(what saying, f Finding) map[string]string {
	s.mu.RLock()
	known, ok := s.all[what]
	s.mu.RUnlock()
	if ok {
		return known
	}
	known = inAll(f)
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.all) >= mostSayings {
		clear(s.all) // what is said often comes back at once
	}
	s.all[what] = known
	return known
}
