package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"touchstone/detect"
	"touchstone/internal/blob"
	"touchstone/internal/casework"
	"touchstone/internal/httpapi"
	"touchstone/internal/intake/intaketest"
)

// acknowledged is what the service said it has. References are in by right.
type acknowledged struct {
	mu       sync.Mutex
	paths    []string          // to read each thing back
	words    map[string]string // word to its right
	pictures map[uint64]string // seed of the drawing to its right
	shown    []uint64          // seeds of drawings that listings showed
	count    atomic.Int64
}

func newAcknowledged() *acknowledged {
	return &acknowledged{words: map[string]string{}, pictures: map[uint64]string{}}
}

func (a *acknowledged) add(path string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.paths = append(a.paths, path)
	a.count.Add(1)
}

// write registers and scores without pause until the service is gone. Nothing but its going may fail.
func (a *acknowledged) write(t *testing.T, c *client, seed uint64) {
	for {
		var h casework.Holder
		if ok := a.step(t, c, "/v1/holders", map[string]any{"legal_name": "Velmora Srl", "country": "IT", "email": "ip@velmora.example"}, &h); !ok {
			return
		}
		a.add("/v1/holders/" + h.ID)
		var r httpapi.Right
		if ok := a.step(t, c, "/v1/rights", map[string]any{"holder_id": h.ID, "name": "Meander", "type": "design", "territories": []string{"WW"}}, &r); !ok {
			return
		}
		a.add("/v1/rights/" + r.ID)
		seed++
		if !a.references(t, c, r.ID, seed) {
			return
		}
		var s httpapi.Scored
		other := seed + 1_000_000 // which no reference shows
		pictures := []any{map[string]any{"data": intaketest.Drawing(t, seed)}, map[string]any{"data": intaketest.Drawing(t, other)}}
		if ok := a.step(t, c, "/v1/score", map[string]any{"title": "Leather bag", "pictures": pictures}, &s); !ok {
			return
		}
		a.add("/v1/reports/" + s.ID)
		a.mu.Lock()
		a.shown = append(a.shown, other)
		a.mu.Unlock()
	}
}

func (a *acknowledged) references(t *testing.T, c *client, right string, seed uint64) bool {
	var ref casework.Reference
	word := madeUp(seed)
	if ok := a.step(t, c, "/v1/rights/"+right+"/references", map[string]any{"word": word}, &ref); !ok {
		return false
	}
	a.add("/v1/references/" + ref.ID)
	a.mu.Lock()
	a.words[word] = right
	a.mu.Unlock()
	if ok := a.step(t, c, "/v1/rights/"+right+"/references", map[string]any{"picture": intaketest.Drawing(t, seed)}, &ref); !ok {
		return false
	}
	a.add("/v1/references/" + ref.ID)
	a.mu.Lock()
	a.pictures[seed] = right
	a.mu.Unlock()
	return true
}

func (a *acknowledged) step(t *testing.T, c *client, path string, in, out any) bool {
	ok, err := c.call("POST", path, in, out)
	if err != nil {
		t.Error(err)
	}
	return ok
}

// madeUp is a word that no other seed has and no language knows.
func madeUp(seed uint64) string {
	syllables := []string{"bax", "dov", "fiq", "guz", "hyk", "jom", "kel", "lur", "mib", "nax", "poz", "quv", "ryf", "sut", "tig", "vyd"}
	word := "z"
	for range 4 {
		word += syllables[seed%16]
		seed /= 16
	}
	return word
}

// check reads everything back, and finds each reference by a listing that shows it.
func (a *acknowledged) check(t *testing.T, c *client) {
	t.Helper()
	for _, path := range a.paths {
		var got map[string]any
		if ok, err := c.call("GET", path, nil, &got); err != nil || !ok {
			t.Errorf("acknowledged and lost: %s (%v)", path, err)
		}
	}
	found := func(what, right string, in map[string]any) {
		var s httpapi.Scored
		c.must(t, "POST", "/v1/score", in, &s)
		if !slices.ContainsFunc(s.Report.Verdicts, func(v detect.Verdict) bool { return v.Right == right }) {
			t.Errorf("%s is registered under %s and not found", what, right)
		}
	}
	for word, right := range a.words {
		found(word, right, map[string]any{"title": word + " bag"})
	}
	for seed, right := range a.pictures {
		found(fmt.Sprintf("drawing %d", seed), right, map[string]any{"pictures": []any{map[string]any{"data": intaketest.Drawing(t, seed)}}})
	}
}

// checkPictures reads back the pictures of listings, which several processes may do at once.
func (a *acknowledged) checkPictures(t *testing.T, data string) {
	t.Helper()
	blobs, err := blob.Open(filepath.Join(data, "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	defer blobs.Close()
	for _, seed := range a.shown {
		if _, err := blobs.Get(t.Context(), blob.Hash(intaketest.Drawing(t, seed))); err != nil {
			t.Errorf("the picture of an acknowledged listing: %v", err)
		}
	}
}

// under runs clients that write until the service is gone, and ends it with a signal once enough was acknowledged.
func (a *acknowledged) under(t *testing.T, p *process, key string, round uint64, signal os.Signal) error {
	t.Helper()
	var clients sync.WaitGroup
	target := a.count.Load() + 60
	for i := range uint64(4) {
		clients.Go(func() { a.write(t, p.client(key), round*10_000+i*1_000) })
	}
	for a.count.Load() < target && !t.Failed() {
		select {
		case err := <-p.ended:
			t.Fatalf("the service ended by itself: %v\n%s", err, p.stderr)
		default:
			time.Sleep(5 * time.Millisecond)
		}
	}
	err := p.stop(t, signal)
	clients.Wait()
	return err
}

// TestNothingAcknowledgedIsLost kills the service three times while four clients write, and once asks it to stop, and compares.
func TestNothingAcknowledgedIsLost(t *testing.T) {
	data, seen := t.TempDir(), newAcknowledged()
	p := start(t, data)
	key := p.key
	if key == "" {
		t.Fatalf("no key is printed on a first start:\n%s", p.stdout)
	}
	for round := range uint64(3) {
		if err := seen.under(t, p, key, round, syscall.SIGKILL); err == nil {
			t.Error("the service survived its killing")
		}
		p = start(t, data)
		if p.key != "" {
			t.Error("a second start prints a key")
		}
		seen.check(t, p.client(key))
		seen.checkPictures(t, data)
	}
	if err := seen.under(t, p, key, 3, syscall.SIGTERM); err != nil {
		t.Errorf("a service that is asked to stop under load: %v\n%s", err, p.stderr)
	}
	p = start(t, data)
	seen.check(t, p.client(key))
	t.Logf("%d acknowledged writes are there", len(seen.paths))
	p.quit(t)
}
