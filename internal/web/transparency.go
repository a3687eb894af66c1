package web

import (
	"bytes"
	"net/http"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"

	"touchstone/internal/casework"
	"touchstone/internal/casework/statement"
)

// transparencyPage is the page at /operations/transparency: the transparency report of a period, whole.
type transparencyPage struct {
	frame
	From, To string // days, the last one included
	Report   statement.TransparencyReport
	Tables   []countedTable
	CSV      string // address of the same as a table
	Fault    string
}

// countedTable is a table of the report.
type countedTable struct {
	Name string // of its heading's message
	Rows []statement.Counted
}

// reportPeriod is the period that a page is asked for, as days: without any it is the year so far. to is the day behind the last one.
func (w *Web) reportPeriod(c *gin.Context) (from, to time.Time, err error) {
	last := w.Now().UTC().Truncate(24 * time.Hour)
	from = time.Date(last.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	for name, day := range map[string]*time.Time{"from": &from, "to": &last} {
		text := c.Query(name)
		if text == "" {
			continue
		}
		t, wrong := time.Parse(time.DateOnly, text)
		if wrong != nil {
			err = &casework.ValidationError{Fields: []casework.FieldError{{Path: name, Message: "must be a day such as 2026-11-23"}}}
			continue
		}
		*day = t
	}
	return from, last.AddDate(0, 0, 1), err
}

func (w *Web) transparencyPage(c *gin.Context) {
	p := transparencyPage{frame: w.frame(c, "transparency", "page.transparency.title")}
	from, to, err := w.reportPeriod(c)
	if err == nil {
		p.Report, err = w.Followup.Report(c.Request.Context(), actor(c), from, to)
	}
	status := http.StatusOK
	if p.Fault = p.faultOf(err); p.Fault != "" {
		status = http.StatusUnprocessableEntity
	} else if err != nil {
		w.fail(c, err)
		return
	}
	p.From, p.To = from.Format(time.DateOnly), to.AddDate(0, 0, -1).Format(time.DateOnly)
	p.CSV = "/operations/transparency.csv?" + url.Values{"from": {p.From}, "to": {p.To}}.Encode()
	r := p.Report
	p.Tables = []countedTable{{"source", r.BySource}, {"reason", r.ByReason}, {"declined", r.Declined}, {"automation", r.ByAutomated}, {"contested", r.Contested}, {"suspensions", r.Suspensions}}
	w.show(c, status, "transparency", p)
}

func (w *Web) transparencyTable(c *gin.Context) {
	from, to, err := w.reportPeriod(c)
	var b bytes.Buffer
	if err == nil {
		var r statement.TransparencyReport
		if r, err = w.Followup.Report(c.Request.Context(), actor(c), from, to); err == nil {
			err = r.CSV(&b)
		}
	}
	w.table(c, "transparency-report.csv", b.Bytes(), err)
}

// Heading is a code of the report in the page's language.
func (p transparencyPage) Heading(code string) string {
	for _, kind := range []string{"page.transparency.is.", "page.reason.", "page.outcome.", "page.code."} {
		if named := p.Or(kind+code, ""); named != "" {
			return named
		}
	}
	return code
}
