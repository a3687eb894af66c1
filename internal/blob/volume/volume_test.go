package volume

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const small = 4096 // of volumes in tests

func open(t testing.TB, dir string) *Set {
	t.Helper()
	s, err := Open(dir, small)
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

func add(t testing.TB, s *Set, data string, given time.Time) Sum {
	t.Helper()
	sum := sha256.Sum256([]byte(data))
	ticket, err := s.Append(sum, []byte(data), 0, given)
	if err == nil {
		err = ticket.Wait()
	}
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

// read is what a set holds under a sum; ok is false for nothing.
func read(t testing.TB, s *Set, sum Sum) (data string, ok bool) {
	t.Helper()
	r, ok, err := s.Find(sum)
	if err != nil {
		t.Fatal(err)
	}
	if !ok {
		return "", false
	}
	b, err := r.Data()
	if err != nil {
		t.Fatal(err)
	}
	return string(b), true
}

func files(t testing.TB, dir, ending string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(escape(dir), "*"+ending))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func unlocked(_ Sum, fn func() error) error { return fn() }

// TestMany fills several volumes and reads everything back, after a restart as well, with and without their lists.
func TestMany(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "with [brackets] *")
	s, now := open(t, dir), time.UnixMicro(1_700_000_000_000_000)
	want := map[Sum]string{}
	for i := range 60 {
		data := fmt.Sprintf("%d %s", i, bytes.Repeat([]byte{byte(i)}, i*7))
		want[add(t, s, data, now)] = data
	}
	all := func(s *Set) map[Sum]string {
		got := map[Sum]string{}
		for sum := range want {
			if data, ok := read(t, s, sum); ok {
				got[sum] = data
			}
		}
		return got
	}
	if diff := cmp.Diff(want, all(s)); diff != "" {
		t.Error(diff)
	}
	lists := files(t, dir, listEnding)
	if n := len(files(t, dir, ending)); n < 3 || len(lists) != n-1 {
		t.Errorf("%d volumes, lists %v: want several, with a list each but for the last", n, lists)
	}
	if diff := cmp.Diff(want, all(open(t, dir))); diff != "" {
		t.Errorf("another process: %s", diff)
	}
	if err := os.Remove(lists[0]); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(lists[1], []byte("tsl1 damaged in some way"), 0o600); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, all(open(t, dir))); diff != "" {
		t.Errorf("without lists: %s", diff)
	}
}

