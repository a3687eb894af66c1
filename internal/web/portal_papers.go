package web

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"touchstone/internal/casework"
	"touchstone/internal/casework/catalogue"
	"touchstone/internal/casework/dossier"
)

// formFile is the first file of a form under a name; nil when there is none.
func formFile(c *gin.Context, name string) ([]byte, string, error) {
	if c.Request.MultipartForm == nil {
		return nil, "", nil
	}
	for _, h := range c.Request.MultipartForm.File[name] {
		if h.Size == 0 {
			continue
		}
		f, err := h.Open()
		if err != nil {
			return nil, "", err
		}
		defer func() { _ = f.Close() }() // it is read only
		data, err := io.ReadAll(io.LimitReader(f, maxUpload))
		return data, clipName(h.Filename), err
	}
	return nil, "", nil
}

// addCertificate keeps a paper about a right; its text is read a moment later and held against the form.
func (w *Web) addCertificate(c *gin.Context) {
	err := w.keepCertificate(c, c.Param("id"))
	if fault := w.frame(c, "right", "page.case.right").faultOf(err); fault != "" {
		w.showRight(c, http.StatusUnprocessableEntity, fault)
		return
	}
	if err != nil {
		w.fail(c, err)
		return
	}
	w.say(c, "page.said.certificate")
	c.Redirect(http.StatusSeeOther, "/portal/rights/"+c.Param("id"))
}

func (w *Web) keepCertificate(c *gin.Context, right string) error {
	data, name, err := formFile(c, "certificate")
	if err != nil || w.Dossier == nil {
		return err
	}
	if data == nil {
		return &casework.ValidationError{Fields: []casework.FieldError{{Path: "certificate", Message: "needs a file"}}}
	}
	kind := c.PostForm("kind")
	if kind == "" {
		kind = "registration"
	}
	_, err = w.Dossier.AddCertificate(c.Request.Context(), actor(c), right, kind, name, data)
	return err
}

func (w *Web) dropCertificate(c *gin.Context) {
	err := w.Dossier.DeleteCertificate(c.Request.Context(), actor(c), c.Param("certificate"))
	if fault := w.frame(c, "right", "page.case.right").faultOf(err); fault != "" {
		w.showRight(c, http.StatusUnprocessableEntity, fault)
		return
	}
	if err != nil {
		w.fail(c, err)
		return
	}
	c.Redirect(http.StatusSeeOther, "/portal/rights/"+c.Param("id"))
}

// importPage is the page at /portal/import: rights in bulk, first as a trial.
type importPage struct {
	frame
	Holders []casework.Holder
	Holder  string
	Columns []string
	Most    int
	Report  *catalogue.ImportReport
	Table   string // that was tried, to be registered as it is; "" of an archive
	Fault   string
}

// maxKeptTable is the largest table that a trial keeps in its page.
const maxKeptTable = 1 << 20

func (w *Web) importForm(c *gin.Context) { w.showImport(c, http.StatusOK, importPage{}) }

func (w *Web) showImport(c *gin.Context, status int, p importPage) {
	p.frame, p.Columns, p.Most = w.frame(c, "import", "page.import.title"), catalogue.Columns, catalogue.MaxRows
	var err error
	if p.Holders, err = w.holders(c); err != nil {
		w.fail(c, err)
		return
	}
	w.show(c, status, "import", p)
}

// mostHolders is how many holders a form offers.
const mostHolders = 100

// holders are those that a person may register for: the one that they are bound to, or else those of the account that have rights.
func (w *Web) holders(c *gin.Context) ([]casework.Holder, error) {
	a := actor(c)
	ids := []string{}
	if a.Subject != "" {
		ids = append(ids, a.Subject)
	}
	for q := (casework.RightQuery{Limit: casework.MaxPage}); a.Subject == ""; {
		page, err := w.Registry.Rights(c.Request.Context(), a, q)
		if err != nil {
			return nil, err
		}
		for _, r := range page.Rights {
			if !slices.Contains(ids, r.HolderID) {
				ids = append(ids, r.HolderID)
			}
		}
		if page.Next == "" || len(ids) >= mostHolders {
			break
		}
		q.After = page.Next
	}
	var out []casework.Holder
	for _, id := range ids {
		h, err := w.Registry.Holder(c.Request.Context(), a, id)
		if errors.Is(err, casework.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, h)
	}
	return out, nil
}

