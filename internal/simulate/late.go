package simulate

import (
	"cmp"
	"slices"
	"time"
)

// Late is a listing that was taken down without a notice, and after it had been sold.
type Late struct {
	Kind      string  `json:"kind"`
	Evasion   string  `json:"evasion,omitempty"`
	Hot       bool    `json:"hot"`       // sells soon
	Hour      int     `json:"hour"`      // of the day at which it was put up (UTC)
	SoldIn    float64 `json:"sold_in"`   // hours
	DownIn    float64 `json:"down_in"`   // hours
	Band      string  `json:"band"`      // that it was scored into
	Automatic bool    `json:"automatic"` // decided without a person
	Chances   said    `json:"chances"`   // by signal
}

// maxLate bounds what is kept of them.
const maxLate = 100

// late tells of the listings that were sold before they were taken down, in the order in which they were put up.
func (m *month) late(automatic map[*Listing]bool) []Late {
	var out []Late
	list := slices.SortedFunc(slices.Values(m.offered), func(a, b *Listing) int { return cmp.Or(a.PutUp.Compare(b.PutUp), cmp.Compare(a.no, b.no)) })
	for _, l := range list {
		if !l.proactive || !l.tooLate || len(out) == maxLate {
			continue
		}
		out = append(out, Late{Kind: l.Kind, Evasion: l.Evasion, Hot: l.Hot, Hour: l.PutUp.Hour(), SoldIn: hoursOf(l.SoldAt.Sub(l.PutUp)), DownIn: hoursOf(l.stoppedAt.Sub(l.PutUp)),
			Band: l.band, Automatic: automatic[l], Chances: l.said[l.Right]})
	}
	return out
}

func hoursOf(d time.Duration) float64 { return float64(d.Round(time.Minute)) / float64(time.Hour) }
