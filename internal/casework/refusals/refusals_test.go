package refusals

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/store/sqlite"
)

var eve = casework.Actor{Account: "acme", Role: "holder", Key: "k1"}

func rows(t *testing.T, s *sqlite.Store) (out []string) {
	t.Helper()
	list, err := s.Audits(t.Context(), "", 0, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		out = append(out, fmt.Sprintf("%s|%s|%s", e.Actor, e.Action, e.Subject))
	}
	return out
}

func open(t *testing.T) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestEachKindOnceWithItsNumber(t *testing.T) {
	s := open(t)
	r := New(s, nil, nil)
	id := "cas_06h07ks4sxs1na418sxtmjqf34"
	for range 3 {
		r.Note(Refusal{eve, "GET", "/v1/cases/:id", id, 404})
	}
	r.Note(Refusal{casework.Actor{}, "POST", "/v1/score", "", 401})
	r.Note(Refusal{eve, "GET", "/v1/cases/:id", "anna@example.org", 404}) // what strangers write stays out
	for range 2 {
		if err := r.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"nobody|request.refused 401 POST /v1/score x1|",
		"holder:acme/k1|request.refused 404 GET /v1/cases/:id x1|",
		"holder:acme/k1|request.refused 404 GET /v1/cases/:id x3|" + id,
	}
	got := rows(t, s)
	if len(got) == 3 && strings.HasSuffix(got[1], id) { // of one kind, in any order
		got[1], got[2] = got[2], got[1]
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestAFloodIsBounded(t *testing.T) {
	s := open(t)
	r := New(s, nil, nil)
	var group sync.WaitGroup
	for w := range 4 {
		group.Go(func() {
			for i := range most {
				r.Note(Refusal{Actor: casework.Actor{Key: fmt.Sprint(w, "-", i)}, Method: "GET", Route: "/v1/x", Status: 403})
			}
		})
	}
	group.Wait()
	if err := r.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := rows(t, s)
	if len(got) != most+1 || got[most] != fmt.Sprintf("nobody|request.refused 0 ANY others x%d|", 3*most) {
		t.Errorf("%d rows, the last %q", len(got), got[len(got)-1])
	}
}

// failing is a store that is away for a while.
type failing struct {
	Store
	away bool
}

func (f *failing) Update(ctx context.Context, fn func(docket.Tx) error) error {
	if f.away {
		return errors.New("away")
	}
	return f.Store.Update(ctx, fn)
}

func TestNothingIsLostWhileTheStoreIsAway(t *testing.T) {
	s := open(t)
	f := &failing{s, true}
	r := New(f, nil, nil)
	note := Refusal{eve, "GET", "/v1/events", "", 403}
	r.Note(note)
	if err := r.Flush(t.Context()); err == nil {
		t.Fatal("no error")
	}
	r.Note(note)
	f.away = false
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r.Run(ctx, time.Hour) // writes what is left
	if got := rows(t, s); len(got) != 1 || !strings.Contains(got[0], "x2") {
		t.Errorf("%q", got)
	}
}
