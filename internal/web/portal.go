package web

import (
	"cmp"
	"encoding/csv"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/inquiry"
	"touchstone/internal/casework/onboarding"
	"touchstone/internal/casework/statement"
	"touchstone/internal/casework/survey"
)

// The portal is what holders and their agents see: their rights, what was found, what they filed, and what waits for their answer.
func (w *Web) portalRoutes(g *gin.RouterGroup) {
	g.GET("/portal", w.portalPage)
	g.GET("/portal/cases.csv", w.portalCSV)
	g.GET("/portal/rights/new", w.rightForm)
	g.POST("/portal/rights", w.registerRight)
	g.GET("/portal/rights/:id", w.rightPage)
	g.POST("/portal/rights/:id/pictures", w.addPictures)
	g.POST("/portal/rights/:id/words", w.addWord)
	g.POST("/portal/rights/:id/sellers", w.addSeller)
	g.GET("/portal/rights/:id/pictures/:ref", w.referencePicture)
	g.GET("/portal/notices/new", w.noticeForm)
	g.POST("/portal/notices/check", w.checkNotice)
	g.POST("/portal/notices", w.fileNotice)
	g.GET("/portal/notices/:id", w.noticePage)
	g.GET("/portal/cases/:id", w.partyPage)
	g.POST("/portal/cases/:id/answer", w.partyAnswers)
	g.POST("/portal/cases/:id/appeal", w.partyAppeals)
	g.POST("/portal/pictures/check", w.checkPicture)
	if w.Surveys != nil {
		g.GET("/portal/surveys/:id", w.portalSurvey)
		g.POST("/portal/surveys/:id", w.answerPortalSurvey)
	}
	if w.Inquiries != nil {
		w.inquiryRoutes(g)
	}
	if w.Catalogue != nil {
		g.GET("/portal/import", w.importForm)
		g.POST("/portal/import", w.importRights)
		g.GET("/portal/rights.csv", w.exportRights)
	}
	if w.Dossier != nil {
		g.POST("/portal/rights/:id/certificates", w.addCertificate)
		g.POST("/portal/rights/:id/certificates/:certificate/drop", w.dropCertificate)
		g.GET("/portal/agents", w.agentsPage)
		g.POST("/portal/agents", w.grant)
		g.POST("/portal/agents/:id/revoke", w.revokePower)
	}
}

// Bounds of what the first page lists.
const (
	portalRights  = 100
	portalCases   = 100
	portalNotices = 20
)

// portalPage is the page at /portal.
type portalPage struct {
	frame
	Steps   []onboarding.Step // what a new holder has still to do; none when all is done
	Rights  []casework.Right
	Waiting []docket.Case // for an answer of theirs
	Found   []docket.Case // without a notice
	Notices []docket.Notice

	Renewals  []casework.Right // whose last day comes within six months, or is past
	Surveys   []survey.Survey  // open ones
	Inquiries []inquiry.Inquiry
	Can       struct{ Ask, Import, Agents bool }
}

// Portal's first page looks this far ahead for renewals, as reminders do.
const renewalMonths = 6

func (w *Web) portalPage(c *gin.Context) {
	ctx, a := c.Request.Context(), actor(c)
	p := portalPage{frame: w.frame(c, "portal", "page.portal.title")}
	p.Flash = w.said(c, p.frame)
	rights, err := w.Registry.Rights(ctx, a, casework.RightQuery{Limit: portalRights})
	if err == nil {
		p.Rights = rights.Rights
		p.Notices, err = w.Docket.Notices(ctx, a, docket.NoticeQuery{Limit: portalNotices})
	}
	var cases []docket.Case
	if err == nil {
		cases, err = w.Docket.Cases(ctx, a, docket.CaseQuery{Limit: portalCases})
	}
	if err == nil && w.Onboarding != nil {
		if holder := holderOf(a, p.Rights); holder != "" {
			var list onboarding.Checklist
			list, err = w.Onboarding.Checklist(ctx, a, holder, p.Language)
			if err = ignoreMissing(err); !list.Ready {
				p.Steps = list.Steps
			}
		}
	}
	if err != nil {
		w.fail(c, err)
		return
	}
	if err := w.portalMore(c, &p); err != nil {
		w.fail(c, err)
		return
	}
	for _, cs := range cases {
		switch {
		case awaitsParty(cs):
			p.Waiting = append(p.Waiting, cs.For(a))
		case cs.Origin == docket.OriginProactive:
			p.Found = append(p.Found, cs.For(a))
		}
	}
	w.show(c, http.StatusOK, "portal", p)
}

// portalMore adds what lies beside rights and notices: renewals, surveys, inquiries.
func (w *Web) portalMore(c *gin.Context, p *portalPage) error {
	ctx, a := c.Request.Context(), actor(c)
	p.Can.Ask, p.Can.Import, p.Can.Agents = w.Inquiries != nil, w.Catalogue != nil, w.Dossier != nil
	for _, r := range p.Rights {
		if until := r.Until(); !until.IsZero() && r.State != casework.StateRejected && w.Now().AddDate(0, renewalMonths, 0).After(until) {
			p.Renewals = append(p.Renewals, r)
		}
	}
	if w.Surveys != nil {
		list, err := w.Surveys.List(ctx, a, survey.Query{State: survey.StateAsked, Limit: 10})
		if err != nil {
			return err
		}
		for _, s := range list {
			if s.Open(w.Now()) {
				p.Surveys = append(p.Surveys, s)
			}
		}
	}
	if w.Inquiries != nil && a.Account != "" {
		list, err := w.Inquiries.List(ctx, a, inquiry.Query{Limit: 5})
		p.Inquiries = list
		return err
	}
	return nil
}

