package web

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"touchstone/index"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/followup"
	"touchstone/internal/casework/standing"
	"touchstone/internal/casework/statement"
	"touchstone/internal/policy"
	"touchstone/internal/upkeep"
)

// operationsPage is the page at /operations: how the desk is doing, in charts with the numbers behind them.
type operationsPage struct {
	frame
	figures
	Days    int
	Periods []int
	Queues  []queueHealth
	Index   []upkeep.Collection // that are searched
}

// figures are what a period's decisions come to.
type figures struct {
	Report     statement.TransparencyReport
	ByDay      []dayCount
	Most       int // on one day
	Waits      []bar
	Codes      []bar
	Reliable   []reliability
	Notifiers  []notifierCount
	Proactive  statement.Share
	Reversed   statement.Share
	BeforeSale statement.Share // of removals whose marketplace said how many were sold
	Found      statement.Share // the same of what was found proactively
	MadeAt     time.Time
	reliableOf int
}

// dayCount is the first decisions of a day, by outcome.
type dayCount struct {
	Day                     string
	Down, Declined, No      int
	X                       int // place in the chart
	DownY, DeclinedY, NoY   int // tops of the bars, in units of the chart
	DownH, DeclinedH, NoneH int
	Label                   bool
}

// bar is a number with its share of the greatest, 0 to 100.
type bar struct {
	Name  string
	Count int
	Width int
}

// reliability holds what models said against what people decided: of the decided cases whose probability lies in a tenth.
type reliability struct {
	From, To int // percent
	Of, Down int
	Said     float64 // mean probability
	Share    float64 // taken down
	Height   int
	SaidY    int
}

// notifierCount is what became of a notifier's listings.
type notifierCount struct {
	Account                     string
	Listings, Upheld, Unfounded int
	Share                       float64
}

// queueHealth is how a queue is doing.
type queueHealth struct {
	Name    string
	Waiting int64
	Due     time.Time // of the case that comes next; zero when none waits
}

// Sizes of the chart of days.
const (
	chartHeight = 120
	chartWidth  = 900
	mostDays    = 90 // bars; longer periods are shown by weeks
)

// figuresKeep is how long figures are shown before they are reckoned again: a period at a busy desk is a hundred thousand decisions.
const figuresKeep = time.Minute

// kept are figures by the days that they cover.
type kept struct {
	mu  sync.Mutex
	all map[int]figures
}

func (w *Web) operationsPage(c *gin.Context) {
	p := operationsPage{frame: w.frame(c, "operations", "page.operations.title"), Periods: []int{7, 30, 90, 365}}
	p.Days, _ = strconv.Atoi(c.Query("days"))
	if !slices.Contains(p.Periods, p.Days) {
		p.Days = 30
	}
	var err error
	if p.figures, err = w.figures(c.Request.Context(), actor(c), p.Days); err == nil {
		p.Queues, err = w.queueHealth(c.Request.Context(), actor(c))
	}
	if err == nil && w.Index != nil {
		if p.Index, err = w.Index.Status(c.Request.Context()); errors.Is(err, index.ErrUnavailable) {
			p.Index, err = nil, nil // /readyz says so; the other figures stand
		}
		p.Index = slices.DeleteFunc(p.Index, func(c upkeep.Collection) bool { return len(c.Aliases) == 0 })
	}
	if err != nil {
		w.fail(c, err)
		return
	}
	w.show(c, http.StatusOK, "operations", p)
}

func (w *Web) queueHealth(ctx context.Context, a casework.Actor) ([]queueHealth, error) {
	counts, err := w.Docket.QueueCounts(ctx, a)
	if err != nil {
		return nil, err
	}
	var out []queueHealth
	for _, name := range policy.Queues() {
		h := queueHealth{Name: name}
		for _, n := range counts {
			if n.Queue == name {
				h.Waiting += n.Waiting
			}
		}
		first, err := w.Docket.Queue(ctx, a, docket.QueueQuery{Queue: name, Limit: 1})
		if err != nil {
			return nil, err
		}
		if len(first) > 0 {
			h.Due = first[0].Case.DueAt
		}
		out = append(out, h)
	}
	return out, nil
}

// figures of the days up to now, at most figuresKeep old.
func (w *Web) figures(ctx context.Context, a casework.Actor, days int) (figures, error) {
	w.kept.mu.Lock()
	defer w.kept.mu.Unlock()
	now := w.Now().UTC()
	if f, ok := w.kept.all[days]; ok && now.Sub(f.MadeAt) < figuresKeep && !now.Before(f.MadeAt) {
		return f, nil
	}
	f := figures{MadeAt: now}
	from := now.Truncate(24*time.Hour).AddDate(0, 0, 1-days)
	var err error
	if f.Report, err = w.Followup.Report(ctx, a, from, now.Add(time.Second)); err != nil {
		return f, err
	}
	if err := f.count(ctx, w.Followup, from, now, days); err != nil {
		return f, err
	}
	if err := f.judge(ctx, w.Docket, a); err != nil {
		return f, err
	}
	if w.kept.all == nil {
		w.kept.all = map[int]figures{}
	}
	w.kept.all[days] = f
	return f, nil
}

// waits are the bounds of the chart of times to a decision.
var waits = []struct {
	name string
	most time.Duration
}{{"1 h", time.Hour}, {"6 h", 6 * time.Hour}, {"24 h", 24 * time.Hour}, {"3 d", 72 * time.Hour}, {"> 3 d", 1 << 62}}

