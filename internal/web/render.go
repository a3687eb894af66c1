package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"golang.org/x/text/language"

	"touchstone/internal/message"
	"touchstone/internal/people"
)

// contentPolicy lets a page use this origin's own files and nothing else.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// asset is a static file with a name that changes with its content.
type asset struct {
	body, contentType string
	packed            []byte // gzip
	version           string
}

var assetTypes = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}

// loadAssets reads styles and scripts of the pages and of the folder static; templates are not among them.
func loadAssets() (map[string]asset, error) {
	all := map[string]asset{}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		kind, served := assetTypes[path.Ext(name)]
		if err != nil || d.IsDir() || !served {
			return err
		}
		body, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		short := strings.TrimPrefix(strings.TrimPrefix(name, "static/"), "pages/")
		packed, err := pack(body)
		all[short] = asset{string(body), kind, packed, hex.EncodeToString(sum[:6])}
		return err
	})
	return all, err
}

// pack compresses an asset, once.
func pack(body []byte) ([]byte, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err == nil {
		_, err = z.Write(body)
	}
	if err == nil {
		err = z.Close()
	}
	return b.Bytes(), err
}

// static serves an asset, compressed for who takes it; with its version in the query it may be kept for a year.
func (w *Web) static(c *gin.Context) {
	a, ok := w.assets[strings.TrimPrefix(c.Param("file"), "/")]
	if !ok {
		c.Status(http.StatusNotFound)
		return
	}
	keep := "no-cache"
	if c.Query("v") == a.version {
		keep = "public, max-age=31536000, immutable"
	}
	c.Header("Cache-Control", keep)
	c.Header("Vary", "Accept-Encoding")
	if strings.Contains(c.GetHeader("Accept-Encoding"), "gzip") {
		c.Header("Content-Encoding", "gzip")
		c.Data(http.StatusOK, a.contentType, a.packed)
		return
	}
	c.Data(http.StatusOK, a.contentType, []byte(a.body))
}

// parse reads each page's template beside the layout.
func (w *Web) parse() (map[string]*template.Template, error) {
	folders, err := files.ReadDir("pages")
	if err != nil {
		return nil, err
	}
	all := map[string]*template.Template{}
	for _, f := range folders {
		if f.Name() == "layout" {
			continue
		}
		t, err := template.New("layout").Funcs(w.functions()).ParseFS(files, "pages/layout/*.html", "pages/"+f.Name()+"/*.html")
		if err != nil {
			return nil, err
		}
		all[f.Name()] = t
	}
	return all, nil
}

func (w *Web) functions() template.FuncMap {
	return template.FuncMap{
		"asset": func(name string) (string, error) {
			a, ok := w.assets[name]
			if !ok {
				return "", fmt.Errorf("no asset %q", name)
			}
			return "/static/" + name + "?v=" + a.version, nil
		},
		"has":      func(name string) bool { _, ok := w.assets[name]; return ok },
		"percent":  func(p float64) string { return fmt.Sprintf("%.0f %%", 100*p) },
		"percent1": func(p float64) string { return fmt.Sprintf("%.1f %%", 100*p) },
		"percent3": func(p float64) string { return fmt.Sprintf("%.3g %%", 100*p) },
		"round":    round,
		"mega":     func(n int64) string { return fmt.Sprintf("%.1f", float64(n)/1e6) },
		"stability": func(p driftPage, s *stability) any {
			return struct {
				F frame
				S *stability
			}{p.frame, s}
		},
		"judged": func(p rolloutPage, base, title string, j judgement) any {
			return struct {
				F           frame
				Base, Title string
				J           judgement
			}{p.frame, base, title, j}
		},
		"join": strings.Join,
		"list": func(v ...any) []any { return v },
		"utc":  func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") },
		"iso":  func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	}
}

// frame is what every page has.
type frame struct {
	Page     string // its folder
	Title    string
	Language string
	Path     string
	Person   people.Person
	Token    string // of the session, for forms
	Flash    flash
	Traces   bool // may see linked sellers
	Packs    bool // there are packs to be brought into use
	Drifts   bool // scores are counted
	Partners bool // there are pages about partners
	now      time.Time
}

// flash is a sentence about what was just done, or was not.
type flash struct {
	Text string
	Bad  bool
}

// T is a message in the page's language; values follow it as name, value.
func (f frame) T(key string, values ...any) string {
	m := map[string]string{}
	for i := 0; i+1 < len(values); i += 2 {
		m[fmt.Sprint(values[i])] = fmt.Sprint(values[i+1])
	}
	return message.Text(f.Language, key, m)
}

// Or is a message, or a text where there is none: for codes that data bring.
func (f frame) Or(key, text string) string {
	if message.Has(key) {
		return message.Text(f.Language, key, nil)
	}
	return text
}

