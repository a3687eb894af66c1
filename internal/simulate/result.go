package simulate

import (
	"context"
	"maps"
	"slices"
)

// Result is what a run came to: counts, from which all figures follow.
type Result struct {
	Name string `json:"name"`
	Seed uint64 `json:"seed"`
	Pack string `json:"pack"` // name@version that scored

	Listings int `json:"listings"` // scored
	Notices  int `json:"notices"`
	Cases    int `json:"cases"`
	Refused  int `json:"refused"`

	InTime    Share `json:"in_time"`    // notices closed within 24 hours
	Automated Share `json:"automated"`  // notices decided without a person
	AutoCases Share `json:"auto_cases"` // cases decided without a person

	AutoRight     Share `json:"auto_right"`      // automatic decisions that are right
	AutoTakeDowns Share `json:"auto_take_downs"` // the take-downs among them
	AutoDeclines  Share `json:"auto_declines"`   // the declines among them
	PersonRight   Share `json:"person_right"`
	TakenDown     Share `json:"taken_down"` // of decided cases of notices
	Reasons       Share `json:"reasons"`    // declines with the right reason

	// The marketplace: what was put up beside the listings of scripted notices.
	Offered       int            `json:"offered"`
	Prevented     int            `json:"prevented"`      // listings of stores that were shut
	Infringing    Share          `json:"infringing"`     // of what was put up
	Proactive     Share          `json:"proactive"`      // infringing listings that were held back or taken down without a notice
	BeforeSale    Share          `json:"before_sale"`    // proactive removals before the first sale
	Bands         map[string]int `json:"bands"`          // that innocent listings were scored into
	Touched       Share          `json:"touched"`        // innocent listings that were held back or taken down without a person
	HeldPrecision Share          `json:"held"`           // listings held back that infringe
	Complaints    map[string]int `json:"complaints"`     // of holders about what they found on sale, by kind
	Offenders     Share          `json:"offenders"`      // repeat offenders closed
	HonestFrozen  Share          `json:"honest_frozen"`  // honest sellers frozen or closed
	AbusersLocked Share          `json:"abusers_locked"` // abusive notifiers suspended
	Abusers       []Abuser       `json:"abusers,omitempty"`
	GoodHindered  Share          `json:"good_hindered"`   // other notifiers of whom a founded notice was refused
	ContestsRight Share          `json:"contests_right"`  // answers of sellers that ended as is right
	Rings         *Rings         `json:"rings,omitempty"` // linked sellers

	ByEvasion map[string]*Caught `json:"by_evasion,omitempty"` // infringing listings, by kind and evasion

	// Scores are what thresholds are read off.
	Scores Scores `json:"scores,omitempty"`
	Late   []Late `json:"late,omitempty"` // taken down without a notice, and sold before

	Again []Again `json:"again,omitempty"` // met as what was removed

	// Signals tells, by signal, what would have been acted on at each of Cuts, of all listings that were scored.
	Signals map[string][]Share `json:"signals"`

	ByKind map[string]*Group `json:"by_kind"` // founded complaints, by kind of infringement
	ByWay  map[string]*Group `json:"by_way"`  // unfounded ones, by way

	ReviewMinutes float64 `json:"review_minutes"`
	MedianHours   float64 `json:"median_hours"`
	SlowHours     float64 `json:"p98_hours"`
	Misses        []Miss  `json:"misses"`
}

// Abuser is how an abusive notifier stood at the end: notices that they sent, listings of theirs that were decided and upheld, and the
// weight of what came to nothing.
type Abuser struct {
	Filed   int     `json:"filed"`
	Decided float64 `json:"decided"`
	Upheld  int     `json:"upheld"`
	Weight  float64 `json:"weight"`
	Warned  bool    `json:"warned"`
	Locked  bool    `json:"locked"`
}

// Group is what became of one kind of complaint.
type Group struct {
	Automatic Share `json:"automatic"`
	Right     Share `json:"right"`      // of the automatic ones
	TakenDown Share `json:"taken_down"` // of all
	Reasons   Share `json:"reasons"`    // of declines
}

// Miss is a decision that was wrong.
type Miss struct {
	Kind      string  `json:"kind"`
	Way       string  `json:"way,omitempty"`
	Outcome   string  `json:"outcome"`
	Code      string  `json:"code"`
	Automatic bool    `json:"automatic"`
	Signal    string  `json:"signal,omitempty"`
	Chance    float64 `json:"chance"`
	Evasion   string  `json:"evasion,omitempty"`
	Title     string  `json:"title,omitempty"`
	Picture   []byte  `json:"picture,omitempty"`   // of the listing, JPEG
	Reference []byte  `json:"reference,omitempty"` // registered, JPEG

	listing *Listing
	right   *Right
}

// Bounds of what is kept of wrong decisions, and of copies that nobody stopped.
const (
	maxMisses    = 24
	maxUnstopped = 12
)

