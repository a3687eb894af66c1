package web

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
)

// fastHeader is sent by a page that has the next case ready: it wants no page in answer.
const fastHeader = "X-Fast"

// decide keeps the decision of a form, and opens the next case of the same queue: the one that the page has ready, if it still is theirs.
func (w *Web) decide(c *gin.Context) {
	ctx, a := c.Request.Context(), actor(c)
	v := docket.Verdict{Outcome: c.PostForm("outcome"), Code: c.PostForm("code"), Remark: strings.TrimSpace(c.PostForm("remark")), Request: c.PostForm("request")}
	if v.Outcome != docket.OutcomeDeclined {
		v.Code = ""
	}
	decided, err := w.Docket.Decide(ctx, a, c.Param("id"), v)
	if err != nil {
		w.notDecided(c, err)
		return
	}
	queue := c.PostForm("queue") // where it was: a first opinion puts it into another
	if queue == "" {
		queue = decided.Queue
	}
	if next := c.PostForm("next"); next != "" {
		_, err = w.Docket.Claim(ctx, a, next)
		if err == nil && c.GetHeader(fastHeader) != "" {
			c.Status(http.StatusNoContent)
			return
		}
		if err == nil {
			w.say(c, "page.said.decided")
			c.Redirect(http.StatusSeeOther, "/cases/"+next)
			return
		}
	}
	if c.GetHeader(fastHeader) != "" { // the page sends the form once more, as usual: the same decision
		c.Status(http.StatusConflict)
		return
	}
	w.say(c, "page.said.decided")
	w.next(c, filterOf(func(key string) string {
		if key == "queue" {
			return queue
		}
		return ""
	}), "page.said.done", false)
}

// notDecided says why: a case that somebody else decided, or whose claim ran out, is shown as it is now, and what was typed stays.
func (w *Web) notDecided(c *gin.Context, err error) {
	if !errors.Is(err, casework.ErrConflict) || c.GetHeader(fastHeader) != "" {
		w.fail(c, err)
		return
	}
	w.say(c, "page.said.overtaken")
	c.Redirect(http.StatusSeeOther, "/cases/"+c.Param("id"))
}

// ahead claims the next case of the queue for somebody who is at work on one, so that it is there at once.
func (w *Web) ahead(c *gin.Context) {
	f := filterOf(c.Query)
	cases, err := w.Docket.ClaimNext(c.Request.Context(), actor(c), f.query(w.Now()), 1)
	if err != nil {
		w.fail(c, err)
		return
	}
	next := ""
	if len(cases) > 0 {
		next = "/cases/" + cases[0].ID
	}
	if next != "" && c.Request.Context().Err() != nil { // the page was left meanwhile: nobody would give the case back
		if _, err := w.Docket.Release(context.WithoutCancel(c.Request.Context()), actor(c), cases[0].ID); err != nil {
			w.Log.Warn("a case that was made ready for a page that is gone stays claimed until its lease ends", "case", cases[0].ID, "error", err)
		}
	}
	c.JSON(http.StatusOK, gin.H{"next": next})
}

// leave gives back a case that was only made ready.
func (w *Web) leave(c *gin.Context) {
	if _, err := w.Docket.Release(c.Request.Context(), actor(c), c.Param("id")); err != nil && !errors.Is(err, casework.ErrConflict) {
		w.fail(c, err)
		return
	}
	c.Status(http.StatusNoContent)
}

// again does something to a case and shows it again with a sentence.
func (w *Web) again(c *gin.Context, said string, err error) {
	if err != nil {
		w.notDecided(c, err)
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
		w.notDecided(c, err)
		return
	}
	w.say(c, "page.said.released")
	c.Redirect(http.StatusSeeOther, "/queue?queue="+cs.Queue)
}

// second is the second person's decision, made without seeing the first unless they asked to: the same outcome agrees with it.
func (w *Web) second(c *gin.Context) {
	ctx, a := c.Request.Context(), actor(c)
	cs, _, err := w.Docket.Case(ctx, a, c.Param("id"))
	if err != nil {
		w.fail(c, err)
		return
	}
	if cs.Opinion == nil {
		w.notDecided(c, casework.ErrConflict)
		return
	}
	agree := c.PostForm("outcome") == cs.Opinion.Outcome
	_, err = w.Docket.Second(ctx, a, cs.ID, agree, strings.TrimSpace(c.PostForm("remark")))
	said := "page.said.agreed"
	if !agree {
		said = "page.said.differ"
	}
	w.again(c, said, err)
}

func (w *Web) clarify(c *gin.Context) {
	_, err := w.Docket.Clarify(c.Request.Context(), actor(c), c.Param("id"), strings.TrimSpace(c.PostForm("question")))
	w.again(c, "page.said.asked", err)
}

func (w *Web) undo(c *gin.Context) {
	_, err := w.Docket.Undo(c.Request.Context(), actor(c), c.Param("id"), strings.TrimSpace(c.PostForm("remark")))
	w.again(c, "page.said.undone", err)
}
