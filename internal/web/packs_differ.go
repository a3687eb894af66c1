package web

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"touchstone/detect"
	"touchstone/internal/casework"
	"touchstone/internal/rollout"
)

// differencesOf is how many differences a page shows.
const differencesOf = 12

// rolloutPage is the page at /operations/packs/rollouts/{id}: how far it is, and of a shadow what the packs differ on, with pictures.
type rolloutPage struct {
	frame
	Rollout     rolloutView
	Bands       []bandPair
	Differences []differenceView
	Next        string // address of the next page; "" on the last
}

// bandPair is how many listings both packs judged so.
type bandPair struct {
	InUse, Shadow string
	N             int
}

// differenceView is a listing that two packs judge differently.
type differenceView struct {
	rollout.Disagreement
	Live, Other judgement
}

// judgement is what one pack makes of a listing, and why.
type judgement struct {
	rollout.Judged
	Name, Signal, Why string
	Side              string // of the address of its picture
	Picture           bool   // there may be one
}

// Sides of a difference in addresses.
const (
	sideLive  = "in-use"
	sideOther = "shadow"
)

func (w *Web) rolloutPage(c *gin.Context) {
	ctx := c.Request.Context()
	p := rolloutPage{frame: w.frame(c, "rollout", "page.rollout.title")}
	p.Flash = w.said(c, p.frame)
	r, err := w.Rollouts.Rollout(ctx, c.Param("id"))
	if err != nil {
		w.fail(c, err)
		return
	}
	p.Rollout = viewOf(r)
	if r.Shadowed != nil {
		for _, key := range slices.Sorted(maps.Keys(r.Shadowed.Bands)) {
			live, other, _ := strings.Cut(key, " → ")
			p.Bands = append(p.Bands, bandPair{live, other, r.Shadowed.Bands[key]})
		}
		slices.SortStableFunc(p.Bands, func(a, b bandPair) int { return cmp.Compare(b.N, a.N) })
	}
	list, err := w.Rollouts.Store.Disagreements(ctx, r.ID, c.Query("after"), differencesOf+1)
	if err != nil {
		w.fail(c, err)
		return
	}
	if len(list) > differencesOf {
		list = list[:differencesOf]
		p.Next = "?after=" + list[differencesOf-1].ID
	}
	for _, d := range list {
		v, err := w.difference(ctx, p.frame, d)
		if err != nil {
			w.fail(c, err)
			return
		}
		p.Differences = append(p.Differences, v)
	}
	w.show(c, http.StatusOK, "rollout", p)
}

// difference fills in what both reports say. A report that is kept no longer leaves its side without a reason.
func (w *Web) difference(ctx context.Context, f frame, d rollout.Disagreement) (differenceView, error) {
	v := differenceView{Disagreement: d, Live: judgement{Judged: d.InUse, Side: sideLive}, Other: judgement{Judged: d.Shadow, Side: sideOther}}
	live, err := w.Reports.Report(ctx, d.Report)
	if err != nil && !errors.Is(err, casework.ErrNotFound) {
		return v, err
	}
	for _, side := range []struct {
		to     *judgement
		report detect.Report
	}{{&v.Live, live.Report}, {&v.Other, d.Remade}} {
		side.to.Picture = len(side.report.Pictures) > 0
		if best := rollout.Strongest(side.report); best >= 0 {
			found := side.report.Findings[best]
			side.to.Signal, side.to.Why = found.Signal, cmp.Or(found.Explanations[f.Language], found.Explanations["en"])
		}
		if side.to.Right == "" {
			continue
		}
		right, err := w.Registry.Right(ctx, casework.Actor{Role: roleOperator}, side.to.Right)
		if err != nil && !errors.Is(err, casework.ErrNotFound) {
			return v, err
		}
		side.to.Name = cmp.Or(right.Name, side.to.Right)
	}
	return v, nil
}

// differencePicture draws what one of the packs goes by.
func (w *Web) differencePicture(c *gin.Context) {
	ctx := c.Request.Context()
	d, err := w.Rollouts.Store.Disagreement(ctx, c.Param("id"), c.Param("difference"))
	if err != nil {
		w.fail(c, err)
		return
	}
	report := d.Remade
	if c.Param("side") == sideLive {
		live, err := w.Reports.Report(ctx, d.Report)
		if err != nil {
			w.fail(c, err)
			return
		}
		report = live.Report
	}
	data, err := w.Rollouts.Picture(ctx, report)
	w.picture(c, data, err)
}
