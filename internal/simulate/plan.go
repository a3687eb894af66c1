package simulate

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// A Plan is a notice that will be filed.
type Plan struct {
	No      int
	At      time.Time
	Right   *Right
	Reason  string
	Items   []Item
	Way     string // in which it is unfounded; empty for a founded one
	TestBuy bool
	Abuse   bool // by an abusive notifier
}

// Item is a listing of a notice, with what is true of it there. Missing names a listing that does not exist.
type Item struct {
	Listing *Listing
	Missing string
	Truth   Truth
}

func (it Item) id() string {
	if it.Listing != nil {
		return it.Listing.ID
	}
	return it.Missing
}

// moments draws n moments of the month by the traffic of the hours, a part of them in bursts.
func (w *World) moments(r *rand.Rand, n int) []time.Time {
	var out []time.Time
	for len(out) < n {
		at := w.moment(r)
		if r.Float64() >= w.P.Notices.Bursts/meanOf(w.P.Notices.BurstSize) {
			out = append(out, at)
			continue
		}
		size := w.P.Notices.BurstSize[0] + r.IntN(w.P.Notices.BurstSize[1]-w.P.Notices.BurstSize[0]+1)
		for range min(size, n-len(out)) {
			out = append(out, at.Add(time.Duration(r.Float64()*w.P.Notices.BurstMin*float64(time.Minute))))
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return out
}

func meanOf(v []int) float64 { return float64(v[0]+v[1]) / 2 }

// moment draws one moment by the traffic of the hours.
func (w *World) moment(r *rand.Rand) time.Time {
	sum := 0.0
	for _, v := range w.P.Traffic {
		sum += v
	}
	at, hour := r.Float64()*sum, 0
	for ; hour < 23 && at >= w.P.Traffic[hour]; hour++ {
		at -= w.P.Traffic[hour]
	}
	day := w.P.Start.Truncate(24*time.Hour).AddDate(0, 0, r.IntN(w.P.Days))
	return day.Add(time.Duration(hour)*time.Hour + time.Duration(r.Float64()*float64(time.Hour)))
}

// size draws how many listings a notice names.
func (w *World) size(r *rand.Rand) int {
	at := r.Float64()
	for _, s := range w.P.Notices.Sizes {
		if at -= s.Share; at < 0 {
			return s.From + r.IntN(s.To-s.From+1)
		}
	}
	return 1
}

// Plans draws the scripted notices of the month, in the order in which they are filed.
func (w *World) Plans() []*Plan {
	r := w.source("notices")
	var out []*Plan
	founded := map[string][]*Right{}
	for _, kind := range Kinds() {
		founded[kind] = w.rightsOf(kind, "verified")
	}
	for i, at := range w.moments(r, w.P.Notices.Count) {
		p := &Plan{No: i, At: at}
		if r.Float64() < w.P.Notices.Unfounded {
			w.unfounded(r, p, out)
		} else {
			w.founded(r, p, one(r, founded[pick(r, w.P.Listings.Kinds)]))
		}
		out = append(out, p)
	}
	return out
}

// founded fills a notice with infringing listings, and a stray innocent one now and then.
func (w *World) founded(r *rand.Rand, p *Plan, right *Right) {
	p.Right, p.Reason, p.TestBuy = right, reasonOfKind[right.Kind], r.Float64() < w.P.Notices.TestBuys
	seller := one(r, w.sellers.copyists)
	for range w.size(r) {
		before := p.At.Add(-time.Duration((1 + 200*r.Float64()) * float64(time.Hour)))
		if r.Float64() < w.P.Notices.Stray {
			p.Items = append(p.Items, Item{Listing: w.honest(r, wayMismatch, right, before), Truth: Truth{Codes: codesOfWay[wayMismatch]}})
			continue
		}
		p.Items = append(p.Items, Item{Listing: w.infringing(r, right, seller, before), Truth: Truth{Infringes: true}})
		if r.IntN(3) == 0 {
			seller = one(r, w.sellers.copyists)
		}
	}
}

// unfounded fills a notice that ought to be declined.
func (w *World) unfounded(r *rand.Rand, p *Plan, before []*Plan) {
	p.Way = pick(r, w.P.Notices.Ways)
	if p.Way == wayTwice && !w.again(r, p, before) {
		p.Way = wayMismatch
	}
	if p.Way == wayTwice {
		return
	}
	kind := "" // of the right
	state := map[string]string{wayPending: "pending", wayExpired: "expired", wayForeign: "foreign"}[p.Way]
	switch p.Way {
	case wayGoods, wayDescriptive:
		kind = kindKeyword
	case wayInsufficient, wayDiffers:
		kind = []string{kindKeyword, kindLogo}[r.IntN(2)]
	}
	if state == "" {
		state = "verified"
	}
	rights := w.rightsOf(kind, state)
	if len(rights) == 0 { // the file draws no such rights
		p.Way, rights = wayMismatch, w.rightsOf("", "verified")
	}
	p.Right = one(r, rights)
	p.Reason = reasonOfKind[p.Right.Kind]
	switch p.Way {
	case wayReason:
		p.Reason = wrongReason(p.Right.Kind)
	case wayInsufficient:
		p.Reason = "counterfeit_goods"
	}
	for range w.size(r) {
		p.Items = append(p.Items, w.baseless(r, p))
	}
}

// baseless is one listing of an unfounded notice.
func (w *World) baseless(r *rand.Rand, p *Plan) Item {
	truth := Truth{Codes: codesOfWay[p.Way], Way: p.Way}
	at := p.At.Add(-time.Duration((1 + 300*r.Float64()) * float64(time.Hour)))
	switch p.Way {
	case wayNotFound:
		w.serial++
		return Item{Missing: "gone-" + w.listing(r, "", at).ID, Truth: truth}
	case wayPending, wayExpired, wayForeign, wayReason:
		return Item{Listing: w.infringing(r, p.Right, one(r, w.sellers.copyists), at), Truth: truth}
	}
	return Item{Listing: w.honest(r, p.Way, p.Right, at), Truth: truth}
}

// again notices listings that were noticed before. Once they are decided the answer may be either.
func (w *World) again(r *rand.Rand, p *Plan, before []*Plan) bool {
	for range 20 {
		if len(before) == 0 {
			return false
		}
		old := one(r, before)
		if old.Way != "" {
			continue
		}
		p.Right, p.Reason = old.Right, old.Reason
		for _, it := range old.Items {
			if it.Truth.Infringes {
				p.Items = append(p.Items, Item{Listing: it.Listing, Truth: Truth{Infringes: true, Codes: codesOfWay[wayTwice], Way: wayTwice}})
			}
		}
		if len(p.Items) > 0 {
			return true
		}
	}
	return false
}

// wrongReason is a complaint that a right of the kind cannot carry.
func wrongReason(kind string) string {
	if kind == kindDesign || kind == kindPicture {
		return "mark_on_goods"
	}
	return "copied_design"
}

// weibull draws a time from a hazard curve.
func (h Hazard) weibull(r *rand.Rand) time.Duration {
	scale := h.MedianHours / math.Pow(math.Ln2, 1/h.Shape)
	hours := scale * math.Pow(-math.Log(1-r.Float64()), 1/h.Shape)
	return time.Duration(math.Min(hours, 1e6) * float64(time.Hour))
}
