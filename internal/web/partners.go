package web

import (
	"errors"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"touchstone/internal/casework"
	"touchstone/internal/casework/partner"
)

// partnerRoutes adds the pages about partners: of those who run the service, of partners themselves, and of who has a link to a bundle.
func (w *Web) partnerRoutes(e *gin.Engine, in *gin.RouterGroup) {
	if w.Partners == nil {
		return
	}
	desk := in.Group("/", w.ready, w.role(roleOperator, roleAdmin))
	desk.GET("/partners", w.partnersPage)
	desk.POST("/partners", w.makePartner)
	desk.GET("/partners/:id", w.partnerPage)
	desk.POST("/partners/:id/agreement", w.agree)
	desk.POST("/partners/:id/step", w.partnerStep)
	desk.POST("/partners/:id/bundles", w.makeBundle)
	desk.POST("/partners/:id/bundles/:bundle/revoke", w.revokeBundle)
	desk.POST("/actions", w.openAction)
	desk.POST("/actions/:id/state", w.moveAction)
	desk.POST("/actions/:id/partners", w.actionPartners)
	desk.POST("/actions/:id/links", w.actionLinks)

	both := in.Group("/", w.ready, w.role(rolePartner, roleOperator, roleAdmin))
	both.GET("/actions/:id", w.actionPage)
	both.POST("/actions/:id/entries", w.recordEntry)
	both.GET("/actions/:id/documents/:hash", w.actionDocument)
	both.GET("/bundles/:id", w.bundleFile)

	big := e.Group("/", w.watch, w.page(maxUpload), w.signedIn, w.ready, w.role(rolePartner, roleOperator, roleAdmin))
	big.POST("/actions/:id/documents", w.addDocument)

	own := in.Group("/", w.ready, w.role(rolePartner))
	own.GET("/alliance", w.alliancePage)
	own.POST("/alliance/alerts/:id/acknowledge", w.acknowledge)

	links := e.Group(partner.PathPrefix, w.watch, w.page(maxForm))
	links.GET("/:token", w.sharedPage)
	links.POST("/:token", w.sharedFile)
}

// partnersOf is how many partners, actions, alerts or bundles a page lists.
const partnersOf = 50

// partnersPage is the page at /partners.
type partnersPage struct {
	frame
	List    []partner.Partner
	Actions []partner.Action
	Kinds   []string
	Sorts   []string // of actions
	Fault   string
	Today   string
	Next    string
}

func (w *Web) partnersPage(c *gin.Context) { w.showPartners(c, http.StatusOK, "") }

func (w *Web) showPartners(c *gin.Context, status int, fault string) {
	ctx, a := c.Request.Context(), actor(c)
	p := partnersPage{frame: w.frame(c, "partners", "page.partners.title"), Kinds: partner.Kinds(), Sorts: partner.ActionKinds(), Fault: fault, Today: w.Now().UTC().Format(time.DateOnly)}
	p.Flash = w.said(c, p.frame)
	list, err := w.Partners.List(ctx, a, partner.Query{Before: c.Query("before"), Limit: partnersOf + 1})
	if err == nil {
		if p.List = list; len(list) > partnersOf {
			p.List, p.Next = list[:partnersOf], "/partners?"+url.Values{"before": {list[partnersOf-1].ID}}.Encode()
		}
		p.Actions, err = w.Partners.Actions(ctx, a, partner.ActionQuery{Limit: partnersOf})
	}
	if err != nil {
		w.fail(c, err)
		return
	}
	w.show(c, status, "partners", p)
}

// words are the entries of a text field: separated by commas, spaces or lines.
func words(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\n' || r == '\r' || r == '\t' })
}

