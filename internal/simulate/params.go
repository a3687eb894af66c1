package simulate

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"reflect"
	"slices"
	"time"

	"github.com/goccy/go-yaml"

	"touchstone/internal/network"
	"touchstone/internal/simulate/picture"
)

// Params are everything that a simulated month is drawn from. The files in params/ document each of them; another file can be put in
// their place.
type Params struct {
	Name      string    `yaml:"name"`
	Start     time.Time `yaml:"start"`
	Days      int       `yaml:"days"`
	Scale     float64   `yaml:"scale"`
	Proactive bool      `yaml:"proactive"`
	Twin      bool      `yaml:"twin"`
	Profile   string    `yaml:"profile"`
	Holders   Holders   `yaml:"holders"`
	Sellers   Sellers   `yaml:"sellers"`
	Links     Links     `yaml:"links"`
	Listings  Listings  `yaml:"listings"`
	Evasions  Evasions  `yaml:"evasions"`
	Sales     Sales     `yaml:"sales"`
	Traffic   []float64 `yaml:"traffic"`
	Notices   Notices   `yaml:"notices"`
	Contests  Contests  `yaml:"contests"`
	Reviewers Reviewers `yaml:"reviewers"`
}

// Holders are the rights holders and what they have registered.
type Holders struct {
	Count   int      `yaml:"count"`
	Scripts []string `yaml:"scripts"`
	// Rights that no notice can rest on, by why: each a share of all.
	Pending float64 `yaml:"pending"`
	Expired float64 `yaml:"expired"`
	Foreign float64 `yaml:"foreign"`
	Abusive float64 `yaml:"abusive"`
}

// Sellers are who sells.
type Sellers struct {
	Honest     int     `yaml:"honest"`
	Copyists   int     `yaml:"copyists"`
	Authorised int     `yaml:"authorised"` // of each holder
	Rings      int     `yaml:"rings"`
	RingSize   []int   `yaml:"ring_size"`
	Relist     float64 `yaml:"relist"`       // a taken-down listing is put up again
	RelistIn   float64 `yaml:"relist_hours"` // median
}

// Links are what the stores of one hand share, and what strangers share.
type Links struct {
	Reuse     map[string]float64 `yaml:"reuse"`     // by kind of trait: a store takes a value of its hand
	Verified  float64            `yaml:"verified"`  // of contact values
	Common    float64            `yaml:"common"`    // of stores: a forwarder's address, a shared warehouse, a stock photo
	Planted   float64            `yaml:"planted"`   // of a ring's stores: show an honest seller's phone number and pictures
	Shown     float64            `yaml:"shown"`     // of a store's pictures: seen earlier at its source
	Shipments float64            `yaml:"shipments"` // of stores: a shipment from the source is on record
}

// Listings are what is put up for sale.
type Listings struct {
	Count      int                `yaml:"count"`
	Infringing float64            `yaml:"infringing"`
	Before     float64            `yaml:"before"` // on sale when the month begins
	Kinds      map[string]float64 `yaml:"kinds"`
	Copies     int                `yaml:"copies"`     // pictures that copyists share of each right
	Stock      int                `yaml:"stock"`      // pictures that honest sellers share, of each hundred listings
	Lookalikes float64            `yaml:"lookalikes"` // of honest listings: near names, compatible goods, like shapes
}

// Evasions are how often copyists do what, by name: weights.
type Evasions struct {
	Picture map[string]float64 `yaml:"picture"`
	Keyword map[string]float64 `yaml:"keyword"`
}

// Sales say when a listing is sold for the first time: Weibull hazard curves of hot and of other listings.
type Sales struct {
	Hot   float64 `yaml:"hot"`
	Curve Hazard  `yaml:"hot_curve"`
	Slow  Hazard  `yaml:"other_curve"`
}

// Hazard is a Weibull distribution: the time by which half have sold, and a shape (below 1: most sell early or late).
type Hazard struct {
	MedianHours float64 `yaml:"median_hours"`
	Shape       float64 `yaml:"shape"`
}

