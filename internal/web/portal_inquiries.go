package web

import (
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"touchstone/internal/casework"
	"touchstone/internal/casework/inquiry"
)

// inquiriesPage is the page at /portal/inquiries: the threads of an account.
type inquiriesPage struct {
	frame
	Inquiries []inquiry.Inquiry
	Next      string
}

// inquiryForm is the page at /portal/inquiries/new.
type inquiryForm struct {
	frame
	Topics   []string
	Question inquiry.Question
	Request  string
	Fault    string
}

// inquiryPage is a thread, as who asked sees it or as the desk does.
type inquiryPage struct {
	frame
	Inquiry  inquiry.Inquiry
	Messages []inquiry.Message
	More     bool
	Text     string
	Fault    string
	Files    string // address that files lie under

	Topics, Priorities []string // the desk's
	Ready              []inquiry.Ready
	Mine               bool
}

// Bounds of what pages of inquiries list.
const (
	inquiryList = 50
	threadList  = 200
)

func (w *Web) inquiryRoutes(g *gin.RouterGroup) {
	g.GET("/portal/inquiries", w.inquiriesPage)
	g.GET("/portal/inquiries/new", func(c *gin.Context) {
		q := inquiry.Question{Topic: c.Query("topic"), About: inquiry.About{Case: c.Query("case"), Notice: c.Query("notice"), Right: c.Query("right")}}
		w.showInquiryForm(c, http.StatusOK, inquiryForm{Question: q, Request: casework.NewID("web")})
	})
	g.POST("/portal/inquiries", w.ask)
	g.GET("/portal/inquiries/:id", func(c *gin.Context) { w.showInquiry(c, http.StatusOK, "", "") })
	g.POST("/portal/inquiries/:id", w.write)
	g.POST("/portal/inquiries/:id/withdraw", w.withdraw)
	g.GET("/portal/files/:hash", w.sentFile)
}

func (w *Web) inquiriesPage(c *gin.Context) {
	p := inquiriesPage{frame: w.frame(c, "inquiries", "page.inquiries.title")}
	p.Flash = w.said(c, p.frame)
	list, err := w.Inquiries.List(c.Request.Context(), actor(c), inquiry.Query{Before: c.Query("before"), Limit: inquiryList + 1})
	if err != nil {
		w.fail(c, err)
		return
	}
	if p.Inquiries = list; len(list) > inquiryList {
		p.Inquiries, p.Next = list[:inquiryList], list[inquiryList-1].ID
	}
	w.show(c, http.StatusOK, "inquiries", p)
}

func (w *Web) showInquiryForm(c *gin.Context, status int, p inquiryForm) {
	p.frame, p.Topics = w.frame(c, "inquiryform", "page.inquiries.new"), inquiry.Topics()
	w.show(c, status, "inquiryform", p)
}

func (w *Web) ask(c *gin.Context) {
	field := func(name string) string { return strings.TrimSpace(c.PostForm(name)) }
	f := w.frame(c, "inquiryform", "page.inquiries.new")
	q := inquiry.Question{Topic: field("topic"), Title: field("title"), Text: field("text"), Language: f.Language, Request: field("request"),
		About: inquiry.About{Case: field("case"), Notice: field("notice"), Right: field("right")}}
	var err error
	if q.Files, err = w.papers(c); err == nil {
		var made inquiry.Inquiry
		if made, err = w.Inquiries.Ask(c.Request.Context(), actor(c), q); err == nil {
			w.say(c, "page.said.sent")
			c.Redirect(http.StatusSeeOther, "/portal/inquiries/"+made.ID)
			return
		}
	}
	if fault := f.faultOf(err); fault != "" {
		w.showInquiryForm(c, http.StatusUnprocessableEntity, inquiryForm{Question: q, Request: q.Request, Fault: fault})
		return
	}
	w.fail(c, err)
}

// papers keeps the files of a form as evidence of the account, and gives their hashes.
func (w *Web) papers(c *gin.Context) ([]string, error) {
	var out []string
	if c.Request.MultipartForm == nil || w.Dossier == nil {
		return nil, nil
	}
	for _, h := range c.Request.MultipartForm.File["files"] {
		if h.Size == 0 {
			continue
		}
		file, err := h.Open()
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(io.LimitReader(file, maxUpload))
		_ = file.Close() // it was read only
		if err != nil {
			return nil, err
		}
		sent, err := w.Dossier.Upload(c.Request.Context(), actor(c), clipName(h.Filename), data)
		if err != nil {
			return nil, err
		}
		out = append(out, sent.Hash)
	}
	return out, nil
}

func (w *Web) showInquiry(c *gin.Context, status int, fault, text string) {
	p := inquiryPage{frame: w.frame(c, "inquiry", "page.inquiries.title"), Fault: fault, Text: text, Files: "/portal/files/"}
	p.Flash = w.said(c, p.frame)
	var next string
	var err error
	if p.Inquiry, p.Messages, next, err = w.Inquiries.Thread(c.Request.Context(), actor(c), c.Param("id"), "", threadList); err != nil {
		w.fail(c, err)
		return
	}
	p.More = next != ""
	w.show(c, status, "inquiry", p)
}

// Live tells whether the inquiry is not settled.
func (p inquiryPage) Live() bool { return p.Inquiry.Open() }

// CanWrite tells whether who asked may still write.
func (p inquiryPage) CanWrite() bool {
	i := p.Inquiry
	return i.Open() || i.Outcome != inquiry.OutcomeEscalated && i.ReopenUntil != nil && p.now.Before(*i.ReopenUntil)
}

func (w *Web) write(c *gin.Context) {
	text := c.PostForm("text")
	files, err := w.papers(c)
	if err == nil {
		_, err = w.Inquiries.Write(c.Request.Context(), actor(c), c.Param("id"), text, files...)
	}
	w.inquirySaid(c, err, text)
}

func (w *Web) withdraw(c *gin.Context) {
	_, err := w.Inquiries.Withdraw(c.Request.Context(), actor(c), c.Param("id"))
	w.inquirySaid(c, err, "")
}

func (w *Web) inquirySaid(c *gin.Context, err error, text string) {
	if fault := w.frame(c, "inquiry", "page.inquiries.title").faultOf(err); fault != "" {
		w.showInquiry(c, http.StatusUnprocessableEntity, fault, text)
		return
	}
	if err != nil {
		w.fail(c, err)
		return
	}
	w.say(c, "page.said.sent")
	c.Redirect(http.StatusSeeOther, "/portal/inquiries/"+c.Param("id"))
}

// sentFile gives a file to those who may see it, to be kept and not shown: what strangers send is not opened in the page.
func (w *Web) sentFile(c *gin.Context) {
	if w.Dossier == nil {
		w.fail(c, casework.ErrNotFound)
		return
	}
	f, data, err := w.Dossier.Open(c.Request.Context(), actor(c), c.Param("hash"))
	if err != nil {
		w.fail(c, err)
		return
	}
	name := f.Name
	if name == "" {
		name = f.Hash[:12] + "." + string(f.Kind)
	}
	c.Header("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	c.Header("X-Content-Type-Options", "nosniff")
	c.Data(http.StatusOK, f.Kind.MediaType(), data)
}
