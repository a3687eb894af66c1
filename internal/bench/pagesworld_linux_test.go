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
	"sync"
	"testing"
	"time"

	"touchstone/detect"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/intake"
	"touchstone/internal/policy"
	"touchstone/internal/web/sitetest"
)

// What the cases of TestBenchPages are about: benchCase spreads them over so many rights and holders, each right with a report.
const (
	benchRights  = 5000
	benchHolders = 500
	benchShown   = 24 // pictures of a megapixel that the reports show, in turn
)

// fillSite writes what a desk's pages stand on: holders, rights, reports with pictures, and cases.
func fillSite(t *testing.T, s *sitetest.Site, cases int) {
	t.Helper()
	begin, cpu := time.Now(), processCPU()
	shown, registered := benchPictures(t, s)
	at := s.Clock()
	together(t, benchHolders, func(i int) error {
		return s.Store.CreateHolder(t.Context(), casework.Holder{ID: fmt.Sprint("hld_", i), Account: "acme", LegalName: fmt.Sprint("Holder ", i), Country: "DE", Email: "ip@holder.example", CreatedAt: at})
	})
	together(t, benchRights, func(i int) error {
		return s.Store.CreateRight(t.Context(), casework.Right{ID: fmt.Sprint("rgt_", i), HolderID: fmt.Sprint("hld_", i%benchHolders), Account: "acme", Name: fmt.Sprint("Print ", i), Type: casework.Design,
			Territories: []string{"EU"}, RegistrationNumber: fmt.Sprint(i), State: casework.StateVerified, CreatedAt: at})
	})
	together(t, benchRights, func(i int) error {
		return s.Store.SaveReport(t.Context(), benchReport(i, shown[i%len(shown)], registered[i%len(registered)]))
	})
	fillNotices(t, s.Store, cases)
	fillCases(t, s.Store, cases)
	took, used := time.Since(begin).Seconds(), (processCPU() - cpu).Seconds()
	fmt.Printf("%d rights with reports and %d cases were written in %.0f s, %.0f s of CPU\n\n", benchRights, cases, took, used)
}

// together does n things, many at a time, so that they share writes to the disk.
func together(t *testing.T, n int, do func(i int) error) {
	t.Helper()
	var wg sync.WaitGroup
	errs := make([]error, 256)
	for k := range errs {
		wg.Go(func() {
			for i := k; i < n && errs[k] == nil; i += len(errs) {
				errs[k] = do(i)
			}
		})
	}
	wg.Wait()
	if i := slices.IndexFunc(errs, func(err error) bool { return err != nil }); i >= 0 {
		t.Fatal(errs[i])
	}
}

// benchPictures keeps pictures of a megapixel of goods and of what is registered, and gives their hashes.
func benchPictures(t *testing.T, s *sitetest.Site) (shown, registered []string) {
	t.Helper()
	references, listings := scenes(t, benchShown)
	keep := func(list []scene) (out []string) {
		for i, x := range list {
			hash, err := s.KeepPicture(t.Context(), photograph(t, x.image, medium, uint64(i)))
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, hash)
		}
		return out
	}
	return keep(listings), keep(references)
}

// benchReport is of a listing with three findings on one right.
func benchReport(i int, shown, registered string) intake.ReportRecord {
	right := fmt.Sprint("rgt_", i)
	r := detect.Report{Listing: fmt.Sprint("L", i), Marketplace: "alpha", ContentHash: fmt.Sprint(i), Pack: detect.PackRef{Name: "bench", Version: "1"}, Profile: detect.ProfileFull,
		Pictures: []detect.PictureRef{{Hash: shown}}, Checked: []string{detect.SignalNearCopy, detect.SignalLogoInScene, detect.SignalKeywordMisuse}}
	for _, signal := range r.Checked {
		f := detect.Finding{Signal: signal, Right: right, Reference: "ref_1", Score: 0.9, Probability: 0.8, Explanations: map[string]string{"en": "Picture 1 resembles the registered picture."},
			Against: []detect.Note{{Text: "The price is that of the genuine product."}}}
		if signal == detect.SignalKeywordMisuse {
			f.Text = &detect.TextEvidence{Field: "title", Start: 0, End: 7, Matched: "Leather", ReadAs: "leather", Word: "leather"}
		} else {
			f.Picture = &detect.PictureEvidence{Box: detect.Box{0, 0, 400, 300}, Region: "whole", Cosine: 0.9, Reference: registered}
		}
		r.Findings = append(r.Findings, f)
	}
	r.Verdicts = []detect.Verdict{{Right: right, Score: 2, Probability: 0.85, Findings: []int{0, 1, 2}, Contributions: []detect.Contribution{{Source: "base", LogOdds: -3}, {Source: detect.SignalNearCopy, LogOdds: 5}}}}
	return intake.ReportRecord{ID: fmt.Sprint("rep_", i), Account: "acme", Marketplace: "alpha", CreatedAt: time.Now(), Report: r, Outcome: policy.Outcome{Policy: "default", Version: "1", Band: "urgent"}}
}

// deskPages is a reviewer's pages over a filled store, without the network.
type deskPages struct {
	t      *testing.T
	site   *sitetest.Site
	cookie string
	token  string
}

func openDesk(t *testing.T, s *sitetest.Site) *deskPages {
	t.Helper()
	d := &deskPages{t: t, site: s}
	rec := d.do(http.MethodPost, "/sign-in", url.Values{"email": {sitetest.Reviewer}, "password": {sitetest.Password}})
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
	d.site.Engine.ServeHTTP(rec, req)
	return rec
}

func (d *deskPages) get(path string) *httptest.ResponseRecorder {
	return d.do(http.MethodGet, path, nil)
}

// waiting are the first cases of the queue.
func (d *deskPages) waiting(n int) []string {
	d.t.Helper()
	entries, err := d.site.Store.Queue(d.t.Context(), docket.QueueQuery{Queue: policy.QueueStandard, Limit: n})
	if err != nil || len(entries) == 0 {
		d.t.Fatal("no case waits: ", err)
	}
	var ids []string
	for _, e := range entries {
		ids = append(ids, e.Case.ID)
	}
	return ids
}
