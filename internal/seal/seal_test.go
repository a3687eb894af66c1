package seal

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestSealAndOpen(t *testing.T) {
	r, other := New(), New()
	rapid.Check(t, func(t *rapid.T) {
		secret, about := rapid.String().Draw(t, "secret"), rapid.String().Draw(t, "about")
		if strings.HasPrefix(secret, prefix) {
			t.Skip("no secret begins so")
		}
		sealed := r.Seal(secret, about)
		if len(secret) > 3 && strings.Contains(sealed, secret) || r.Stale(sealed) || !other.Stale(sealed) || r.Seal(secret, about) == sealed {
			t.Fatalf("sealed %q", sealed)
		}
		if got, err := r.Open(sealed, about); err != nil || got != secret {
			t.Fatalf("opened %q, %v", got, err)
		}
		for name, f := range map[string]func() (string, error){
			"by another ring":   func() (string, error) { return other.Open(sealed, about) },
			"as another's":      func() (string, error) { return r.Open(sealed, about+"x") },
			"changed":           func() (string, error) { return r.Open(sealed[:len(sealed)-2], about) },
			"with nothing left": func() (string, error) { return r.Open(sealed[:len(prefix)+9], about) },
		} {
			if got, err := f(); !errors.Is(err, ErrSealed) || got != "" {
				t.Fatalf("%s it opens: %q, %v", name, got, err)
			}
		}
	})
	if got, err := r.Open("whsec_old", "x"); err != nil || got != "whsec_old" || !r.Stale("whsec_old") {
		t.Errorf("from before there were keys: %q, %v", got, err)
	}
}

func TestKeysRotate(t *testing.T) {
	path := filepath.Join(t.TempDir(), FileName)
	first, err := Open(path, true)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	sealed := first.Seal("s", "a")
	again, err := Open(path, true)
	if got, _ := again.Open(sealed, "a"); err != nil || got != "s" || again.Stale(sealed) {
		t.Errorf("opened again: %q, %v", got, err)
	}
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	newest := "# the newest\n\n" + strings.Repeat("A", 42) + "E=\n"
	both, err := Parse(strings.NewReader(newest + string(old)))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := both.Open(sealed, "a"); err != nil || got != "s" || !both.Stale(sealed) || both.Stale(both.Seal("s", "a")) {
		t.Errorf("with a newer key: %q, %v", got, err)
	}
	for name, text := range map[string]string{"nothing": "# none\n", "short": "AAAA\n", "no base64": "!\n"} {
		if _, err := Parse(strings.NewReader(text)); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none"), false); err == nil {
		t.Error("a file that was named and is not there is made")
	}
}

func FuzzParse(f *testing.F) {
	f.Add("# a\n" + strings.Repeat("A", 42) + "E=\n")
	f.Fuzz(func(t *testing.T, text string) {
		if r, err := Parse(strings.NewReader(text)); err == nil && len(r.keys) == 0 {
			t.Error("a ring without keys")
		}
	})
}