// Told is a sentence that a use case said, in the page's language.
func (f frame) Told(text string) string { return message.Retell(f.Language, text) }

// Staff tells whether the person judges cases or runs the service.
func (f frame) Staff() bool { return isStaff(f.Person.Role) }

// Weighs tells whether the person may see figures of the models.
func (f frame) Weighs() bool { return f.Staff() || f.Person.Role == roleScientist }

// Party tells whether the person is a holder or an agent.
func (f frame) Party() bool { return f.Person.Role == roleHolder || f.Person.Role == roleAgent }

// Allied tells whether the person acts for a partner.
func (f frame) Allied() bool { return f.Partners && f.Person.Role == rolePartner }

// Partnered tells whether the person looks after partners.
func (f frame) Partnered() bool {
	return f.Partners && (f.Person.Role == roleOperator || f.Person.Role == roleAdmin)
}

// Number is a number that may not be told.
func (frame) Number(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}

// Languages of the pages.
func (f frame) Languages() []string { return message.Languages() }

// Left says how long it is until a time, or since.
func (f frame) Left(t time.Time) string {
	d := t.Sub(f.now)
	key := "page.time.left"
	if d < 0 {
		key, d = "page.time.over", -d
	}
	return f.T(key, "time", span(d))
}

// Late tells whether a time has passed, and soon whether it will within two hours.
func (f frame) Late(t time.Time) bool { return f.now.After(t) }

// Ahead tells whether a time is still to come.
func (f frame) Ahead(t time.Time) bool { return !t.IsZero() && f.now.Before(t) }

// Soon tells whether a time comes within two hours.
func (f frame) Soon(t time.Time) bool { return !f.Late(t) && t.Sub(f.now) < 2*time.Hour }

// span is a duration in its two largest units.
func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h %02d min", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%d d %d h", int(d.Hours())/24, int(d.Hours())%24)
}

var matcher = language.NewMatcher([]language.Tag{language.English, language.Chinese, language.German})

// speaks is the language of a request: the person's choice, else what the browser asks for.
func speaks(c *gin.Context, who people.Person) string {
	if who.Language != "" {
		return who.Language
	}
	tags, _, err := language.ParseAcceptLanguage(c.GetHeader("Accept-Language"))
	if err != nil {
		return "en"
	}
	_, i, _ := matcher.Match(tags...)
	return message.Languages()[i]
}

func (w *Web) frame(c *gin.Context, page, title string) frame {
	who, _ := personOf(c)
	f := frame{Page: page, Language: speaks(c, who), Path: c.Request.URL.Path, Person: who, now: w.Now()}
	f.Drifts = w.Drift != nil
	f.Packs = w.Rollouts != nil && slices.Contains(makers, who.Role)
	f.Traces = w.Tracing != nil && slices.Contains([]string{roleReviewer, roleOperator, roleAdmin}, who.Role)
	f.Partners = w.Partners != nil
	f.Title = f.T(title)
	if token, err := c.Cookie(cookieName); err == nil {
		f.Token = formToken(token)
	}
	return f
}

// show renders a page; nothing is sent when its template fails.
func (w *Web) show(c *gin.Context, status int, name string, data any) {
	var b bytes.Buffer
	if err := w.pages[name].ExecuteTemplate(&b, "layout", data); err != nil {
		_ = c.Error(fmt.Errorf("page %s: %w", name, err))
		c.Data(http.StatusInternalServerError, "text/plain; charset=utf-8", []byte("This page could not be shown. Go back and try again; if it stays, report the X-Request-ID of this answer.\n"))
		c.Abort()
		return
	}
	c.Data(status, "text/html; charset=utf-8", b.Bytes())
}

// part renders one template of a page, to be put into it.
func (w *Web) part(c *gin.Context, page, name string, data any) {
	var b bytes.Buffer
	if err := w.pages[page].ExecuteTemplate(&b, name, data); err != nil {
		_ = c.Error(fmt.Errorf("part %s of page %s: %w", name, page, err))
		c.AbortWithStatus(http.StatusInternalServerError)
		return
	}
	c.Data(http.StatusOK, "text/html; charset=utf-8", b.Bytes())
}

// problemPage says what happened and what to do.
type problemPage struct {
	frame
	Status int
	What   string
	Detail string
	Back   string
}

func (w *Web) problem(c *gin.Context, status int, key, detail string) {
	f := w.frame(c, "problem", "page.problem.title")
	back := home(f.Person.Role)
	if f.Person.ID == "" {
		back = "" // nothing here is for strangers
	}
	w.show(c, status, "problem", problemPage{f, status, f.T(key), detail, back})
	c.Abort()
}
