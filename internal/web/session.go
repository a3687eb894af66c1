package web

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"golang.org/x/time/rate"

	"touchstone/internal/casework"
	"touchstone/internal/message"
	"touchstone/internal/people"
)

const (
	cookieName = "touchstone_session"
	flashName  = "touchstone_flash"
	maxForm    = 256 << 10 // bytes of a form
	maxUpload  = 30 << 20  // bytes of a form with files
	formMemory = 1 << 20   // of it, what is held in memory
)

type contextKey int

const (
	personKey contextKey = iota
	actorKey             // an agent with its powers of attorney
)

// acting looks up what an agent's powers of attorney let it do, once a request.
func (w *Web) acting(c *gin.Context) {
	a := actor(c)
	if a.Role != roleAgent || w.Dossier == nil {
		return
	}
	a, err := w.Dossier.Acting(c.Request.Context(), a)
	if err != nil {
		w.fail(c, err)
		return
	}
	c.Request = c.Request.WithContext(context.WithValue(c.Request.Context(), actorKey, a))
}

// personOf is who a request comes from; false before sign-in.
func personOf(c *gin.Context) (people.Person, bool) {
	p, ok := c.Request.Context().Value(personKey).(people.Person)
	return p, ok
}

func withPerson(r *http.Request, who people.Person) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), personKey, who))
}

// actor is the person as the use cases know them.
func actor(c *gin.Context) casework.Actor {
	if a, ok := c.Request.Context().Value(actorKey).(casework.Actor); ok {
		return a
	}
	p, _ := personOf(c)
	return casework.Actor{Account: p.Account, Role: p.Role, Subject: p.Subject, Key: p.ID}
}

// formToken is what forms of a session carry. It is made of the session's token, which no other site can read.
func formToken(session string) string {
	sum := sha256.Sum256([]byte("form:" + session))
	return hex.EncodeToString(sum[:16])
}

// page is in front of every page: headers, and for a POST its size, at most so many bytes, and where it comes from. What a form brings in
// files lies on the disk until the request is over.
func (w *Web) page(most int64) gin.HandlerFunc {
	return func(c *gin.Context) {
		c.Header("Content-Security-Policy", contentPolicy)
		c.Header("Cache-Control", "no-store")
		c.Header("Referrer-Policy", "same-origin") // "no-referrer" hides the origin of our own forms where browsers say it in no other way
		if c.Request.Method != http.MethodPost {
			return
		}
		if err := w.origin.Check(c.Request); err != nil {
			w.problem(c, http.StatusForbidden, "page.problem.origin", "")
			return
		}
		c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, most)
		err := c.Request.ParseForm()
		if err == nil {
			err = c.Request.ParseMultipartForm(formMemory)
		}
		if err != nil && !errors.Is(err, http.ErrNotMultipart) {
			w.problem(c, http.StatusRequestEntityTooLarge, "page.problem.form", "")
			return
		}
		if files := c.Request.MultipartForm; files != nil {
			defer func() { _ = files.RemoveAll() }() // temporary files that stay are the system's to tidy
		}
		c.Next()
	}
}

// signedIn lets people through who are signed in; others are asked to, and come back to where they wanted to go.
func (w *Web) signedIn(c *gin.Context) {
	token, err := c.Cookie(cookieName)
	if err != nil {
		w.askToSignIn(c)
		return
	}
	who, err := w.People.Resume(c.Request.Context(), token)
	switch {
	case errors.Is(err, people.ErrSession):
		w.askToSignIn(c)
		return
	case err != nil:
		w.fail(c, err)
		return
	}
	c.Request = withPerson(c.Request, who)
	if c.Request.Method == http.MethodPost && subtle.ConstantTimeCompare([]byte(c.PostForm("token")), []byte(formToken(token))) != 1 {
		w.problem(c, http.StatusForbidden, "page.problem.token", "")
	}
}

// askToSignIn: a GET goes there and back. A POST says what happened, and signing in leads back to the page of the form, where what was
// typed is still in the browser's draft.
func (w *Web) askToSignIn(c *gin.Context) {
	if c.Request.Method == http.MethodPost {
		f := w.frame(c, "problem", "page.problem.title")
		back := "/sign-in?next=" + url.QueryEscape(formPage(c.Request.URL.Path))
		w.show(c, http.StatusUnauthorized, "problem", problemPage{frame: f, Status: http.StatusUnauthorized, What: f.T("page.problem.session"), Back: back})
		c.Abort()
		return
	}
	c.Redirect(http.StatusSeeOther, "/sign-in?next="+url.QueryEscape(c.Request.URL.RequestURI()))
	c.Abort()
}

// formPage is the page whose form is sent to a path: what is done to a case is done from its page, what is done to a list from the list, and what
// is made new from the form for it.
func formPage(path string) string {
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	switch {
	case parts[0] != "portal":
		return "/" + strings.Join(parts[:min(2, len(parts))], "/")
	case path == "/portal/notices" || path == "/portal/rights" || path == "/portal/inquiries":
		return path + "/new"
	}
	return "/" + strings.Join(parts[:min(3, len(parts))], "/")
}