// Notices are who complains of what.
type Notices struct {
	Count     int                `yaml:"count"`
	Sizes     []Size             `yaml:"sizes"`
	Bursts    float64            `yaml:"bursts"`      // part that comes in bursts
	BurstSize []int              `yaml:"burst_size"`  // notices in one
	BurstMin  float64            `yaml:"burst_min"`   // minutes that one lasts
	Unfounded float64            `yaml:"unfounded"`   // of Count
	Ways      map[string]float64 `yaml:"ways"`        // how they are unfounded: weights
	Stray     float64            `yaml:"stray"`       // innocent listings in a founded notice, a listing
	FindHours float64            `yaml:"find_hours"`  // median until a holder finds an infringing listing
	FindShare float64            `yaml:"find_share"`  // of infringing listings found by their holders at all
	TestBuys  float64            `yaml:"test_buys"`   // founded notices with a test-buy order
	Abuse     float64            `yaml:"abuse_a_day"` // notices of each abusive notifier
	Agents    float64            `yaml:"agents"`
}

// Size is a part of the notices that name so many listings.
type Size struct {
	From  int     `yaml:"from"`
	To    int     `yaml:"to"`
	Share float64 `yaml:"share"`
}

// Contests are answers to take-downs.
type Contests struct {
	Innocent float64 `yaml:"innocent"` // of sellers whose innocent listing was taken down
	Guilty   float64 `yaml:"guilty"`   // of others
	Answered float64 `yaml:"answered"` // counter-notices that the holder answers in time
}

// Reviewers are the people who judge.
type Reviewers struct {
	Count       int     `yaml:"count"`
	Shifts      []int   `yaml:"shifts"` // hour of the day at which each begins
	Hours       int     `yaml:"hours"`
	Minutes     float64 `yaml:"minutes"`      // a case
	MoreMinutes float64 `yaml:"more_minutes"` // each further case of the same notice
	Error       float64 `yaml:"error"`        // wrong outcome
	ReasonError float64 `yaml:"reason_error"` // right outcome, wrong reason

	// elsewhere is, in a part of a month, how long a reviewer judges what is not drawn for each minute of what is.
	elsewhere float64
}

// ErrParams: a parameter file cannot be used; the error lists every fault.
var ErrParams = errors.New("unusable parameters")

// Load reads a parameter file strictly: what is not known, missing or out of range is refused, all faults at once.
func Load(path string) (Params, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return Params{}, fmt.Errorf("parameter file: %w", err)
	}
	p, err := Parse(data)
	if err != nil {
		return Params{}, fmt.Errorf("parameter file %s: %w", path, err)
	}
	return p, nil
}

// Parse reads parameters in YAML; see Load.
func Parse(data []byte) (Params, error) {
	p := Params{Scale: 1}
	d := yaml.NewDecoder(bytes.NewReader(data), yaml.DisallowUnknownField(), yaml.Strict())
	if err := d.Decode(&p); err != nil {
		return Params{}, fmt.Errorf("%w: %w", ErrParams, err)
	}
	var there map[string]any
	if err := yaml.Unmarshal(data, &there); err != nil {
		return Params{}, fmt.Errorf("%w: %w", ErrParams, err)
	}
	if err := errors.Join(errors.Join(missing("", reflect.TypeFor[Params](), there)...), p.Validate()); err != nil {
		return Params{}, fmt.Errorf("%w: %w", ErrParams, err)
	}
	return p, nil
}

// missing names the fields that a file does not have, since 0 would be taken for what is meant. The scale may be left out.
func missing(path string, of reflect.Type, there map[string]any) []error {
	var errs []error
	for i := range of.NumField() {
		f := of.Field(i)
		if !f.IsExported() { // reckoned, not read
			continue
		}
		name := f.Tag.Get("yaml")
		v, ok := there[name]
		switch {
		case !ok && path+name == "scale":
		case !ok || v == nil:
			errs = append(errs, fmt.Errorf("%s%s is missing", path, name))
		case f.Type.Kind() == reflect.Struct && f.Type != reflect.TypeFor[time.Time]():
			if inner, isMap := v.(map[string]any); isMap {
				errs = append(errs, missing(path+name+".", f.Type, inner)...)
			}
		}
	}
	return errs
}

// check collects faults.
type check struct{ errs []error }

func (c *check) number(field string, v, low, high float64) {
	if !(v >= low && v <= high) { // also catches what is no number
		c.errs = append(c.errs, fmt.Errorf("%s is %v: use %v to %v", field, v, low, high))
	}
}

func (c *check) share(field string, v float64) { c.number(field, v, 0, 1) }

func (c *check) fail(format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf(format, args...))
}

