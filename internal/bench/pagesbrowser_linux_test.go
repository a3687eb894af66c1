//go:build bench

package bench

import (
	"fmt"
	"slices"
	"time"

	"github.com/chromedp/chromedp"

	"touchstone/internal/policy"
	"touchstone/internal/web/sitetest"
	"touchstone/internal/web/webtest"
)

// Rounds of what Chromium does; the middle one is printed, and the worst.
const browserRounds = 7

// browse prints what a reviewer at a desk waits for, over loopback.
func (d *deskPages) browse() {
	d.t.Helper()
	queue := "/queue?queue=" + policy.QueueStandard
	b := webtest.Open(d.t, d.site.Server.URL, 10*time.Minute)
	b.Look(webtest.Desk, false)
	sitetest.Enter(b, sitetest.Reviewer)
	fmt.Printf("\n%-38s %10s %10s %12s\n", "in Chromium", "middle", "worst", "bytes")
	for _, p := range []struct {
		name string
		path func(i int) string
	}{{"queue: largest content painted, ms", func(int) string { return queue }}, {"case: largest content painted, ms", func(i int) string { return "/cases/" + d.waiting(browserRounds)[i] }}} {
		var painted []float64
		weight := 0
		for i := range browserRounds {
			b.Go(p.path(i))
			b.Run(sitetest.Loaded)
			painted = append(painted, b.Painted())
			weight = max(weight, b.Weight())
		}
		printRounds(p.name, painted, weight)
	}
	var shown []float64
	b.Go(queue)
	b.Leave(chromedp.KeyEvent("n"))
	for range browserRounds {
		shown = append(shown, sitetest.NextShown(b))
	}
	printRounds("next case, prepared: key to frame, ms", shown, 0)
	keys, took := sitetest.DecideTen(b, queue)
	fmt.Printf("\nfrom opening the queue to the tenth decision: %d keys, %.1f s\n", keys, took.Seconds())
	b.Calm()
}

func printRounds(name string, v []float64, bytes int) {
	slices.Sort(v)
	fmt.Printf("%-38s %10.0f %10.0f %12d\n", name, v[len(v)/2], v[len(v)-1], bytes)
}
