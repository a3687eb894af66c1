package web

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"touchstone/internal/casework/docket"
)

// decide keeps the decision of a form, and opens the next case of the same queue.
func (w *Web) decide(c *gin.Context) {
	v := docket.Verdict{Outcome: c.PostForm("outcome"), Code: c.PostForm("code"), Remark: strings.TrimSpace(c.PostForm("remark")), Request: c.PostForm("request")}
	if v.Outcome != docket.OutcomeDeclined {
		v.Code = ""
	}
	before, _, err := w.Docket.Case(c.Request.Context(), actor(c), c.Param("id"))
	if err != nil {
		w.fail(c, err)
		return
	}
	if _, err := w.Docket.Decide(c.Request.Context(), actor(c), c.Param("id"), v); err != nil {
		w.fail(c, err)
		return
	}
	w.say(c, "page.said.decided")
	if c.PostForm("stay") != "" {
		c.Redirect(http.StatusSeeOther, "/cases/"+c.Param("id"))
		return
	}
	w.next(c, filterOf(func(key string) string {
		if key == "queue" {
			return before.Queue
		}
		return ""
	}), "page.said.done")
}

// again does something to a case and shows it again with a sentence.
func (w *Web) again(c *gin.Context, said string, err error) {
	if err != nil {
		w.fail(c, err)
		return
	}
	w.say(c, said)
	c.Redirect(http.StatusSeeOther, "/cases/"+c.Param("id"))
}

func (w *Web) claim(c *gin.Context) {
	_, err := w.Docket.Claim(c.Request.Context(), actor(c), c.Param("id"))
	w.again(c, "page.said.claimed", err)
}

func (w *Web) release(c *gin.Context) {
	cs, err := w.Docket.Release(c.Request.Context(), actor(c), c.Param("id"))
	if err != nil {
		w.fail(c, err)
		return
	}
	w.say(c, "page.said.released")
	c.Redirect(http.StatusSeeOther, "/queue?queue="+cs.Queue)
}

func (w *Web) second(c *gin.Context) {
	_, err := w.Docket.Second(c.Request.Context(), actor(c), c.Param("id"), c.PostForm("agree") == "yes", strings.TrimSpace(c.PostForm("remark")))
	w.again(c, "page.said.decided", err)
}

func (w *Web) clarify(c *gin.Context) {
	_, err := w.Docket.Clarify(c.Request.Context(), actor(c), c.Param("id"), strings.TrimSpace(c.PostForm("question")))
	w.again(c, "page.said.asked", err)
}

func (w *Web) undo(c *gin.Context) {
	_, err := w.Docket.Undo(c.Request.Context(), actor(c), c.Param("id"), strings.TrimSpace(c.PostForm("remark")))
	w.again(c, "page.said.undone", err)
}
