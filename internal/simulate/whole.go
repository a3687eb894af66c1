package simulate

import "context"

// wholeAtMost is how many listings and sellers a month may have to be gone through as a whole.
const wholeAtMost = 200_000

// whole adds what a part of a month is too small to show: linked sellers and notifiers of the whole month, held against the libraries that
// the service uses, without scoring a listing.
func (c Campaign) whole(ctx context.Context, out *Outcome) error {
	p := c.Params
	p.Scale = 1
	if p.Listings.Count == 0 || p.Listings.Count > wholeAtMost || p.Sellers.Honest+p.Sellers.Copyists > wholeAtMost {
		return nil
	}
	var runs []Result
	for _, seed := range c.Seeds {
		w := NewWorld(p, seed, nil)
		rings, err := MeasureRings(ctx, w)
		if err != nil {
			return err
		}
		n := MeasureNotifiers(w)
		runs = append(runs, Result{Rings: rings, AbusersLocked: n.Locked, GoodHindered: n.Hindered})
	}
	out.Whole = append([]Figure{lockedFigure(runs), hinderedFigure(runs)}, ringFigures(runs)...)
	return nil
}

func lockedFigure(runs []Result) Figure {
	return share("abusive notifiers locked out", "", "–", goal{text: "90 %", bound: 0.9}, runs, func(r Result) Share { return r.AbusersLocked })
}

func hinderedFigure(runs []Result) Figure {
	return share("good notifiers hindered", "a founded notice was refused", "–", goal{text: "none", most: true}, runs, func(r Result) Share { return r.GoodHindered })
}
