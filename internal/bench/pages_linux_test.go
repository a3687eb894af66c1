//go:build bench

package bench

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"touchstone/detect"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/followup"
	"touchstone/internal/casework/sellerlink"
	"touchstone/internal/intake"
	"touchstone/internal/people"
	"touchstone/internal/policy"
	"touchstone/internal/signing"
	"touchstone/internal/store/sqlite"
	"touchstone/internal/web"
)

// desk is a reviewer's pages over a filled store, without the network.
type deskPages struct {
	t      *testing.T
	engine *gin.Engine
	cookie string
	token  string
}

// TestBenchPages fills a SQLite store with cases, each with a report of three findings, and prints how long the server takes for the pages of a
// reviewer, through their handlers: sign-in looked up, rows read, templates filled. 50 ms at the 95th percentile are the bound.
func TestBenchPages(t *testing.T) {
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "pages.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	begin, cpu := time.Now(), processCPU()
	for i := range 5000 { // one for each right
		if err := s.SaveReport(t.Context(), benchReport(i)); err != nil {
			t.Fatal(err)
		}
	}
	fillCases(t, s, *benchCases)
	fmt.Printf("%d cases were written in %.0f s, %.0f s of CPU\n\n", *benchCases, time.Since(begin).Seconds(), (processCPU() - cpu).Seconds())
	d := openDesk(t, s)
	var ids []string
	entries, err := s.Queue(t.Context(), docket.QueueQuery{Queue: policy.QueueStandard, Limit: *benchCalls})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		ids = append(ids, e.Case.ID)
	}
	next := "/queue?queue=standard"
	pages := []struct {
		name string
		get  func(i int) string
	}{
		{"queue, first page", func(int) string { return "/queue?queue=standard" }},
		{"queue, of one seller", func(i int) string { return fmt.Sprintf("/queue?queue=standard&seller=shop-%d", i) }},
		{"queue, of one right and a band", func(i int) string { return fmt.Sprintf("/queue?queue=standard&right=rgt_%d&band=block", i) }},
		{"queue, of a signal, older than a day", func(int) string { return "/queue?queue=standard&signal=near_copy&age=24" }},
		{"queue, page after page", func(int) string { return next }},
		{"case", func(i int) string { return "/cases/" + ids[i%len(ids)] }},
		{"case, seen before", func(i int) string { return "/cases/" + ids[i%len(ids)] }},
	}
	more := regexp.MustCompile(`class="button" href="(/queue[^"]+)"`)
	fmt.Printf("%-38s %10s %10s %12s %10s\n", "page", "p50 ms", "p95 ms", "CPU ms", "bytes")
	for _, p := range pages {
		d.time(p.name, func(i int) *httptest.ResponseRecorder {
			rec := d.get(p.get(i))
			if found := more.FindStringSubmatch(rec.Body.String()); found != nil {
				next = strings.ReplaceAll(found[1], "&amp;", "&")
			}
			return rec
		})
	}
	d.decisions()
}

// benchReport is of a listing with three findings on one right.
func benchReport(i int) intake.ReportRecord {
	right := fmt.Sprint("rgt_", i)
	r := detect.Report{Listing: fmt.Sprint("L", i), Marketplace: "alpha", ContentHash: fmt.Sprint(i), Pack: detect.PackRef{Name: "bench", Version: "1"}, Profile: detect.ProfileFull,
		Pictures: []detect.PictureRef{{Hash: strings.Repeat("ab", 32)}}, Checked: []string{detect.SignalNearCopy, detect.SignalLogoInScene, detect.SignalKeywordMisuse}}
	for _, signal := range r.Checked {
		f := detect.Finding{Signal: signal, Right: right, Reference: "ref_1", Score: 0.9, Probability: 0.8, Explanations: map[string]string{"en": "Picture 1 resembles the registered picture."},
			Against: []detect.Note{{Text: "The price is that of the genuine product."}}}
		if signal == detect.SignalKeywordMisuse {
			f.Text = &detect.TextEvidence{Field: "title", Start: 0, End: 7, Matched: "Leather", ReadAs: "leather", Word: "leather"}
		} else {
			f.Picture = &detect.PictureEvidence{Box: detect.Box{0, 0, 100, 100}, Region: "whole", Cosine: 0.9, Reference: strings.Repeat("cd", 32)}
		}
		r.Findings = append(r.Findings, f)
	}
	r.Verdicts = []detect.Verdict{{Right: right, Score: 2, Probability: 0.85, Findings: []int{0, 1, 2}, Contributions: []detect.Contribution{{Source: "base", LogOdds: -3}, {Source: detect.SignalNearCopy, LogOdds: 5}}}}
	return intake.ReportRecord{ID: fmt.Sprint("rep_", i), Account: "acme", Marketplace: "alpha", CreatedAt: time.Now(), Report: r, Outcome: policy.Outcome{Policy: "default", Version: "1", Band: "urgent"}}
}