// role lets only some roles through; to others the page is not there.
func (w *Web) role(roles ...string) gin.HandlerFunc {
	return func(c *gin.Context) {
		if who, ok := personOf(c); !ok || !slices.Contains(roles, who.Role) {
			w.problem(c, http.StatusForbidden, "page.problem.forbidden", "")
		}
	}
}

// signInForm is the page at /sign-in.
type signInForm struct {
	frame
	Email, Next, Fault string
	Code               bool // a code is asked for
	Provider           string
}

func (w *Web) signInPage(c *gin.Context) {
	f := w.frame(c, "signin", "page.signin.title")
	form := signInForm{frame: f, Next: within(c.Query("next"))}
	if w.Provider != nil {
		form.Provider = w.Provider.Name()
	}
	w.show(c, http.StatusOK, "signin", form)
}

// within keeps an address to come back to inside this site.
func within(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n") {
		return ""
	}
	return next
}

func (w *Web) signIn(c *gin.Context) {
	form := signInForm{frame: w.frame(c, "signin", "page.signin.title"), Email: c.PostForm("email"), Next: within(c.PostForm("next"))}
	if w.Provider != nil {
		form.Provider = w.Provider.Name()
	}
	if !w.tries.allow(c.ClientIP()) {
		form.Fault = form.T("page.signin.often")
		c.Header("Retry-After", "60")
		w.show(c, http.StatusTooManyRequests, "signin", form)
		return
	}
	token, who, err := w.People.SignIn(c.Request.Context(), form.Email, c.PostForm("password"), c.PostForm("code"), c.Request.UserAgent())
	var locked *people.LockedError
	switch {
	case errors.Is(err, people.ErrCode):
		form.Code = true
		w.show(c, http.StatusOK, "signin", form)
		return
	case errors.As(err, &locked):
		form.Fault = form.T("page.signin.locked", "time", span(locked.Until.Sub(w.Now())))
		w.show(c, http.StatusTooManyRequests, "signin", form)
		return
	case errors.Is(err, people.ErrSignIn):
		form.Fault = form.T("page.signin.wrong")
		w.show(c, http.StatusUnprocessableEntity, "signin", form)
		return
	case err != nil:
		w.fail(c, err)
		return
	}
	w.cookie(c, cookieName, token, sessionCookie)
	if form.Next == "" {
		form.Next = home(who.Role)
	}
	c.Redirect(http.StatusSeeOther, form.Next)
}

func (w *Web) signOut(c *gin.Context) {
	if token, err := c.Cookie(cookieName); err == nil {
		if err := w.People.SignOut(c.Request.Context(), token); err != nil {
			w.fail(c, err)
			return
		}
	}
	w.cookie(c, cookieName, "", -time.Second)
	c.Redirect(http.StatusSeeOther, "/sign-in")
}

func (w *Web) language(c *gin.Context) {
	who, _ := personOf(c)
	if choice := c.PostForm("language"); slices.Contains(message.Languages(), choice) {
		if err := w.People.Speak(c.Request.Context(), who.ID, choice); err != nil {
			w.fail(c, err)
			return
		}
	}
	next := within(c.PostForm("next"))
	if next == "" {
		next = home(who.Role)
	}
	c.Redirect(http.StatusSeeOther, next)
}

func (w *Web) cookie(c *gin.Context, name, value string, life time.Duration) {
	http.SetCookie(c.Writer, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: int(life.Seconds()), HttpOnly: true, Secure: w.Secure, SameSite: http.SameSiteLaxMode})
}

// say leaves a sentence, by its message, for the next page.
func (w *Web) say(c *gin.Context, key string) { w.cookie(c, flashName, key, time.Minute) }

// said takes the sentence that was left.
func (w *Web) said(c *gin.Context, f frame) flash {
	key, err := c.Cookie(flashName)
	if err != nil || !strings.HasPrefix(key, "page.said.") || !message.Has(key) {
		return flash{}
	}
	w.cookie(c, flashName, "", -time.Second)
	return flash{f.T(key), key == "page.said.overtaken" || key == "page.said.noview"}
}

// limiter bounds tries to sign in from one address.
type limiter struct {
	mu    sync.Mutex
	now   func() time.Time
	first map[string]*rate.Limiter
	start time.Time
}

// What one address may try, and how many addresses are remembered.
const (
	triesAMinute = 20
	triesAtOnce  = 10
	triesFrom    = 50_000
)

func newLimiter(now func() time.Time) *limiter {
	return &limiter{now: now, first: map[string]*rate.Limiter{}, start: now()}
}

func (l *limiter) allow(address string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if len(l.first) >= triesFrom || now.Sub(l.start) > time.Hour { // all are forgotten now and then: memory stays bounded
		l.first, l.start = map[string]*rate.Limiter{}, now
	}
	r, ok := l.first[address]
	if !ok {
		r = rate.NewLimiter(rate.Limit(triesAMinute)/60, triesAtOnce)
		l.first[address] = r
	}
	return r.AllowN(now, 1)
}
