package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/intake"
	"touchstone/internal/listings"
)

// mostAlike is how many cases one form brings, and how many listings with the same pictures are looked at: with names of clippedName characters the
// page stays within what a page may weigh.
const (
	mostAlike   = 300
	clippedName = 50
)

// Brief is a name as far as a tile shows it.
func (alikePage) Brief(name string) string {
	if r := []rune(name); len(r) > clippedName {
		return string(r[:clippedName]) + "…"
	}
	return name
}

// alikePage is the page at /cases/{id}/alike: cases about the same right and listings that show the same pictures, to be decided together.
type alikePage struct {
	frame
	Case    docket.Case
	Others  []docket.Case // this one first; all can be decided now
	Size    int           // listings that show the pictures
	Most    int
	Reasons []choice
	Results *alikeResults
	Fault   string
	Remark  string
}

// alike are the cases about a right that wait, of listings that show the same pictures as one: those of its cluster, and those that show the very
// file that was found, however common it is. Size says how many listings that are, as far as they are looked at.
func (w *Web) alike(c *gin.Context, cs docket.Case) (list []docket.Case, size int, err error) {
	ctx := c.Request.Context()
	list = []docket.Case{cs}
	if cs.Report == "" {
		return list, 1, nil
	}
	rec, err := w.Reports.Report(ctx, cs.Report)
	if err != nil || rec.Entry == "" {
		return list, 1, ignoreMissing(err)
	}
	members, err := w.sharers(ctx, rec, cs.Right)
	if err != nil {
		return list, 1, ignoreMissing(err)
	}
	var places []docket.Place
	for _, l := range members {
		places = append(places, docket.Place{Marketplace: l.Marketplace, Listing: l.Listing, ContentHash: l.ContentHash})
	}
	list, err = w.waitAlike(c, cs, places, list)
	return list, max(len(members), 1), err
}

// sharers are listings that show the same pictures as one, itself among them, mostAlike at most.
func (w *Web) sharers(ctx context.Context, rec intake.ReportRecord, right string) ([]listings.Listing, error) {
	cluster, err := w.Listings.Cluster(ctx, rec.Entry, "", "", mostAlike)
	if err != nil {
		return nil, err
	}
	members, known := cluster.Members, map[string]bool{}
	for _, l := range members {
		known[l.ID] = true
	}
	for _, hash := range foundPictures(rec.Report, right) {
		ids, err := w.Listings.SameFile(ctx, rec.Entry, hash, mostAlike)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			if known[id] || len(members) == mostAlike {
				continue
			}
			l, err := w.Listings.Listing(ctx, id)
			if err != nil && ignoreMissing(err) != nil {
				return nil, err
			}
			if known[id] = true; err == nil {
				members = append(members, l)
			}
		}
	}
	return members, nil
}

// waitAlike adds the cases on places that wait and that nobody else is at.
func (w *Web) waitAlike(c *gin.Context, cs docket.Case, places []docket.Place, list []docket.Case) ([]docket.Case, error) {
	ctx, a := c.Request.Context(), actor(c)
	ids, err := w.Docket.Undecided(ctx, a, cs.Right, places)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if id == cs.ID || len(list) == mostAlike {
			continue
		}
		o, err := w.Docket.Store.Case(ctx, id)
		if err != nil {
			return nil, err
		}
		busy := o.Claim != nil && o.Claim.By != a.Person() && w.Now().Before(o.Claim.Until)
		if o.State == docket.StateOpen && !busy {
			list = append(list, o)
		}
	}
	return list, nil
}

func ignoreMissing(err error) error {
	if errors.Is(err, casework.ErrNotFound) {
		return nil
	}
	return err
}

func (w *Web) alikePage(c *gin.Context) { w.showAlike(c, http.StatusOK, alikePage{}) }

