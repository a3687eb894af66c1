package simulate

import (
	"time"
)

// Record is one case with what is true of it and what became of it.
type Record struct {
	Case, Notice string
	Kind, Way    string
	Opened       time.Time
	Truth        Truth
	Decided      time.Time
	Outcome      string
	Code         string
	Automatic    bool
	Chance       float64
	Signal       string
	Proactive    bool
	Contest      string // how an answer of the seller ended
	listing      *Listing
	right        *Right
}

// Share is a count out of a number.
type Share struct {
	Count int `json:"count"`
	Of    int `json:"of"`
}

func (s *Share) add(yes bool) {
	s.Of++
	if yes {
		s.Count++
	}
}

// Tally is what is counted over a month.
type Tally struct {
	Scored        int
	Refused       int // notices that the service did not take
	RefusedGood   int // of them, well-founded ones
	ReviewMinutes float64

	InTime    Share // notices closed within 24 hours
	Automated Share // notices of which every case was decided without a person
	hours     []float64

	Prevented  int            // listings of stores that were shut
	Complaints map[string]int // of holders about what they found on sale, by kind
	Contests   Share          // answers of sellers to take-downs, those of innocent ones
	hindered   map[int]bool   // holders of whom a founded notice was refused
	suspended  map[int]bool   // holders whose notices were refused altogether
	filedBy    map[int]int
	signals    map[string][]Share // at each of Cuts: findings that are right, of all
}

// Cuts are the probabilities at which the signals are weighed.
func Cuts() []float64 {
	return []float64{0.5, 0.7, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999}
}

// signal weighs what a signal says of a listing and a right.
func (t *Tally) signal(name string, chance float64, right bool) {
	if t.signals[name] == nil {
		t.signals[name] = make([]Share, len(Cuts()))
	}
	for i, at := range Cuts() {
		if chance >= at {
			t.signals[name][i].add(right)
		}
	}
}

func newTally() Tally {
	return Tally{Complaints: map[string]int{}, hindered: map[int]bool{}, suspended: map[int]bool{}, filedBy: map[int]int{}, signals: map[string][]Share{}}
}

// closed counts a notice whose last case was decided.
func (t *Tally) closed(n *filed, at time.Time) {
	took := at.Sub(n.at)
	t.hours = append(t.hours, took.Hours())
	t.InTime.Count++
	if took > 24*time.Hour {
		t.InTime.Count--
	}
	if n.auto {
		t.Automated.Count++
	}
}

// waiting counts the notices that are not closed.
func (t *Tally) waiting(all map[string]*filed) int {
	n := 0
	for _, f := range all {
		if f.open > 0 {
			n++
		}
	}
	return n
}
