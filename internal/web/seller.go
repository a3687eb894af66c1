package web

import (
	"cmp"
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/followup"
	"touchstone/internal/casework/sellerlink"
	"touchstone/internal/intake"
	"touchstone/internal/message"
)

// Bounds of what a seller sends along.
const (
	sellerFiles    = 6
	sellerFileSize = 8 << 20
)

// sellerPage is the page at /seller/{token}: what was decided about a listing and why, and how to answer.
type sellerPage struct {
	frame
	Address    string // of this page, without a query
	Case       docket.Case
	Market     string
	Right      casework.Right
	Statements [][]string // paragraphs
	Findings   []finding
	Public     bool   // the registered picture may be shown: an office has published it
	Kind       string // of objection that is open to the seller now; "" for none
	Form       objectionForm
}

// objectionForm is what the seller typed, and what is wrong with it by field.
type objectionForm struct {
	Statement, Signature string
	Sworn                bool
	Faults               map[string]string
}

func (w *Web) sellerRoutes(g *gin.RouterGroup) {
	g.Use(func(c *gin.Context) { c.Header("X-Robots-Tag", "noindex, nofollow") })
	g.GET(":token", w.sellerPage)
	g.GET(":token/findings/:finding/:picture", w.sellerPicture)
	g.POST(":token", w.sellerObjects)
}

// follow is the case that a link opens, as its seller may see it.
func (w *Web) follow(c *gin.Context) (sellerlink.Link, docket.Case, error) {
	l, err := w.SellerLinks.Follow(c.Request.Context(), c.Param("token"))
	if err != nil {
		return l, docket.Case{}, err
	}
	cs, _, err := w.Docket.Case(c.Request.Context(), l.Actor(), l.Case)
	if errors.Is(err, casework.ErrNotFound) { // the decision was undone, or the seller turned out to be another
		err = sellerlink.ErrLink
	}
	return l, cs, err
}

func (w *Web) sellerPage(c *gin.Context) {
	l, cs, err := w.follow(c)
	if err != nil {
		w.fail(c, err)
		return
	}
	w.showSeller(c, http.StatusOK, l, cs, objectionForm{})
}

func (w *Web) showSeller(c *gin.Context, status int, l sellerlink.Link, cs docket.Case, form objectionForm) {
	ctx := c.Request.Context()
	p := sellerPage{frame: w.frame(c, "seller", "page.seller.title"), Address: c.Request.URL.Path, Case: cs.For(l.Actor()), Form: form, Kind: w.objection(cs)}
	market, err := w.Registry.Marketplace(ctx, cs.Marketplace)
	if err != nil && !errors.Is(err, casework.ErrNotFound) {
		w.fail(c, err)
		return
	}
	p.Market = cmp.Or(market.Name, cs.Marketplace)
	p.speak(c.Query("language"), l.Language, market.Languages)
	p.Token = formToken(c.Param("token"))
	rights, err := w.Registry.Snapshot(ctx, []string{cs.Right})
	if err != nil {
		w.fail(c, err)
		return
	}
	p.Right = rights[cs.Right].Right
	p.Public = published(p.Right)
	list, err := w.Followup.StatementsOf(ctx, cs.ID, p.Language)
	if err != nil {
		w.fail(c, err)
		return
	}
	slices.Reverse(list) // the last first, and before it the one on the decision that stands
	slices.SortStableFunc(list, func(a, b followup.StatementView) int { return cmp.Compare(stands(cs, b), stands(cs, a)) })
	for _, s := range list {
		p.Statements = append(p.Statements, strings.Split(strings.TrimSpace(s.Text), "\n\n"))
	}
	if p.Findings, p.Case.Title, err = w.sellerFindings(ctx, cs, p.Language); err != nil {
		w.fail(c, err)
		return
	}
	w.show(c, status, "seller", p)
}

// stands is 1 for the statement on the decision that stands.
func stands(cs docket.Case, s followup.StatementView) int {
	if cs.Decision != nil && cs.Decision.ID == s.ID {
		return 1
	}
	return 0
}