func (w *Web) showAlike(c *gin.Context, status int, p alikePage) {
	p.frame, p.Reasons, p.Most = w.frame(c, "alike", "page.alike.title"), choices(docket.DeclineCodes()), mostAlike
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

// alikeResults is how far one decision on many cases is. A request decides as many as the docket takes at once; the page that it answers with
// sends the rest, until none is left.
type alikeResults struct {
	Undo                  bool // decisions are taken back
	Outcome, Code, Remark string
	Left                  []string // cases that are still to come
	Done                  []string // those that were decided, or taken back
	Failed                []alikeFailure
}

// alikeFailure is a case that could not be decided, and why, by the end of a message.
type alikeFailure struct{ ID, Why string }

// All is how many cases there are.
func (r alikeResults) All() int { return len(r.Left) + len(r.Done) + len(r.Failed) }

// Past is how many of them are behind.
func (r alikeResults) Past() int { return len(r.Done) + len(r.Failed) }

// alikeForm reads how far a decision is. Names of cases are the form's own: each is judged again when its turn comes.
func alikeForm(c *gin.Context) alikeResults {
	r := alikeResults{Outcome: c.PostForm("outcome"), Remark: strings.TrimSpace(c.PostForm("remark")), Left: c.PostFormArray("case"), Done: c.PostFormArray("done")}
	if r.Outcome == docket.OutcomeDeclined {
		r.Code = c.PostForm("code")
	}
	for _, f := range c.PostFormArray("failed") {
		id, why, _ := strings.Cut(f, " ")
		r.Failed = append(r.Failed, alikeFailure{id, why})
	}
	return r
}

// add takes in what became of the first cases that were left.
func (r *alikeResults) add(list []docket.BulkResult, tried int) {
	r.Left = r.Left[tried:]
	for _, x := range list {
		if x.Err == nil {
			r.Done = append(r.Done, x.ID)
			continue
		}
		why := "changed"
		switch {
		case errors.Is(x.Err, casework.ErrNotFound):
			why = "missing"
		case errors.Is(x.Err, casework.ErrForbidden):
			why = "forbidden"
		case !errors.Is(x.Err, casework.ErrConflict):
			why = "internal"
		}
		r.Failed = append(r.Failed, alikeFailure{x.ID, why})
	}
}

// decideAlike decides what was ticked, each case by itself, and says what became of each.
func (w *Web) decideAlike(c *gin.Context) {
	r := alikeForm(c)
	w.manyAlike(c, r, func(ids []string) ([]docket.BulkResult, error) {
		return w.Docket.DecideAll(c.Request.Context(), actor(c), ids, docket.Verdict{Outcome: r.Outcome, Code: r.Code, Remark: r.Remark})
	})
}

// undoAlike takes back what was decided together.
func (w *Web) undoAlike(c *gin.Context) {
	r := alikeForm(c)
	r.Undo = true
	w.manyAlike(c, r, func(ids []string) ([]docket.BulkResult, error) {
		return w.Docket.UndoAll(c.Request.Context(), actor(c), ids, r.Remark)
	})
}

func (w *Web) manyAlike(c *gin.Context, r alikeResults, do func(ids []string) ([]docket.BulkResult, error)) {
	f := w.frame(c, "alike", "page.alike.title")
	if r.All() > mostAlike {
		w.showAlike(c, http.StatusUnprocessableEntity, alikePage{Fault: f.T("page.alike.fault", "most", mostAlike), Remark: r.Remark})
		return
	}
	part := r.Left[:min(len(r.Left), docket.MaxBulk)]
	list, err := do(part)
	var invalid *casework.ValidationError
	switch {
	case errors.As(err, &invalid):
		w.showAlike(c, http.StatusUnprocessableEntity, alikePage{Fault: f.T("page.alike.fault", "most", mostAlike), Remark: r.Remark})
		return
	case err != nil:
		w.fail(c, err)
		return
	}
	for _, x := range list {
		if x.Err != nil && !errors.Is(x.Err, casework.ErrConflict) && !errors.Is(x.Err, casework.ErrNotFound) && !errors.Is(x.Err, casework.ErrForbidden) {
			_ = c.Error(x.Err) // for the log
		}
	}
	r.add(list, len(part))
	w.showAlike(c, http.StatusOK, alikePage{Results: &r})
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
	i := slices.IndexFunc(p.Findings, func(f finding) bool { return f.Picture != nil })
	if i < 0 {
		w.fail(c, intake.ErrNoPicture)
		return
	}
	c.Params = append(c.Params, gin.Param{Key: "picture", Value: "listing"})
	w.sendPicture(c, cs.Report, p.Findings[i].Number)
}
