package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"touchstone/internal/people"
)

// People holds a store to what internal/people promises.
func People(t *testing.T, open func(t *testing.T) people.Store) {
	at := time.Date(2026, 5, 4, 3, 2, 1, 123000, time.UTC)
	ada := people.Person{ID: "per_1", Email: "ada@example.com", Name: "Ada 李", Role: "reviewer", Account: "market", Language: "zh", Password: "$argon2id$x",
		Secret: "SECRET", CodeAt: 7, Failures: 2, LockedTo: at.Add(time.Hour), Demo: true, CreatedAt: at}
	bob := people.Person{ID: "per_2", Email: "bob@example.com", Role: "holder", Account: "brand", Subject: "hld_1", CreatedAt: at}
	t.Run("people", func(t *testing.T) {
		s, ctx := open(t), t.Context()
		for _, p := range []people.Person{bob, ada} {
			if err := s.AddPerson(ctx, p); err != nil {
				t.Fatal(err)
			}
		}
		twin := ada
		if twin.ID = "per_3"; !errors.Is(s.AddPerson(ctx, twin), people.ErrTaken) {
			t.Error("an address was given twice")
		}
		for _, read := range []func() (people.Person, error){
			func() (people.Person, error) { return s.Person(ctx, "per_1") },
			func() (people.Person, error) { return s.PersonByEmail(ctx, "ada@example.com") },
		} {
			got, err := read()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(ada, got); diff != "" {
				t.Error(diff)
			}
		}
		changed := ada
		changed.Failures, changed.LockedTo, changed.Disabled, changed.Language = 0, time.Time{}, true, "de"
		if err := s.PutPerson(ctx, changed); err != nil {
			t.Fatal(err)
		}
		all, err := s.People(ctx, "")
		if diff := cmp.Diff([]people.Person{changed, bob}, all); diff != "" || err != nil {
			t.Error(diff, err)
		}
		some, err := s.People(ctx, "brand")
		if diff := cmp.Diff([]people.Person{bob}, some); diff != "" || err != nil {
			t.Error(diff, err)
		}
		if _, err := s.Person(ctx, "per_9"); !errors.Is(err, people.ErrNotFound) {
			t.Errorf("nobody: %v", err)
		}
		if err := s.PutPerson(ctx, people.Person{ID: "per_9"}); !errors.Is(err, people.ErrNotFound) {
			t.Errorf("changing nobody: %v", err)
		}
	})
	t.Run("sessions", func(t *testing.T) {
		s, ctx := open(t), t.Context()
		for _, p := range []people.Person{ada, bob} {
			if err := s.AddPerson(ctx, p); err != nil {
				t.Fatal(err)
			}
		}
		add := func(token, person string, until time.Time) people.Session {
			v := people.Session{Token: []byte(token), Person: person, CreatedAt: at, SeenAt: at, ExpiresAt: until}
			if err := s.AddSession(ctx, v); err != nil {
				t.Fatal(err)
			}
			return v
		}
		one := add("one", "per_1", at.Add(time.Hour))
		add("two", "per_1", at.Add(2*time.Hour))
		add("three", "per_2", at.Add(3*time.Hour))
		one.SeenAt, one.ExpiresAt = at.Add(time.Minute), at.Add(4*time.Hour)
		if err := s.TouchSession(ctx, one.Token, one.SeenAt, one.ExpiresAt); err != nil {
			t.Fatal(err)
		}
		got, err := s.Session(ctx, one.Token)
		if diff := cmp.Diff(one, got); diff != "" || err != nil {
			t.Error(diff, err)
		}
		gone := func(token string) {
			t.Helper()
			if _, err := s.Session(ctx, []byte(token)); !errors.Is(err, people.ErrNotFound) {
				t.Errorf("session %s is there: %v", token, err)
			}
		}
		if err := s.DropExpired(ctx, at.Add(2*time.Hour)); err != nil {
			t.Fatal(err)
		}
		gone("two")
		if err := s.DropSessions(ctx, "per_1"); err != nil {
			t.Fatal(err)
		}
		gone("one")
		if err := s.DropSession(ctx, []byte("three")); err != nil {
			t.Fatal(err)
		}
		gone("three")
	})
}
