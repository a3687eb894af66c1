package simulate

import (
	"context"
	"maps"
	"math"
	"slices"
)

// Doubled is how two figures move when copyists use one evasion twice as often, reckoned from a month in which every evasion is as frequent
// as every other (see Campaign.double).
type Doubled struct {
	What    string `json:"what"` // picture or keyword
	Name    string `json:"name"`
	Seen    int    `json:"seen"`    // listings hidden that way
	Stopped Moved  `json:"stopped"` // without a notice; of a month of notices: decided without a person
	Before  Moved  `json:"before"`  // of all that infringe: stopped before the first sale
}

// Moved is a share as it would be, and by how much it differs from that of the file's weights, with a 95 % interval.
type Moved struct {
	Value float64 `json:"value"`
	By    float64 `json:"by"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// Even is a month in which each kind of infringement and each evasion is as frequent as every other, and what it came to by both.
type Even struct {
	Result Result  `json:"result"`
	Value  float64 `json:"value"`  // stopped without a notice, at the weights of the file
	Before float64 `json:"before"` // stopped before the first sale
}

// Caught is what became of the infringing listings of one kind that were hidden in one way.
type Caught struct {
	Stopped Share `json:"stopped"` // without a notice, or on a notice without a person
	Before  Share `json:"before"`  // before the first sale
}

// catch counts an infringing listing.
func (r *Result) catch(l *Listing, stopped, before bool) {
	if r.ByEvasion == nil {
		r.ByEvasion = map[string]*Caught{}
	}
	k := stratum(l.Kind, l.Evasion)
	if r.ByEvasion[k] == nil {
		r.ByEvasion[k] = &Caught{}
	}
	r.ByEvasion[k].Stopped.add(stopped)
	r.ByEvasion[k].Before.add(before)
}

func stratum(kind, evasion string) string { return kind + "/" + evasion }

// evenHonest is how many honest sellers an even month has: they are there to be framed, and sell nothing.
const evenHonest = 200

// even are the parameters of a month of the same copyists in which every kind and every evasion that the file has is as frequent as every
// other. Innocent listings are left out, since no evasion touches them, and the month is never smaller: a tenth of the listings would
// show nothing of an evasion that is one of fifty.
func (p Params) even() Params {
	flat := func(w map[string]float64) map[string]float64 {
		out := maps.Clone(w)
		for name, v := range out {
			if v > 0 {
				out[name] = 1
			}
		}
		return out
	}
	p.Evasions = Evasions{Picture: flat(p.Evasions.Picture), Keyword: flat(p.Evasions.Keyword)}
	p.Listings.Kinds = flat(p.Listings.Kinds)
	p.Sellers.Honest, p.Scale, p.Twin = min(p.Sellers.Honest, evenHonest), 1, false
	if p.Listings.Count > 0 {
		p.Listings.Count, p.Listings.Infringing = max(1, int(math.Round(float64(p.Listings.Count)*p.Listings.Infringing))), 1
	} else {
		p.Notices.Count, p.Notices.Unfounded = max(1, p.Notices.Count/100), 0
	}
	return p
}

// double reckons what becomes of the month when copyists use each evasion twice as often. Every evasion is lived as often as every other in
// one month a seed, and the file's weights, as they are and doubled, are put on what was seen of each kind hidden in each way: of
// rare ones as much is seen as of frequent ones, and one month answers for all. What it leaves out is that evasions might help each other.
func (c Campaign) double(ctx context.Context, out *Outcome, o Options) error {
	var runs []Result
	for _, seed := range c.Seeds {
		r, err := c.one(ctx, c.Params.even(), seed, "even", o)
		if err != nil {
			return err
		}
		runs = append(runs, r)
	}
	seen := caught(runs)
	out.Even = &Even{Result: runs[0], Value: seen.at(c.Params, stoppedOf), Before: seen.at(c.Params, beforeOf)}
	for _, what := range []string{"picture", "keyword"} {
		for _, name := range slices.Sorted(maps.Keys(c.Params.weights(what))) {
			if name == "none" || c.Params.weights(what)[name] == 0 {
				continue
			}
			out.Doubled = append(out.Doubled, seen.double(c.Params, what, name))
		}
	}
	return nil
}

// weights are those of the evasions of one sort.
func (p Params) weights(what string) map[string]float64 {
	if what == "keyword" {
		return p.Evasions.Keyword
	}
	return p.Evasions.Picture
}

// twice is the file with the weight of one evasion doubled.
func (p Params) twice(what, name string) Params {
	more := maps.Clone(p.weights(what))
	more[name] *= 2
	if what == "keyword" {
		p.Evasions.Keyword = more
	} else {
		p.Evasions.Picture = more
	}
	return p
}

// strata are what was seen, by kind and evasion.
type strata map[string]Caught

func caught(runs []Result) strata {
	out := strata{}
	for _, r := range runs {
		for k, c := range r.ByEvasion {
			sum := out[k]
			sum.Stopped.Count, sum.Stopped.Of = sum.Stopped.Count+c.Stopped.Count, sum.Stopped.Of+c.Stopped.Of
			sum.Before.Count, sum.Before.Of = sum.Before.Count+c.Before.Count, sum.Before.Of+c.Before.Of
			out[k] = sum
		}
	}
	return out
}

func stoppedOf(c Caught) Share { return c.Stopped }
func beforeOf(c Caught) Share  { return c.Before }

// mix is which part of the infringing listings each stratum is at the weights of a file. What was not seen is left out, and the rest
// of its kind stands for it.
func (s strata) mix(p Params) map[string]float64 {
	out, sum := map[string]float64{}, 0.0
	for kind, w := range p.Listings.Kinds {
		what := "picture"
		if kind == kindKeyword {
			what = "keyword"
		}
		all := 0.0
		for name, v := range p.weights(what) {
			if s[stratum(kind, name)].Stopped.Of > 0 {
				all += v
			}
		}
		for name, v := range p.weights(what) {
			if k := stratum(kind, name); s[k].Stopped.Of > 0 && v > 0 {
				out[k] = w * v / all
				sum += out[k]
			}
		}
	}
	for k := range out {
		out[k] /= sum
	}
	return out
}

// at is a share at the weights of a file.
func (s strata) at(p Params, of func(Caught) Share) float64 {
	sum := 0.0
	for k, part := range s.mix(p) {
		sum += part * of(s[k]).Value()
	}
	return sum
}

// double is what becomes of both shares.
func (s strata) double(p Params, what, name string) Doubled {
	d := Doubled{What: what, Name: name, Stopped: s.move(p, what, name, stoppedOf), Before: s.move(p, what, name, beforeOf)}
	for _, kind := range Kinds() {
		if (kind == kindKeyword) == (what == "keyword") {
			d.Seen += s[stratum(kind, name)].Stopped.Of
		}
	}
	return d
}

// move is the difference of two weighted means of the same strata, whose variance is that of its terms. Of each stratum two listings that
// were stopped and two that were not are added for the variance alone (Agresti and Coull, 1998), so that few say little.
func (s strata) move(p Params, what, name string, of func(Caught) Share) Moved {
	before, after := s.mix(p), s.mix(p.twice(what, name))
	m := Moved{}
	variance := 0.0
	for k, part := range after {
		v := of(s[k])
		n := float64(v.Of) + 4
		q := (float64(v.Count) + 2) / n
		m.Value += part * v.Value()
		m.By += (part - before[k]) * v.Value()
		variance += (part - before[k]) * (part - before[k]) * q * (1 - q) / n
	}
	half := z * math.Sqrt(variance)
	m.Low, m.High = m.By-half, m.By+half
	return m
}
