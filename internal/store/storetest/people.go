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
		Secret: "SECRET", CodeAt: 7, Failures: 2, LockedTo: T0.Add(time.Hour), Demo: true, CreatedAt: T0,
		Recovery: []string{"aa", "bb"}, External: "https://id.example 7", Provisional: true}
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
	byExternal, err := s.PersonByExternal(ctx, ada.External)
	samePerson(t, changed, byExternal, err)
	if _, err := s.PersonByExternal(ctx, ""); !errors.Is(err, people.ErrNotFound) {
		t.Errorf("nobody's identity: %v", err)
	}
	thief := bob
	if thief.External = ada.External; !errors.Is(s.PutPerson(ctx, thief), people.ErrTaken) {
		t.Error("an identity was given twice")
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
		v := people.Session{Token: []byte(token), Person: person, CreatedAt: T0, SeenAt: T0, ExpiresAt: until, Agent: "Browser " + token}
		if err := s.AddSession(ctx, v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	one := add("one", "per_1", T0.Add(time.Hour))
	two := add("two", "per_1", T0.Add(2*time.Hour))
	add("three", "per_2", T0.Add(3*time.Hour))
	one.SeenAt, one.ExpiresAt = T0.Add(time.Minute), T0.Add(4*time.Hour)
	if err := s.TouchSession(ctx, one.Token, one.SeenAt, one.ExpiresAt); err != nil {
		t.Fatal(err)
	}
	mine, err := s.Sessions(ctx, "per_1")
	samePerson(t, []people.Session{one, two}, mine, err)
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

func testPersonNotes(t *testing.T, s Store) {
	ctx := t.Context()
	note := func(person, kind, name, doc string, at time.Time) people.Note {
		n := people.Note{Person: person, Kind: kind, Name: name, Doc: doc, At: at}
		if err := s.PutNote(ctx, n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	note("per_1", "view", "b", `{}`, T0)
	b := note("per_1", "view", "b", `{"x":1}`, T0.Add(time.Hour)) // replaces
	a := note("per_1", "view", "a 李", `{}`, T0)
	note("per_2", "view", "a", `{}`, T0)
	note("per_1", "case", "a", `{}`, T0)
	all, err := s.Notes(ctx, "per_1", "view", 10)
	samePerson(t, []people.Note{a, b}, all, err)
	few, err := s.Notes(ctx, "per_1", "view", 1)
	samePerson(t, []people.Note{a}, few, err)
	got, err := s.Note(ctx, "per_1", "view", "b")
	samePerson(t, b, got, err)
	if err := s.DropNotes(ctx, "view", T0.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	left, err := s.Notes(ctx, "per_1", "view", 10)
	samePerson(t, []people.Note{b}, left, err)
	if err := s.DropNote(ctx, "per_1", "view", "b"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Note(ctx, "per_1", "view", "b"); !errors.Is(err, people.ErrNotFound) {
		t.Errorf("a dropped note: %v", err)
	}
	if _, err := s.Note(ctx, "per_1", "case", "a"); err != nil {
		t.Errorf("a note of another kind: %v", err)
	}
}
