package web

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/policy"
)

// pageOf is how many cases a page of a queue shows.
const pageOf = 25

// queuePage is the page at /queue.
type queuePage struct {
	frame
	Queues  []queueTab
	Filter  queueFilter
	Entries []docket.QueueEntry
	Next    string // address of the next page; "" on the last
	Me      string
	Query   string // of this page, to fetch it again
	Views   []savedView
	Bands   []queueTab // of the queue that is shown, with how many wait
	Markets []queueTab
}

// queueTab is a queue with how many wait in it.
type queueTab struct {
	Name    string
	Waiting int64
	Current bool
	URL     string
}

// queueFilter is what the address of the page asks for.
type queueFilter struct {
	Queue, Signal, Right, Holder, Seller, Marketplace, Band, Age string
}

// Set tells whether anything is filtered.
func (f queueFilter) Set() bool {
	return f.Signal+f.Right+f.Holder+f.Seller+f.Marketplace+f.Band+f.Age != ""
}

// Ages offered, in hours.
func (f queueFilter) Ages() []string { return []string{"1", "6", "12", "24"} }

// Bands offered.
func (f queueFilter) Bands() []string {
	return []string{policy.BandReview, policy.BandUrgent, policy.BandBlock}
}

// Signals offered.
func (f queueFilter) Signals() []string {
	return []string{"near_copy", "design_similarity", "logo_in_scene", "mark_in_image_text", "keyword_misuse"}
}

func (f queueFilter) values() url.Values {
	v := url.Values{"queue": {f.Queue}}
	for key, value := range map[string]string{"signal": f.Signal, "right": f.Right, "holder": f.Holder, "seller": f.Seller, "marketplace": f.Marketplace, "band": f.Band, "age": f.Age} {
		if value != "" {
			v.Set(key, value)
		}
	}
	return v
}

func filterOf(get func(string) string) queueFilter {
	f := queueFilter{get("queue"), get("signal"), get("right"), get("holder"), get("seller"), get("marketplace"), get("band"), get("age")}
	if !slices.Contains(policy.Queues(), f.Queue) {
		f.Queue = policy.Queues()[0]
	}
	if !slices.Contains(f.Ages(), f.Age) {
		f.Age = ""
	}
	return f
}

func (f queueFilter) query(now time.Time) docket.QueueQuery {
	q := docket.QueueQuery{Queue: f.Queue, Signal: f.Signal, Right: f.Right, Holder: f.Holder, Marketplace: f.Marketplace, Seller: f.Seller, Band: f.Band, Limit: pageOf}
	if hours, err := strconv.Atoi(f.Age); err == nil {
		q.OpenedBefore = now.Add(-time.Duration(hours) * time.Hour)
	}
	return q
}

func (w *Web) queuePage(c *gin.Context) {
	ctx, a := c.Request.Context(), actor(c)
	p := queuePage{frame: w.frame(c, "queue", "page.queue.title"), Filter: filterOf(c.Query), Me: a.Person()}
	p.Flash = w.said(c, p.frame)
	q := p.Filter.query(w.Now())
	q.AfterRank, _ = strconv.ParseInt(c.Query("rank"), 10, 64)
	q.AfterID = c.Query("after")
	var err error
	if p.Entries, err = w.Docket.Queue(ctx, a, q); err != nil {
		w.fail(c, err)
		return
	}
	counts, err := w.Docket.QueueCounts(ctx, a)
	if err != nil {
		w.fail(c, err)
		return
	}
	p.tabs(counts)
	if p.Views, err = w.views(c, p.Filter); err != nil {
		w.fail(c, err)
		return
	}
	p.Query = c.Request.URL.RawQuery
	if len(p.Entries) == pageOf {
		last := p.Entries[len(p.Entries)-1]
		v := p.Filter.values()
		v.Set("rank", strconv.FormatInt(last.Rank, 10))
		v.Set("after", last.Case.ID)
		p.Next = "/queue?" + v.Encode()
	}
	w.show(c, http.StatusOK, "queue", p)
}

func (p *queuePage) tabs(counts []docket.QueueCount) {
	for _, name := range policy.Queues() {
		tab := queueTab{Name: name, Current: name == p.Filter.Queue, URL: "/queue?queue=" + name}
		for _, n := range counts {
			if n.Queue == name {
				tab.Waiting += n.Waiting
			}
		}
		p.Queues = append(p.Queues, tab)
	}
	p.chips(counts)
}

// chips are how many wait in the queue that is shown, by band and by marketplace, each with the filter that shows them.
func (p *queuePage) chips(counts []docket.QueueCount) {
	bands, markets := map[string]int64{}, map[string]int64{}
	for _, n := range counts {
		if n.Queue == p.Filter.Queue {
			bands[n.Band] += n.Waiting
			markets[n.Marketplace] += n.Waiting
		}
	}
	for _, band := range p.Filter.Bands() {
		if bands[band] > 0 {
			f := p.Filter
			f.Band = band
			p.Bands = append(p.Bands, queueTab{band, bands[band], p.Filter.Band == band, "/queue?" + f.values().Encode()})
		}
	}
	for _, market := range slices.Sorted(maps.Keys(markets)) {
		f := p.Filter
		f.Marketplace = market
		p.Markets = append(p.Markets, queueTab{market, markets[market], p.Filter.Marketplace == market, "/queue?" + f.values().Encode()})
	}
	p.Markets = p.Markets[:min(len(p.Markets), 12)]
}

// claimNext leases the next case of the queue, as it is filtered, and opens it. When none is free, one that the person holds already is opened
// again: a page that was left while it made the next case ready may have claimed that for nobody.
func (w *Web) claimNext(c *gin.Context) {
	w.next(c, filterOf(c.PostForm), "page.said.empty", true)
}

// next opens the next case of a queue; with held, one that the person holds when none is free; or the queue with a sentence.
func (w *Web) next(c *gin.Context, f queueFilter, empty string, held bool) {
	ctx, a, q := c.Request.Context(), actor(c), f.query(w.Now())
	cases, err := w.Docket.ClaimNext(ctx, a, q, 1)
	if err == nil && len(cases) == 0 && held {
		cases, err = w.held(ctx, a, q)
	}
	if err != nil {
		w.fail(c, err)
		return
	}
	if len(cases) == 0 {
		w.say(c, empty)
		c.Redirect(http.StatusSeeOther, "/queue?"+f.values().Encode())
		return
	}
	c.Redirect(http.StatusSeeOther, "/cases/"+cases[0].ID)
}

// held is the first of the cases on a queue's first page that somebody holds, if any.
func (w *Web) held(ctx context.Context, a casework.Actor, q docket.QueueQuery) ([]docket.Case, error) {
	entries, err := w.Docket.Queue(ctx, a, q)
	for _, e := range entries {
		if claim := e.Case.Claim; claim != nil && claim.By == a.Person() && claim.Until.After(w.Now()) {
			return []docket.Case{e.Case}, err
		}
	}
	return nil, err
}
