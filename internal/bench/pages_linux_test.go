//go:build bench

package bench

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"touchstone/internal/casework/docket"
	"touchstone/internal/policy"
	"touchstone/internal/web/sitetest"
)

// TestBenchPages fills a SQLite store with cases, each with a report of three findings, and prints how long the server takes for the pages of a
// reviewer, through their handlers: sign-in looked up, rows read, templates filled. 50 ms at the 95th percentile are the bound. Then it prints what
// Chromium makes of them: weight, when the largest content is painted, how soon a prepared case shows, and the way to the tenth decision.
func TestBenchPages(t *testing.T) {
	s := sitetest.New(t)
	fillSite(t, s, *benchCases)
	d := openDesk(t, s)
	d.pages()
	d.decisions()
	d.browse()
}

// pages times what reviewers open.
func (d *deskPages) pages() {
	ids, next := d.waiting(*benchCalls), "/queue?queue=standard"
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
		{"picture of a listing, 1 megapixel", func(i int) string { return "/cases/" + ids[i%len(ids)] + "/findings/0/listing" }},
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
