package web

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/inquiry"
	"touchstone/internal/policy"
)

// deskPage is the page at /inquiries: what waits for the desk, by what is due first.
type deskPage struct {
	frame
	Inquiries   []inquiry.Inquiry
	Topic, Whom string
	Topics      []string
}

func (w *Web) deskRoutes(g *gin.RouterGroup) {
	g.GET("/inquiries", w.deskPage)
	g.GET("/inquiries/:id", func(c *gin.Context) { w.showThread(c, http.StatusOK, "", "") })
	g.POST("/inquiries/:id/answer", w.deskAnswers)
	g.POST("/inquiries/:id/assign", func(c *gin.Context) {
		_, err := w.Inquiries.Assign(c.Request.Context(), actor(c), c.Param("id"), "")
		w.threadSaid(c, err, "")
	})
	g.POST("/inquiries/:id/sort", func(c *gin.Context) {
		_, err := w.Inquiries.Sort(c.Request.Context(), actor(c), c.Param("id"), c.PostForm("topic"), c.PostForm("priority"))
		w.threadSaid(c, err, "")
	})
	g.POST("/inquiries/:id/resolve", func(c *gin.Context) {
		_, err := w.Inquiries.Resolve(c.Request.Context(), actor(c), c.Param("id"))
		w.threadSaid(c, err, "")
	})
	g.POST("/inquiries/:id/reopen", func(c *gin.Context) {
		_, err := w.Inquiries.Reopen(c.Request.Context(), actor(c), c.Param("id"))
		w.threadSaid(c, err, "")
	})
	g.POST("/inquiries/:id/escalate", w.escalate)
	g.GET("/inquiry-files/:hash", w.sentFile)
	g.GET("/surveys", w.surveysPage)
	g.GET("/surveys/trend.csv", w.surveysCSV)
	g.GET("/surveys/answers.csv", w.surveyAnswersCSV)
}

func (w *Web) deskPage(c *gin.Context) {
	a := actor(c)
	p := deskPage{frame: w.frame(c, "desk", "page.desk.title"), Topic: c.Query("topic"), Whom: c.Query("whom"), Topics: inquiry.Topics()}
	p.Flash = w.said(c, p.frame)
	q := inquiry.DueQuery{Topic: p.Topic, Limit: inquiryList}
	switch p.Whom {
	case "mine":
		q.Assignee = a.Person()
	case "nobody":
		q.Unassigned = true
	}
	var err error
	if p.Inquiries, err = w.Inquiries.Due(c.Request.Context(), a, q); err != nil {
		w.fail(c, err)
		return
	}
	w.show(c, http.StatusOK, "desk", p)
}

func (w *Web) showThread(c *gin.Context, status int, fault, text string) {
	a := actor(c)
	p := inquiryPage{frame: w.frame(c, "thread", "page.desk.title"), Fault: fault, Text: text, Files: "/inquiry-files/", Topics: inquiry.Topics(), Priorities: policy.Priorities()}
	p.Flash = w.said(c, p.frame)
	var next string
	var err error
	if p.Inquiry, p.Messages, next, err = w.Inquiries.Thread(c.Request.Context(), a, c.Param("id"), "", threadList); err != nil {
		w.fail(c, err)
		return
	}
	p.More, p.Ready, p.Mine = next != "", inquiry.Canned("", p.Inquiry.Language), p.Inquiry.Assignee == a.Person()
	w.show(c, status, "thread", p)
}

func (w *Web) deskAnswers(c *gin.Context) {
	n := inquiry.Answer{Text: c.PostForm("text"), Canned: c.PostForm("canned")}
	switch c.PostForm("how") {
	case "note":
		n.Internal, n.Canned = true, ""
	case "wait":
		n.Wait = true
	case "resolve":
		n.Resolve = true
	}
	_, err := w.Inquiries.Answer(c.Request.Context(), actor(c), c.Param("id"), n)
	w.threadSaid(c, err, n.Text)
}

// escalate brings the case that a thread is about to the hard queue, or opens one about a listing and a right.
func (w *Web) escalate(c *gin.Context) {
	field := func(name string) string { return strings.TrimSpace(c.PostForm(name)) }
	e := docket.Escalation{Case: field("case"), Right: field("right"), Marketplace: field("marketplace"), Listing: field("listing"), Text: field("why")}
	_, made, err := w.Inquiries.Escalate(c.Request.Context(), actor(c), c.Param("id"), e)
	if err == nil {
		w.say(c, "page.said.escalated")
		c.Redirect(http.StatusSeeOther, "/cases/"+made.ID)
		return
	}
	w.threadSaid(c, err, "")
}

func (w *Web) threadSaid(c *gin.Context, err error, text string) {
	if fault := w.frame(c, "thread", "page.desk.title").faultOf(err); fault != "" {
		w.showThread(c, http.StatusUnprocessableEntity, fault, text)
		return
	}
	if err != nil {
		w.fail(c, err)
		return
	}
	w.say(c, "page.said.sent")
	c.Redirect(http.StatusSeeOther, "/inquiries/"+c.Param("id"))
}
