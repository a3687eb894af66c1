package httpapi

import (
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/httpapi/rest"
)

// Right is a right as it is answered: its dates are days, as they were given.
type Right struct {
	casework.Right
	FiledOn   string `json:"filed_on,omitempty" format:"date"`
	GrantedOn string `json:"granted_on,omitempty" format:"date"`
	ExpiresOn string `json:"expires_on,omitempty" format:"date" doc:"the last day in force"`
}

func rightView(r casework.Right) Right {
	return Right{Right: r, FiledOn: dayOf(r.FiledOn), GrantedOn: dayOf(r.GrantedOn), ExpiresOn: dayOf(r.ExpiresOn)}
}

// RightPage is one page of rights.
type RightPage struct {
	Rights []Right `json:"rights"`
	Next   string  `json:"next,omitempty" doc:"after of the next page; none on the last"`
}

func rightPageView(p casework.RightPage) RightPage {
	out := RightPage{Rights: make([]Right, len(p.Rights)), Next: p.Next}
	for i, r := range p.Rights {
		out.Rights[i] = rightView(r)
	}
	return out
}

// AuthorizedSeller is an authorised seller as it is answered: its dates are days, as they were given.
type AuthorizedSeller struct {
	casework.AuthorizedSeller
	ValidFrom string `json:"valid_from,omitempty" format:"date"`
	ValidTo   string `json:"valid_to,omitempty" format:"date" doc:"the last day"`
}

func sellerView(s casework.AuthorizedSeller) AuthorizedSeller {
	return AuthorizedSeller{AuthorizedSeller: s, ValidFrom: dayOf(s.ValidFrom), ValidTo: dayOf(s.ValidTo)}
}

// Reference is a reference as it is answered, with whether it can be found.
type Reference struct {
	casework.Reference
	State string `json:"state" enum:"searchable,waiting,failing" doc:"whether the index holds it; of a failing one problem says why, and it is tried again"`
}

func referenceView(r casework.Reference) Reference { return Reference{r, r.IndexState()} }

// dayOf writes a date of the registry, which is a time at midnight UTC, as the day that it is.
func dayOf(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// cursor checks the query parameter after: the ID that a page before ended with, or nothing.
func cursor(prefix, after string) error { return cursorAt("query.after", prefix, after) }

// cursorAt is cursor for a parameter of another name.
func cursorAt(location, prefix, after string) error { return rest.Cursor(location, prefix, after) }