// agreementOf reads an agreement of a form. The last day is the partner's whole.
func agreementOf(c *gin.Context) partner.Agreement {
	from, _ := time.Parse(time.DateOnly, c.PostForm("from")) // a zero day is refused with a sentence
	until, err := time.Parse(time.DateOnly, c.PostForm("until"))
	if err == nil {
		until = until.AddDate(0, 0, 1)
	}
	g := partner.Agreement{Reference: c.PostForm("reference"), From: from, Until: until, Territories: words(c.PostForm("territories")),
		Marketplaces: words(c.PostForm("marketplaces")), Rights: words(c.PostForm("rights")), Holders: words(c.PostForm("holders"))}
	for _, f := range c.PostFormArray("field") {
		g.Fields = append(g.Fields, partner.Field(f))
	}
	for _, f := range c.PostFormArray("share") {
		g.Shares = append(g.Shares, partner.Field(f))
	}
	return g
}

func (w *Web) makePartner(c *gin.Context) {
	kind := c.PostForm("kind")
	g := agreementOf(c)
	g.Fields = partner.Usual(kind)
	p, err := w.Partners.Make(c.Request.Context(), actor(c), partner.Partner{Name: c.PostForm("name"), Kind: kind, Country: c.PostForm("country"), Agreement: g})
	if fault := w.partnerFault(c, err); fault != "" {
		w.showPartners(c, http.StatusUnprocessableEntity, fault)
		return
	}
	w.then(c, err, "page.said.partner", "/partners/"+p.ID)
}

// then says what was done and goes on to a page, or shows what went wrong.
func (w *Web) then(c *gin.Context, err error, said, to string) {
	if err != nil {
		w.fail(c, err)
		return
	}
	w.say(c, said)
	c.Redirect(http.StatusSeeOther, to)
}

// partnerPage is the page at /partners/ID.
type partnerPage struct {
	frame
	Partner partner.Partner
	Fields  []fieldChoice
	Alerts  []partner.Warning // as the partner sees them
	Bundles []partner.Bundle
	Actions []partner.Action
	Last    string // day of the agreement
	Fault   string
}

// fieldChoice is a field with what the agreement says of it.
type fieldChoice struct {
	Field         partner.Field
	Told, Shared  bool
	Personal, New bool // New: it begins another kind of thing
}

func (w *Web) partnerPage(c *gin.Context) { w.showPartner(c, http.StatusOK, "") }

func (w *Web) showPartner(c *gin.Context, status int, fault string) {
	ctx, a := c.Request.Context(), actor(c)
	p := partnerPage{frame: w.frame(c, "partner", "page.partners.title"), Fault: fault}
	p.Flash = w.said(c, p.frame)
	var err error
	if p.Partner, err = w.Partners.Get(ctx, a, c.Param("id")); err == nil {
		p.Alerts, _, err = w.Partners.Alerts(ctx, a, partner.AlertQuery{Partner: p.Partner.ID, Limit: partnersOf})
	}
	if err == nil {
		p.Bundles, err = w.Partners.Bundles(ctx, a, partner.BundleQuery{Partner: p.Partner.ID, Limit: partnersOf})
	}
	if err == nil {
		p.Actions, err = w.Partners.Actions(ctx, a, partner.ActionQuery{Partner: p.Partner.ID, Limit: partnersOf})
	}
	if err != nil {
		w.fail(c, err)
		return
	}
	p.Title, p.Last = p.Partner.Name, p.Partner.Agreement.Until.AddDate(0, 0, -1).Format(time.DateOnly)
	before := ""
	for _, f := range partner.Catalogue() {
		g := p.Partner.Agreement
		p.Fields = append(p.Fields, fieldChoice{f, slices.Contains(g.Fields, f), slices.Contains(g.Shares, f), f.Personal(), f.Kind() != before})
		before = f.Kind()
	}
	w.show(c, status, "partner", p)
}

func (w *Web) agree(c *gin.Context) {
	ctx, a, id := c.Request.Context(), actor(c), c.Param("id")
	was, err := w.Partners.Get(ctx, a, id)
	if err == nil {
		g := agreementOf(c)
		g.Document = was.Agreement.Document
		_, err = w.Partners.Agree(ctx, a, id, partner.Edit{Name: c.PostForm("name"), Country: was.Country, Email: was.Email, Holders: words(c.PostForm("own")), Agreement: g})
	}
	w.backToPartner(c, err)
}