// TestOthers: a set finds what another has written once it looks again, appends to files of its own while the other lives, and goes
// on with the other's last one when it is gone.
func TestOthers(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	a, err := Open(dir, small)
	if err != nil {
		t.Fatal(err)
	}
	first := add(t, a, "first", now)
	b := open(t, dir)
	second := add(t, a, "second", now)
	if _, ok := read(t, b, second); ok {
		t.Error("found without a look at the folder")
	}
	add(t, b, "third", now)
	if n := len(files(t, dir, ending)); n != 2 {
		t.Errorf("%d volumes of two writers", n)
	}
	for _, s := range []*Set{a, b} {
		if err := s.Refresh(); err != nil {
			t.Fatal(err)
		}
		for _, data := range []string{"first", "second", "third"} {
			if got, ok := read(t, s, sha256.Sum256([]byte(data))); !ok || got != data {
				t.Errorf("%q, %v; want %q", got, ok, data)
			}
		}
	}
	if gone, err := b.Drop(first, 0, time.Time{}); !gone || err != nil {
		t.Errorf("dropped: %v, %v", gone, err)
	}
	if _, ok := read(t, a, first); ok {
		t.Error("what another has let go is still there")
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	c := open(t, dir)
	add(t, c, "fourth", now)
	if n := len(files(t, dir, ending)); n != 2 {
		t.Errorf("%d volumes: the one that was left was not gone on with", n)
	}
	if _, ok := read(t, c, second); !ok {
		t.Error("lost what was in it")
	}
}

// TestFinishedByAnother: a volume that another process has finished is not appended to, where its list would not tell.
func TestFinishedByAnother(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	a, err := Open(dir, small)
	if err != nil {
		t.Fatal(err)
	}
	add(t, a, "seen by b while it was open", now)
	b := open(t, dir)
	for i := range 3 {
		add(t, a, fmt.Sprintf("%d %s", i, make([]byte, small/2)), now)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	sums := []Sum{}
	for i := range 4 {
		sums = append(sums, add(t, b, fmt.Sprintf("of b: %d %s", i, make([]byte, small/2)), now))
	}
	c := open(t, dir)
	for i, sum := range sums {
		if _, ok := read(t, c, sum); !ok {
			t.Errorf("lost what b wrote: %d", i)
		}
	}
}

func TestDropAndExpire(t *testing.T) {
	dir := t.TempDir()
	s, now := open(t, dir), time.Now()
	old, young := now.Add(-100*time.Hour), now.Add(-time.Hour)
	before := now.Add(-50 * time.Hour)
	a, b, c := add(t, s, "a", old), add(t, s, "b", young), add(t, s, "c", old)
	if gone, err := s.Drop(b, 0, before); gone || err != nil {
		t.Errorf("dropped what was given since: %v, %v", gone, err)
	}
	r, ok, err := s.Find(c)
	if err != nil || !ok || !r.Given(0).Equal(old.Truncate(time.Microsecond)) {
		t.Fatalf("%v %v %v", r.Given(0), ok, err)
	}
	ticket, err := r.Give(0, now)
	if err := errors.Join(err, ticket.Wait()); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Expire(t.Context(), 0, before, unlocked); n != 1 || err != nil {
		t.Errorf("%d expired, %v; want 1", n, err)
	}
	for _, s := range []*Set{s, open(t, dir)} {
		got := map[string]bool{}
		for name, sum := range map[string]Sum{"a": a, "b": b, "c": c} {
			_, got[name] = read(t, s, sum)
		}
		if diff := cmp.Diff(map[string]bool{"a": false, "b": true, "c": true}, got); diff != "" {
			t.Error(diff)
		}
	}
	if _, err := r.Data(); err != nil {
		t.Errorf("a record that was found and is live: %v", err)
	}
	if gone, err := s.Drop(c, 0, time.Time{}); !gone || err != nil {
		t.Errorf("%v, %v", gone, err)
	}
	if _, err := r.Data(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a record that was let go meanwhile: %v", err)
	}
	if n, err := s.Expire(t.Context(), 0, now.Add(time.Hour), unlocked); n != 1 || err != nil {
		t.Errorf("%d expired, %v; want 1", n, err)
	}
	if left := files(t, dir, ""); len(left) != 0 {
		t.Errorf("files without anything live: %v", left)
	}
	if data, ok := read(t, s, add(t, s, "a", now)); !ok || data != "a" {
		t.Errorf("given again: %q, %v", data, ok)
	}
}

// TestHolds: a record stays while anything holds it.
func TestHolds(t *testing.T) {
	dir := t.TempDir()
	s, now := open(t, dir), time.Now()
	sum := add(t, s, "a", now.Add(-100*time.Hour))
	r, ok, err := s.Find(sum)
	if err != nil || !ok || !r.Given(1).IsZero() {
		t.Fatalf("%v, %v, given %v", ok, err, r.Given(1))
	}
	ticket, err := r.Give(1, now.Add(-90*time.Hour))
	if err := errors.Join(err, ticket.Wait()); err != nil {
		t.Fatal(err)
	}
	before := now.Add(-80 * time.Hour)
	if n, err := s.Expire(t.Context(), 0, before, unlocked); n != 1 || err != nil {
		t.Errorf("%d expired, %v; want 1", n, err)
	}
	if gone, err := s.Drop(sum, 0, time.Time{}); gone || err != nil {
		t.Errorf("dropped what had expired: %v, %v", gone, err)
	}
	for _, s := range []*Set{s, open(t, dir)} {
		if data, ok := read(t, s, sum); !ok || data != "a" {
			t.Errorf("%q, %v: lost while it was held", data, ok)
		}
	}
	if n, err := s.Expire(t.Context(), 1, before, unlocked); n != 1 || err != nil {
		t.Errorf("%d expired, %v; want 1", n, err)
	}
	if left := files(t, dir, ""); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

// TestRoom: what is let go no longer takes room on a file system that can make holes, and is not in the file.
func TestRoom(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir, Size)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	secret := bytes.Repeat([]byte("picture "), 1<<17)
	sum := add(t, s, string(secret), time.Now())
	kept := add(t, s, "kept", time.Now())
	if gone, err := s.Drop(sum, 0, time.Time{}); !gone || err != nil {
		t.Fatalf("%v, %v", gone, err)
	}
	data, err := os.ReadFile(files(t, dir, ending)[0])
	if err != nil {
		t.Fatal(err)
	}
	if holes(t) && bytes.Contains(data, []byte("picture ")) {
		t.Error("the bytes are still in the file")
	}
	if got, ok := read(t, s, kept); !ok || got != "kept" {
		t.Errorf("%q, %v", got, ok)
	}
}

// holes tells whether the file system of tests makes holes.
func holes(t *testing.T) bool {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "f"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString("written"); err != nil {
		t.Fatal(err)
	}
	if err := punch(f, 0, 7); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 7)
	if _, err := f.ReadAt(got, 0); err != nil {
		t.Fatal(err)
	}
	return bytes.Equal(got, make([]byte, 7))
}

// TestAlike: sums with the same key in memory do not stand for each other.
func TestAlike(t *testing.T) {
	s := open(t, t.TempDir())
	var sums []Sum
	for i := range 3 {
		sum := Sum{8: byte(i)} // the key is the first eight bytes
		if _, err := s.Append(sum, []byte{byte(i)}, 0, time.Now()); err != nil {
			t.Fatal(err)
		}
		sums = append(sums, sum)
	}
	if _, err := s.Drop(sums[1], 0, time.Time{}); err != nil {
		t.Fatal(err)
	}
	for i, sum := range sums {
		r, ok, err := s.Find(sum)
		if err != nil || ok != (i != 1) || ok && r.header.sum != sum {
			t.Errorf("%d: found %v, %x, %v", i, ok, r.header.sum, err)
		}
	}
	if _, ok, err := s.Find(Sum{8: 9}); ok || err != nil {
		t.Errorf("found what was never written: %v", err)
	}
}

// TestConcurrency appends, drops and expires from two sets on one folder.
func TestConcurrency(t *testing.T) {
	dir := t.TempDir()
	sets := []*Set{open(t, dir), open(t, dir)}
	kept := add(t, sets[0], "kept", time.Now())
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			s := sets[w%2]
			for i := range 20 {
				sum := add(t, s, fmt.Sprintf("%d %d %s", w, i, make([]byte, 300)), time.Now())
				if _, ok := read(t, s, sum); !ok {
					t.Errorf("%d %d: not there", w, i)
				}
				switch i % 5 {
				case 0:
					if gone, err := s.Drop(sum, 0, time.Time{}); !gone || err != nil {
						t.Errorf("%d %d: dropped %v, %v", w, i, gone, err)
					}
				case 1:
					if _, err := s.Expire(t.Context(), 0, time.Now().Add(-time.Hour), unlocked); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	last := open(t, dir)
	if _, ok := read(t, last, kept); !ok {
		t.Error("lost what nobody dropped")
	}
	for w := range 8 {
		for i := range 20 {
			sum := sha256.Sum256(fmt.Appendf(nil, "%d %d %s", w, i, make([]byte, 300)))
			if _, ok := read(t, last, sum); ok != (i%5 != 0) {
				t.Errorf("%d %d: there is %v", w, i, ok)
			}
		}
	}
}

// TestFailedSync: after a sync that failed nothing more is acknowledged out of that volume, and the next bytes go to another.
func TestFailedSync(t *testing.T) {
	s := open(t, t.TempDir())
	sum := sha256.Sum256([]byte("a"))
	ticket, err := s.Append(sum, []byte("a"), 0, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	broken := errors.New("no disk")
	if err := ticket.v.durable.wait(ticket.version, func(func(*os.File) error) error { return broken }); !errors.Is(err, broken) {
		t.Fatal(err)
	}
	if err := ticket.Wait(); !errors.Is(err, broken) {
		t.Errorf("acknowledged after all: %v", err)
	}
	r, ok, err := s.Find(sum)
	if err != nil || !ok {
		t.Fatalf("%v, %v", ok, err)
	}
	if err := r.Kept().Wait(); !errors.Is(err, broken) {
		t.Errorf("found and taken for durable: %v", err)
	}
	if data, ok := read(t, s, add(t, s, "b", time.Now())); !ok || data != "b" {
		t.Errorf("%q, %v", data, ok)
	}
}
