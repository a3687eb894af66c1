package web

import (
	"net/http"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"

	"touchstone/internal/casework"
	"touchstone/internal/casework/partner"
)

// rolePartner is the role of people who act for a partner.
const rolePartner = partner.RolePartner

// alliancePage is the page at /alliance: what a partner is told.
type alliancePage struct {
	frame
	Partner partner.Partner
	Last    string // day of the agreement
	Alerts  []partner.Warning
	Bundles []partner.Bundle
	Actions []partner.Action
	Next    string // of alerts
}

func (w *Web) alliancePage(c *gin.Context) {
	ctx, a := c.Request.Context(), actor(c)
	p := alliancePage{frame: w.frame(c, "alliance", "page.alliance.title")}
	p.Flash = w.said(c, p.frame)
	mine, err := w.Partners.List(ctx, a, partner.Query{Limit: 1})
	next := ""
	if err == nil {
		p.Partner = mine[0]
		p.Alerts, next, err = w.Partners.Alerts(ctx, a, partner.AlertQuery{Before: c.Query("before"), Limit: partnersOf})
	}
	if err == nil {
		p.Bundles, err = w.Partners.Bundles(ctx, a, partner.BundleQuery{Limit: partnersOf})
	}
	if err == nil {
		p.Actions, err = w.Partners.Actions(ctx, a, partner.ActionQuery{Limit: partnersOf})
	}
	if err != nil {
		w.fail(c, err)
		return
	}
	if p.Last = p.Partner.Agreement.Until.AddDate(0, 0, -1).Format(time.DateOnly); next != "" {
		p.Next = "/alliance?" + url.Values{"before": {next}}.Encode()
	}
	w.show(c, http.StatusOK, "alliance", p)
}

func (w *Web) acknowledge(c *gin.Context) {
	_, err := w.Partners.Acknowledge(c.Request.Context(), actor(c), c.Param("id"), c.PostForm("note"))
	w.then(c, err, "page.said.acknowledged", "/alliance")
}

// actionPage is the page at /actions/ID, of the desk and of partners that take part.
type actionPage struct {
	frame
	Action  partner.Action
	Entries []partner.ActionEntry
	Next    []string // states that may follow, for the desk
	Desk    bool
	Writes  bool // may record what happened
	More    string
	Fault   string
	Text    string
}

func (w *Web) actionPage(c *gin.Context) { w.showAction(c, http.StatusOK, "", "") }

func (w *Web) showAction(c *gin.Context, status int, fault, text string) {
	ctx, a := c.Request.Context(), actor(c)
	p := actionPage{frame: w.frame(c, "action", "page.action.title"), Fault: fault, Text: text, Desk: a.Operates()}
	p.Flash = w.said(c, p.frame)
	var err error
	if p.Action, err = w.Partners.Action(ctx, a, c.Param("id")); err == nil {
		var next string
		if p.Entries, next, err = w.Partners.Entries(ctx, a, p.Action.ID, c.Query("after"), partnersOf); next != "" {
			p.More = "/actions/" + url.PathEscape(p.Action.ID) + "?" + url.Values{"after": {next}}.Encode()
		}
	}
	if err != nil {
		w.fail(c, err)
		return
	}
	if p.Desk {
		p.Next = p.Action.Next()
	}
	p.Writes = p.Action.Takes()
	if p.Action.Title != "" {
		p.Title = p.Action.Title
	}
	w.show(c, status, "action", p)
}

func (w *Web) openAction(c *gin.Context) {
	x, err := w.Partners.Open(c.Request.Context(), actor(c), partner.Plan{Kind: c.PostForm("kind"), Title: c.PostForm("title"), Summary: c.PostForm("summary"),
		Authority: c.PostForm("authority"), Reference: c.PostForm("reference")})
	if fault := w.partnerFault(c, err); fault != "" {
		w.showPartners(c, http.StatusUnprocessableEntity, fault)
		return
	}
	w.then(c, err, "page.said.action", "/actions/"+x.ID)
}

// backToAction shows faults on the page of the action, with what was typed.
func (w *Web) backToAction(c *gin.Context, err error, text string) {
	if fault := w.partnerFault(c, err); fault != "" {
		w.showAction(c, http.StatusUnprocessableEntity, fault, text)
		return
	}
	w.then(c, err, "page.said.action", "/actions/"+url.PathEscape(c.Param("id")))
}

func (w *Web) moveAction(c *gin.Context) {
	_, err := w.Partners.Move(c.Request.Context(), actor(c), c.Param("id"), c.PostForm("state"), c.PostForm("outcome"), c.PostForm("note"))
	w.backToAction(c, err, "")
}

func (w *Web) recordEntry(c *gin.Context) {
	at, _ := time.Parse(time.DateOnly, c.PostForm("at")) // no day is now
	e := partner.ActionEntry{At: at, What: c.PostForm("what"), Who: c.PostForm("who"), Outcome: c.PostForm("outcome"), Internal: c.PostForm("internal") != ""}
	_, err := w.Partners.Record(c.Request.Context(), actor(c), c.Param("id"), e)
	w.backToAction(c, err, e.What)
}

func (w *Web) actionPartners(c *gin.Context) {
	ctx, a, id := c.Request.Context(), actor(c), c.Param("id")
	var err error
	if c.PostForm("step") == "leave" {
		_, err = w.Partners.Dismiss(ctx, a, id, c.PostForm("partner"))
	} else {
		_, err = w.Partners.Invite(ctx, a, id, partner.Invitation{Partner: c.PostForm("partner"), As: c.PostForm("as")})
	}
	w.backToAction(c, err, "")
}

// actionLinks links what a field names, by what its IDs begin with.
func (w *Web) actionLinks(c *gin.Context) {
	var l partner.Links
	for _, id := range words(c.PostForm("links")) {
		switch {
		case len(id) > 4 && id[:4] == "rgt_":
			l.Rights = append(l.Rights, id)
		case len(id) > 4 && id[:4] == "cas_":
			l.Cases = append(l.Cases, id)
		default:
			l.Rings = append(l.Rings, id)
		}
	}
	_, err := w.Partners.Link(c.Request.Context(), actor(c), c.Param("id"), l)
	w.backToAction(c, err, "")
}

// addDocument keeps a file and adds it to the action.
func (w *Web) addDocument(c *gin.Context) {
	data, name, err := formFile(c, "document")
	if err == nil && data == nil {
		err = &casework.ValidationError{Fields: []casework.FieldError{{Path: "document", Message: "needs a file"}}}
	}
	if err == nil {
		_, err = w.Partners.AddDocument(c.Request.Context(), actor(c), c.Param("id"), name, data)
	}
	w.backToAction(c, err, "")
}

func (w *Web) actionDocument(c *gin.Context) {
	d, data, err := w.Partners.Document(c.Request.Context(), actor(c), c.Param("id"), c.Param("hash"))
	w.download(c, d.Name, d.Type, data, err)
}
