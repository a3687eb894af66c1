package simulate

import (
	"math"
)

// Figure is one measured number with its interval, beside what was announced and what is to be reached.
type Figure struct {
	Name      string  `json:"name"`
	Meaning   string  `json:"meaning"`
	Announced string  `json:"announced,omitempty"` // by the reference marketplace
	Reach     string  `json:"reach,omitempty"`
	Count     int     `json:"count"`
	Of        int     `json:"of"`
	Value     float64 `json:"value"`
	Low       float64 `json:"low"` // 95 % interval over all seeds together
	High      float64 `json:"high"`
	Least     float64 `json:"least"` // of a seed
	Most      float64 `json:"most"`
	Judged    bool    `json:"judged"` // there is something to reach, and something was counted
	Met       bool    `json:"met"`
}

// z is the normal quantile of a 95 % interval.
const z = 1.959964

// Wilson is the 95 % interval of a share (Wilson, "Probable inference", 1927); 0 to 1 where nothing was counted.
func (s Share) Wilson() (low, high float64) {
	n := float64(s.Of)
	if n == 0 {
		return 0, 1
	}
	p := float64(s.Count) / n
	centre, half := p+z*z/(2*n), z*math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return math.Max(0, (centre-half)/(1+z*z/n)), math.Min(1, (centre+half)/(1+z*z/n))
}

// Value is the share; 0 where nothing was counted.
func (s Share) Value() float64 {
	if s.Of == 0 {
		return 0
	}
	return float64(s.Count) / float64(s.Of)
}

// goal says what is to be reached of a share. Bound is of the value, of the lower end of its interval (sure), or an upper bound (most).
type goal struct {
	text  string
	bound float64
	sure  bool
	most  bool
}

func (g goal) met(f Figure) bool {
	switch {
	case g.most:
		return f.Value <= g.bound
	case g.sure:
		return f.Low >= g.bound
	}
	return f.Value >= g.bound
}

// share makes a figure of what all seeds counted together.
func share(name, meaning, announced string, g goal, runs []Result, of func(Result) Share) Figure {
	f := Figure{Name: name, Meaning: meaning, Announced: announced, Reach: g.text, Least: 1}
	for _, r := range runs {
		s := of(r)
		f.Count, f.Of = f.Count+s.Count, f.Of+s.Of
		if s.Of > 0 {
			f.Least, f.Most = math.Min(f.Least, s.Value()), math.Max(f.Most, s.Value())
		}
	}
	all := Share{f.Count, f.Of}
	f.Value = all.Value()
	f.Low, f.High = all.Wilson()
	f.Judged = g.text != "" && f.Of > 0
	f.Met = f.Judged && g.met(f)
	if f.Of == 0 {
		f.Least = 0
	}
	return f
}

// NoticeFigures are those of a month of notices.
func NoticeFigures(runs []Result) []Figure {
	return []Figure{
		share("notices closed within 24 hours", "every listing of the notice was decided", "nearly all", goal{text: "98 %", bound: 0.98}, runs, func(r Result) Share { return r.InTime }),
		share("notices decided without a person", "every listing of the notice", "", goal{text: "60 %", bound: 0.6}, runs, func(r Result) Share { return r.Automated }),
		share("listings of notices decided without a person", "", "", goal{}, runs, func(r Result) Share { return r.AutoCases }),
		precision(runs, goal{text: "99 %, lower end", bound: 0.99, sure: true}),
		share("declines with the right reason", "by service and people together", "", goal{text: "95 %", bound: 0.95}, runs, func(r Result) Share { return r.Reasons }),
		share("taken down", "of what notices named; the rest was declined", "83 %", goal{}, runs, func(r Result) Share { return r.TakenDown }),
		share("decisions of people that are right", "human error is drawn", "", goal{}, runs, func(r Result) Share { return r.PersonRight }),
	}
}

func precision(runs []Result, g goal) Figure {
	return share("precision of automatic decisions", "take-downs and declines, on notices and without", "–", g, runs, func(r Result) Share { return r.AutoRight })
}

