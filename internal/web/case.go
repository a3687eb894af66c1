package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"touchstone/detect"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/followup"
	"touchstone/internal/casework/sellerlink"
	"touchstone/internal/intake"
	"touchstone/internal/listings"
	"touchstone/internal/message"
	"touchstone/internal/network"
	"touchstone/internal/tracing"
)

// casePage is the page at /cases/{id}.
type casePage struct {
	frame
	Case     *docket.Case
	Right    casework.Right
	Listing  *listings.Listing // as it was scored last; nil when it is kept no longer
	Findings []finding
	Verdict  *detect.Verdict
	Parts    []part
	Report   *intake.ReportRecord
	Mine     bool   // the person has claimed it
	Other    string // who else has
	Undo     bool   // the last decision may be tried to be undone here
	Reasons  []choice
	Request  string // makes a form that is sent twice one decision
	Earlier  []docket.Case
	Alike    share
	Links    []handedOut // open ones to the seller
	Linkable bool        // one can be made
	Me       string
	Since    time.Time      // when the person saw the case before; zero for never
	News     []docket.Event // what happened since
	Same     int            // listings that show the same pictures, this one included
	Store    *followup.StorefrontView
	Kin      []tracing.Kin // penalised stores that the same person may be behind
}

// finding is one finding about the case's right, with its number in the report.
type finding struct {
	detect.Finding
	Number   int
	Sentence string
	Marked   []piece
	Verified *detect.Verification
}

// fileList is files of a party, for the template that shows them.
type fileList struct {
	frame
	Case string
	List []docket.Evidence
}

// Files are files of the case as the page shows them.
func (p casePage) Files(list []docket.Evidence) fileList { return fileList{p.frame, p.Case.ID, list} }

// Templates are remarks to begin from, in the language of the page.
func (p casePage) Templates() []string {
	var out []string
	for _, key := range []string{"print", "mark", "words", "evidence", "seller"} {
		out = append(out, p.T("page.template."+key))
	}
	return out
}

// piece of a text, marked where it was read as a mark.
type piece struct {
	Text   string
	Marked bool
}

// part is what a signal adds to the verdict.
type part struct {
	Source  string
	LogOdds float64
	Width   int // of its bar, 0 to 100
}

// choice is a reason code with the letter that picks it.
type choice struct {
	Letter, Code string
}

// share is how earlier cases like this one ended.
type share struct {
	Down, All int
	List      []docket.Case // those nearest in probability
}

// letters pick reason codes.
const letters = "abcdefghijklmnopqrstuvwxyz"

func choices(codes []string) []choice {
	out := make([]choice, len(codes))
	for i, code := range codes {
		out[i] = choice{string(letters[i%len(letters)]), code}
	}
	return out
}

func (w *Web) casePage(c *gin.Context) {
	ctx, a := c.Request.Context(), actor(c)
	p := casePage{frame: w.frame(c, "case", "page.case.title"), Request: casework.NewID("web"), Reasons: choices(docket.DeclineCodes())}
	p.Flash, p.Me = w.said(c, p.frame), a.Person()
	cs, _, err := w.Docket.Case(ctx, a, c.Param("id"))
	if err != nil {
		w.fail(c, err)
		return
	}
	p.Case = &cs
	if p.Right, err = w.Registry.Right(ctx, a, p.Case.Right); err != nil && !errors.Is(err, casework.ErrNotFound) {
		w.fail(c, err)
		return
	}
	if err := w.scored(ctx, &p); err != nil {
		w.fail(c, err)
		return
	}
	for _, add := range []func(*gin.Context, *casePage) error{w.history, w.news, w.store} {
		if err := add(c, &p); err != nil {
			w.fail(c, err)
			return
		}
	}
	if p.Links, err = w.sellerLinks(c, cs); err != nil {
		w.fail(c, err)
		return
	}
	p.Linkable = sellerlink.Concerns(cs) == nil
	if cl := p.Case.Claim; cl != nil && w.Now().Before(cl.Until) {
		p.Mine = cl.By == a.Person()
		if !p.Mine {
			p.Other = cl.By
		}
	}
	p.Undo = p.Case.Decision != nil && p.Case.Before != nil && (p.Case.Decision.By == a.Person() || a.Operates())
	w.show(c, http.StatusOK, "case", p)
}