// count goes through the decisions of the period once.
func (f *figures) count(ctx context.Context, from *followup.Followup, begin, now time.Time, days int) error {
	step := 1
	if days > mostDays {
		step = 7
	}
	for at := begin; at.Before(now); at = at.AddDate(0, 0, step) {
		f.ByDay = append(f.ByDay, dayCount{Day: at.Format(time.DateOnly)})
	}
	waited := make([]int, len(waits))
	notifiers := map[string]*notifierCount{}
	var all, proactive, reversed int
	var sales, found tally
	for v, err := range from.Labels(ctx, begin, now.Add(time.Second)) {
		if err != nil {
			return err
		}
		all++
		if i := int(v.DecidedAt.Sub(begin).Hours()/24) / step; i >= 0 && i < len(f.ByDay) {
			f.ByDay[i].add(v.Outcome)
		}
		waited[slices.IndexFunc(waits, func(x struct {
			name string
			most time.Duration
		}) bool {
			return v.DecidedAt.Sub(v.OpenedAt) <= x.most
		})]++
		if v.Origin == docket.OriginProactive {
			proactive++
		}
		if v.Reversed {
			reversed++
		}
		if v.Removed && v.Sold != nil {
			sales.count(*v.Sold == 0)
			if v.Origin == docket.OriginProactive {
				found.count(*v.Sold == 0)
			}
		}
		if v.Notifier != "" {
			n := notifiers[v.Notifier]
			if n == nil {
				n = &notifierCount{Account: v.Notifier}
				notifiers[v.Notifier] = n
			}
			n.add(v.Result)
		}
	}
	f.BeforeSale, f.Found = sales.share(), found.share()
	f.Proactive, f.Reversed = statement.ShareOf(proactive, all), statement.ShareOf(reversed, all)
	for i, x := range waits {
		f.Waits = append(f.Waits, bar{Name: x.name, Count: waited[i]})
	}
	f.Waits = scaled(f.Waits)
	for _, d := range f.Report.Declined {
		f.Codes = append(f.Codes, bar{Name: d.Of, Count: d.Count})
	}
	slices.SortStableFunc(f.Codes, func(a, b bar) int { return cmp.Compare(b.Count, a.Count) })
	f.Codes = scaled(f.Codes[:min(len(f.Codes), 10)])
	f.chart()
	for _, n := range slices.Collect(maps.Values(notifiers)) {
		n.Share = float64(n.Upheld) / float64(n.Listings)
		f.Notifiers = append(f.Notifiers, *n)
	}
	slices.SortFunc(f.Notifiers, func(a, b notifierCount) int {
		return cmp.Or(cmp.Compare(b.Listings, a.Listings), cmp.Compare(a.Account, b.Account))
	})
	f.Notifiers = f.Notifiers[:min(len(f.Notifiers), 20)]
	return nil
}

// tally counts a part of a whole.
type tally struct{ part, of int }

func (t *tally) count(is bool) {
	t.of++
	if is {
		t.part++
	}
}

func (t tally) share() statement.Share { return statement.ShareOf(t.part, t.of) }

func (d *dayCount) add(outcome string) {
	switch outcome {
	case docket.OutcomeTakenDown:
		d.Down++
	case docket.OutcomeDeclined:
		d.Declined++
	default:
		d.No++
	}
}

func (n *notifierCount) add(r standing.Result) {
	n.Listings++
	switch r {
	case standing.Upheld:
		n.Upheld++
	case standing.Unfounded:
		n.Unfounded++
	}
}

func scaled(bars []bar) []bar {
	most := 1
	for _, b := range bars {
		most = max(most, b.Count)
	}
	for i := range bars {
		bars[i].Width = 100 * bars[i].Count / most
	}
	return bars
}

// chart places the bars of days, stacked: taken down below, declined and no action above.
func (f *figures) chart() {
	for _, d := range f.ByDay {
		f.Most = max(f.Most, d.Down+d.Declined+d.No)
	}
	height := func(n int) int { return n * chartHeight / max(1, f.Most) }
	for i := range f.ByDay {
		d := &f.ByDay[i]
		d.X = i * chartWidth / len(f.ByDay)
		d.DownH, d.DeclinedH, d.NoneH = height(d.Down), height(d.Declined), height(d.No)
		d.DownY = chartHeight - d.DownH
		d.DeclinedY = d.DownY - d.DeclinedH
		d.NoY = d.DeclinedY - d.NoneH
		d.Label = i == 0 || i == len(f.ByDay)-1
	}
}

// Bar is how wide a bar of the chart of days is.
func (f figures) Bar() int { return max(1, chartWidth/max(1, len(f.ByDay))-2) }

// judgedCases is how many decided cases, the newest, the probabilities are held against.
const judgedCases = 1000

// judge holds what models said against what people decided. Decisions of machines are left out: they agree with themselves.
func (f *figures) judge(ctx context.Context, d *docket.Docket, a casework.Actor) error {
	cases, err := d.Cases(ctx, a, docket.CaseQuery{Decided: true, Limit: judgedCases})
	if err != nil {
		return err
	}
	tenths := make([]reliability, 10)
	for _, cs := range cases {
		if cs.Report == "" || cs.Decision == nil || cs.Decision.Automatic == docket.AutomationFull {
			continue
		}
		t := &tenths[min(9, max(0, int(cs.Probability*10)))]
		t.Of++
		t.Said += cs.Probability
		if cs.Effect == docket.EffectRemoved {
			t.Down++
		}
	}
	for i := range tenths {
		t := &tenths[i]
		t.From, t.To = 10*i, 10*i+10
		if t.Of > 0 {
			t.Said, t.Share = t.Said/float64(t.Of), float64(t.Down)/float64(t.Of)
		}
		t.Height = int(100 * t.Share)
		t.SaidY = 100 - int(100*t.Said)
		f.reliableOf += t.Of
	}
	if f.reliableOf > 0 {
		f.Reliable = tenths
	}
	return nil
}

// Judged is how many decisions of people the probabilities are held against.
func (f figures) Judged() int { return f.reliableOf }
