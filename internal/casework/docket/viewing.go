package docket

import (
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
)

// ViewingMinutes is how long looks of one person at one version of a case are one viewing.
const ViewingMinutes = 15

// mostViewings is how many viewings are remembered; one that is forgotten becomes another row, and never none.
const mostViewings = 10_000

// viewing is one person at one version of a case.
type viewing struct {
	who, id string
	version int64
}

// viewings remembers which viewings the audit log has. It is safe for concurrent use.
type viewings struct {
	kept *lru.Cache[viewing, time.Time]
}

func newViewings() viewings {
	kept, err := lru.New[viewing, time.Time](mostViewings)
	if err != nil {
		panic(err) // the size is positive
	}
	return viewings{kept}
}

// since tells whether the log has the viewing as one that still goes on.
func (v viewings) since(x viewing, now time.Time) bool {
	at, ok := v.kept.Get(x)
	return ok && !now.Before(at) && now.Sub(at) < ViewingMinutes*time.Minute
}

func (v viewings) note(x viewing, now time.Time) { v.kept.Add(x, now) }
