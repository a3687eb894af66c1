package people_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"touchstone/internal/people"
)

func (w *world) person(t *testing.T) people.Person {
	t.Helper()
	p, err := w.store.Person(t.Context(), "per_1")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// enrol turns codes on and gives the codes that stand in for them.
func (w *world) enrol(t *testing.T) []string {
	t.Helper()
	secret, url, err := w.Enrol(t.Context(), w.ada)
	again, _, err2 := w.Enrol(t.Context(), w.ada) // the page is loaded twice
	if err != nil || err2 != nil || secret != again {
		t.Fatal(err, err2, "another secret for the same page")
	}
	if img, err := people.Picture(url, 220); err != nil || img.Bounds().Dx() != 220 {
		t.Fatal(err)
	}
	if _, err := w.Enrolled(t.Context(), w.ada, "000000"); !errors.Is(err, people.ErrSignIn) {
		t.Errorf("any code: %v", err)
	}
	code, err := totp.GenerateCode(secret, w.now)
	if err != nil {
		t.Fatal(err)
	}
	codes, err := w.Enrolled(t.Context(), w.ada, code)
	if err != nil || len(codes) != 10 {
		t.Fatal(codes, err)
	}
	return codes
}

// TestRecovery: each code stands in once, whatever its case and hyphens, and none is kept as it is.
func TestRecovery(t *testing.T) {
	w := newWorld(t, people.Config{})
	codes := w.enrol(t)
	for _, kept := range w.person(t).Recovery {
		for _, code := range codes {
			if strings.Contains(kept, strings.ReplaceAll(code, "-", "")) {
				t.Error("a code is kept as it is")
			}
		}
	}
	in := func(code string) error {
		_, _, err := w.SignIn(t.Context(), "ada@example.com", password, code, "test")
		return err
	}
	if err := in(strings.ToUpper(strings.ReplaceAll(codes[3], "-", " "))); err != nil {
		t.Errorf("a recovery code: %v", err)
	}
	if err := in(codes[3]); !errors.Is(err, people.ErrSignIn) {
		t.Errorf("it was taken twice: %v", err)
	}
	if n := len(w.person(t).Recovery); n != 9 {
		t.Errorf("%d are left", n)
	}
	if _, err := w.NewRecovery(t.Context(), w.person(t), "wrong wrong wrong"); !errors.Is(err, people.ErrSignIn) {
		t.Errorf("without the password: %v", err)
	}
	fresh, err := w.NewRecovery(t.Context(), w.person(t), password)
	if err != nil {
		t.Fatal(err)
	}
	if err := in(codes[4]); !errors.Is(err, people.ErrSignIn) {
		t.Errorf("an old code: %v", err)
	}
	if err := in(fresh[0]); err != nil {
		t.Errorf("a fresh code: %v", err)
	}
	if err := w.NoCodes(t.Context(), w.person(t), password); err != nil {
		t.Fatal(err)
	}
	if err := in(""); err != nil {
		t.Errorf("codes are off: %v", err)
	}
}

// TestConfirmLocks: guessing the password of an open session is locked as at the door.
func TestConfirmLocks(t *testing.T) {
	w := newWorld(t, people.Config{Tries: 3})
	for range 3 {
		if err := w.NoCodes(t.Context(), w.person(t), "wrong wrong wrong"); !errors.Is(err, people.ErrSignIn) {
			t.Fatal(err)
		}
	}
	var locked *people.LockedError
	if err := w.NoCodes(t.Context(), w.person(t), password); !errors.As(err, &locked) {
		t.Errorf("after three: %v", err)
	}
}

func TestSessionsOfAPerson(t *testing.T) {
	w := newWorld(t, people.Config{})
	ctx := t.Context()
	one, _, err := w.SignIn(ctx, "ada@example.com", password, "", "Browser\n one "+strings.Repeat("ü", 500))
	if err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(time.Second)
	two, _, err := w.SignIn(ctx, "ada@example.com", password, "", "Browser two")
	if err != nil {
		t.Fatal(err)
	}
	list, err := w.Sessions(ctx, "per_1", two)
	if err != nil || len(list) != 2 || !list[0].Current || list[1].Current || len(list[1].Agent) > 200 || !strings.HasPrefix(list[1].Agent, "Browser one ü") {
		t.Fatalf("%+v, %v", list, err)
	}
	if err := w.EndSession(ctx, "per_2", list[1].ID); err != nil { // another's
		t.Fatal(err)
	}
	if _, err := w.Resume(ctx, one); err != nil {
		t.Errorf("ended by another: %v", err)
	}
	if err := w.EndSession(ctx, "per_1", list[1].ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Resume(ctx, one); !errors.Is(err, people.ErrSession) {
		t.Errorf("an ended session: %v", err)
	}
	if _, err := w.Resume(ctx, two); err != nil {
		t.Errorf("the other one: %v", err)
	}
}

// TestSignInAs: an identity is bound once, to who has its checked address, and to nobody else later.
func TestSignInAs(t *testing.T) {
	w := newWorld(t, people.Config{})
	ctx := t.Context()
	id := people.Identity{Issuer: "https://id.example", Subject: "7", Email: "ADA@example.com", Verified: true}
	for name, bad := range map[string]people.Identity{
		"unchecked": {Issuer: id.Issuer, Subject: "7", Email: id.Email}, "stranger": {Issuer: id.Issuer, Subject: "7", Email: "bob@example.com", Verified: true},
		"no subject": {Issuer: id.Issuer, Email: id.Email, Verified: true}, "no address": {Issuer: id.Issuer, Subject: "7", Verified: true},
	} {
		if _, _, err := w.SignInAs(ctx, bad, "test"); !errors.Is(err, people.ErrSignIn) {
			t.Errorf("%s: %v", name, err)
		}
	}
	token, who, err := w.SignInAs(ctx, id, "test")
	if err != nil || who.ID != "per_1" {
		t.Fatal(who, err)
	}
	if _, err := w.Resume(ctx, token); err != nil {
		t.Error(err)
	}
	id.Email, id.Verified = "moved@example.com", false // the provider knows them by the subject
	if _, _, err := w.SignInAs(ctx, id, "test"); err != nil {
		t.Errorf("again: %v", err)
	}
	if _, _, err := w.SignInAs(ctx, people.Identity{Issuer: id.Issuer, Subject: "8", Email: "ada@example.com", Verified: true}, "test"); !errors.Is(err, people.ErrSignIn) {
		t.Errorf("another with the same address: %v", err)
	}
	if err := w.Disable(ctx, "per_1", true); err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.SignInAs(ctx, id, "test"); !errors.Is(err, people.ErrSignIn) {
		t.Errorf("a disabled person: %v", err)
	}
}

func TestInviteAndReset(t *testing.T) {
	w := newWorld(t, people.Config{})
	ctx := t.Context()
	made, first, err := w.Invite(ctx, people.Person{ID: "per_2", Email: "bob@example.com", Role: "holder", Account: "brand"})
	if err != nil || !made.Provisional {
		t.Fatal(made, err)
	}
	if _, _, err := w.SignIn(ctx, "bob@example.com", first, "", "test"); err != nil {
		t.Fatal(err)
	}
	if err := w.Change(ctx, "per_2", first, "quite another one"); err != nil {
		t.Fatal(err)
	}
	if p, err := w.store.Person(ctx, "per_2"); err != nil || p.Provisional {
		t.Errorf("%+v, %v", p, err)
	}
	token, err := w.Renew(ctx, "per_2", "test")
	if err != nil {
		t.Fatal(err)
	}
	second, err := w.Reset(ctx, "per_2")
	if err != nil || second == first {
		t.Fatal(err)
	}
	if _, err := w.Resume(ctx, token); !errors.Is(err, people.ErrSession) {
		t.Errorf("a session outlives the reset: %v", err)
	}
	if _, who, err := w.SignIn(ctx, "bob@example.com", second, "", "test"); err != nil || !who.Provisional {
		t.Errorf("%+v, %v", who, err)
	}
}

func TestViewsAndSeen(t *testing.T) {
	w := newWorld(t, people.Config{})
	ctx := t.Context()
	if err := w.SaveView(ctx, "per_1", people.View{Name: "Urgent 李", Query: "queue=hard&band=urgent"}); err != nil {
		t.Fatal(err)
	}
	var fault *people.InputError
	if err := w.SaveView(ctx, "per_1", people.View{Name: strings.Repeat("x", 61)}); !errors.As(err, &fault) {
		t.Errorf("a long name: %v", err)
	}
	if list, err := w.Views(ctx, "per_1"); err != nil || len(list) != 1 || list[0].Query != "queue=hard&band=urgent" {
		t.Errorf("%+v, %v", list, err)
	}
	if err := w.DropView(ctx, "per_1", "Urgent 李"); err != nil {
		t.Fatal(err)
	}
	if list, err := w.Views(ctx, "per_1"); err != nil || len(list) != 0 {
		t.Errorf("%+v, %v", list, err)
	}
	first, err := w.Saw(ctx, "per_1", "cas_1", 7)
	if err != nil || first != (people.Seen{}) {
		t.Fatal(first, err)
	}
	second, err := w.Saw(ctx, "per_1", "cas_1", 9)
	if err != nil || second.Event != 7 {
		t.Fatal(second, err)
	}
	w.now = w.now.AddDate(0, 7, 0)
	if err := w.Tidy(ctx); err != nil {
		t.Fatal(err)
	}
	if again, err := w.Saw(ctx, "per_1", "cas_1", 9); err != nil || again.Event != 0 {
		t.Errorf("after half a year: %+v, %v", again, err)
	}
}
