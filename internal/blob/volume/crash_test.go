package volume

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestTorn cuts a volume at every byte, as a crash can, and opens it: what was whole is there, the rest is cut off before the next
// record is written.
func TestTorn(t *testing.T) {
	from := t.TempDir()
	s := open(t, from)
	var sums []Sum
	var ends []int64
	for i := range 3 {
		sums = append(sums, add(t, s, fmt.Sprintf("%d %s", i, bytes.Repeat([]byte{'x'}, i*5)), time.Now()))
		ends = append(ends, s.active.durable.size)
	}
	name := files(t, from, ending)[0]
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	root := memory(t)
	for cut := range len(whole) {
		dir, err := os.MkdirTemp(root, "d")
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, filepath.Base(name))
		if err := os.WriteFile(path, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Open(dir, small)
		if err != nil {
			t.Fatal(err)
		}
		next := sha256.Sum256([]byte("next"))
		if _, err := s.Append(next, []byte("next"), 0, time.Now()); err != nil {
			t.Fatal(err)
		}
		again, err := Open(dir, small)
		if err != nil {
			t.Fatal(err)
		}
		for i, sum := range sums {
			for _, s := range []*Set{s, again} {
				if _, ok := read(t, s, sum); ok != (int64(cut) >= ends[i]) {
					t.Fatalf("cut at %d: record %d, which ends at %d, is there: %v", cut, i, ends[i], ok)
				}
			}
		}
		if _, ok := read(t, again, next); !ok {
			t.Fatalf("cut at %d: what was written next is lost", cut)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if err := again.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDamage: whatever happens to some bytes of a volume, the records that they do not touch are found.
func TestDamage(t *testing.T) {
	from := t.TempDir()
	s := open(t, from)
	const n = 8
	var sums []Sum
	ends := []int64{0}
	for i := range n {
		sums = append(sums, add(t, s, fmt.Sprintf("%d %s", i, bytes.Repeat([]byte{'y'}, i*20)), time.Now()))
		ends = append(ends, s.active.end())
	}
	name := files(t, from, ending)[0]
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	root := memory(t)
	rapid.Check(t, func(rt *rapid.T) {
		at := rapid.IntRange(0, len(whole)-1).Draw(rt, "at")
		length := rapid.IntRange(1, min(200, len(whole)-at)).Draw(rt, "length")
		data := bytes.Clone(whole)
		copy(data[at:], rapid.SliceOfN(rapid.Byte(), length, length).Draw(rt, "bytes"))
		dir, err := os.MkdirTemp(root, "d")
		if err != nil {
			rt.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(name)), data, 0o600); err != nil {
			rt.Fatal(err)
		}
		s, err := Open(dir, small)
		if err != nil {
			rt.Fatal(err)
		}
		defer s.Close()
		if _, err := s.Append(sha256.Sum256([]byte("next")), []byte("next"), 0, time.Now()); err != nil {
			rt.Fatal(err)
		}
		for i, sum := range sums {
			if int64(at) < ends[i+1] && int64(at+length) > ends[i] {
				continue // damaged: it may be missing, or say so
			}
			r, ok, err := s.Find(sum)
			if err == nil && ok {
				_, err = r.Data()
			}
			if err != nil || !ok {
				rt.Fatalf("record %d at %d to %d is lost to damage at %d to %d: %v", i, ends[i], ends[i+1], at, at+length, err)
			}
		}
	})
}

// memory is a folder in memory where there is one: many syncs to a disk take long, and no power cut is tested here.
func memory(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "volumes")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// TestModel holds a set against a map over any sequence of what can be done with it, restarts included.
func TestModel(t *testing.T) {
	root := memory(t)
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(root, "d")
		if err != nil {
			rt.Fatal(err)
		}
		s, err := Open(dir, 600)
		if err != nil {
			rt.Fatal(err)
		}
		defer func() { s.Close() }()
		want := map[string]time.Time{} // data to when they were given
		clock := time.UnixMicro(1_700_000_000_000_000)
		data := rapid.SampledFrom([]string{"", "a", "bb", "a longer one, of more bytes than eight", string(make([]byte, 300))})
		rt.Repeat(map[string]func(*rapid.T){
			"give": func(rt *rapid.T) {
				d := data.Draw(rt, "data")
				clock = clock.Add(time.Minute)
				r, ok, err := s.Find(sha256.Sum256([]byte(d)))
				if err == nil && ok {
					_, err = r.Give(0, clock)
				} else if err == nil {
					_, err = s.Append(sha256.Sum256([]byte(d)), []byte(d), 0, clock)
				}
				if err != nil {
					rt.Fatal(err)
				}
				want[d] = clock
			},
			"drop": func(rt *rapid.T) {
				d := data.Draw(rt, "data")
				_, there := want[d]
				if gone, err := s.Drop(sha256.Sum256([]byte(d)), 0, time.Time{}); err != nil || gone != there {
					rt.Fatalf("%q: gone %v, %v; was there: %v", d, gone, err, there)
				}
				delete(want, d)
			},
			"expire": func(rt *rapid.T) {
				before := clock.Add(-time.Duration(rapid.IntRange(-1, 5).Draw(rt, "age")) * time.Minute)
				expired := 0
				for d, given := range want {
					if given.Before(before) {
						delete(want, d)
						expired++
					}
				}
				if n, err := s.Expire(t.Context(), 0, before, unlocked); n != expired || err != nil {
					rt.Fatalf("%d expired, %v; want %d", n, err, expired)
				}
			},
			"restart": func(rt *rapid.T) {
				if err := s.Close(); err != nil {
					rt.Fatal(err)
				}
				if s, err = Open(dir, 600); err != nil {
					rt.Fatal(err)
				}
			},
			"": func(rt *rapid.T) {
				for _, d := range []string{"", "a", "bb"} {
					given, there := want[d]
					r, ok, err := s.Find(sha256.Sum256([]byte(d)))
					if err != nil || ok != there || ok && !r.Given(0).Equal(given) {
						rt.Fatalf("%q: there %v, given %v, %v; want %v, %v", d, ok, r.header.marks, err, there, given)
					}
				}
			},
		})
	})
}

