package web

import (
	"errors"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/intake"
)

// alikePage is the page at /cases/{id}/alike: cases about the same right and listings that show the same pictures, to be decided together.
type alikePage struct {
	frame
	Case    docket.Case
	Others  []docket.Case // this one first; all can be decided now
	Size    int           // listings that show the pictures
	Reasons []choice
	Results []alikeResult
	Fault   string
	Remark  string
}

// alikeResult is what became of one case.
type alikeResult struct {
	docket.Case
	Problem string
}

// alike are the cases about a right that wait, of the listings in the cluster of one; its size says how many listings that are.
func (w *Web) alike(c *gin.Context, cs docket.Case) (list []docket.Case, size int, err error) {
	ctx, a := c.Request.Context(), actor(c)
	list = []docket.Case{cs}
	if cs.Report == "" {
		return list, 1, nil
	}
	rec, err := w.Reports.Report(ctx, cs.Report)
	if err != nil || rec.Entry == "" {
		return list, 1, ignoreMissing(err)
	}
	cluster, err := w.Listings.Cluster(ctx, rec.Entry, "", "", docket.MaxBulk)
	if err != nil {
		return list, 1, ignoreMissing(err)
	}
	var places []docket.Place
	for _, l := range cluster.Members {
		places = append(places, docket.Place{Marketplace: l.Marketplace, Listing: l.Listing, ContentHash: l.ContentHash})
	}
	ids, err := w.Docket.Undecided(ctx, a, cs.Right, places)
	if err != nil {
		return nil, 0, err
	}
	for _, id := range ids {
		if id == cs.ID || len(list) == docket.MaxBulk {
			continue
		}
		o, err := w.Docket.Store.Case(ctx, id)
		if err != nil {
			return nil, 0, err
		}
		busy := o.Claim != nil && o.Claim.By != a.Person() && w.Now().Before(o.Claim.Until)
		if o.State == docket.StateOpen && !busy {
			list = append(list, o)
		}
	}
	return list, max(cluster.Size, 1), nil
}

func ignoreMissing(err error) error {
	if errors.Is(err, casework.ErrNotFound) {
		return nil
	}
	return err
}

func (w *Web) alikePage(c *gin.Context) { w.showAlike(c, http.StatusOK, alikePage{}) }

func (w *Web) showAlike(c *gin.Context, status int, p alikePage) {
	p.frame, p.Reasons = w.frame(c, "alike", "page.alike.title"), choices(docket.DeclineCodes())
	var err error
	if p.Case, _, err = w.Docket.Case(c.Request.Context(), actor(c), c.Param("id")); err == nil && p.Results == nil {
		p.Others, p.Size, err = w.alike(c, p.Case)
	}
	if err != nil {
		w.fail(c, err)
		return
	}
	w.show(c, status, "alike", p)
}

// decideAlike decides what was ticked, each case by itself, and says what became of each.
func (w *Web) decideAlike(c *gin.Context) {
	v := docket.Verdict{Outcome: c.PostForm("outcome"), Remark: strings.TrimSpace(c.PostForm("remark"))}
	if v.Outcome == docket.OutcomeDeclined {
		v.Code = c.PostForm("code")
	}
	results, err := w.Docket.DecideAll(c.Request.Context(), actor(c), c.PostFormArray("case"), v)
	var invalid *casework.ValidationError
	if errors.As(err, &invalid) {
		f := w.frame(c, "alike", "page.alike.title")
		w.showAlike(c, http.StatusUnprocessableEntity, alikePage{Fault: f.T("page.alike.fault"), Remark: v.Remark})
		return
	}
	if err != nil {
		w.fail(c, err)
		return
	}
	p := alikePage{}
	for _, r := range results {
		out := alikeResult{Case: r.Case}
		if r.Err != nil {
			out.ID, out.Problem = r.ID, sentenceOf(r.Err, http.StatusConflict)
		}
		p.Results = append(p.Results, out)
	}
	w.showAlike(c, http.StatusOK, p)
}

// casePicture is the listing's picture of a case, for lists: that of its strongest finding.
func (w *Web) casePicture(c *gin.Context) {
	cs, _, err := w.Docket.Case(c.Request.Context(), actor(c), c.Param("id"))
	if err != nil {
		w.fail(c, err)
		return
	}
	p := casePage{frame: frame{Language: "en"}, Case: &cs}
	if err := w.scored(c.Request.Context(), &p); err != nil {
		w.fail(c, err)
		return
	}
	for _, f := range p.Findings {
		if f.Picture != nil {
			c.Params = append(c.Params, gin.Param{Key: "picture", Value: "listing"})
			w.sendPicture(c, cs.Report, f.Number)
			return
		}
	}
	w.fail(c, intake.ErrNoPicture)
}
