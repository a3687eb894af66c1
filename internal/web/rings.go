package web

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"touchstone/internal/casework"
	"touchstone/internal/network"
	"touchstone/internal/tracing"
)

// ringRoutes adds the pages about linked sellers.
func (w *Web) ringRoutes(staff *gin.RouterGroup) {
	if w.Tracing == nil {
		return
	}
	staff.GET("/rings", w.ringsPage)
	staff.GET("/rings/:id", w.ringPage)
	staff.GET("/rings/:id/link", w.linkPage)
	staff.POST("/rings/:id/judge", w.judgeLink)
	staff.POST("/rings/:id/family", w.approveFamily)
	staff.POST("/rings/:id/family/:family/end", w.endFamily)
}

// ringsOf is how many rings a page lists.
const ringsOf = 50

// ringsPage is the page at /rings.
type ringsPage struct {
	frame
	Rings   []tracing.RingSummary
	Refused []network.Refusal
	Stats   network.Stats
	Next    string
	Market  string // of the seller that was looked for
	Seller  string
	Found   *tracing.SellerView
	Missing bool // no such seller
}

func (w *Web) ringsPage(c *gin.Context) {
	ctx, a := c.Request.Context(), actor(c)
	p := ringsPage{frame: w.frame(c, "rings", "page.rings.title"), Stats: w.Tracing.Stats(), Market: c.Query("marketplace"), Seller: c.Query("seller")}
	p.Flash = w.said(c, p.frame)
	offset, _ := strconv.Atoi(c.Query("after"))
	var err error
	if p.Rings, err = w.Tracing.Rings(ctx, a, 2, max(0, offset), ringsOf+1); err != nil {
		w.fail(c, err)
		return
	}
	if len(p.Rings) > ringsOf {
		p.Rings, p.Next = p.Rings[:ringsOf], "/rings?after="+strconv.Itoa(max(0, offset)+ringsOf)
	}
	if p.Refused, err = w.Tracing.Refused(a); err != nil {
		w.fail(c, err)
		return
	}
	if p.Seller != "" && p.Market != "" {
		v, err := w.Tracing.SellerView(ctx, a, p.Market, p.Seller, 20)
		if p.Missing = errors.Is(err, casework.ErrNotFound); err != nil && !p.Missing {
			w.fail(c, err)
			return
		}
		if !p.Missing {
			p.Found = &v
		}
	}
	w.show(c, http.StatusOK, "rings", p)
}

// What a page about a ring lists at once.
const (
	membersOf = 100
	linksOf   = 50
	momentsOf = 100
)

// ringPage is the page at /rings/ID.
type ringPage struct {
	frame
	Ring     tracing.Ring
	Graph    drawing
	Map      tileMap
	Sources  []network.Source
	Regions  []region
	Members  []tracing.Member // of this page
	Next     string           // address of the next members; "" on the last page
	Links    []linkLine       // the likeliest
	Timeline []tracing.Moment // the latest
}

// linkLine is a link in the list, and where it is told in full.
type linkLine struct {
	network.Link
	URL string
}

// region is where stores are, with the share of the largest that a bar shows.
type region struct {
	Name   string
	Stores int
	Width  int // of 100
}

func (w *Web) ringPage(c *gin.Context) {
	ctx, a := c.Request.Context(), actor(c)
	r, err := w.Tracing.Ring(ctx, a, c.Param("id"))
	if err != nil {
		w.fail(c, err)
		return
	}
	p := ringPage{frame: w.frame(c, "ring", "page.ring.title"), Ring: r, Graph: draw(r), Map: mapOf(r.Members), Regions: regionsOf(r.Regions)}
	p.Title = fmt.Sprintf("%s %s", p.Title, r.ID)
	from, _ := strconv.Atoi(c.Query("after"))
	from = max(0, min(from, len(r.Members)))
	p.Members = r.Members[from:min(from+membersOf, len(r.Members))]
	if from+membersOf < len(r.Members) {
		p.Next = fmt.Sprintf("/rings/%s?after=%d#stores", url.PathEscape(r.ID), from+membersOf)
	}
	for _, l := range r.Links[:min(linksOf, len(r.Links))] {
		p.Links = append(p.Links, linkLine{l, "/rings/" + url.PathEscape(r.ID) + "/link?" + url.Values{"a": {l.A}, "b": {l.B}}.Encode()})
	}
	p.Timeline = r.Timeline[max(0, len(r.Timeline)-momentsOf):]
	p.Flash = w.said(c, p.frame)
	if p.Sources, err = w.Tracing.Sources(ctx, a, r.ID, 10); err != nil {
		w.fail(c, err)
		return
	}
	w.show(c, http.StatusOK, "ring", p)
}

func regionsOf(counts map[string]int) []region {
	most := 1
	for _, n := range counts {
		most = max(most, n)
	}
	var out []region
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		out = append(out, region{name, counts[name], 100 * counts[name] / most})
	}
	slices.SortStableFunc(out, func(a, b region) int { return cmp.Compare(b.Stores, a.Stores) })
	return out
}

// linkPage is the page at /rings/ID/link: what two stores share.
type linkPage struct {
	frame
	Ring string
	Link network.Link
}

func (w *Web) linkPage(c *gin.Context) {
	l, err := w.Tracing.Link(c.Request.Context(), actor(c), c.Query("a"), c.Query("b"))
	if err != nil {
		w.fail(c, err)
		return
	}
	w.show(c, http.StatusOK, "link", linkPage{w.frame(c, "link", "page.ring.links"), c.Param("id"), l})
}

func (w *Web) judgeLink(c *gin.Context) {
	_, err := w.Tracing.Judge(c.Request.Context(), actor(c), tracing.Judgement{A: c.PostForm("a"), B: c.PostForm("b"), Answer: c.PostForm("answer"), Note: c.PostForm("note")})
	if err != nil {
		w.fail(c, err)
		return
	}
	// The ring may be another one now, or none.
	to := "/rings"
	if id := c.Param("id"); w.Tracing.Stands(id) {
		to += "/" + url.PathEscape(id)
	}
	w.say(c, "page.said.judged")
	c.Redirect(http.StatusSeeOther, to)
}

func (w *Web) approveFamily(c *gin.Context) {
	_, err := w.Tracing.Approve(c.Request.Context(), actor(c), c.Param("id"), c.PostFormArray("seller"), c.PostForm("note"))
	w.backToRing(c, "page.said.family", err)
}

func (w *Web) endFamily(c *gin.Context) {
	_, err := w.Tracing.End(c.Request.Context(), actor(c), c.Param("family"))
	w.backToRing(c, "page.said.familyended", err)
}

func (w *Web) backToRing(c *gin.Context, said string, err error) {
	if err != nil {
		w.fail(c, err)
		return
	}
	w.say(c, said)
	c.Redirect(http.StatusSeeOther, "/rings/"+url.PathEscape(c.Param("id")))
}