func (w *Web) importRights(c *gin.Context) {
	p := importPage{Holder: strings.TrimSpace(c.PostForm("holder")), Table: c.PostForm("table")}
	dry := c.PostForm("mode") != "apply"
	data, _, err := formFile(c, "file")
	if err == nil && data == nil {
		data = []byte(p.Table)
	}
	var report catalogue.ImportReport
	if err == nil {
		report, err = w.Catalogue.Import(c.Request.Context(), actor(c), p.Holder, data, dry)
	}
	f := w.frame(c, "import", "page.import.title")
	if p.Fault = f.importFault(err); p.Fault != "" {
		w.showImport(c, http.StatusUnprocessableEntity, p)
		return
	}
	if err != nil {
		w.fail(c, err)
		return
	}
	if p.Report, p.Table = &report, ""; dry && len(data) <= maxKeptTable && !bytes.HasPrefix(data, []byte("PK")) {
		p.Table = string(data)
	}
	w.showImport(c, http.StatusOK, p)
}

// importFault says what is wrong with the file as a whole. What the use case says of a table names columns and lines.
func (f frame) importFault(err error) string {
	var invalid *casework.ValidationError
	if errors.As(err, &invalid) && len(invalid.Fields) > 0 && invalid.Fields[0].Path == "file" {
		return f.T("page.import.fault") + " " + f.Told(invalid.Fields[0].Message)
	}
	return f.faultOf(err)
}

// RowFaults says what is wrong with a row.
func (p importPage) RowFaults(r catalogue.RowReport) []string {
	out := make([]string, len(r.Faults))
	for i, e := range r.Faults {
		out[i] = p.fieldFault(e)
	}
	return out
}

// mostRights is how many rows one table of rights holds at most.
const mostRights = 100_000

func (w *Web) exportRights(c *gin.Context) {
	holders, err := w.holders(c)
	var b bytes.Buffer
	if h := c.Query("holder"); err == nil && h != "" {
		holders = slices.DeleteFunc(holders, func(have casework.Holder) bool { return have.ID != h })
	}
	var all []casework.RightView
	for _, h := range holders {
		if err == nil {
			var views []casework.RightView
			views, err = w.Catalogue.Views(c.Request.Context(), actor(c), h.ID, mostRights)
			all = append(all, views...)
		}
	}
	if err == nil {
		err = catalogue.Export(&b, all)
	}
	w.table(c, "rights.csv", b.Bytes(), err)
}

// agentsPage is the page at /portal/agents: who may act for whom.
type agentsPage struct {
	frame
	Powers  []dossier.Power
	Holders []casework.Holder
	Agent   bool
	Scopes  []string
	Fault   string
}

func (w *Web) agentsPage(c *gin.Context) { w.showAgents(c, http.StatusOK, "") }

func (w *Web) showAgents(c *gin.Context, status int, fault string) {
	p := agentsPage{frame: w.frame(c, "agents", "page.agents.title"), Scopes: casework.Scopes(), Fault: fault, Agent: actor(c).Role == roleAgent}
	p.Flash = w.said(c, p.frame)
	var err error
	if p.Powers, err = w.Dossier.Powers(c.Request.Context(), actor(c), dossier.PowerQuery{Limit: 100}); err == nil {
		p.Holders, err = w.holders(c)
	}
	if err != nil {
		w.fail(c, err)
		return
	}
	w.show(c, status, "agents", p)
}

// StateOf is the state of a power now.
func (p agentsPage) StateOf(v dossier.Power) string { return v.StateAt(p.now) }

func (w *Web) grant(c *gin.Context) {
	day := func(name string) *time.Time {
		if t, err := time.Parse(time.DateOnly, c.PostForm(name)); err == nil {
			return &t
		}
		return nil
	}
	data, name, err := formFile(c, "paper")
	in := dossier.PowerInput{Holder: strings.TrimSpace(c.PostForm("holder")), Agent: strings.TrimSpace(c.PostForm("agent")), Scopes: c.PostFormArray("scope"),
		Territories: listed(strings.ToUpper(c.PostForm("territories"))), ValidFrom: day("from"), ValidTo: day("to"), Name: name, Data: data}
	if err == nil {
		_, err = w.Dossier.FilePower(c.Request.Context(), actor(c), in)
	}
	w.agentsSaid(c, err)
}

func (w *Web) revokePower(c *gin.Context) {
	_, err := w.Dossier.RevokePower(c.Request.Context(), actor(c), c.Param("id"), "")
	w.agentsSaid(c, err)
}

func (w *Web) agentsSaid(c *gin.Context, err error) {
	if fault := w.frame(c, "agents", "page.agents.title").faultOf(err); fault != "" {
		w.showAgents(c, http.StatusUnprocessableEntity, fault)
		return
	}
	if err != nil {
		w.fail(c, err)
		return
	}
	w.say(c, "page.said.person")
	c.Redirect(http.StatusSeeOther, "/portal/agents")
}