// scored adds the report and the listing, as far as they are kept.
func (w *Web) scored(ctx context.Context, p *casePage) error {
	if p.Case.Report == "" {
		return nil
	}
	rec, err := w.Reports.Report(ctx, p.Case.Report)
	if errors.Is(err, casework.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if rec.Entry != "" {
		switch l, err := w.Listings.Listing(ctx, rec.Entry); {
		case err == nil && l.ContentHash == rec.Report.ContentHash: // else it was changed since
			p.Listing = &l
			p.Case.Title = cmp.Or(p.Case.Title, l.Title)
			cluster, err := w.Listings.Cluster(ctx, rec.Entry, "", "", 1)
			if err != nil {
				return ignoreMissing(err)
			}
			p.Same = cluster.Size
			for _, shared := range cluster.Pictures { // a common picture makes no cluster, and is one decision all the same
				if slices.Contains(foundPictures(rec.Report, p.Case.Right), shared.Hash) {
					p.Same = max(p.Same, shared.Listings)
				}
			}
		case err != nil && !errors.Is(err, casework.ErrNotFound):
			return err
		}
	}
	p.read(rec)
	return nil
}

// foundPictures are the pictures of a listing that findings about a right are in.
func foundPictures(r detect.Report, right string) (hashes []string) {
	for _, f := range r.Findings {
		if f.Right == right && f.Picture != nil && !slices.Contains(hashes, r.Pictures[f.Picture.Index].Hash) {
			hashes = append(hashes, r.Pictures[f.Picture.Index].Hash)
		}
	}
	return hashes
}

// Sharing is how many listings show the same pictures, as far as they were counted.
func (p casePage) Sharing() string {
	if p.Same > listings.Common {
		return fmt.Sprint(listings.Common, "+")
	}
	return strconv.Itoa(p.Same)
}

// earlierCases is how many cases of the same seller a page shows.
const earlierCases = 8

// history is what the seller's earlier cases and decided cases on the same right were.
func (w *Web) history(c *gin.Context, p *casePage) error {
	ctx, a := c.Request.Context(), actor(c)
	if p.Case.Seller != "" {
		list, err := w.Docket.Cases(ctx, a, docket.CaseQuery{Marketplace: p.Case.Marketplace, Seller: p.Case.Seller, Limit: earlierCases + 1})
		if err != nil {
			return err
		}
		p.Earlier = slices.DeleteFunc(list, func(o docket.Case) bool { return o.ID == p.Case.ID })
	}
	alike, err := w.Docket.Cases(ctx, a, docket.CaseQuery{Right: p.Case.Right, Decided: true, Limit: 40})
	if err != nil {
		return err
	}
	for _, o := range alike {
		if o.ID == p.Case.ID || o.Signal != p.Case.Signal {
			continue
		}
		p.Alike.All++
		p.Alike.List = append(p.Alike.List, o)
		if o.Outcome == docket.OutcomeTakenDown || o.Outcome == docket.OutcomeUpheld {
			p.Alike.Down++
		}
	}
	apart := func(o docket.Case) float64 { return math.Abs(o.Probability - p.Case.Probability) }
	slices.SortStableFunc(p.Alike.List, func(a, b docket.Case) int { return cmp.Compare(apart(a), apart(b)) })
	p.Alike.List = p.Alike.List[:min(len(p.Alike.List), similarCases)]
	return nil
}

// similarCases is how many decided cases like this one a page shows, and newsEvents how many events of a case are looked at.
const (
	similarCases = 5
	newsEvents   = 200
)

// news is what happened to the case since the person last saw it.
func (w *Web) news(c *gin.Context, p *casePage) error {
	ctx := c.Request.Context()
	events, err := w.Docket.Events(ctx, actor(c), docket.EventQuery{Case: p.Case.ID, Limit: newsEvents})
	if err != nil {
		return err
	}
	var last int64
	if len(events) > 0 {
		last = events[len(events)-1].Seq
	}
	before, err := w.People.Saw(ctx, p.Person.ID, p.Case.ID, last)
	if err != nil || before.At.IsZero() {
		return err
	}
	p.Since = before.At
	p.News = slices.DeleteFunc(events, func(e docket.Event) bool { return e.Seq <= before.Event })
	return nil
}

// store is what the seller's store has behind it.
func (w *Web) store(c *gin.Context, p *casePage) error {
	if p.Case.Seller == "" {
		return nil
	}
	if w.Tracing != nil {
		var err error
		if p.Kin, err = w.Tracing.Kin(c.Request.Context(), actor(c), p.Case.Marketplace, p.Case.Seller); err != nil {
			return err
		}
	}
	v, err := w.Followup.Storefront(c.Request.Context(), actor(c), p.Case.Marketplace, p.Case.Seller)
	if errors.Is(err, casework.ErrNotFound) {
		return nil
	}
	p.Store = &v
	return err
}

// KinText says why the person behind a penalised store may be behind this one too.
func (p casePage) KinText(k tracing.Kin) string {
	key := "page.case.kin.struck"
	if k.Closed {
		key = "page.case.kin.closed"
	}
	return p.T(key, "seller", k.Seller, "what", p.Traits(k.Shares))
}

// Traits are kinds of what stores share, as a list.
func (f frame) Traits(kinds []network.Kind) string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = f.T("page.trait." + string(k))
	}
	return message.List(f.Language, names)
}