// speak takes the language that the reader chose, else the link's, else the first of the marketplace's that there is; the browser's wish,
// which frame has found, comes last.
func (p *sellerPage) speak(chosen, link string, market []string) {
	for _, l := range append([]string{chosen, link}, market...) {
		base, _, _ := strings.Cut(strings.ToLower(l), "-")
		if slices.Contains(message.Languages(), base) {
			p.Language = base
			break
		}
	}
	p.Title = p.T("page.seller.title")
}

// published tells whether a right's pictures are in a public register, so that showing them to a seller gives nothing away. What a holder
// sent of an unregistered work may be seen nowhere else.
func published(r casework.Right) bool {
	switch r.Type {
	case casework.CopyrightUnregistered, casework.Patent, casework.UtilityModel:
		return false
	}
	return r.RegistrationNumber != "" && r.State == casework.StateVerified
}

// objection is what the seller may send now: a counter-notice once against a notice's take-down, else a complaint; "" when it is too late,
// or nothing is to be put back.
func (w *Web) objection(cs docket.Case) string {
	late := cs.AppealBy != nil && !w.Now().Before(*cs.AppealBy)
	switch {
	case late || cs.Effect != docket.EffectRemoved || cs.State != docket.StateDecided && cs.State != docket.StateUpheld:
		return ""
	case cs.State == docket.StateDecided && cs.Origin == docket.OriginNotice && cs.Contest == nil:
		return docket.CounterNotice
	}
	return docket.Complaint
}

// sellerFindings are what a seller may see of the findings that the decision rests on: places and words, and no score, which would tell how
// to pass the next time. With them comes the listing's title, as far as it is known.
func (w *Web) sellerFindings(ctx context.Context, cs docket.Case, language string) ([]finding, string, error) {
	p := casePage{frame: frame{Language: language}, Case: &cs}
	if err := w.scored(ctx, &p); err != nil {
		return nil, "", err
	}
	return slices.DeleteFunc(p.Findings, func(f finding) bool { return f.Support || f.Picture == nil && f.Text == nil }), cs.Title, nil
}

// sellerPicture draws the listing's picture, or the registered one where it is public.
func (w *Web) sellerPicture(c *gin.Context) {
	_, cs, err := w.follow(c)
	if err != nil {
		w.fail(c, err)
		return
	}
	ctx := c.Request.Context()
	rights, err := w.Registry.Snapshot(ctx, []string{cs.Right})
	if err != nil {
		w.fail(c, err)
		return
	}
	kind := c.Param("picture")
	if kind != "listing" && (kind != "reference" && kind != "overlay" || !published(rights[cs.Right].Right)) {
		w.fail(c, intake.ErrNoPicture)
		return
	}
	findings, _, err := w.sellerFindings(ctx, cs, "en")
	if err != nil {
		w.fail(c, err)
		return
	}
	n, err := strconv.Atoi(c.Param("finding"))
	if err != nil || !slices.ContainsFunc(findings, func(f finding) bool { return f.Number == n }) {
		w.fail(c, intake.ErrNoPicture)
		return
	}
	w.sendPicture(c, cs.Report, n)
}

// sendPicture sends a picture of a finding of a report.
func (w *Web) sendPicture(c *gin.Context, report string, n int) {
	rec, err := w.Reports.Report(c.Request.Context(), report)
	if err != nil {
		w.fail(c, err)
		return
	}
	if n < 0 || n >= len(rec.Report.Findings) {
		w.fail(c, intake.ErrNoPicture)
		return
	}
	data, err := w.draw(c, rec.Report, n)
	w.picture(c, data, err)
}

// picture sends a picture that was encoded here, for this reader alone.
func (w *Web) picture(c *gin.Context, data []byte, err error) {
	if err != nil {
		w.fail(c, err)
		return
	}
	c.Header("Cache-Control", "private, max-age=300")
	c.Data(http.StatusOK, "image/jpeg", data)
}

