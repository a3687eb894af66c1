package web

import (
	"bytes"
	"errors"
	"image/png"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"touchstone/internal/people"
)

// accountPage is the page at /account: password, codes and sessions of the person themselves.
type accountPage struct {
	frame
	Sessions []people.SessionView
	Secret   string   // to type into an app by hand, in groups; "" when codes are on
	Recovery []string // new codes, shown this once
	Must     string   // message: what has to be done before anything else; "" for nothing
	Faults   map[string]string
}

func (w *Web) accountRoutes(in *gin.RouterGroup) {
	in.GET("/account", w.accountPage)
	in.GET("/account/code.png", w.codePicture)
	in.POST("/account/password", w.changePassword)
	in.POST("/account/codes", w.turnCodesOn)
	in.POST("/account/codes/off", w.turnCodesOff)
	in.POST("/account/codes/new", w.newCodes)
	in.POST("/account/sessions/:id/end", w.endSession)
	in.POST("/account/sessions/end", w.endSessions)
}

// must is what a person has to do before they may do anything else: change a password that another made, and as staff, where the service
// asks for it, turn codes on. Who signs in elsewhere shows codes there.
func (w *Web) must(who people.Person) string {
	switch {
	case who.Provisional:
		return "page.account.must.password"
	case w.StaffCodes && who.External == "" && who.Secret == "" && isStaff(who.Role):
		return "page.account.must.codes"
	}
	return ""
}

// ready lets only those through who have done what they must.
func (w *Web) ready(c *gin.Context) {
	if who, _ := personOf(c); w.must(who) != "" {
		c.Redirect(http.StatusSeeOther, "/account")
		c.Abort()
	}
}

func (w *Web) accountPage(c *gin.Context) { w.showAccount(c, http.StatusOK, accountPage{}) }

func (w *Web) showAccount(c *gin.Context, status int, p accountPage) {
	who, _ := personOf(c)
	p.frame = w.frame(c, "account", "page.account.title")
	p.Flash = w.said(c, p.frame)
	p.Must = w.must(who)
	token, _ := c.Cookie(cookieName) // signedIn has read it
	var err error
	if p.Sessions, err = w.People.Sessions(c.Request.Context(), who.ID, token); err != nil {
		w.fail(c, err)
		return
	}
	if who.Secret == "" && who.Password != "" && p.Recovery == nil {
		secret, _, err := w.People.Enrol(c.Request.Context(), who)
		if err != nil {
			w.fail(c, err)
			return
		}
		p.Secret = groups(secret)
	}
	w.show(c, status, "account", p)
}

// groups sets a secret in groups of four, to be read and typed.
func groups(secret string) string {
	var out []string
	for len(secret) > 4 {
		out, secret = append(out, secret[:4]), secret[4:]
	}
	return strings.Join(append(out, secret), " ")
}

// codePicture is the secret as a QR code, until codes are on.
func (w *Web) codePicture(c *gin.Context) {
	who, _ := personOf(c)
	if who.Secret != "" || who.Password == "" {
		c.AbortWithStatus(http.StatusNotFound)
		return
	}
	_, url, err := w.People.Enrol(c.Request.Context(), who)
	if err != nil {
		w.fail(c, err)
		return
	}
	img, err := people.Picture(url, 220)
	var b bytes.Buffer
	if err == nil {
		err = png.Encode(&b, img)
	}
	if err != nil {
		w.fail(c, err)
		return
	}
	c.Data(http.StatusOK, "image/png", b.Bytes())
}