// MarketFigures are those of a month of a marketplace, beside its twins without the proactive side.
func MarketFigures(runs, twins []Result) []Figure {
	out := []Figure{
		share("notices closed within 24 hours", "5 reviewers of 8 hours, who judge what was found without a notice as well", "nearly all", goal{text: "99 %", bound: 0.99}, runs, func(r Result) Share { return r.InTime }),
		share("taken down", "of what notices named; the rest was declined", "83 %", goal{}, runs, func(r Result) Share { return r.TakenDown }),
		share("declines with the right reason", "", "", goal{text: "97 %", bound: 0.97}, runs, func(r Result) Share { return r.Reasons }),
		share("infringing listings stopped without a notice", "held back before they went on sale, or taken down", "", goal{}, runs, func(r Result) Share { return r.Proactive }),
		share("removals before the first sale", "of the proactive ones", "97 % (2017)", goal{text: "97 %", bound: 0.97}, runs, func(r Result) Share { return r.BeforeSale }),
		precision(runs, goal{text: "99 %", bound: 0.99}),
		share("innocent listings touched", "held back or taken down without a person", "–", goal{text: "under 0.1 %", bound: 0.001, most: true}, runs, func(r Result) Share { return r.Touched }),
		share("listings held back that infringe", "until a person has decided", "", goal{}, runs, func(r Result) Share { return r.HeldPrecision }),
		share("repeat offenders closed", "stores with serious infringements on three occasions or more", "–", goal{text: "95 %", bound: 0.95}, runs, func(r Result) Share { return r.Offenders }),
		share("honest sellers frozen or closed", "", "–", goal{text: "none", most: true}, runs, func(r Result) Share { return r.HonestFrozen }),
		lockedFigure(runs),
		hinderedFigure(runs),
		share("answers of sellers that ended as is right", "counter-notices and complaints", "", goal{}, runs, func(r Result) Share { return r.ContestsRight }),
	}
	out = append(out, ringFigures(runs)...)
	if len(twins) > 0 {
		out = append([]Figure{keywordFigure(runs, twins)}, out...)
	}
	return out
}

func ringFigures(runs []Result) []Figure {
	of := func(pick func(Rings) Share) func(Result) Share {
		return func(r Result) Share {
			if r.Rings == nil {
				return Share{}
			}
			return pick(*r.Rings)
		}
	}
	return []Figure{
		share("rings: pairwise precision", "pairs of stores in one ring that are one hand", "–", goal{text: "0.97", bound: 0.97}, runs, of(func(r Rings) Share { return r.Precision })),
		share("rings: pairwise recall", "pairs of one hand that are in one ring", "–", goal{text: "0.80", bound: 0.8}, runs, of(func(r Rings) Share { return r.Recall })),
		share("rings: true source in the top 3", "", "–", goal{text: "80 %", bound: 0.8}, runs, of(func(r Rings) Share { return r.Sources })),
	}
}

// keywordFigure is how many valid complaints about keywords in titles the proactive side spares: one less the ratio to the twin, with the
// interval of a ratio of two counts on a log scale.
func keywordFigure(runs, twins []Result) Figure {
	f := Figure{Name: "valid complaints about keywords in titles", Meaning: "fewer than in the twin without the proactive side", Announced: "−84 %", Reach: "−90 %", Least: 1}
	for i, r := range runs {
		f.Count += r.Complaints[kindKeyword]
		if i < len(twins) {
			n := twins[i].Complaints[kindKeyword]
			f.Of += n
			if n > 0 {
				v := 1 - float64(r.Complaints[kindKeyword])/float64(n)
				f.Least, f.Most = math.Min(f.Least, v), math.Max(f.Most, v)
			}
		}
	}
	if f.Of == 0 {
		f.Least, f.High = 0, 1
		return f
	}
	ratio := (float64(f.Count) + 0.5) / (float64(f.Of) + 0.5)
	spread := math.Exp(z * math.Sqrt(1/(float64(f.Count)+0.5)+1/(float64(f.Of)+0.5)))
	f.Value, f.Low, f.High = 1-float64(f.Count)/float64(f.Of), 1-ratio*spread, 1-ratio/spread
	f.Judged, f.Met = true, f.Value >= 0.9
	return f
}