// sellerObjects takes a counter-notice or complaint.
func (w *Web) sellerObjects(c *gin.Context) {
	l, cs, err := w.follow(c)
	if err != nil {
		w.fail(c, err)
		return
	}
	if subtle.ConstantTimeCompare([]byte(c.PostForm("token")), []byte(formToken(c.Param("token")))) != 1 {
		w.problem(c, http.StatusForbidden, "page.problem.token", "")
		return
	}
	form := objectionForm{Statement: strings.TrimSpace(c.PostForm("statement")), Signature: strings.TrimSpace(c.PostForm("signature")), Sworn: c.PostForm("sworn") != "", Faults: map[string]string{}}
	f := frame{Language: cmp.Or(languageOf(c.PostForm("language")), "en")}
	back := c.Request.URL.Path + "?language=" + f.Language
	if !w.tries.allow("seller " + c.ClientIP()) {
		form.Faults["form"] = f.T("page.signin.often")
		c.Header("Retry-After", "60")
		w.showSeller(c, http.StatusTooManyRequests, l, cs, form)
		return
	}
	kind := w.objection(cs)
	if kind == "" { // sent twice, or too late: the page says how things are
		c.Redirect(http.StatusSeeOther, back)
		return
	}
	proof, fault := w.proof(c, f)
	if fault != "" {
		form.Faults["evidence"] = fault
	}
	if err == nil && fault == "" {
		err = w.object(c.Request.Context(), l, cs, kind, docket.Objection{Statement: form.Statement, Evidence: proof, Sworn: form.Sworn, Signature: form.Signature})
	}
	var invalid *casework.ValidationError
	switch {
	case errors.As(err, &invalid):
		for _, e := range invalid.Fields {
			form.Faults[e.Path] = f.Or("page.seller.fault."+e.Path, e.Message)
		}
	case errors.Is(err, casework.ErrConflict):
		c.Redirect(http.StatusSeeOther, back)
		return
	case err != nil:
		w.fail(c, err)
		return
	}
	if len(form.Faults) > 0 {
		w.showSeller(c, http.StatusUnprocessableEntity, l, cs, form)
		return
	}
	c.Redirect(http.StatusSeeOther, back)
}

func (w *Web) object(ctx context.Context, l sellerlink.Link, cs docket.Case, kind string, o docket.Objection) (err error) {
	if kind == docket.CounterNotice {
		_, err = w.Docket.CounterNotice(ctx, l.Actor(), cs.ID, o)
	} else {
		_, err = w.Docket.Appeal(ctx, l.Actor(), cs.ID, o)
	}
	return err
}

// languageOf is a language of the pages, or nothing.
func languageOf(language string) string {
	if slices.Contains(message.Languages(), language) {
		return language
	}
	return ""
}

// proof keeps the pictures of a form; what is wrong with them is a sentence.
func (w *Web) proof(c *gin.Context, f frame) ([]docket.Evidence, string) {
	var out []docket.Evidence
	if c.Request.MultipartForm == nil {
		return nil, ""
	}
	list := slices.DeleteFunc(c.Request.MultipartForm.File["files"], func(h *multipart.FileHeader) bool { return h.Size == 0 })
	if len(list) > sellerFiles {
		return nil, f.T("page.seller.fault.files", "most", sellerFiles)
	}
	for _, h := range list {
		data, err := readFile(h)
		if err != nil {
			return nil, f.T("page.seller.fault.size", "file", h.Filename, "most", sellerFileSize>>20)
		}
		hash, err := w.Evidence.KeepPicture(c.Request.Context(), data)
		var bad *intake.InputError
		if errors.As(err, &bad) {
			return nil, f.T("page.seller.fault.picture", "file", h.Filename)
		}
		if err != nil {
			_ = c.Error(err) // for the log
			return nil, f.T("page.problem.internal")
		}
		if !slices.ContainsFunc(out, func(e docket.Evidence) bool { return e.Blob == hash }) {
			out = append(out, docket.Evidence{Blob: hash, Kind: "other", Note: clipName(h.Filename)})
		}
	}
	return out, ""
}

func readFile(h *multipart.FileHeader) ([]byte, error) {
	if h.Size > sellerFileSize {
		return nil, fmt.Errorf("file of %d bytes", h.Size)
	}
	f, err := h.Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was read only
	return io.ReadAll(io.LimitReader(f, sellerFileSize))
}

// clipName keeps a name of a file short and on one line.
func clipName(name string) string {
	name = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(name, ""))), " ")
	if r := []rune(name); len(r) > 120 {
		return string(r[:120]) + "…"
	}
	return name
}

// Day is a date as people read it.
func (p sellerPage) Day(t time.Time) string { return t.UTC().Format(time.DateOnly) }