// accountFault shows the page again with what is wrong, by the form that it belongs to.
func (w *Web) accountFault(c *gin.Context, form string, err error) {
	f := w.frame(c, "account", "page.account.title")
	var fault *people.InputError
	var locked *people.LockedError
	status, text := http.StatusUnprocessableEntity, f.T("page.account.fault."+form)
	switch {
	case errors.As(err, &locked):
		status, text = http.StatusTooManyRequests, f.T("page.signin.locked", "time", span(locked.Until.Sub(w.Now())))
	case errors.As(err, &fault):
		text = f.T("page.account.fault.easy", "least", people.MinPassword, "most", people.MaxPassword)
	case !errors.Is(err, people.ErrSignIn):
		w.fail(c, err)
		return
	}
	w.showAccount(c, status, accountPage{Faults: map[string]string{form: text}})
}

// changePassword ends every session and opens a new one here.
func (w *Web) changePassword(c *gin.Context) {
	who, _ := personOf(c)
	if c.PostForm("new") != c.PostForm("again") {
		f := w.frame(c, "account", "page.account.title")
		w.showAccount(c, http.StatusUnprocessableEntity, accountPage{Faults: map[string]string{"password": f.T("page.account.fault.again")}})
		return
	}
	if err := w.People.Change(c.Request.Context(), who.ID, c.PostForm("old"), c.PostForm("new")); err != nil {
		w.accountFault(c, "password", err)
		return
	}
	token, err := w.People.Renew(c.Request.Context(), who.ID, c.Request.UserAgent())
	if err != nil {
		w.fail(c, err)
		return
	}
	w.cookie(c, cookieName, token, sessionCookie)
	w.toAccount(c, "page.said.password")
}

func (w *Web) turnCodesOn(c *gin.Context) {
	who, _ := personOf(c)
	codes, err := w.People.Enrolled(c.Request.Context(), who, c.PostForm("code"))
	w.showRecovery(c, "codes", codes, err)
}

func (w *Web) newCodes(c *gin.Context) {
	who, _ := personOf(c)
	codes, err := w.People.NewRecovery(c.Request.Context(), who, c.PostForm("password"))
	w.showRecovery(c, "confirm", codes, err)
}

func (w *Web) showRecovery(c *gin.Context, form string, codes []string, err error) {
	if err != nil {
		w.accountFault(c, form, err)
		return
	}
	if err := w.readAgain(c); err != nil {
		w.fail(c, err)
		return
	}
	w.showAccount(c, http.StatusOK, accountPage{Recovery: codes})
}

// readAgain reads the person again after a change, for the page that shows it.
func (w *Web) readAgain(c *gin.Context) error {
	token, _ := c.Cookie(cookieName)
	who, err := w.People.Resume(c.Request.Context(), token)
	if err == nil {
		c.Request = withPerson(c.Request, who)
	}
	return err
}

func (w *Web) turnCodesOff(c *gin.Context) {
	who, _ := personOf(c)
	if err := w.People.NoCodes(c.Request.Context(), who, c.PostForm("password")); err != nil {
		w.accountFault(c, "confirm", err)
		return
	}
	w.toAccount(c, "page.said.codesoff")
}

func (w *Web) endSession(c *gin.Context) {
	who, _ := personOf(c)
	if err := w.People.EndSession(c.Request.Context(), who.ID, c.Param("id")); err != nil {
		w.fail(c, err)
		return
	}
	w.toAccount(c, "page.said.session")
}

// endSessions ends all but this one.
func (w *Web) endSessions(c *gin.Context) {
	who, _ := personOf(c)
	token, _ := c.Cookie(cookieName)
	list, err := w.People.Sessions(c.Request.Context(), who.ID, token)
	for _, s := range list {
		if err == nil && !s.Current {
			err = w.People.EndSession(c.Request.Context(), who.ID, s.ID)
		}
	}
	if err != nil {
		w.fail(c, err)
		return
	}
	w.toAccount(c, "page.said.session")
}

func (w *Web) toAccount(c *gin.Context, said string) {
	w.say(c, said)
	c.Redirect(http.StatusSeeOther, "/account")
}

// sessionCookie is how long a browser keeps its session's token; the session itself ends sooner when it is not used.
const sessionCookie = 7 * 24 * time.Hour
