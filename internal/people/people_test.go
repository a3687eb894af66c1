package people_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/pquerna/otp/totp"

	"touchstone/internal/people"
	"touchstone/internal/seal"
	"touchstone/internal/store/sqlite"
)

// cheap hashing keeps tests quick; what is tested is what surrounds it.
var cheap = &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}

const password = "a long enough one"

type world struct {
	*people.People
	store people.Store
	now   time.Time
	ada   people.Person
}

func newWorld(t *testing.T, cfg people.Config) *world {
	t.Helper()
	store, err := sqlite.Open(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	w := &world{store: store, now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	cfg.Params = cheap
	if cfg.Seal == nil {
		cfg.Seal = seal.New()
	}
	if w.People, err = people.New(store, cfg, func() time.Time { return w.now }); err != nil {
		t.Fatal(err)
	}
	if w.ada, err = w.Add(t.Context(), people.Person{ID: "per_1", Email: "Ada@Example.com", Role: "reviewer"}, password); err != nil {
		t.Fatal(err)
	}
	return w
}

func TestSignInAndOut(t *testing.T) {
	w := newWorld(t, people.Config{})
	ctx := t.Context()
	token, who, err := w.SignIn(ctx, " ada@example.COM ", password, "", "test")
	if err != nil || who.ID != "per_1" {
		t.Fatal(who, err)
	}
	if got, err := w.Resume(ctx, token); err != nil || got.Email != "ada@example.com" {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := w.Resume(ctx, token+"x"); !errors.Is(err, people.ErrSession) {
		t.Errorf("a made-up token: %v", err)
	}
	if err := w.SignOut(ctx, token); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Resume(ctx, token); !errors.Is(err, people.ErrSession) {
		t.Errorf("after signing out: %v", err)
	}
}

// TestWrong: an unknown address and a wrong password are told apart by nothing.
func TestWrong(t *testing.T) {
	w := newWorld(t, people.Config{})
	for name, c := range map[string][2]string{
		"password": {"ada@example.com", "another long one"}, "address": {"bob@example.com", password}, "no address": {"", password}, "garbage": {"<<>>", "\xff"},
	} {
		if _, _, err := w.SignIn(t.Context(), c[0], c[1], "", "test"); !errors.Is(err, people.ErrSignIn) || err.Error() != people.ErrSignIn.Error() {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLock(t *testing.T) {
	w := newWorld(t, people.Config{Tries: 3, Lock: time.Minute})
	ctx := t.Context()
	try := func(p string) error { _, _, err := w.SignIn(ctx, "ada@example.com", p, "", "test"); return err }
	for range 3 {
		if err := try("wrong wrong wrong"); !errors.Is(err, people.ErrSignIn) {
			t.Fatal(err)
		}
	}
	var locked *people.LockedError
	if err := try(password); !errors.As(err, &locked) || !locked.Until.Equal(w.now.Add(time.Minute)) {
		t.Fatalf("the right password during the lock: %v", err)
	}
	w.now = w.now.Add(time.Minute)
	if err := try("wrong wrong wrong"); !errors.Is(err, people.ErrSignIn) {
		t.Fatal(err)
	}
	if err := try(password); !errors.As(err, &locked) || !locked.Until.Equal(w.now.Add(2*time.Minute)) {
		t.Fatalf("the second lock is not twice the first: %v", err)
	}
	w.now = w.now.Add(2 * time.Minute)
	if err := try(password); err != nil {
		t.Fatal(err)
	}
	if p, err := w.store.Person(ctx, "per_1"); err != nil || p.Failures != 0 {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestCodes(t *testing.T) {
	w := newWorld(t, people.Config{})
	ctx := t.Context()
	secret, url, err := w.NewSecret(w.ada)
	if err != nil || url == "" {
		t.Fatal(err)
	}
	code := func() string {
		c, err := totp.GenerateCode(secret, w.now)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	if _, err := w.Confirm(ctx, "per_1", secret, "000000"); err == nil {
		t.Error("any code turned codes on")
	}
	if _, err := w.Confirm(ctx, "per_1", secret, code()); err != nil {
		t.Fatal(err)
	}
	kept, err := w.store.Person(ctx, "per_1")
	if err != nil || !strings.HasPrefix(kept.Secret, "sealed:") {
		t.Errorf("the secret lies in the store as %q, %v", kept.Secret, err)
	}
	kept.Secret = secret // as an earlier version kept it
	if err := w.store.PutPerson(ctx, kept); err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{1, 0} {
		if n, err := w.Reseal(ctx); err != nil || n != want {
			t.Errorf("round %d sealed %d, %v", i, n, err)
		}
	}
	in := func(code string) error {
		_, _, err := w.SignIn(ctx, "ada@example.com", password, code, "test")
		return err
	}
	if err := in(""); !errors.Is(err, people.ErrCode) {
		t.Errorf("without a code: %v", err)
	}
	if err := in(code()); !errors.Is(err, people.ErrSignIn) {
		t.Errorf("a code was taken twice: %v", err)
	}
	w.now = w.now.Add(time.Minute)
	if err := in(code()); err != nil {
		t.Errorf("a new code: %v", err)
	}
}

func TestSessionsEnd(t *testing.T) {
	w := newWorld(t, people.Config{Idle: time.Hour, Longest: 3 * time.Hour})
	ctx := t.Context()
	in := func() string {
		token, _, err := w.SignIn(ctx, "ada@example.com", password, "", "test")
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	over := func(what, token string) {
		t.Helper()
		if _, err := w.Resume(ctx, token); !errors.Is(err, people.ErrSession) {
			t.Errorf("%s: %v", what, err)
		}
	}
	idle := in()
	w.now = w.now.Add(61 * time.Minute)
	over("unused for an hour", idle)
	long := in()
	for range 3 {
		w.now = w.now.Add(50 * time.Minute)
		if _, err := w.Resume(ctx, long); err != nil {
			t.Fatal(err)
		}
	}
	w.now = w.now.Add(50 * time.Minute)
	over("used for too long", long)
	before := in()
	if err := w.Change(ctx, "per_1", "not the old one", "quite another one"); !errors.Is(err, people.ErrSignIn) {
		t.Errorf("a wrong old password: %v", err)
	}
	if err := w.Change(ctx, "per_1", password, "quite another one"); err != nil {
		t.Fatal(err)
	}
	over("the password changed", before)
	if _, _, err := w.SignIn(ctx, "ada@example.com", "quite another one", "", "test"); err != nil {
		t.Error(err)
	}
	if err := w.Disable(ctx, "per_1", true); err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.SignIn(ctx, "ada@example.com", "quite another one", "", "test"); !errors.Is(err, people.ErrSignIn) {
		t.Errorf("a disabled person: %v", err)
	}
	if err := w.Tidy(context.WithoutCancel(ctx)); err != nil {
		t.Error(err)
	}
}

func TestInput(t *testing.T) {
	w := newWorld(t, people.Config{})
	for name, c := range map[string]struct {
		email, password string
	}{
		"short": {"b@example.com", "short"}, "one letter": {"b@example.com", "aaaaaaaaaaaaaa"}, "the address": {"bob@example.com", "bob@example.com"}, "no address": {"bob", password},
		"name and address": {"Bob <b@example.com>", password},
	} {
		var fault *people.InputError
		if _, err := w.Add(t.Context(), people.Person{ID: "per_2", Email: c.email}, c.password); !errors.As(err, &fault) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.Add(t.Context(), people.Person{ID: "per_2", Email: "ADA@example.com"}, password); !errors.Is(err, people.ErrTaken) {
		t.Errorf("an address twice: %v", err)
	}
}

// TestProduction: who was made for a demonstration does not get in, by password or by an old session.
func TestProduction(t *testing.T) {
	w := newWorld(t, people.Config{})
	ctx := t.Context()
	if _, err := w.Add(ctx, people.Person{ID: "per_2", Email: "demo@example.com", Demo: true}, password); err != nil {
		t.Fatal(err)
	}
	token, _, err := w.SignIn(ctx, "demo@example.com", password, "", "test")
	if err != nil {
		t.Fatal(err)
	}
	production, err := people.New(w.store, people.Config{Production: true, Params: cheap}, func() time.Time { return w.now })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := production.Resume(ctx, token); !errors.Is(err, people.ErrSession) {
		t.Errorf("an old session: %v", err)
	}
	if _, _, err := production.SignIn(ctx, "demo@example.com", password, "", "test"); !errors.Is(err, people.ErrSignIn) {
		t.Errorf("signing in: %v", err)
	}
}
