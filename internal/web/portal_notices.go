package web

import (
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
)

// noticeForm is the page at /portal/notices/new.
type noticeForm struct {
	frame
	Rights   []casework.Right
	Markets  []casework.Marketplace
	Reasons  []string
	Notice   docket.Notice
	Listings string
	Request  string
	Fault    string
}

func (w *Web) noticeForm(c *gin.Context) {
	who, _ := personOf(c)
	w.showNoticeForm(c, http.StatusOK, noticeForm{Request: casework.NewID("web"), Notice: docket.Notice{Right: c.Query("right"), Notifier: docket.Notifier{Name: who.Name, Email: who.Email}}})
}

func (w *Web) showNoticeForm(c *gin.Context, status int, p noticeForm) {
	ctx, a := c.Request.Context(), actor(c)
	p.frame, p.Reasons = w.frame(c, "noticeform", "page.portal.file"), docket.Reasons()
	rights, err := w.Registry.Rights(ctx, a, casework.RightQuery{Limit: portalRights})
	if err == nil {
		p.Rights = rights.Rights
		p.Markets, err = w.Registry.Marketplaces(ctx)
	}
	if err != nil {
		w.fail(c, err)
		return
	}
	w.show(c, status, "noticeform", p)
}

// noticeOf reads the form: a listing a line, by its ID or its address.
func noticeOf(c *gin.Context) docket.Notice {
	field := func(name string) string { return strings.TrimSpace(c.PostForm(name)) }
	n := docket.Notice{Right: field("right"), Marketplace: field("marketplace"), Reason: field("reason"), Explanation: field("explanation"), Signature: field("signature"),
		GoodFaith: field("good_faith") != "", Accuracy: field("accuracy") != "", Notifier: docket.Notifier{Name: field("notifier_name"), Email: field("notifier_email")},
		Reference: field("reference"), Request: field("request")}
	for _, line := range strings.Split(c.PostForm("listings"), "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "":
		case strings.HasPrefix(line, "http://"), strings.HasPrefix(line, "https://"):
			n.Items = append(n.Items, docket.Item{URL: line})
		default:
			n.Items = append(n.Items, docket.Item{Listing: line})
		}
	}
	if order := field("order"); order != "" {
		n.TestBuy = &docket.TestBuy{Order: order, Result: field("order_result")}
		n.TestBuy.BoughtOn, _ = time.Parse(time.DateOnly, field("order_day")) // a day that is none is refused below
	}
	return n
}

// checkPart is what would become of the notice: a part of the form's page, fetched while it is typed.
type checkPart struct {
	frame
	Result *docket.Precheck
	Early  bool // too little is filled in to tell
	Fault  string
}

// checkNotice tells what would become of a notice as far as it is filled in: what is still missing is no fault yet.
func (w *Web) checkNotice(c *gin.Context) {
	n := noticeOf(c)
	p := checkPart{frame: w.frame(c, "noticeform", "page.portal.file"), Early: n.Right == "" || n.Marketplace == "" || len(n.Items) == 0}
	if !p.Early {
		if len([]rune(n.Explanation)) < 20 {
			n.Explanation = strings.Repeat(".", 20)
		}
		n.GoodFaith, n.Accuracy = true, true
		for _, s := range []*string{&n.Signature, &n.Notifier.Name} {
			if *s == "" {
				*s = "-"
			}
		}
		who, _ := personOf(c)
		n.Notifier.Email, n.TestBuy = who.Email, nil
		result, err := w.Docket.Precheck(c.Request.Context(), actor(c), n)
		if p.Fault = p.faultOf(err); err != nil && p.Fault == "" {
			w.fail(c, err)
			return
		}
		p.Result = &result
	}
	w.part(c, "noticeform", "check", p)
}

func (w *Web) fileNotice(c *gin.Context) {
	n := noticeOf(c)
	filed, err := w.Docket.File(c.Request.Context(), actor(c), n)
	if fault := w.frame(c, "noticeform", "page.portal.file").faultOf(err); fault != "" {
		w.showNoticeForm(c, http.StatusUnprocessableEntity, noticeForm{Notice: n, Listings: c.PostForm("listings"), Request: n.Request, Fault: fault})
		return
	}
	if err != nil {
		w.fail(c, err)
		return
	}
	w.say(c, "page.said.filed")
	c.Redirect(http.StatusSeeOther, "/portal/notices/"+filed.ID)
}

// noticePage is the page at /portal/notices/{id}: the receipt, and how each listing stands.
type noticePage struct {
	frame
	Notice docket.Notice
	Right  casework.Right
	Cases  []docket.Case
}

func (w *Web) noticePage(c *gin.Context) {
	ctx, a := c.Request.Context(), actor(c)
	p := noticePage{frame: w.frame(c, "notice", "page.portal.notice")}
	p.Flash = w.said(c, p.frame)
	var err error
	var cases []docket.Case
	if p.Notice, err = w.Docket.Notice(ctx, a, c.Param("id")); err == nil {
		cases, err = w.Docket.Cases(ctx, a, docket.CaseQuery{Notice: p.Notice.ID, Limit: docket.MaxListings})
	}
	if err == nil {
		p.Right, err = w.Registry.Right(ctx, a, p.Notice.Right)
	}
	if err != nil {
		w.fail(c, err)
		return
	}
	for _, cs := range cases {
		p.Cases = append(p.Cases, cs.For(a))
	}
	w.show(c, http.StatusOK, "notice", p)
}
