// Package policy turns probabilities into bands, priorities and actions. Policies are versioned data: active thresholds
// change without scoring anything again, and every outcome records the version that made it.
package policy

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"sort"

	"touchstone/internal/threshold"
)

// Bands, from harmless to stopped before it sells.
const (
	BandClear  = "clear"  // nothing to do
	BandReview = "review" // a reviewer looks at it, in order of priority
	BandUrgent = "urgent" // a reviewer looks at it first
	BandBlock  = "block"  // held back until a reviewer has decided
)

// What starts a sweep of a right by itself.
const (
	SweepOnNever      = "never"
	SweepOnVerified   = "verified"   // its verification, and another reference of a verified right
	SweepOnRegistered = "registered" // also a reference of a right that is pending
)

// What looks closer at every kept listing: some 30 ms of a core a picture for marks, and 3 ms a listing for words.
const (
	SweepCloserNever  = "never"
	SweepCloserAsked  = "asked"  // sweeps that somebody asked for
	SweepCloserMarks  = "marks"  // these, and all sweeps of logos: nothing else finds those
	SweepCloserAlways = "always" // every sweep, for words too
)

// Profiles that listings are scored in.
const (
	ProfileFast   = "fast"
	ProfileStaged = "staged" // fast, and full for what fast does not find clear
	ProfileFull   = "full"
)

// IsProfile says whether a name is that of a profile, or empty, which leaves the choice to whoever has it next.
func IsProfile(name string) bool {
	return name == "" || name == ProfileFast || name == ProfileStaged || name == ProfileFull
}

// MaxListingDays is the longest time that listings may be kept: ten years.
const MaxListingDays = 3650

// Actions that a band asks of the marketplace.
const (
	ActionAllow = "allow"
	ActionQueue = "queue"
	ActionHold  = "hold"
)

//go:embed default.json
var defaultJSON []byte

// Thresholds are the lowest probabilities of the bands. 0 < Review <= Urgent <= Block; a Block above 1 never blocks.
type Thresholds struct {
	Review float64 `json:"review"`
	Urgent float64 `json:"urgent"`
	Block  float64 `json:"block"`
}

// Policy is one marketplace's set of rules, or the default one's.
type Policy struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	// Infringement holds the thresholds of the fused probability.
	Infringement Thresholds `json:"infringement"`
	// Signals hold the probability from which a single signal counts as detected, for figures and for reasons.
	Signals map[string]float64 `json:"signals"`
	// Profile is the one that a listing is scored in whose caller names none (ProfileFast, ProfileStaged or ProfileFull); "" is staged.
	Profile string `json:"profile,omitempty"`
	// FullFrom is the probability in the profile fast from which the profile staged scores a listing again in full; 0 is what the pack says.
	// Above Infringement.Review it counts as that: what is held or queued was looked at in full.
	FullFrom float64 `json:"full_from,omitempty"`
	// Automation is what must have been measured before a listing is held back, or a case decided, without a person; nil demands what
	// the policy "default" does.
	Automation *Automation `json:"automation,omitempty"`
	// PendingAtMost is the highest band that a right which is not verified yet may cause.
	PendingAtMost string `json:"pending_at_most"`
	// UncheckedBand is the lowest band of a listing of which nothing could be checked.
	UncheckedBand string `json:"unchecked_band"`
	// ListingDays is how long a scored listing is kept with its pictures, so that a right registered later can be held against
	// it; 0 keeps none.
	ListingDays int `json:"listing_days,omitempty"`
	// SweepOn says what starts a sweep of a right by itself; of the policy "default" only. Empty is SweepOnVerified.
	SweepOn string `json:"sweep_on,omitempty"`
	// SweepCloser says which sweeps look, with models, at every kept listing, for marks in pictures and for words as the word embedder reads
	// them; of the policy "default" only. Empty is SweepCloserMarks.
	SweepCloser string `json:"sweep_closer,omitempty"`
	// Lookalike says what is set aside because it resembles too much; of the policy "default" only.
	Lookalike Lookalike `json:"lookalike,omitzero"`
	// Rules of casework that differ from those of the policy "default"; see Set.Rules.
	Rules *Rules `json:"rules,omitempty"`
	// Triage is what happens to cases; nil is DefaultTriage. A triage that is given replaces the default as a whole.
	Triage *Triage `json:"triage,omitempty"`
}

// Set is all policies by name; "default" is always there.
type Set map[string]Policy

