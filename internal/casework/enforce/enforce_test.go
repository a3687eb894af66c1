package enforce

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"touchstone/internal/policy"
)

var begin = time.Date(2026, 1, 5, 10, 0, 0, 0, time.UTC)

func after(days float64) time.Time { return begin.Add(time.Duration(days * float64(24*time.Hour))) }

// serious infringements after so many days, named by their order.
func serious(at ...float64) []LedgerEntry {
	out := make([]LedgerEntry, len(at))
	for i, d := range at {
		out[i] = LedgerEntry{ID: fmt.Sprintf("s%d", i), At: after(d), Kind: Serious}
	}
	return out
}

func minor(points int, at ...float64) []LedgerEntry {
	out := make([]LedgerEntry, len(at))
	for i, d := range at {
		out[i] = LedgerEntry{ID: fmt.Sprintf("m%d", i), At: after(d), Kind: Minor, Points: points}
	}
	return out
}

// story of the measures in words: "freeze 7" ...
func story(s State) string {
	var out []string
	for _, m := range s.Measures {
		text := m.Kind
		if !m.Until.IsZero() {
			text += fmt.Sprintf(" %g", m.Until.Sub(m.At).Hours()/24)
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

func TestFold(t *testing.T) {
	defaults := *policy.DefaultRules().Penalties
	careful := defaults
	careful.WarnBeforeFreeze = true
	hasty := defaults
	hasty.WarningHours, hasty.CloseAtStrikes, hasty.StrikeGroupHours = 24*30, 2, 1
	many := make([]float64, 9)
	for i := range many {
		many[i] = float64(i)
	}
	for _, tt := range []struct {
		name    string
		p       policy.Penalties
		ledger  []LedgerEntry
		now     float64
		strikes int
		points  int
		story   string
		frozen  float64 // until this day; 0: not
		closed  bool
		next    float64
	}{
		{"nothing", defaults, nil, 1, 0, 0, "", 0, false, 0},
		{"one strike freezes for a day", defaults, serious(0), 0.5, 1, 0, "freeze 1, warning", 1, false, 1},
		{"and no longer", defaults, serious(0), 1, 1, 0, "freeze 1, warning", 0, false, 365},
		{"within three days one strike", defaults, serious(0, 1, 3), 3.5, 1, 0, "freeze 1, warning", 0, false, 365},
		{"reckoned from the first of them", defaults, serious(0, 2, 4), 4.5, 2, 0, "freeze 1, warning, freeze 7, warning", 11, false, 11},
		{"three close", defaults, serious(0, 10, 20), 21, 3, 0, "freeze 1, warning, freeze 7, warning, closure", 0, true, 365},
		{"closed it stays when strikes expire", defaults, serious(0, 10, 20), 400, 0, 0, "freeze 1, warning, freeze 7, warning, closure", 0, true, 0},
		{"a strike lives 365 days", defaults, serious(0, 10, 365), 366, 2, 0, "freeze 1, warning, freeze 7, warning, freeze 7, warning", 372, false, 372},
		{"a warning before a freeze, where that is wanted", careful, serious(0, 10), 11, 2, 0, "warning, freeze 7, warning", 17, false, 17},
		{"no closure without a warning that is old enough", hasty, serious(0, 10, 40), 41, 3, 0, "freeze 1, warning, freeze 7, warning, closure", 0, true, 365},
		{"six points a day at most", defaults, minor(4, 0, 0.1, 0.2), 0.3, 0, 6, "", 0, false, 365},
		{"points step by step", defaults, minor(6, many...), 9, 0, 54, "warning, freeze 7, closure", 10, true, 10},
		{"a fresh start", defaults, append(serious(0, 10, 20), LedgerEntry{ID: "r", At: after(30), Kind: Reopening}), 31, 0, 0, "freeze 1, warning, freeze 7, warning, closure, reopening", 0, false, 0},
		{"the same entry twice", defaults, append(serious(0), serious(0)...), 2, 1, 0, "freeze 1, warning", 0, false, 365},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := Fold(tt.p, tt.ledger, after(tt.now))
			if len(got.Strikes) != tt.strikes || got.Points != tt.points || got.Closed != tt.closed || story(got) != tt.story {
				t.Errorf("%d strikes, %d points, closed %v, %q", len(got.Strikes), got.Points, got.Closed, story(got))
			}
			wantFrozen, wantNext := time.Time{}, time.Time{}
			if tt.frozen > 0 {
				wantFrozen = after(tt.frozen)
			}
			if tt.next > 0 {
				wantNext = after(tt.next)
			}
			if !got.Frozen.Equal(wantFrozen) || !got.Next.Equal(wantNext) {
				t.Errorf("frozen until %v, next %v; want %v, %v", got.Frozen, got.Next, wantFrozen, wantNext)
			}
		})
	}
}

func TestOrders(t *testing.T) {
	p := *policy.DefaultRules().Penalties
	clean := Fold(p, nil, after(21))
	second := Fold(p, serious(0, 20.5), after(21))
	third := Fold(p, serious(0, 10, 20), after(21))
	for _, tt := range []struct {
		name          string
		before, after State
		want          []Order
	}{
		{"nothing changes", third, third, nil},
		{"a second strike", clean, second, []Order{{Order: OrderWarn, Rule: "strike", Count: 1}, {Order: OrderWarn, Rule: "strike", Count: 2}, {Order: OrderFreeze, Until: after(27.5)}}},
		{"reinstated", second, clean, []Order{{Order: OrderUnwarn, Rule: "strike", Count: 1}, {Order: OrderUnwarn, Rule: "strike", Count: 2}, {Order: OrderUnfreeze}}},
		{"closed", Fold(p, serious(0, 10), after(21)), third, []Order{{Order: OrderClose}}},
		{"reopened", third, Fold(p, serious(0, 10), after(21)), []Order{{Order: OrderReopen}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Orders(tt.before, tt.after)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestValidate(t *testing.T) {
	good := []LedgerEntry{serious(0)[0], minor(2, 0)[0], {ID: "r", At: begin, Kind: Reversal, Undoes: "s0"}, {ID: "o", At: begin, Kind: Reopening}}
	for _, e := range good {
		if err := e.Validate(); err != nil {
			t.Errorf("%+v: %v", e, err)
		}
	}
	bad := []LedgerEntry{{}, {ID: "x", At: begin, Kind: "odd"}, {ID: "x", At: begin, Kind: Minor}, {ID: "x", At: begin, Kind: Serious, Points: 1},
		{ID: "x", At: begin, Kind: Reversal}, {ID: "x", At: begin, Kind: Reversal, Undoes: "x"}, {ID: "x", At: begin, Kind: Serious, Undoes: "y"}}
	for _, e := range bad {
		if e.Validate() == nil {
			t.Errorf("%+v accepted", e)
		}
	}
}

func drawPenalties(t *rapid.T) policy.Penalties {
	p := *policy.DefaultRules().Penalties
	p.StrikeGroupHours = rapid.SampledFrom([]int{0, 24, 72}).Draw(t, "group")
	p.CloseAtStrikes = rapid.IntRange(1, 4).Draw(t, "close")
	p.WarningHours = rapid.SampledFrom([]int{0, 24, 240}).Draw(t, "warning")
	p.WarnBeforeFreeze = rapid.Bool().Draw(t, "warn first")
	return p
}

func drawLedger(t *rapid.T, prefix string, least int) []LedgerEntry {
	var out []LedgerEntry
	for i := range rapid.IntRange(least, 12).Draw(t, prefix+" events") {
		e := LedgerEntry{ID: fmt.Sprintf("%s%d", prefix, i), At: begin.Add(time.Duration(rapid.IntRange(0, 500*24).Draw(t, "hour")) * time.Hour)}
		switch rapid.IntRange(0, 9).Draw(t, "kind") {
		case 0:
			e.Kind = Reopening
		case 1, 2, 3, 4:
			e.Kind, e.Points = Minor, rapid.IntRange(1, 9).Draw(t, "points")
		default:
			e.Kind = Serious
		}
		out = append(out, e)
	}
	return out
}

// TestReinstatementIsTheInverse: any interleaving of enforcing and reinstating, looked at at any time (so with any expiry between),
// ends as if the reinstated had never happened; and so do the orders that the marketplace gets on the way.
func TestReinstatementIsTheInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPenalties(t)
		kept, wrong := drawLedger(t, "k", 0), drawLedger(t, "w", 1)
		ledger := append(append([]LedgerEntry{}, kept...), wrong...)
		for i, e := range wrong {
			ledger = append(ledger, LedgerEntry{ID: fmt.Sprintf("r%d", i), At: e.At.Add(time.Duration(rapid.IntRange(-10, 9000).Draw(t, "later")) * time.Hour), Kind: Reversal, Undoes: e.ID})
		}
		ledger = rapid.Permutation(ledger).Draw(t, "interleaving")
		now := begin.Add(time.Duration(rapid.IntRange(0, 1000*24).Draw(t, "now")) * time.Hour)
		want := Fold(p, kept, now)
		if diff := cmp.Diff(want, Fold(p, ledger, now)); diff != "" {
			t.Fatal(diff)
		}

		// The marketplace does as it is ordered, entry by entry, and stands in the end where the kept entries alone put it.
		last, m := Fold(p, nil, now), market{}
		for i := range ledger {
			s := Fold(p, ledger[:i+1], now)
			m.carryOut(Orders(last, s))
			last = s
		}
		var direct market
		direct.carryOut(Orders(Fold(p, nil, now), want))
		if diff := cmp.Diff(direct, m, cmp.AllowUnexported(market{})); diff != "" {
			t.Fatal(diff)
		}
	})
}

// market is a marketplace that does as it is told.
type market struct {
	frozen   time.Time
	closed   bool
	warnings int
}

func (m *market) carryOut(orders []Order) {
	for _, o := range orders {
		switch o.Order {
		case OrderWarn:
			m.warnings++
		case OrderUnwarn:
			m.warnings--
		case OrderFreeze:
			m.frozen = o.Until
		case OrderUnfreeze:
			m.frozen = time.Time{}
		case OrderClose:
			m.closed = true
		case OrderReopen:
			m.closed = false
		}
	}
}

// TestNoStrikeIsLost: every serious infringement stands in exactly one strike, and each live strike is in the state until it expires.
func TestNoStrikeIsLost(t *testing.T) {
	p := *policy.DefaultRules().Penalties
	rapid.Check(t, func(t *rapid.T) {
		var ledger []LedgerEntry
		for _, e := range drawLedger(t, "e", 0) {
			if e.Kind == Serious {
				ledger = append(ledger, e)
			}
		}
		counted := map[string]int{}
		for _, s := range Fold(p, ledger, begin).Strikes { // nothing has expired at the beginning
			for _, id := range s.Events {
				counted[id]++
			}
		}
		for _, e := range ledger {
			if counted[e.ID] != 1 {
				t.Fatalf("%s stands in %d strikes", e.ID, counted[e.ID])
			}
		}
	})
}

// TestNextIsTheNextChange: up to Next nothing changes by itself.
func TestNextIsTheNextChange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, ledger := drawPenalties(t), drawLedger(t, "e", 1)
		now := begin.Add(time.Duration(rapid.IntRange(0, 900*24).Draw(t, "now")) * time.Hour)
		s := Fold(p, ledger, now)
		if s.Next.IsZero() {
			s.Next = now.AddDate(3, 0, 0)
		}
		between := now.Add(time.Duration(rapid.Int64Range(0, int64(s.Next.Sub(now))-1).Draw(t, "between")))
		later := Fold(p, ledger, between)
		if len(later.Strikes) != len(s.Strikes) || later.Points != s.Points || !later.Frozen.Equal(s.Frozen) || later.Closed != s.Closed {
			t.Fatalf("changed before %v:\n%+v\n%+v", s.Next, s, later)
		}
	})
}