// weights checks names and that something can be drawn.
func (c *check) weights(field string, w map[string]float64, known []string) {
	sum := 0.0
	for _, name := range slices.Sorted(maps.Keys(w)) {
		if !slices.Contains(known, name) {
			c.fail("%s.%s is not known: use %v", field, name, known)
		}
		c.number(field+"."+name, w[name], 0, 1e6)
		sum += w[name]
	}
	if !(sum > 0) || math.IsInf(sum, 0) {
		c.fail("%s has no weight above 0: nothing can be drawn", field)
	}
}

// Validate reports every fault at once.
func (p Params) Validate() error {
	var c check
	if p.Name == "" {
		c.fail("name is empty")
	}
	if p.Profile != "fast" && p.Profile != "staged" && p.Profile != "full" {
		c.fail("profile is %q: use fast, staged or full", p.Profile)
	}
	if y := p.Start.Year(); y < 2000 || y > 2200 {
		c.fail("start is %v: use a moment such as 2026-03-02T00:00:00Z", p.Start)
	}
	c.number("days", float64(p.Days), 1, 366)
	c.number("scale", p.Scale, 0.0001, 100)
	if len(p.Traffic) != 24 || slices.Max(append(p.Traffic, 0)) <= 0 || slices.Min(append(p.Traffic, 0)) < 0 {
		c.fail("traffic needs 24 weights of 0 or more, one an hour of the day (UTC), and one above 0")
	}
	c.market(p)
	c.notices(p.Notices)
	c.people(p)
	return errors.Join(c.errs...)
}

func (c *check) market(p Params) {
	h, s, l := p.Holders, p.Sellers, p.Listings
	c.number("holders.count", float64(h.Count), 1, 100_000)
	for _, x := range h.Scripts {
		if !slices.Contains(scripts, x) {
			c.fail("holders.scripts: %q is not one of %v", x, scripts)
		}
	}
	if len(h.Scripts) == 0 {
		c.fail("holders.scripts is empty: name at least one of %v", scripts)
	}
	for field, v := range map[string]float64{"pending": h.Pending, "expired": h.Expired, "foreign": h.Foreign, "abusive": h.Abusive} {
		c.number("holders."+field, v, 0, 0.4)
	}
	c.number("sellers.honest", float64(s.Honest), 1, 10_000_000)
	c.number("sellers.copyists", float64(s.Copyists), 1, 1_000_000)
	c.number("sellers.authorised", float64(s.Authorised), 0, 100)
	c.number("sellers.rings", float64(s.Rings), 0, 100_000)
	var kinds []string
	for _, k := range network.Kinds() {
		kinds = append(kinds, string(k))
	}
	c.weights("links.reuse", p.Links.Reuse, kinds)
	for field, v := range map[string]float64{"verified": p.Links.Verified, "common": p.Links.Common, "planted": p.Links.Planted, "shown": p.Links.Shown, "shipments": p.Links.Shipments} {
		c.share("links."+field, v)
	}
	c.between("sellers.ring_size", s.RingSize, 2, 1000)
	c.share("sellers.relist", s.Relist)
	c.number("sellers.relist_hours", s.RelistIn, 0.01, 10_000)
	c.number("listings.count", float64(l.Count), 0, 10_000_000)
	c.share("listings.infringing", l.Infringing)
	c.share("listings.before", l.Before)
	c.share("listings.lookalikes", l.Lookalikes)
	c.weights("listings.kinds", l.Kinds, Kinds())
	c.number("listings.copies", float64(l.Copies), 1, 10_000)
	c.number("listings.stock", float64(l.Stock), 1, 100)
	c.weights("evasions.picture", p.Evasions.Picture, picture.Edits())
	c.weights("evasions.keyword", p.Evasions.Keyword, Hidings())
	c.share("sales.hot", p.Sales.Hot)
	for field, h := range map[string]Hazard{"hot_curve": p.Sales.Curve, "other_curve": p.Sales.Slow} {
		c.number("sales."+field+".median_hours", h.MedianHours, 0.001, 100_000)
		c.number("sales."+field+".shape", h.Shape, 0.1, 10)
	}
}

// between checks a pair of whole numbers.
func (c *check) between(field string, v []int, low, high int) {
	if len(v) != 2 || v[0] < low || v[1] > high || v[0] > v[1] {
		c.fail("%s is %v: use two whole numbers, the lower first, from %d to %d", field, v, low, high)
	}
}