func openDesk(t *testing.T, s *sqlite.Store) *deskPages {
	t.Helper()
	gin.SetMode(gin.ReleaseMode)
	rules := policy.Set{"default": policy.Default()}
	registry := casework.NewRegistry(s, nil)
	if _, err := registry.PutMarketplace(t.Context(), casework.Actor{Role: "operator"}, casework.Marketplace{ID: "alpha", Name: "Alpha", ListingURL: "https://alpha.example/{id}", Territories: []string{"DE"}}); err != nil {
		t.Fatal(err)
	}
	follow := followup.New(followup.Parts{Store: s, Registry: registry, Policies: rules})
	cases := docket.New(docket.Parts{Store: s, Registry: benchRegistry{}, Policies: rules, Gate: follow, Observers: []docket.Observer{follow}})
	staff, err := people.New(s, people.Config{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	const password = "a long enough one"
	if _, err := staff.Add(t.Context(), people.Person{ID: "per_1", Email: "robin@example.com", Role: "reviewer", Account: "desk"}, password); err != nil {
		t.Fatal(err)
	}
	key, err := signing.New()
	if err != nil {
		t.Fatal(err)
	}
	w := &web.Web{People: staff, Docket: cases, Followup: follow, SellerLinks: &sellerlink.Links{Store: s, Docket: cases, Key: key}, Registry: registry, Reports: s, Listings: s}
	d := &deskPages{t: t, engine: gin.New()}
	if err := w.Register(d.engine); err != nil {
		t.Fatal(err)
	}
	rec := d.do(http.MethodPost, "/sign-in", url.Values{"email": {"robin@example.com"}, "password": {password}})
	d.cookie = strings.Split(rec.Header().Get("Set-Cookie"), ";")[0]
	found := regexp.MustCompile(`name="token" value="([0-9a-f]+)"`).FindStringSubmatch(d.get("/queue").Body.String())
	if found == nil {
		t.Fatalf("not signed in: %d %s", rec.Code, rec.Body)
	}
	d.token = found[1]
	return d
}

func (d *deskPages) do(method, path string, form url.Values) *httptest.ResponseRecorder {
	req := httptest.NewRequestWithContext(d.t.Context(), method, path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	req.Header.Set("Cookie", d.cookie)
	rec := httptest.NewRecorder()
	d.engine.ServeHTTP(rec, req)
	return rec
}

func (d *deskPages) get(path string) *httptest.ResponseRecorder {
	return d.do(http.MethodGet, path, nil)
}

// time prints how long calls take, which must succeed.
func (d *deskPages) time(name string, call func(i int) *httptest.ResponseRecorder) {
	d.t.Helper()
	var took []time.Duration
	cpu, bytes := processCPU(), 0
	for i := range *benchCalls {
		from := time.Now()
		rec := call(i)
		took = append(took, time.Since(from))
		if rec.Code >= 400 {
			d.t.Fatalf("%s: %d %s", name, rec.Code, rec.Body)
		}
		bytes = rec.Body.Len()
	}
	cpu = processCPU() - cpu
	slices.Sort(took)
	ms := func(v time.Duration) float64 { return float64(v.Microseconds()) / 1000 }
	fmt.Printf("%-38s %10.2f %10.2f %12.3f %10d\n", name, ms(took[len(took)/2]), ms(took[len(took)*95/100]), ms(cpu)/float64(len(took)), bytes)
}

// decisions claims cases one after the other, reads each, and decides it.
func (d *deskPages) decisions() {
	at := ""
	claim := func(int) *httptest.ResponseRecorder {
		rec := d.do(http.MethodPost, "/queue/claim", url.Values{"token": {d.token}, "queue": {policy.QueueStandard}})
		at = rec.Header().Get("Location")
		return rec
	}
	d.time("claim the next case", claim)
	d.time("decide, which opens the next", func(int) *httptest.ResponseRecorder {
		rec := d.do(http.MethodPost, at+"/decide", url.Values{"token": {d.token}, "queue": {policy.QueueStandard}, "outcome": {docket.OutcomeTakenDown}})
		at = rec.Header().Get("Location")
		return rec
	})
}