// Subject is what a policy decides on: the likeliest verdict on verified rights, the likeliest on rights still pending, and
// whether anything could be checked at all.
type Subject struct {
	Verified  float64 // highest probability over verified rights, 0 to 1
	Pending   float64 // highest probability over rights not verified yet, 0 to 1
	Unchecked bool    // no signal could check anything
	// Incomplete: registered references were left out because the index did not answer. Nothing is cleared then, whatever the
	// policy says of listings that cannot be checked.
	Incomplete bool
	// Measured is what has been measured of the fused verdict on the marketplace's listings with the pack that judged; nil is nothing.
	Measured *threshold.Curve
}

// Outcome is what follows from a report under one version of one policy.
type Outcome struct {
	Policy   string   `json:"policy"`
	Version  string   `json:"version"`
	Band     string   `json:"band" enum:"clear,review,urgent,block"`
	Action   string   `json:"action" enum:"allow,queue,hold"`
	Priority int      `json:"priority" doc:"0 to 100, higher first"`
	Reasons  []string `json:"reasons" doc:"why this band, in plain sentences"`
	// Proof is there where the likelihood alone would have led to the band "block".
	Proof *threshold.Proof `json:"proof,omitempty" doc:"what has been measured of the blocking threshold; there where the probability reaches it"`
}

// Default is the policy that is built in.
func Default() Policy {
	set, err := Parse(bytes.NewReader(defaultJSON))
	if err != nil {
		panic(fmt.Sprintf("policy: built-in policy: %v", err)) // a test loads it
	}
	return set["default"]
}

// Load reads a policy file; an empty path gives the built-in policy.
func Load(path string) (Set, error) {
	if path == "" {
		return Set{"default": Default()}, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("policy file: %w", err)
	}
	defer f.Close()
	set, err := Parse(f)
	if err != nil {
		return nil, fmt.Errorf("policy file %s: %w", path, err)
	}
	return set, nil
}

// Parse reads a list of policies in JSON and reports every fault at once.
func Parse(r io.Reader) (Set, error) {
	var list []Policy
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	if err := d.Decode(&list); err != nil {
		return nil, fmt.Errorf("not a list of policies: %w", err)
	}
	set := Set{}
	var errs []error
	for i, p := range list {
		if err := p.Validate(); err != nil {
			errs = append(errs, fmt.Errorf("policy %d (%q): %w", i, p.Name, err))
		}
		if _, twice := set[p.Name]; twice {
			errs = append(errs, fmt.Errorf("policy %q is there twice", p.Name))
		}
		set[p.Name] = p
	}
	for name, p := range set {
		if p.Automation == nil {
			p.Automation = set["default"].Automation
			set[name] = p
		}
	}
	if _, ok := set["default"]; !ok {
		errs = append(errs, errors.New(`a policy named "default" is needed`))
	}
	return set, errors.Join(errs...)
}

// For is the policy of that name, or the default one where there is none.
func (s Set) For(name string) Policy {
	if p, ok := s[name]; ok {
		return p
	}
	return s["default"]
}

// Validate reports every fault of the policy at once.
func (p Policy) Validate() error {
	var errs []error
	if p.Name == "" || p.Version == "" {
		errs = append(errs, errors.New("name and version are needed"))
	}
	t := p.Infringement
	if !(t.Review > 0 && t.Review <= t.Urgent && t.Urgent <= t.Block) || math.IsInf(t.Block, 0) {
		errs = append(errs, fmt.Errorf("infringement thresholds must satisfy 0 < review <= urgent <= block, got %g, %g, %g", t.Review, t.Urgent, t.Block))
	}
	switch p.SweepOn {
	case "", SweepOnNever, SweepOnVerified, SweepOnRegistered:
	default:
		errs = append(errs, fmt.Errorf("sweep_on is %q: use never, verified or registered", p.SweepOn))
	}
	switch p.SweepCloser {
	case "", SweepCloserNever, SweepCloserAsked, SweepCloserMarks, SweepCloserAlways:
	default:
		errs = append(errs, fmt.Errorf("sweep_closer is %q: use never, asked, marks or always", p.SweepCloser))
	}
	if !IsProfile(p.Profile) {
		errs = append(errs, fmt.Errorf("profile is %q: use fast, staged or full", p.Profile))
	}
	if !(p.FullFrom >= 0 && p.FullFrom <= 1) {
		errs = append(errs, fmt.Errorf("full_from is %g: use 0 (what the pack says) to 1", p.FullFrom))
	}
	if p.ListingDays < 0 || p.ListingDays > MaxListingDays {
		errs = append(errs, fmt.Errorf("listing_days is %d: use 0 (keep none) to %d", p.ListingDays, MaxListingDays))
	}
	if p.Triage != nil {
		if err := p.Triage.Validate(); err != nil {
			errs = append(errs, err)
		}
	}
	if err := p.Lookalike.validate(); err != nil {
		errs = append(errs, err)
	}
	if p.Automation != nil {
		if err := p.Automation.validate(); err != nil {
			errs = append(errs, err)
		}
	}
	for name, at := range p.Signals {
		if !(at > 0 && at <= 1) {
			errs = append(errs, fmt.Errorf("signals.%s is %g: it must be above 0 and at most 1", name, at))
		}
	}
	for field, band := range map[string]string{"pending_at_most": p.PendingAtMost, "unchecked_band": p.UncheckedBand} {
		if rank(band) < 0 {
			errs = append(errs, fmt.Errorf("%s is %q: use clear, review, urgent or block", field, band))
		}
	}
	if p.Rules != nil {
		if err := p.Rules.Validate(); err != nil {
			errs = append(errs, fmt.Errorf("rules: %w", err))
		}
	}
	sortErrors(errs)
	return errors.Join(errs...)
}

