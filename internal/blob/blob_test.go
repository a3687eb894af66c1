package blob

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const helloHash = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" // of "hello"

func open(t testing.TB, dir string) *Store {
	t.Helper()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func put(t testing.TB, s *Store, class Class, data string) string {
	t.Helper()
	hash, err := s.Put(t.Context(), class, []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	return hash
}

// has reports whether Get finds the hash, failing on any other trouble.
func has(t testing.TB, s *Store, hash string) bool {
	t.Helper()
	_, err := s.Get(t.Context(), hash)
	if err != nil && !errors.Is(err, ErrNotFound) {
		t.Fatal(err)
	}
	return err == nil
}

// age makes a class's hold (or with class "" the bytes themselves) look d older.
func age(t testing.TB, s *Store, class Class, hash string, d time.Duration) {
	t.Helper()
	at := time.Now().Add(-d)
	if r, ok, err := s.find(hash); err != nil {
		t.Fatal(err)
	} else if hold, packed := holdOf(class); ok && packed {
		if _, err := r.Give(hold, at); err != nil {
			t.Fatal(err)
		}
		return
	}
	name := s.path(hash)
	if class != "" {
		name += "." + string(class)
	}
	if err := os.Chtimes(name, at, at); err != nil {
		t.Fatal(err)
	}
}

func TestPutGet(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	if got := put(t, s, Listing, "hello"); got != helloHash {
		t.Fatalf("hash %s", got)
	}
	if got := Hash([]byte("hello")); got != helloHash {
		t.Fatalf("Hash without a store %s", got)
	}
	if got := put(t, s, Listing, "hello"); got != helloHash {
		t.Fatalf("second hash %s", got)
	}
	put(t, s, Reference, "own file")
	own := Hash([]byte("own file"))
	for hash, want := range map[string]error{own: nil, helloHash: os.ErrNotExist} { // a listing's lies among others
		if _, err := os.Stat(filepath.Join(dir, hash[:2], hash)); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", hash, err, want)
		}
	}
	empty := put(t, s, Evidence, "")
	for _, s := range []*Store{s, open(t, dir)} { // the second proves persistence
		for hash, want := range map[string]string{helloHash: "hello", empty: "", own: "own file"} {
			got, err := s.Get(t.Context(), hash)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, string(got)); diff != "" {
				t.Error(diff)
			}
		}
	}
	if has(t, s, strings.Repeat("0", 64)) {
		t.Error("found what was never put")
	}
}

func TestPutKeepsFile(t *testing.T) {
	s := open(t, t.TempDir())
	put(t, s, Certificate, "hello")
	age(t, s, "", helloHash, 48*time.Hour)
	before, _ := os.Stat(s.path(helloHash))
	put(t, s, Reference, "hello")
	after, err := os.Stat(s.path(helloHash))
	if err != nil || !os.SameFile(before, after) || !before.ModTime().Equal(after.ModTime()) {
		t.Errorf("rewritten: %v, %v", after, err)
	}
}

func TestClasses(t *testing.T) {
	s := open(t, t.TempDir())
	put(t, s, Listing, "hello")
	put(t, s, Reference, "hello")
	if err := s.Hold(t.Context(), Evidence, helloHash); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		class Class
		left  bool
	}{
		{Listing, true}, {Listing, true}, {Certificate, true}, {Evidence, true}, {Reference, false}, {Reference, false},
	} {
		if err := s.Delete(t.Context(), step.class, helloHash); err != nil {
			t.Fatal(err)
		}
		if has(t, s, helloHash) != step.left {
			t.Fatalf("after deleting from %s: kept is %v", step.class, !step.left)
		}
	}
	if err := s.Hold(t.Context(), Evidence, helloHash); !errors.Is(err, ErrNotFound) {
		t.Errorf("held what is gone: %v", err)
	}
	entries, err := os.ReadDir(filepath.Dir(s.path(helloHash)))
	if err != nil || len(entries) != 0 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

func TestExpire(t *testing.T) {
	for _, class := range []Class{Listing, Certificate} { // in volumes, in files of their own
		t.Run(string(class), func(t *testing.T) { expires(t, class) })
	}
}

