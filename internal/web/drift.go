package web

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"touchstone/detect"
	"touchstone/internal/casework"
	"touchstone/internal/drift"
	"touchstone/internal/threshold"
)

// driftPage is the page at /operations/drift: how scores are spread now, against the sets that the pack was calibrated on and against
// the days before.
type driftPage struct {
	frame
	Days    int
	Periods []int
	Pack    string
	Base    float64 // share of infringing listings that the calibration sets are weighed for
	Signals []signalSpread
}

// signalSpread is how a signal's scores are spread.
type signalSpread struct {
	Signal              string
	Listings, Before    int64
	Known               bool       // the pack brings sets for it
	Calibrated, Earlier *stability // nil where there is nothing to hold it against
	Columns             []columns
	Ticks               []tick
	Label               string
}

// stability is an index with what it means: stable, moving or shifted.
type stability struct {
	PSI   float64
	Class string
}

// columns are a bin's shares: expected, before and now, with what the chart draws of them. Heights go by the square root of a share:
// nearly all listings are in the first bins, and what matters is in the last.
type columns struct {
	From, To              float64
	Expected, Was, Is     float64
	Count                 int64
	X, Half               float64
	IsY, IsHeight         float64
	ExpectedY, ExpectedHi float64
	Known                 bool // Expected is
}

func (w *Web) driftPage(c *gin.Context) {
	p := driftPage{frame: w.frame(c, "drift", "page.drift.title"), Periods: []int{1, 7, 30}}
	p.Days, _ = strconv.Atoi(c.Query("days"))
	if !slices.Contains(p.Periods, p.Days) {
		p.Days = 7
	}
	if err := w.spreads(c.Request.Context(), actor(c), &p); err != nil {
		w.fail(c, err)
		return
	}
	w.show(c, http.StatusOK, "drift", p)
}

func (w *Web) spreads(ctx context.Context, a casework.Actor, p *driftPage) error {
	if w.Followup.Pack != nil {
		p.Pack = w.Followup.Pack()
	}
	p.Base = w.Followup.Policies.For("").Demands().BaseRate
	end := drift.DayOf(w.Now()) + 1
	from := end - drift.Day(p.Days)
	now, err := w.Drift.Spread(ctx, p.Pack, from, end)
	if err != nil {
		return err
	}
	before, err := w.Drift.Spread(ctx, p.Pack, from-drift.Day(p.Days), from)
	if err != nil {
		return err
	}
	curves, err := w.Followup.Curves(ctx, a)
	if err != nil {
		return err
	}
	for _, signal := range append([]string{detect.SignalInfringement}, queueFilter{}.Signals()...) {
		var curve *threshold.Curve
		for _, k := range curves {
			if k.Marketplace == "" && k.Pack == p.Pack && k.Signal == signal {
				curve = &k.Curve
			}
		}
		if now[signal].Of() > 0 || curve != nil {
			p.Signals = append(p.Signals, p.spread(signal, now[signal], before[signal], curve))
		}
	}
	return nil
}

// fewest is how many listings a period must have for its index to mean anything.
const fewest = 100

func stable(expected, actual [drift.Bins]float64) *stability {
	s := &stability{PSI: drift.PSI(expected, actual), Class: "stable"}
	switch {
	case s.PSI >= drift.Shifted:
		s.Class = "shifted"
	case s.PSI >= drift.Stable:
		s.Class = "moving"
	}
	return s
}

func (p *driftPage) spread(signal string, now, before drift.Counts, curve *threshold.Curve) signalSpread {
	s := signalSpread{Signal: signal, Listings: now.Of(), Before: before.Of()}
	is, was := now.Shares(), before.Shares()
	var expected [drift.Bins]float64
	if s.Known = curve != nil; s.Known {
		expected = drift.Expected(*curve, p.Base)
		if s.Listings >= fewest {
			s.Calibrated = stable(expected, is)
		}
	}
	if s.Listings >= fewest && s.Before >= fewest {
		s.Earlier = stable(was, is)
	}
	s.Label = p.T("page.drift.chart", "signal", p.Or("page.signal."+signal, signal))
	width := float64(plotWidth) / drift.Bins
	for i := range is {
		c := columns{From: float64(i) / drift.Bins, To: float64(i+1) / drift.Bins, Expected: expected[i], Was: was[i], Is: is[i], Count: now[i], X: tenth(float64(i)*width + 1), Half: width/2 - 1, Known: curve != nil}
		c.IsHeight, c.ExpectedHi = tenth(plotHeight*math.Sqrt(is[i])), tenth(plotHeight*math.Sqrt(expected[i]))
		c.IsY, c.ExpectedY = tenth(plotHeight-c.IsHeight), tenth(plotHeight-c.ExpectedHi)
		s.Columns = append(s.Columns, c)
	}
	for _, v := range []float64{0.01, 0.1, 0.25, 0.5, 1} {
		s.Ticks = append(s.Ticks, tick{tenth(py(math.Sqrt(v))), fmt.Sprintf("%g %%", 100*v)})
	}
	return s
}

// tenth rounds a length: a tenth of a unit cannot be seen.
func tenth(v float64) float64 { return math.Round(10*v) / 10 }

// Second is where the second column of a bin begins.
func (c columns) Second() float64 { return c.X + c.Half }

// Axis are the ticks along a chart of columns.
func (p driftPage) Axis() []tick { return shares(true) }