// sortErrors gives faults that were found in no order the same order each time.
func sortErrors(errs []error) {
	sort.Slice(errs, func(i, j int) bool { return errs[i].Error() < errs[j].Error() })
}

// Decide gives the band, the action and the priority of a report.
func (p Policy) Decide(s Subject) Outcome {
	o := Outcome{Policy: p.Name, Version: p.Version, Band: p.band(s.Verified), Reasons: []string{}}
	likeliest := s.Verified
	if o.Band != BandClear {
		o.Reasons = append(o.Reasons, fmt.Sprintf("A verified right is infringed with probability %.2f.", s.Verified))
	}
	if b := p.band(s.Pending); rank(b) > rank(BandClear) {
		capped := lower(b, p.PendingAtMost)
		if rank(capped) > rank(o.Band) {
			o.Band = capped
		}
		likeliest = math.Max(likeliest, s.Pending)
		o.Reasons = append(o.Reasons, fmt.Sprintf("A right that is not verified yet matches with probability %.2f; it causes %q at most.", s.Pending, p.PendingAtMost))
	}
	if s.Unchecked && rank(p.UncheckedBand) > rank(o.Band) {
		o.Band = p.UncheckedBand
		o.Reasons = append(o.Reasons, "Nothing in this listing could be checked; the report says why.")
	}
	if s.Incomplete && o.Band == BandClear {
		o.Band = BandReview
		o.Reasons = append(o.Reasons, "The index was incomplete, so nothing is cleared; score the listing again later.")
	}
	p.prove(&o, s)
	o.Action = map[string]string{BandClear: ActionAllow, BandReview: ActionQueue, BandUrgent: ActionQueue, BandBlock: ActionHold}[o.Band]
	o.Priority = int(math.Round(100 * math.Min(1, math.Max(0, likeliest))))
	if o.Band == BandClear {
		o.Priority = 0
	}
	return o
}

// prove keeps a listing from being held back for a likelihood that was never shown to be right often enough: a reviewer sees it first
// instead, and the outcome says why.
func (p Policy) prove(o *Outcome, s Subject) {
	if o.Band != BandBlock {
		return
	}
	proof := p.Blocking(s.Measured)
	o.Proof = &proof
	sentence := "It is held back without a person: " + proof.String() + "."
	if !proof.Shown {
		o.Band = BandUrgent
		sentence = "It is not held back without a person: " + proof.String() + "."
	}
	o.Reasons = append(o.Reasons, sentence)
}

// BandOf is the band of the probability that one right is infringed. A right that is not verified causes PendingAtMost at most, and
// nothing is blocked where blocking is not proven (see Blocking).
func (p Policy) BandOf(probability float64, verified, proven bool) string {
	b := p.band(probability)
	if !verified {
		b = lower(b, p.PendingAtMost)
	}
	if !proven {
		b = lower(b, BandUrgent)
	}
	return b
}

func (p Policy) band(probability float64) string {
	switch t := p.Infringement; {
	case probability >= t.Block:
		return BandBlock
	case probability >= t.Urgent:
		return BandUrgent
	case probability >= t.Review:
		return BandReview
	}
	return BandClear
}

func rank(band string) int {
	for i, b := range []string{BandClear, BandReview, BandUrgent, BandBlock} {
		if b == band {
			return i
		}
	}
	return -1
}

func lower(a, b string) string {
	if rank(a) < rank(b) {
		return a
	}
	return b
}