func (w *Web) backToPartner(c *gin.Context, err error) {
	if fault := w.partnerFault(c, err); fault != "" {
		w.showPartner(c, http.StatusUnprocessableEntity, fault)
		return
	}
	w.then(c, err, "page.said.partner", "/partners/"+url.PathEscape(c.Param("id")))
}

// partnerStep suspends, resumes or ends a partner, or changes its members.
func (w *Web) partnerStep(c *gin.Context) {
	ctx, a, id := c.Request.Context(), actor(c), c.Param("id")
	var err error
	switch c.PostForm("step") {
	case "suspend":
		_, err = w.Partners.Suspend(ctx, a, id, c.PostForm("reason"))
	case "resume":
		_, err = w.Partners.Resume(ctx, a, id)
	case "end":
		_, err = w.Partners.End(ctx, a, id, c.PostForm("reason"))
	case "join":
		_, err = w.Partners.AddMember(ctx, a, id, c.PostForm("account"))
	case "leave":
		_, err = w.Partners.RemoveMember(ctx, a, id, c.PostForm("account"))
	default:
		err = &casework.ValidationError{Fields: []casework.FieldError{{Path: "step", Message: "is none that there is"}}}
	}
	w.backToPartner(c, err)
}

func (w *Web) makeBundle(c *gin.Context) {
	o := partner.Order{Partner: c.Param("id"), Purpose: c.PostForm("purpose")}
	if about := strings.TrimSpace(c.PostForm("about")); strings.HasPrefix(about, "cas_") {
		o.Case = about
	} else {
		o.Ring = about
	}
	_, err := w.Partners.Bundle(c.Request.Context(), actor(c), o)
	w.backToPartner(c, err)
}

func (w *Web) revokeBundle(c *gin.Context) {
	_, err := w.Partners.Revoke(c.Request.Context(), actor(c), c.Param("bundle"), c.PostForm("reason"))
	w.backToPartner(c, err)
}

// bundleFile hands a bundle out to its partner, and to those who run the service.
func (w *Web) bundleFile(c *gin.Context) {
	b, data, err := w.Partners.Fetch(c.Request.Context(), actor(c), c.Param("id"))
	w.download(c, b.ID+".zip", "application/zip", data, err)
}

// download answers with a file that browsers keep and never show.
func (w *Web) download(c *gin.Context, name, media string, data []byte, err error) {
	if err != nil {
		w.fail(c, err)
		return
	}
	c.Header("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	c.Header("X-Content-Type-Options", "nosniff")
	c.Data(http.StatusOK, media, data)
}

// sharedPage is the page at /shared/TOKEN: what is about to be fetched.
type sharedPage struct {
	frame
	Bundle  partner.Bundle
	Partner string
	Key     string // of the service, whole
}

func (w *Web) sharedPage(c *gin.Context) {
	b, p, err := w.Partners.Peek(c.Request.Context(), c.Param("token"))
	if err != nil {
		w.failLink(c, err)
		return
	}
	w.show(c, http.StatusOK, "shared", sharedPage{w.frame(c, "shared", "page.shared.title"), b, p.Name, w.Partners.Key.Public().String()})
}

func (w *Web) sharedFile(c *gin.Context) {
	b, data, err := w.Partners.Follow(c.Request.Context(), c.Param("token"))
	if err != nil {
		w.failLink(c, err)
		return
	}
	w.download(c, b.ID+".zip", "application/zip", data, nil)
}

func (w *Web) failLink(c *gin.Context, err error) {
	if errors.Is(err, partner.ErrLink) {
		w.problem(c, http.StatusNotFound, "page.shared.nolink", "")
		return
	}
	w.fail(c, err)
}

// partnerFault is the sentence about a fault that the person can mend; "" for others.
func (w *Web) partnerFault(c *gin.Context, err error) string {
	return w.frame(c, "partners", "page.partners.title").faultOf(err)
}