// holderOf is the holder that a person stands for: the one that they are bound to, or else that of their newest right.
func holderOf(a casework.Actor, rights []casework.Right) string {
	if a.Subject != "" || len(rights) == 0 {
		return a.Subject
	}
	return rights[0].HolderID
}

// awaitsParty tells whether a case waits for the notifier: a question, or a counter-notice.
func awaitsParty(cs docket.Case) bool {
	return cs.State == docket.StateClarify || cs.State == docket.StateContest && cs.Contest != nil && cs.Contest.Until != nil && cs.Contest.Answered == nil
}

// portalCSV is the cases of the account as a table. What a spreadsheet would take for a formula is made a text.
func (w *Web) portalCSV(c *gin.Context) {
	ctx, a := c.Request.Context(), actor(c)
	c.Header("Content-Disposition", `attachment; filename="cases.csv"`)
	c.Header("Content-Type", "text/csv; charset=utf-8")
	out := csv.NewWriter(c.Writer)
	rows := [][]string{{"case", "notice", "right", "marketplace", "listing", "url", "seller", "state", "outcome", "reason", "opened_at", "decided_at"}}
	before := ""
	for pages := 0; pages < 100; pages++ { // 50,000 cases
		list, err := w.Docket.Cases(ctx, a, docket.CaseQuery{Before: before, Limit: 500})
		if err != nil {
			_ = c.Error(err) // the table has begun; the log says why it ends
			return
		}
		for _, cs := range list {
			code, decided := "", ""
			if cs.Decision != nil {
				code, decided = cs.Decision.Code, cs.Decision.At.UTC().Format(time.RFC3339)
			}
			rows = append(rows, []string{cs.ID, cs.Notice, cs.Right, cs.Marketplace, cs.Listing, cs.URL, cs.Seller, cs.State, cs.Outcome, code, cs.OpenedAt.UTC().Format(time.RFC3339), decided})
			before = cs.ID
		}
		for _, row := range rows {
			for i := range row {
				row[i] = statement.Cell(row[i])
			}
			if err := out.Write(row); err != nil {
				return // the reader went away
			}
		}
		if rows = nil; len(list) < 500 {
			break
		}
	}
	out.Flush()
}

// partyPage is the page at /portal/cases/{id}: what was decided about a case of theirs, and the forms that are open to them.
type partyPage struct {
	frame
	Case   docket.Case
	Right  casework.Right
	Waits  bool // for their answer
	Appeal bool // they may complain
	Fault  string
	Text   string
}

func (w *Web) partyPage(c *gin.Context) { w.showParty(c, http.StatusOK, "", "") }

func (w *Web) showParty(c *gin.Context, status int, fault, text string) {
	ctx, a := c.Request.Context(), actor(c)
	cs, _, err := w.Docket.Case(ctx, a, c.Param("id"))
	p := partyPage{frame: w.frame(c, "party", "page.case.title"), Case: cs.For(a), Waits: awaitsParty(cs), Fault: fault, Text: text}
	p.Flash = w.said(c, p.frame)
	if err == nil {
		p.Right, err = w.Registry.Right(ctx, a, cs.Right)
	}
	if err != nil {
		w.fail(c, err)
		return
	}
	late := cs.AppealBy != nil && !w.Now().Before(*cs.AppealBy)
	p.Appeal = !late && cs.Effect != docket.EffectRemoved && slices.Contains([]string{docket.StateDecided, docket.StateUpheld, docket.StateReversed}, cs.State)
	w.show(c, status, "party", p)
}

func (w *Web) partyAnswers(c *gin.Context) {
	text := strings.TrimSpace(c.PostForm("answer"))
	_, err := w.Docket.Answer(c.Request.Context(), actor(c), c.Param("id"), text, nil)
	w.partySaid(c, err, text)
}

func (w *Web) partyAppeals(c *gin.Context) {
	text := strings.TrimSpace(c.PostForm("answer"))
	_, err := w.Docket.Appeal(c.Request.Context(), actor(c), c.Param("id"), docket.Objection{Statement: text})
	w.partySaid(c, err, text)
}

func (w *Web) partySaid(c *gin.Context, err error, text string) {
	if fault := w.frame(c, "party", "page.case.title").faultOf(err); fault != "" {
		w.showParty(c, http.StatusUnprocessableEntity, fault, text)
		return
	}
	if err != nil {
		w.fail(c, err)
		return
	}
	w.say(c, "page.said.sent")
	c.Redirect(http.StatusSeeOther, "/portal/cases/"+c.Param("id"))
}

// Of is a case's listing as people know it.
func (frame) Of(cs docket.Case) string {
	return cmp.Or(cs.Title, cs.Listing, cs.URL, cs.ID)
}
