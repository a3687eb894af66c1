package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"touchstone/internal/people"
)

var (
	ada = people.Person{ID: "per_1", Email: "ada@example.com", Name: "Ada 李", Role: "reviewer", Account: "market", Language: "zh", Password: "$argon2id$x",
		Secret: "SECRET", CodeAt: 7, Failures: 2, LockedTo: T0.Add(time.Hour), Demo: true, CreatedAt: T0}
	bob = people.Person{ID: "per_2", Email: "bob@example.com", Role: "holder", Account: "brand", Subject: "hld_1", CreatedAt: T0}
)

func testPeople(t *testing.T, s Store) {
	ctx := t.Context()
	for _, p := range []people.Person{bob, ada} {
		if err := s.AddPerson(ctx, p); err != nil {
			t.Fatal(err)
		}
	}
	twin := ada
	if twin.ID = "per_3"; !errors.Is(s.AddPerson(ctx, twin), people.ErrTaken) {
		t.Error("an address was given twice")
	}
	byID, err := s.Person(ctx, "per_1")
	samePerson(t, ada, byID, err)
	byEmail, err := s.PersonByEmail(ctx, "ada@example.com")
	samePerson(t, ada, byEmail, err)
	changed := ada
	changed.Failures, changed.LockedTo, changed.Disabled, changed.Language = 0, time.Time{}, true, "de"
	if err := s.PutPerson(ctx, changed); err != nil {
		t.Fatal(err)
	}
	all, err := s.People(ctx, "")
	samePerson(t, []people.Person{changed, bob}, all, err)
	some, err := s.People(ctx, "brand")
	samePerson(t, []people.Person{bob}, some, err)
	if _, err := s.Person(ctx, "per_9"); !errors.Is(err, people.ErrNotFound) {
		t.Errorf("nobody: %v", err)
	}
	if err := s.PutPerson(ctx, people.Person{ID: "per_9"}); !errors.Is(err, people.ErrNotFound) {
		t.Errorf("changing nobody: %v", err)
	}
}

func samePerson[T any](t *testing.T, want, got T, err error) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func testSessions(t *testing.T, s Store) {
	ctx := t.Context()
	for _, p := range []people.Person{ada, bob} {
		if err := s.AddPerson(ctx, p); err != nil {
			t.Fatal(err)
		}
	}
	add := func(token, person string, until time.Time) people.Session {
		v := people.Session{Token: []byte(token), Person: person, CreatedAt: T0, SeenAt: T0, ExpiresAt: until}
		if err := s.AddSession(ctx, v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	one := add("one", "per_1", T0.Add(time.Hour))
	add("two", "per_1", T0.Add(2*time.Hour))
	add("three", "per_2", T0.Add(3*time.Hour))
	one.SeenAt, one.ExpiresAt = T0.Add(time.Minute), T0.Add(4*time.Hour)
	if err := s.TouchSession(ctx, one.Token, one.SeenAt, one.ExpiresAt); err != nil {
		t.Fatal(err)
	}
	got, err := s.Session(ctx, one.Token)
	samePerson(t, one, got, err)
	gone := func(token string, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Session(ctx, []byte(token)); !errors.Is(err, people.ErrNotFound) {
			t.Errorf("session %s is there: %v", token, err)
		}
	}
	gone("two", s.DropExpired(ctx, T0.Add(2*time.Hour)))
	gone("one", s.DropSessions(ctx, "per_1"))
	gone("three", s.DropSession(ctx, []byte("three")))
}
