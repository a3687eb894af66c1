package simulate

import (
	"cmp"
	"slices"
)

// Again is a listing that the service met as one which shows what was removed, with the removal that it goes by.
type Again struct {
	Right    string  `json:"right"`     // kind of the right that was said to be infringed
	True     bool    `json:"true"`      // the listing infringes it
	SameFile bool    `json:"same_file"` // else an edited copy
	Chance   float64 `json:"chance"`    // of the finding
	Verdict  float64 `json:"verdict"`   // on the right as a whole

	Removed     string `json:"removed"`      // kind of the listing that was removed
	RemovedTrue bool   `json:"removed_true"` // it infringed that right
	RemovedBy   string `json:"removed_by"`   // person, or service
	Said        said   `json:"said"`         // of the removed listing about the right, by signal
	Sellers     int    `json:"sellers"`      // others who showed the same file before this listing
	Title       string `json:"title,omitempty"`
}

// maxAgain bounds what is kept of them.
const maxAgain = 200

// met is a finding of what was removed, as it was told.
type met struct {
	listing         *Listing
	right           *Right
	chance, verdict float64
	relisting       relisting
}

// meet keeps what the scoring of a listing said of removals.
func (m *month) meet(l *Listing, s scored) {
	for _, f := range s.Result.Report.Findings {
		right := m.rights[f.Right]
		if f.Relisted == nil || f.Support || f.Excused || right == nil {
			continue
		}
		at := met{listing: l, right: right, chance: f.Probability, relisting: *f.Relisted}
		for _, v := range s.Result.Report.Verdicts {
			if v.Right == f.Right {
				at.verdict = v.Probability
			}
		}
		m.met = append(m.met, at)
	}
}

// again tells what was met, those that were wrong first.
func (m *month) again() []Again {
	var out []Again
	for _, f := range m.met {
		rec := m.cases[f.relisting.Case]
		if rec == nil || rec.listing == nil {
			continue
		}
		a := Again{Right: f.right.Kind, True: f.listing.infringes(f.right), SameFile: f.relisting.Cosine == 1, Chance: f.chance, Verdict: f.verdict,
			Removed: rec.listing.Kind, RemovedTrue: rec.Truth.Infringes, RemovedBy: "person", Said: rec.listing.said[f.right], Title: f.listing.Title}
		if rec.Automatic {
			a.RemovedBy = "service"
		}
		before := map[string]bool{}
		for _, l := range m.listings {
			if l.picture == f.listing.picture && l.PutUp.Before(f.listing.PutUp) && l.Seller != f.listing.Seller && l.Seller != rec.listing.Seller {
				before[l.Seller] = true
			}
		}
		a.Sellers = len(before)
		out = append(out, a)
	}
	slices.SortStableFunc(out, func(a, b Again) int { return cmp.Compare(rank(a), rank(b)) })
	return out[:min(len(out), maxAgain)]
}

func rank(a Again) int {
	if a.True {
		return 1
	}
	return 0
}
