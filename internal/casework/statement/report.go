package statement

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"
	"time"
)

// Outcomes of decisions that the report tells apart.
const (
	TakenDown = "taken_down"
	Declined  = "declined"
	NoAction  = "no_action"
)

// Decided is a first decision on a case, as the report counts it.
type Decided struct {
	Case       string
	Source     string // FromNotice, ...
	Reason     string // for complaint
	Outcome    string // TakenDown, Declined or NoAction
	Code       string // of a declined notice
	Automation string // AutomationNone, ...
	OpenedAt   time.Time
	DecidedAt  time.Time
	Contested  string // "", "counter_notice" or "complaint"
	ResolvedAt time.Time
	// Reversed: the decision was taken back, on a complaint, a counter-notice or by the platform itself.
	Reversed bool
}

// Measure is a suspension in the period: of a store, or of a notifier.
type Measure struct {
	Kind   string // FrozenStore, ClosedStore or "notifier_suspended"
	Ground string // "strike", "points", "misuse_of_notices"
}

// Share is a part of a whole, with the 95 % interval of Wilson's score.
type Share struct {
	Part  int     `json:"part"`
	Of    int     `json:"of"`
	Share float64 `json:"share"` // 0 when there is nothing
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// ShareOf is a part of a whole with its interval.
func ShareOf(part, of int) Share {
	s := Share{Part: part, Of: of, High: 1}
	if of == 0 {
		return s
	}
	const z = 1.959963984540054
	n, p := float64(of), float64(part)/float64(of)
	middle, half := p+z*z/(2*n), z*math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	s.Share, s.Low, s.High = p, max(0, (middle-half)/(1+z*z/n)), min(1, (middle+half)/(1+z*z/n))
	return s
}

// Hours are the lengths of waits: their number, median and 90th percentile in hours.
type Hours struct {
	Count  int     `json:"count"`
	Median float64 `json:"median_hours"`
	P90    float64 `json:"p90_hours"`
}

func hoursOf(all []time.Duration) Hours {
	slices.Sort(all)
	h := Hours{Count: len(all)}
	if len(all) > 0 {
		h.Median = (all[(len(all)-1)/2] + all[len(all)/2]).Hours() / 2
		h.P90 = all[int(math.Ceil(0.9*float64(len(all))))-1].Hours() // nearest rank
	}
	return h
}

// Counted is a number under one or two headings.
type Counted struct {
	Of    string `json:"of"`
	And   string `json:"and,omitempty"`
	Count int    `json:"count"`
}

// TransparencyReport is a transparency report over a period.
type TransparencyReport struct {
	From        time.Time `json:"from"`
	To          time.Time `json:"to"` // not included
	Decisions   int       `json:"decisions"`
	BySource    []Counted `json:"by_source"`
	ByReason    []Counted `json:"by_reason"` // and outcome
	Declined    []Counted `json:"declined_by_code"`
	TakenDown   Share     `json:"taken_down_of_notices"`
	InADay      Share     `json:"notices_decided_within_24_hours"`
	ToDecision  Hours     `json:"time_to_decision"` // of notices
	Automated   Share     `json:"decided_fully_automatically"`
	ByAutomated []Counted `json:"by_automation"` // and outcome
	// Errors are reversals of decisions made fully automatically; HumanErrors of the others.
	Errors      Share     `json:"automated_decisions_reversed"`
	HumanErrors Share     `json:"other_decisions_reversed"`
	Contested   []Counted `json:"contested"` // by kind, and whether the decision was reversed
	ToResolved  Hours     `json:"time_to_decision_on_complaints"`
	Suspensions []Counted `json:"suspensions"` // by kind, and ground
}

// Compile counts a period: first decisions whose DecidedAt lies in it, and the measures given.
func Compile(from, to time.Time, decisions iter.Seq2[Decided, error], measures []Measure) (TransparencyReport, error) {
	t := tables{}
	for d, err := range decisions {
		if err != nil {
			return TransparencyReport{}, fmt.Errorf("transparency report: %w", err)
		}
		if !d.DecidedAt.Before(from) && d.DecidedAt.Before(to) {
			t.add(d)
		}
	}
	for _, m := range measures {
		t.count("suspension", m.Kind, m.Ground)
	}
	return TransparencyReport{
		From: from, To: to, Decisions: t.all, BySource: t.list("source"), ByReason: t.list("reason"), Declined: t.list("declined"),
		TakenDown: ShareOf(t.down, t.notices), InADay: ShareOf(t.inADay, t.notices), ToDecision: hoursOf(t.waits), Automated: ShareOf(t.auto, t.all),
		ByAutomated: t.list("automation"), Errors: ShareOf(t.autoWrong, t.auto), HumanErrors: ShareOf(t.wrong, t.all-t.auto),
		Contested: t.list("contested"), ToResolved: hoursOf(t.resolved), Suspensions: t.list("suspension"),
	}, nil
}

// tables are the counts while decisions are read.
type tables struct {
	all, notices, down, inADay, auto, autoWrong, wrong int

	waits, resolved []time.Duration
	counts          map[string]map[[2]string]int
}

func (t *tables) count(table, of, and string) {
	if t.counts == nil {
		t.counts = map[string]map[[2]string]int{}
	}
	if t.counts[table] == nil {
		t.counts[table] = map[[2]string]int{}
	}
	t.counts[table][[2]string{of, and}]++
}

func (t *tables) list(table string) []Counted {
	out := []Counted{}
	for key, n := range maps.All(t.counts[table]) {
		out = append(out, Counted{key[0], key[1], n})
	}
	slices.SortFunc(out, func(a, b Counted) int { return cmp.Or(cmp.Compare(a.Of, b.Of), cmp.Compare(a.And, b.And)) })
	return out
}

func (t *tables) add(d Decided) {
	t.all++
	t.count("source", d.Source, "")
	t.count("reason", d.Reason, d.Outcome)
	t.count("automation", d.Automation, d.Outcome)
	if d.Outcome == Declined {
		t.count("declined", d.Code, "")
	}
	if d.Source != FromDetection {
		t.notice(d)
	}
	switch {
	case d.Automation == AutomationFull:
		t.auto++
		t.autoWrong += one(d.Reversed)
	default:
		t.wrong += one(d.Reversed)
	}
	if d.Contested != "" {
		t.count("contested", d.Contested, contestedAs(d))
		if !d.ResolvedAt.IsZero() {
			t.resolved = append(t.resolved, max(0, d.ResolvedAt.Sub(d.DecidedAt)))
		}
	}
}

func (t *tables) notice(d Decided) {
	wait := max(0, d.DecidedAt.Sub(d.OpenedAt))
	t.notices++
	t.down += one(d.Outcome == TakenDown)
	t.inADay += one(wait <= 24*time.Hour)
	t.waits = append(t.waits, wait)
}

func contestedAs(d Decided) string {
	switch {
	case d.Reversed:
		return "reversed"
	case d.ResolvedAt.IsZero():
		return "open"
	}
	return "upheld"
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}