// read takes from a report what is about the case's right.
func (p *casePage) read(rec intake.ReportRecord) {
	p.Report = &rec
	for i, v := range rec.Report.Verdicts {
		if v.Right == p.Case.Right {
			p.Verdict = &rec.Report.Verdicts[i]
			p.Parts = parts(v)
		}
	}
	for i, f := range rec.Report.Findings {
		if f.Right != p.Case.Right {
			continue
		}
		x := finding{Finding: f, Number: i, Sentence: cmp.Or(f.Explanations[p.Language], f.Explanations["en"])}
		if f.Picture != nil {
			x.Verified = f.Picture.Verification
		}
		if f.Text != nil && f.Text.Field == "title" {
			x.Marked = marked(p.Case.Title, f.Text.Start, f.Text.End)
		}
		p.Findings = append(p.Findings, x)
	}
	slices.SortStableFunc(p.Findings, func(a, b finding) int { return cmp.Compare(b.Probability, a.Probability) })
}

// marked cuts a text where it was read as a mark; a place outside of the text marks nothing.
func marked(text string, start, end int) []piece {
	if start < 0 || end > len(text) || start >= end {
		return []piece{{Text: text}}
	}
	return []piece{{Text: text[:start]}, {Text: text[start:end], Marked: true}, {Text: text[end:]}}
}

// parts of a verdict, with bars in proportion to the greatest.
func parts(v detect.Verdict) []part {
	most := 1e-9
	for _, x := range v.Contributions {
		most = max(most, math.Abs(x.LogOdds))
	}
	out := make([]part, len(v.Contributions))
	for i, x := range v.Contributions {
		out[i] = part{x.Source, x.LogOdds, int(100 * math.Abs(x.LogOdds) / most)}
	}
	return out
}

// evidencePicture draws a picture of a finding: listing, reference, side-by-side or overlay.
func (w *Web) evidencePicture(c *gin.Context) {
	cs, _, err := w.Docket.Case(c.Request.Context(), actor(c), c.Param("id"))
	if err != nil {
		w.fail(c, err)
		return
	}
	n, err := strconv.Atoi(c.Param("finding"))
	if err != nil {
		w.fail(c, intake.ErrNoPicture)
		return
	}
	w.sendPicture(c, cs.Report, n)
}

func (w *Web) draw(c *gin.Context, r detect.Report, n int) ([]byte, error) {
	ctx, e := c.Request.Context(), r.Findings[n].Picture
	switch picture := c.Param("picture"); {
	case e == nil:
		return nil, fmt.Errorf("finding %d: %w", n, intake.ErrNoPicture)
	case picture == "listing":
		return w.shown.picture(ctx, w.Evidence, r.Pictures[e.Index].Hash, e.Box)
	case picture == "reference":
		return w.shown.picture(ctx, w.Evidence, e.Reference, detect.Box{})
	case picture == "heat":
		m, err := w.Evidence.HeatMap(ctx, r, n)
		return m.Picture, err
	case picture == "side-by-side":
		return w.Evidence.SideBySide(ctx, r, n)
	case picture == "overlay":
		data, _, err := w.Evidence.Overlay(ctx, r, n)
		return data, err
	default:
		return nil, fmt.Errorf("picture %q: %w", picture, intake.ErrNoPicture)
	}
}