func (c *check) notices(n Notices) {
	c.number("notices.count", float64(n.Count), 0, 10_000_000)
	for field, v := range map[string]float64{"bursts": n.Bursts, "unfounded": n.Unfounded, "stray": n.Stray, "find_share": n.FindShare, "test_buys": n.TestBuys, "agents": n.Agents} {
		c.share("notices."+field, v)
	}
	c.between("notices.burst_size", n.BurstSize, 1, 100_000)
	c.number("notices.burst_min", n.BurstMin, 0.1, 1440)
	c.number("notices.find_hours", n.FindHours, 0.01, 10_000)
	c.number("notices.abuse_a_day", n.Abuse, 0, 10_000)
	c.weights("notices.ways", n.Ways, Ways())
	if len(n.Sizes) == 0 {
		c.fail("notices.sizes is empty: say how many listings notices name")
	}
	sum := 0.0
	for i, s := range n.Sizes {
		c.between(fmt.Sprintf("notices.sizes[%d]", i), []int{s.From, s.To}, 1, 300)
		c.share(fmt.Sprintf("notices.sizes[%d].share", i), s.Share)
		sum += s.Share
	}
	if len(n.Sizes) > 0 && math.Abs(sum-1) > 1e-6 {
		c.fail("notices.sizes: the shares add up to %v, not 1", sum)
	}
}

func (c *check) people(p Params) {
	r := p.Reviewers
	c.number("reviewers.count", float64(r.Count), 1, 1000)
	c.number("reviewers.hours", float64(r.Hours), 1, 24)
	c.number("reviewers.minutes", r.Minutes, 0.01, 480)
	c.number("reviewers.more_minutes", r.MoreMinutes, 0, 480)
	c.share("reviewers.error", r.Error)
	c.share("reviewers.reason_error", r.ReasonError)
	if len(r.Shifts) == 0 {
		c.fail("reviewers.shifts is empty: name the hours at which shifts begin")
	}
	for _, h := range r.Shifts {
		c.number("reviewers.shifts", float64(h), 0, 23)
	}
	c.share("contests.innocent", p.Contests.Innocent)
	c.share("contests.guilty", p.Contests.Guilty)
	c.share("contests.answered", p.Contests.Answered)
	slices.SortFunc(c.errs, func(a, b error) int { return cmp.Compare(a.Error(), b.Error()) })
}

// leastHolders stay in the smallest month, so that each has others to be confused with.
const leastHolders = 40

// Scaled are the parameters of a smaller or larger month of the same kind: counts of listings, notices and sellers by the factor Scale, and
// bursts as well. A part of a month keeps all reviewers and their shifts, and a case takes them as long as ever; what the rest of the
// market gives them to do comes between.
func (p Params) Scaled() Params {
	f := p.Scale
	times := func(n int) int { return max(min(n, 1), int(math.Round(float64(n)*f))) }
	holders := p.Holders.Count
	p.Holders.Count = min(p.Holders.Count, max(leastHolders, times(p.Holders.Count)))
	p.Sellers.Honest, p.Sellers.Copyists, p.Sellers.Rings = times(p.Sellers.Honest), max(2, times(p.Sellers.Copyists)), times(p.Sellers.Rings)
	p.Notices.Abuse *= f * float64(holders) / float64(p.Holders.Count)
	p.Listings.Count, p.Notices.Count = times(p.Listings.Count), times(p.Notices.Count)
	if f < 1 {
		p.Notices.BurstSize = []int{times(p.Notices.BurstSize[0]), times(p.Notices.BurstSize[1])}
	}
	people := float64(p.Reviewers.Count)
	p.Reviewers.Count = max(p.Reviewers.Count, int(math.Ceil(people*f-1e-9)))
	p.Reviewers.elsewhere = float64(p.Reviewers.Count)/(people*f) - 1
	p.Scale = 1
	return p
}

// builtin are the months that come with the program.
var builtin = map[string][]byte{"day": dayYAML, "market": marketYAML, "notices": noticesYAML}

// Builtins lists the names of the built-in months, sorted.
func Builtins() []string { return slices.Sorted(maps.Keys(builtin)) }

// Builtin are the parameters of a built-in month.
func Builtin(name string) (Params, error) {
	data, ok := builtin[name]
	if !ok {
		return Params{}, fmt.Errorf("%w: there is no built-in month %q; use one of %v", ErrParams, name, Builtins())
	}
	return Parse(data)
}
