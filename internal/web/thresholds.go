package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"touchstone/detect"
	"touchstone/internal/casework"
	"touchstone/internal/casework/followup"
	"touchstone/internal/policy"
	"touchstone/internal/threshold"
)

// Where the listings come from that thresholds are weighed on.
const (
	ofPack    = "pack"    // the held-out sets of the pack in use
	ofHistory = "history" // what people decided
)

// thresholdsPage is the page at /operations/thresholds: what each threshold would take down, rightly and wrongly, and cost.
type thresholdsPage struct {
	frame
	Ask         weighing
	Fault       string // why there is no answer
	Markets     []casework.Marketplace
	Simulation  *threshold.Simulation
	History     *followup.History
	Source      string // of a pack's sets
	Now         []cutRow
	Recommended []threshold.Recommendation
	Right       plot // precision and what is caught, by threshold
	Hours       plot // of reviewers, by threshold, as a share of the most
	MostHours   float64
}

// cutRow is a threshold with its name.
type cutRow struct {
	Name string
	threshold.Cut
}

// weighing is what the address of the page asks.
type weighing struct {
	Of, Marketplace, Population, Signal string
	Days                                int
	At, Base, Minutes, Listings         float64 // 0 where nothing was asked; At is -1
	Demanded                            []float64
	Bad                                 []string // fields that could not be read
}

// Periods offered, in days.
func (w weighing) Periods() []int { return []int{30, 90, 365} }

// Signals offered.
func (w weighing) Signals() []string {
	return append([]string{detect.SignalInfringement}, queueFilter{}.Signals()...)
}

// Precisions are what was demanded, in percent, as the form shows them.
func (w weighing) Precisions() string {
	out := make([]string, len(w.Demanded))
	for i, p := range w.Demanded {
		out[i] = trimmed(100 * p)
	}
	return strings.Join(out, " ")
}

func trimmed(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }

// Field is a number of the form as it was asked; "" for none.
func (w weighing) Field(v, times float64) string {
	if v <= 0 {
		return ""
	}
	return trimmed(v * times)
}

// mostDemanded is how many precisions are looked for at a time.
const mostDemanded = 5

// weighingOf reads the form. A number that makes no sense is named and left out.
func weighingOf(get func(string) string) weighing {
	q := weighing{Of: get("of"), Marketplace: get("marketplace"), Population: get("population"), Signal: get("signal")}
	if q.Of != ofHistory {
		q.Of = ofPack
	}
	if q.Population != threshold.Notices {
		q.Population = threshold.Listings
	}
	if !slices.Contains(q.Signals(), q.Signal) {
		q.Signal = detect.SignalInfringement
	}
	q.Days, _ = strconv.Atoi(get("days"))
	if !slices.Contains(q.Periods(), q.Days) {
		q.Days = 90
	}
	number := func(field string, high, times, otherwise float64) float64 {
		text := strings.TrimSpace(get(field))
		if text == "" {
			return otherwise
		}
		v, err := strconv.ParseFloat(strings.ReplaceAll(text, ",", "."), 64)
		if err != nil || !(v > 0 && v <= high) {
			q.Bad = append(q.Bad, field)
			return otherwise
		}
		return v / times
	}
	q.At = number("at", 1, 1, -1)
	q.Base = number("base", 99.999999, 100, 0)
	q.Minutes = number("minutes", 1000, 1, 0)
	q.Listings = number("listings", 1e12, 1, 0)
	for _, text := range strings.FieldsFunc(get("precision"), func(r rune) bool { return strings.ContainsRune(" ;%", r) }) {
		v, err := strconv.ParseFloat(strings.ReplaceAll(text, ",", "."), 64)
		if err != nil || !(v > 0 && v < 100) || len(q.Demanded) == mostDemanded {
			q.Bad = append(q.Bad, "precision")
			break
		}
		q.Demanded = append(q.Demanded, v/100)
	}
	if len(q.Demanded) == 0 {
		q.Demanded = []float64{0.5, 0.9, 0.95, 0.99}
	}
	return q
}

func (w *Web) thresholdsPage(c *gin.Context) {
	p := thresholdsPage{frame: w.frame(c, "thresholds", "page.thresholds.title"), Ask: weighingOf(c.Query)}
	ctx := c.Request.Context()
	var err error
	if p.Markets, err = w.Registry.Marketplaces(ctx); err != nil {
		w.fail(c, err)
		return
	}
	sample, err := w.sample(ctx, actor(c), &p)
	var invalid *casework.ValidationError
	if err != nil && !errors.As(err, &invalid) && !errors.Is(err, casework.ErrNotFound) {
		w.fail(c, err)
		return
	}
	if err != nil {
		p.Fault = p.sentenceOf(err, http.StatusUnprocessableEntity)
	} else {
		p.weigh(sample, w.rules(ctx, p.Ask.Marketplace))
	}
	w.show(c, http.StatusOK, "thresholds", p)
}

// rules are the policy that counts on a marketplace.
func (w *Web) rules(ctx context.Context, marketplace string) policy.Policy {
	m, err := w.Registry.Marketplace(ctx, marketplace)
	if err != nil {
		m.Policy = "" // none is chosen
	}
	return w.Followup.Policies.For(m.Policy)
}

