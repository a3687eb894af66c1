package web

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"touchstone/internal/people"
	"touchstone/internal/people/oidc"
)

const (
	flowName = "touchstone_flow"
	flowLife = 10 * time.Minute
)

// toProvider sends somebody to the identity provider. It is a link, as a form may lead to this origin alone (form-action).
func (w *Web) toProvider(c *gin.Context) {
	if !w.tries.allow(c.ClientIP()) {
		c.Header("Retry-After", "60")
		w.problem(c, http.StatusTooManyRequests, "page.signin.often", "")
		return
	}
	address, flow, err := w.Provider.Begin(c.Request.Context(), within(c.Query("next")))
	if err != nil {
		_ = c.Error(err) // for the log
		w.problem(c, http.StatusBadGateway, "page.signin.nowhere", "")
		return
	}
	kept, err := json.Marshal(flow)
	if err != nil {
		w.fail(c, err)
		return
	}
	w.cookie(c, flowName, base64.RawURLEncoding.EncodeToString(kept), flowLife)
	c.Redirect(http.StatusSeeOther, address)
}

// fromProvider takes somebody back.
func (w *Web) fromProvider(c *gin.Context) {
	var flow oidc.Flow
	if kept, err := c.Cookie(flowName); err == nil {
		if raw, err := base64.RawURLEncoding.DecodeString(kept); err == nil && json.Unmarshal(raw, &flow) != nil {
			flow = oidc.Flow{} // not ours: it fits no answer
		}
	}
	w.cookie(c, flowName, "", -time.Second)
	id, err := w.Provider.Finish(c.Request.Context(), flow, c.Request.URL.Query())
	var token string
	var who people.Person
	if err == nil {
		token, who, err = w.People.SignInAs(c.Request.Context(), id, c.Request.UserAgent())
	}
	form := signInForm{frame: w.frame(c, "signin", "page.signin.title"), Next: within(flow.Next), Provider: w.Provider.Name()}
	switch {
	case errors.Is(err, people.ErrSignIn):
		form.Fault = form.T("page.signin.unknown", "address", id.Email)
		w.show(c, http.StatusForbidden, "signin", form)
		return
	case errors.Is(err, oidc.ErrRefused):
		w.Log.InfoContext(c.Request.Context(), "sign-in by the identity provider refused", "error", err)
		form.Fault = form.T("page.signin.refused")
		w.show(c, http.StatusForbidden, "signin", form)
		return
	case err != nil:
		_ = c.Error(err) // for the log
		w.problem(c, http.StatusBadGateway, "page.signin.nowhere", "")
		return
	}
	w.cookie(c, cookieName, token, sessionCookie)
	if form.Next == "" {
		form.Next = home(who.Role)
	}
	c.Redirect(http.StatusSeeOther, form.Next)
}