// killDir is set in the child of TestKill: the folder.
const killDir = "VOLUME_KILL_DIR"

// writing is what the child's writer keeps as its n-th.
func writing(writer, n int) []byte {
	return bytes.Repeat(fmt.Appendf(nil, "%d/%d ", writer, n), 1+n*97%3000)
}

// TestKillChild is the process that is killed: it appends without end and says what is durable.
func TestKillChild(t *testing.T) {
	dir := os.Getenv(killDir)
	if dir == "" {
		return // not the child: TestKill starts it
	}
	s, err := Open(dir, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var group sync.WaitGroup
	for writer := range 3 {
		group.Go(func() {
			for n := 0; ; n++ {
				data := writing(writer, n)
				ticket, err := s.Append(sha256.Sum256(data), data, 0, time.Now())
				if err == nil {
					err = ticket.Wait()
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				fmt.Printf("kept %d %d\n", writer, n)
				mu.Unlock()
			}
		})
	}
	group.Wait()
}

// TestKill kills a process that appends, again and again, and compares what it said with what is there.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	kept := map[int]int{0: -1, 1: -1, 2: -1} // the last that each writer was told is durable
	for range 3 {
		child := exec.Command(os.Args[0], "-test.run", "^TestKillChild$", "-test.v")
		child.Env = append(os.Environ(), killDir+"="+dir)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		said := 0
		for lines := bufio.NewScanner(out); lines.Scan(); {
			var writer, n int
			if _, err := fmt.Sscanf(lines.Text(), "kept %d %d", &writer, &n); err != nil {
				continue
			}
			kept[writer] = max(kept[writer], n)
			if said++; said == 40 {
				if err := child.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		_ = child.Wait() // killed
		if said < 40 {
			t.Fatalf("the child ended after %d", said)
		}
		s, err := Open(dir, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		for writer, last := range kept {
			for n := range last + 1 {
				data := writing(writer, n)
				if got, ok := read(t, s, sha256.Sum256(data)); !ok || got != string(data) {
					t.Errorf("acknowledged and lost: %s", strconv.Itoa(writer)+"/"+strconv.Itoa(n))
				}
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// FuzzOpen opens any bytes as a volume with any list: no panic, and what is found is what its sum says.
func FuzzOpen(f *testing.F) {
	seed, err := Open(f.TempDir(), 64)
	if err != nil {
		f.Fatal(err)
	}
	for _, data := range []string{"hello", "there", "again"} {
		add(f, seed, data, time.Now())
	}
	for i, name := range files(f, seed.dir, ending) {
		v, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		l, _ := os.ReadFile(files(f, seed.dir, listEnding)[min(i, len(files(f, seed.dir, listEnding))-1)])
		f.Add(v, l)
		f.Add(append(bytes.Clone(v[:len(v)-3]), v...), []byte{})
	}
	if err := seed.Close(); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data, list []byte) {
		dir := t.TempDir()
		name := filepath.Join(dir, nameOf(time.Now()))
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if len(list) > 0 {
			if err := os.WriteFile(name[:len(name)-len(ending)]+listEnding, list, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		s := open(t, dir)
		next := add(t, s, "next", time.Now())
		if got, ok := read(t, s, next); !ok || got != "next" {
			t.Errorf("%q, %v", got, ok)
		}
		if _, err := s.Expire(t.Context(), 0, time.Now().Add(-time.Hour), unlocked); err != nil {
			t.Error(err)
		}
	})
}