// result counts what happened.
func (m *month) result(ctx context.Context, seed uint64) (Result, error) {
	r := Result{Name: m.w.P.Name, Seed: seed, Pack: m.pack, Listings: m.tally.Scored, Notices: len(m.notices), Cases: len(m.cases), Refused: m.tally.Refused,
		Signals: m.tally.signals, InTime: m.tally.InTime, Automated: m.tally.Automated, ByKind: map[string]*Group{}, ByWay: map[string]*Group{}, ReviewMinutes: m.tally.ReviewMinutes}
	r.InTime.Of, r.Automated.Of = r.Notices, r.Notices
	for _, id := range slices.Sorted(maps.Keys(m.cases)) {
		c := m.cases[id]
		r.count(c)
		if m.w.P.Listings.Count == 0 && c.Way == "" && c.Truth.Infringes {
			taken := c.Automatic && c.Outcome == outcomeTakenDown
			r.catch(c.listing, taken, taken)
		}
	}
	slices.Sort(m.tally.hours)
	r.MedianHours, r.SlowHours = quantile(m.tally.hours, 0.5), quantile(m.tally.hours, 0.98)
	m.market(&r)
	m.sellersResult(&r)
	if err := m.notifiersResult(ctx, &r); err != nil {
		return Result{}, err
	}
	if err := m.illustrate(&r); err != nil {
		return Result{}, err
	}
	var err error
	r.Rings, err = m.ringsResult(ctx)
	return r, err
}

// illustrate adds the pictures to what went wrong.
func (m *month) illustrate(r *Result) error {
	for i := range r.Misses {
		miss := &r.Misses[i]
		var err error
		if miss.listing != nil {
			if miss.Picture, err = m.w.album.JPEG(miss.listing.picture); err != nil {
				return err
			}
		}
		if miss.right != nil && references(miss.right.Kind) > 0 {
			if miss.Reference, err = m.w.album.JPEG(pictureKey{what: "reference", right: miss.right.No}); err != nil {
				return err
			}
		}
	}
	return nil
}

// market counts what became of the listings that were put up.
func (m *month) market(r *Result) {
	r.Offered, r.Prevented, r.Complaints = len(m.offered), m.tally.Prevented, m.tally.Complaints
	r.Bands = map[string]int{}
	automatic, unstopped := map[*Listing]bool{}, 0
	for _, c := range m.cases {
		if c.Automatic && c.Outcome == outcomeTakenDown {
			automatic[c.listing] = true
		}
		if c.Contest != "" {
			r.ContestsRight.add((c.Contest == outcomeUpheld) == c.Truth.Infringes)
		}
	}
	for _, l := range m.offered {
		infringes := l.Kind != kindHonest
		r.Infringing.add(infringes)
		if l.stopped {
			r.HeldPrecision.add(infringes)
		}
		if !infringes {
			r.Touched.add(l.stopped || automatic[l])
			r.Bands[l.band]++
			continue
		}
		r.Proactive.add(l.stopped || l.proactive)
		r.catch(l, l.stopped || l.proactive, l.stopped || l.proactive && !l.tooLate)
		if !l.stopped && !l.proactive && m.w.P.Proactive && unstopped < maxUnstopped {
			unstopped++
			r.Misses = append(r.Misses, Miss{Kind: l.Kind, Evasion: l.Evasion, Title: l.Title, listing: l, right: l.Right})
		}
		if l.proactive {
			r.BeforeSale.add(!l.tooLate)
		}
	}
	r.Late, r.Scores, r.Again = m.late(automatic), m.scores(), m.again()
}

func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

// count adds one case.
func (r *Result) count(c *Record) {
	if c.Proactive {
		if c.Automatic {
			right, _ := c.Truth.right(c.Outcome, c.Code)
			r.AutoRight.add(right)
			r.AutoTakeDowns.add(right)
			r.miss(c, right)
		}
		return
	}
	r.AutoCases.add(c.Automatic)
	g := r.group(c)
	g.Automatic.add(c.Automatic)
	if c.Decided.IsZero() {
		return
	}
	right, reason := c.Truth.right(c.Outcome, c.Code)
	switch {
	case !c.Automatic:
		r.PersonRight.add(right)
	case c.Outcome == outcomeTakenDown:
		r.AutoTakeDowns.add(right)
	default:
		r.AutoDeclines.add(right)
	}
	if c.Automatic {
		r.AutoRight.add(right)
		g.Right.add(right)
	}
	r.TakenDown.add(c.Outcome == outcomeTakenDown)
	g.TakenDown.add(c.Outcome == outcomeTakenDown)
	if c.Outcome == outcomeDeclined {
		r.Reasons.add(reason)
		g.Reasons.add(reason)
	}
	r.miss(c, right && (reason || c.Outcome != outcomeDeclined))
}

// miss keeps an automatic decision that was wrong.
func (r *Result) miss(c *Record, right bool) {
	if c.Automatic && !right && len(r.Misses) < maxMisses {
		miss := Miss{Kind: c.Kind, Way: c.Way, Outcome: c.Outcome, Code: c.Code, Automatic: c.Automatic, Signal: c.Signal, Chance: c.Chance}
		if miss.listing, miss.right = c.listing, c.right; c.listing != nil {
			miss.Evasion, miss.Title = c.listing.Evasion, c.listing.Title
		}
		r.Misses = append(r.Misses, miss)
	}
}

func (r *Result) group(c *Record) *Group {
	of, name := r.ByKind, c.Kind
	if c.Way != "" {
		of, name = r.ByWay, c.Way
	}
	if of[name] == nil {
		of[name] = &Group{}
	}
	return of[name]
}