// sample is what thresholds are weighed on.
func (w *Web) sample(ctx context.Context, a casework.Actor, p *thresholdsPage) (threshold.Sample, error) {
	q := p.Ask
	if q.Of == ofHistory {
		now := w.Now()
		h, err := w.Followup.Reviewed(ctx, a, followup.HistoryQuery{Marketplace: q.Marketplace, Population: q.Population, Signal: q.Signal, From: now.AddDate(0, 0, -q.Days), To: now.Add(time.Second)})
		p.History = &h
		return h.Sample, err
	}
	kept, err := w.Followup.Curves(ctx, a)
	if err != nil {
		return threshold.Sample{}, err
	}
	in := ""
	if w.Followup.Pack != nil {
		in = w.Followup.Pack()
	}
	for _, k := range kept {
		if k.Marketplace == "" && k.Pack == in && k.Signal == q.Signal {
			p.Source = k.Curve.Source
			return k.Curve.Sample(), nil
		}
	}
	return threshold.Sample{}, nil
}

// shownCuts is how many thresholds the table and the charts have.
const shownCuts = 100

// weigh fills in what the thresholds do; where the sample cannot tell, it says what is missing.
func (p *thresholdsPage) weigh(in threshold.Sample, rules policy.Policy) {
	o := threshold.Options{Signal: p.Ask.Signal, Prior: p.Ask.Base, Minutes: p.Ask.Minutes, Listings: p.Ask.Listings}
	if o.Prior == 0 && p.Ask.Of == ofPack {
		o.Prior = rules.Demands().BaseRate
		if p.Ask.Population == threshold.Notices {
			o.Prior = rules.Demands().NoticeBaseRate
		}
	}
	s, err := threshold.Simulate(in, o)
	if err != nil {
		p.Fault = p.T("page.thresholds.few", "infringing", len(in.Infringing), "innocent", len(in.Innocent))
		return
	}
	p.Simulation, p.Recommended = s, s.Recommend(p.Ask.Demanded...)
	p.name(rules)
	for i := range p.Recommended { // Thin moves what they point to
		if c := p.Recommended[i].Cut; c != nil {
			own := *c
			p.Recommended[i].Cut = &own
		}
	}
	s.Thin(shownCuts)
	p.draw()
}

// name weighs the thresholds that are in force, and the one that was asked for.
func (p *thresholdsPage) name(rules policy.Policy) {
	row := func(name string, at float64) {
		if at > 0 && at <= 1 {
			p.Now = append(p.Now, cutRow{name, p.Simulation.At(at)})
		}
	}
	if p.Ask.Signal == detect.SignalInfringement {
		row(p.T("page.band.review"), rules.Infringement.Review)
		row(p.T("page.band.urgent"), rules.Infringement.Urgent)
		row(p.T("page.band.block"), rules.Infringement.Block)
	} else {
		row(p.T("page.thresholds.detected"), rules.Signals[p.Ask.Signal])
	}
	row(p.T("page.thresholds.asked"), p.Ask.At)
	slices.SortStableFunc(p.Now, func(a, b cutRow) int { return cmp.Compare(a.Threshold, b.Threshold) })
}

// draw makes the charts.
func (p *thresholdsPage) draw() {
	var precision, caught, hours []point
	for _, c := range p.Simulation.Cuts {
		p.MostHours = max(p.MostHours, c.Hours)
	}
	from := 0.0
	for _, c := range p.Simulation.Cuts {
		for _, at := range []float64{from, c.Threshold} { // from the cut before up to itself it does the same
			precision = append(precision, point{at, c.Precision.Value, c.Precision.Low, c.Precision.High})
			caught = append(caught, point{at, c.Taken.Value, c.Taken.Low, c.Taken.High})
			hours = append(hours, point{X: at, Y: c.Hours / max(p.MostHours, 1e-9)})
		}
		from = c.Threshold
	}
	p.Right = plot{Label: p.T("page.thresholds.chart"), X: shares(true), Y: shares(false),
		Lines: []plotLine{plotted(p.T("page.thresholds.precision"), 2, precision, true), plotted(p.T("page.thresholds.caught"), 1, caught, true)}}
	p.Hours = plot{Label: p.T("page.thresholds.hours.chart"), X: shares(true), Lines: []plotLine{plotted(p.T("page.thresholds.hours"), 2, hours, false)}}
	for i := range 5 {
		v := float64(i) / 4
		p.Hours.Y = append(p.Hours.Y, tick{py(v), round(v * p.MostHours)})
	}
	for _, r := range p.Now {
		p.Right.Marks = append(p.Right.Marks, mark(r.Threshold, r.Name))
	}
}

// round writes a number with about three digits.
func round(v float64) string {
	switch {
	case v >= 1e6:
		return fmt.Sprintf("%.3gM", v/1e6)
	case v >= 10_000:
		return fmt.Sprintf("%.3gk", v/1e3)
	case v >= 99.5 || v == 0:
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.2g", v)
}