func expires(t *testing.T, class Class) {
	s := open(t, filepath.Join(t.TempDir(), "with [brackets] *"))
	young, old, shared, renewed := put(t, s, class, "young"), put(t, s, class, "old"), put(t, s, class, "shared"), put(t, s, class, "renewed")
	put(t, s, Evidence, "shared")
	other := put(t, s, Reference, "other")
	for _, hash := range []string{old, shared, renewed} {
		age(t, s, class, hash, 100*24*time.Hour)
	}
	age(t, s, Evidence, shared, 100*24*time.Hour)
	age(t, s, Reference, other, 100*24*time.Hour)
	put(t, s, class, "renewed")

	before := time.Now().Add(-90 * 24 * time.Hour)
	n, err := s.Expire(t.Context(), class, before)
	if err != nil || n != 2 {
		t.Fatalf("%d expired, %v; want 2", n, err)
	}
	want := map[string]bool{young: true, old: false, shared: true, renewed: true, other: true}
	for hash, kept := range want {
		if has(t, s, hash) != kept {
			t.Errorf("%s kept: %v, want %v", hash, !kept, kept)
		}
	}
	if n, err := s.Expire(t.Context(), class, before); n != 0 || err != nil {
		t.Errorf("again: %d, %v", n, err)
	}
	if n, err := s.Expire(t.Context(), Evidence, before); n != 1 || err != nil || has(t, s, shared) {
		t.Errorf("last holder: %d, %v", n, err)
	}
	if n, err := s.Expire(t.Context(), class, time.Time{}); n != 0 || err != nil {
		t.Errorf("zero time: %d, %v", n, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Expire(ctx, class, time.Now()); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestCrash: a kill at each step of a Put into a file of its own leaves nothing half, and what is left over goes.
func TestCrash(t *testing.T) {
	dir := t.TempDir()
	put(t, open(t, dir), Certificate, "hello")
	left := filepath.Join(dir, "2c", partial)
	if err := os.WriteFile(left, []byte("hel"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir)
	if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("leftover stays: %v", err)
	}
	// Killed after the rename, before the marker.
	orphan, fresh := put(t, s, Certificate, "orphan"), put(t, s, Certificate, "fresh")
	for _, hash := range []string{orphan, fresh} {
		if err := os.Remove(s.path(hash) + ".certificate"); err != nil {
			t.Fatal(err)
		}
	}
	age(t, s, "", orphan, 2*orphanAge)
	if n, err := s.Expire(t.Context(), Evidence, time.Now().Add(-time.Hour)); n != 0 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	if has(t, s, orphan) || !has(t, s, fresh) {
		t.Errorf("orphan kept: %v; young one kept: %v", has(t, s, orphan), has(t, s, fresh))
	}
	// A marker whose bytes are gone holds nothing, and Put heals it.
	hash := put(t, s, Certificate, "hello")
	if err := os.Remove(s.path(hash)); err != nil {
		t.Fatal(err)
	}
	if has(t, s, hash) {
		t.Error("found without bytes")
	}
	put(t, s, Certificate, "hello")
	if !has(t, s, hash) {
		t.Error("not healed")
	}
}

// TestCorruption: what was damaged on disk is told, and mended by the right bytes.
func TestCorruption(t *testing.T) {
	for name, damage := range map[string]string{"changed": "hellO", "cut": "hel", "emptied": "", "grown": "hello!"} {
		t.Run(name, func(t *testing.T) {
			s := open(t, t.TempDir())
			put(t, s, Certificate, "hello")
			if err := os.WriteFile(s.path(helloHash), []byte(damage), 0o600); err != nil {
				t.Fatal(err)
			}
			mends(t, s, Certificate)
		})
	}
	t.Run("in a volume", func(t *testing.T) {
		dir := t.TempDir()
		s := open(t, dir)
		put(t, s, Listing, "hello")
		files, err := filepath.Glob(filepath.Join(dir, "volumes", "*.vol"))
		if err != nil || len(files) != 1 {
			t.Fatalf("volumes %v, %v", files, err)
		}
		data, err := os.ReadFile(files[0])
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(files[0], bytes.Replace(data, []byte("hello"), []byte("hellO"), 1), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := s.Hold(t.Context(), Certificate, helloHash); !errors.Is(err, ErrCorrupt) {
			t.Errorf("damaged bytes were copied: %v", err)
		}
		if err := s.Hold(t.Context(), Evidence, helloHash); err != nil {
			t.Fatal(err)
		}
		mends(t, s, Listing)
		if err := s.Delete(t.Context(), Listing, helloHash); err != nil {
			t.Fatal(err)
		}
		mended := open(t, dir)
		if !has(t, mended, helloHash) {
			t.Error("what was mended is no evidence any more, or the damaged bytes are back after a restart")
		}
	})
}

func mends(t *testing.T, s *Store, class Class) {
	t.Helper()
	if data, err := s.Get(t.Context(), helloHash); !errors.Is(err, ErrCorrupt) || data != nil {
		t.Fatalf("%q, %v; want ErrCorrupt", data, err)
	}
	put(t, s, class, "hello")
	if !has(t, s, helloHash) {
		t.Error("Put did not repair")
	}
}

func TestTraversal(t *testing.T) {
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret")
	if err := os.WriteFile(secret, []byte("keep"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, filepath.Join(dir, "store"))
	hashes := []string{
		"", ".", "..", "../secret", "../../secret", secret, helloHash[:63], helloHash + "0", strings.ToUpper(helloHash),
		"..%2fsecret", strings.Repeat("../", 21) + "x", "2c/f2/" + helloHash[:58], helloHash[:63] + "/", helloHash[:63] + "\x00",
		helloHash[:60] + ".lis", strings.Repeat("é", 32), "2c/put", "lock/00",
	}
	for _, h := range hashes {
		if _, err := s.Get(t.Context(), h); !errors.Is(err, ErrHash) {
			t.Errorf("Get(%q): %v", h, err)
		}
		if err := s.Delete(t.Context(), Listing, h); !errors.Is(err, ErrHash) {
			t.Errorf("Delete(%q): %v", h, err)
		}
		if err := s.Hold(t.Context(), Listing, h); !errors.Is(err, ErrHash) {
			t.Errorf("Hold(%q): %v", h, err)
		}
	}
	for _, c := range []Class{"", ".", "../x", "a/b", "a.b", "Listing", "a\x00", Class(strings.Repeat("a", 33)), "é"} {
		_, perr := s.Put(t.Context(), c, []byte("x"))
		_, eerr := s.Expire(t.Context(), c, time.Now())
		for doing, err := range map[string]error{
			"Put": perr, "Expire": eerr, "Delete": s.Delete(t.Context(), c, helloHash), "Hold": s.Hold(t.Context(), c, helloHash),
		} {
			if !errors.Is(err, ErrClass) {
				t.Errorf("%s of class %q: %v", doing, c, err)
			}
		}
	}
	if data, err := os.ReadFile(secret); err != nil || !bytes.Equal(data, []byte("keep")) {
		t.Errorf("the file outside: %q, %v", data, err)
	}
}

// TestConcurrency puts, deletes and expires the same bytes from two stores on one folder, as two
// processes would. A class that is never deleted from must keep them throughout.
func TestConcurrency(t *testing.T) {
	dir := t.TempDir()
	stores := []*Store{open(t, dir), open(t, dir)}
	var kept []string
	for i := range 4 {
		kept = append(kept, put(t, stores[0], Evidence, fmt.Sprint("kept ", i)))
	}
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			s := stores[w%2]
			for i := range 12 {
				data := fmt.Sprint("kept ", (w+i)%4)
				hash, err := s.Put(t.Context(), Listing, []byte(data))
				if err != nil {
					t.Error(err)
				}
				if got, err := s.Get(t.Context(), hash); err != nil || string(got) != data {
					t.Errorf("%q, %v", got, err)
				}
				if err := s.Delete(t.Context(), Listing, hash); err != nil {
					t.Error(err)
				}
				if i%6 == 0 {
					if _, err := s.Expire(t.Context(), Listing, time.Now()); err != nil {
						t.Error(err)
					}
				}
				// Bytes that only this class holds: after Put and before Delete they are there.
				own := fmt.Sprint("own ", w)
				if hash, err = s.Put(t.Context(), Certificate, []byte(own)); err != nil {
					t.Error(err)
				}
				if _, err := s.Get(t.Context(), hash); err != nil {
					t.Errorf("own bytes: %v", err)
				}
				if err := s.Delete(t.Context(), Certificate, hash); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for _, hash := range kept {
		if !has(t, stores[1], hash) {
			t.Errorf("%s is lost", hash)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "??", partial)); len(left) != 0 {
		t.Errorf("temporary files left: %v", left)
	}
}

func TestCancelled(t *testing.T) {
	s := open(t, t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Put(ctx, Listing, []byte("hello")); !errors.Is(err, context.Canceled) {
		t.Errorf("Put: %v", err)
	}
	if has(t, s, helloHash) {
		t.Error("stored after a cancellation")
	}
	if _, err := s.Get(ctx, helloHash); !errors.Is(err, context.Canceled) {
		t.Errorf("Get: %v", err)
	}
}

func FuzzHash(f *testing.F) {
	f.Add(helloHash)
	f.Add("../../../etc/passwd")
	f.Add(helloHash[:63] + "/")
	s := open(f, f.TempDir())
	f.Fuzz(func(t *testing.T, hash string) {
		_, err := s.Get(t.Context(), hash)
		if want := map[bool]error{true: ErrNotFound, false: ErrHash}[validHash(hash)]; !errors.Is(err, want) {
			t.Fatalf("%q: %v, want %v", hash, err, want)
		}
		if validHash(hash) && filepath.Dir(filepath.Dir(s.path(hash))) != s.dir {
			t.Errorf("%q leads to %s", hash, s.path(hash))
		}
	})
}

// BenchmarkPut measures new bytes, which are synced, against bytes already there.
func BenchmarkPut(b *testing.B) {
	data := make([]byte, 200_000)
	b.Run("new", func(b *testing.B) {
		s, n := open(b, b.TempDir()), 0
		for b.Loop() {
			n++
			copy(data, fmt.Sprint(n))
			put(b, s, Listing, string(data))
		}
	})
	b.Run("present", func(b *testing.B) {
		s := open(b, b.TempDir())
		for b.Loop() {
			put(b, s, Listing, string(data))
		}
	})
}
