//go:build soak

package bench

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

var (
	soakClients = flag.Int("clients", 200, "clients at the same time")
	soakTime    = flag.Duration("time", time.Minute, "how long they go on")
	soakPack    = flag.String("pack", "../../models/packs/touchstone-base", "pack that the service runs")
	soakProgram = flag.String("program", "../../bin/touchstone", "the program under test")
)

// Bounds of what a service may hold. Garbage and pages of the C library come and go, hence the slack.
const (
	residentFactor = 1.25
	residentSlack  = 64 << 20
	goroutineSlack = 40
	fileSlack      = 40
)

// TestSoak has many clients send listings, good and bad, for a minute. The service may answer that it is busy (429 and 503, with
// Retry-After) but with no other error, refuses what is bad as ever, holds bounded memory, and serves normally afterwards.
func TestSoak(t *testing.T) {
	s := startTouchstone(t, absolute(t, *soakProgram), t.TempDir(), absolute(t, *soakPack), "--log", "warn")
	references, listings := scenes(t, 24)
	s.register(t, references, len(words)+len(references))
	requests := s.mixture(t, listings)
	good := requests[0]
	s.quiet(t, good, 5) // arenas and caches grow to their size
	before := s.state(t)

	ctx, stop := context.WithTimeout(t.Context(), *soakTime)
	defer stop()
	memory := s.watch(ctx, t)
	counts := s.storm(ctx, t, requests)
	resident := <-memory
	t.Logf("answers by kind and status: %v", counts)
	checkResident(t, resident)
	for _, status := range []int{http.StatusOK, http.StatusUnprocessableEntity} {
		if counts.status(status) == 0 {
			t.Errorf("not one answer with %d in the whole time", status)
		}
	}

	s.client.CloseIdleConnections()
	s.quiet(t, good, 20)
	s.settled(t, before)
}

// checkResident holds the second half of the samples to the first.
func checkResident(t *testing.T, samples []int64) {
	t.Helper()
	if len(samples) < 8 {
		t.Errorf("only %d samples of the memory", len(samples))
		return
	}
	first, second := slices.Max(samples[:len(samples)/2]), slices.Max(samples[len(samples)/2:])
	t.Logf("resident memory: at most %d MB in the first half, %d MB in the second", first>>20, second>>20)
	if bound := int64(residentFactor*float64(first)) + residentSlack; second > bound {
		t.Errorf("resident memory grew from %d to %d bytes; at most %d are allowed", first, second, bound)
	}
}

// A request is one kind of what clients send, with the statuses that it may get beside 429 and 503.
type request struct {
	kind string
	key  string
	body func() (body []byte, contentType string, err error)
	want []int
}

// tally counts answers.
type tally struct {
	mu     sync.Mutex
	counts map[string]int // by kind and status
}

func (c *tally) add(kind string, status int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts[kind+" "+strconv.Itoa(status)]++
}

func (c *tally) status(status int) int {
	sum, suffix := 0, " "+strconv.Itoa(status)
	for key, n := range c.counts {
		if len(key) > len(suffix) && key[len(key)-len(suffix):] == suffix {
			sum += n
		}
	}
	return sum
}

// String lists the counts in order.
func (c *tally) String() string {
	keys := make([]string, 0, len(c.counts))
	for k := range c.counts {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	text := ""
	for _, k := range keys {
		text += fmt.Sprintf("\n    %-24s %d", k, c.counts[k])
	}
	return text
}

// storm has the clients send the mixture until ctx ends.
func (s *service) storm(ctx context.Context, t *testing.T, requests []request) *tally {
	t.Helper()
	counts := &tally{counts: map[string]int{}}
	var group sync.WaitGroup
	for client := range *soakClients {
		group.Go(func() {
			for i := client; ctx.Err() == nil; i++ {
				r := requests[i%len(requests)]
				status, header, err := s.one(t.Context(), r)
				if err != nil {
					t.Errorf("%s: %v", r.kind, err)
					return
				}
				counts.add(r.kind, status)
				if status != http.StatusTooManyRequests && status != http.StatusServiceUnavailable {
					if !slices.Contains(r.want, status) {
						t.Errorf("%s: status %d, want one of %v, or 429 or 503", r.kind, status, r.want)
					}
					continue
				}
				seconds, err := strconv.Atoi(header.Get("Retry-After"))
				if err != nil || seconds < 0 {
					t.Errorf("%s: %d with Retry-After %q", r.kind, status, header.Get("Retry-After"))
				}
				// A client that is told to wait waits a little, but comes back sooner than asked: the service must bear that.
				pause(ctx, time.Duration(min(seconds, 1))*200*time.Millisecond)
			}
		})
	}
	group.Wait()
	return counts
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// one sends one request.
func (s *service) one(ctx context.Context, r request) (int, http.Header, error) {
	body, contentType, err := r.body()
	if err != nil {
		return 0, nil, err
	}
	status, header, _, err := s.sendAs(ctx, r.key, http.MethodPost, "/v1/score", contentType, body)
	return status, header, err
}

// quiet sends a good listing several times, one after the other: each must be served, and the median is logged.
func (s *service) quiet(t *testing.T, good request, times int) {
	t.Helper()
	took := make([]time.Duration, times)
	for i := range took {
		begin := time.Now()
		status, _, err := s.one(t.Context(), good)
		if err != nil || status != http.StatusOK {
			t.Fatalf("alone with the service: status %d, %v", status, err)
		}
		took[i] = time.Since(begin)
	}
	slices.Sort(took)
	t.Logf("alone with the service: median %v, longest %v of %d", took[times/2].Round(time.Millisecond), took[times-1].Round(time.Millisecond), times)
}

// watch samples the resident memory every second until ctx ends.
func (s *service) watch(ctx context.Context, t *testing.T) <-chan []int64 {
	done := make(chan []int64, 1)
	go func() {
		var samples []int64
		defer func() { done <- samples }()
		for tick := time.NewTicker(time.Second); ; {
			select {
			case <-ctx.Done():
				tick.Stop()
				return
			case <-tick.C:
			}
			u, err := usageOf(s.pids()...)
			if err != nil {
				t.Errorf("the service's memory: %v", err)
				return
			}
			samples = append(samples, u.resident)
		}
	}()
	return done
}

// state is how many goroutines and open files the service has, but for the locks of pictures, which are bounded.
type state struct{ goroutines, files int }

func (s *service) state(t *testing.T) state {
	t.Helper()
	m, err := s.metrics(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join("/proc", strconv.Itoa(s.pids()[0]), "fd")
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	open, locks := 0, map[string]bool{}
	for _, f := range files {
		// The store of pictures keeps one lock open for each first byte of a hash that it met: 256 at most, each once.
		at, err := os.Readlink(filepath.Join(folder, f.Name()))
		if err == nil && strings.HasSuffix(filepath.Dir(at), filepath.Join("blobs", "lock")) && !locks[at] {
			locks[at] = true
			continue
		}
		open++
	}
	return state{int(m["go_goroutines"]), open}
}

// settled waits until goroutines and files are about as many as before, and fails when they do not get there.
func (s *service) settled(t *testing.T, before state) {
	t.Helper()
	var now state
	for range 60 {
		now = s.state(t)
		if now.goroutines <= before.goroutines+goroutineSlack && now.files <= before.files+fileSlack {
			t.Logf("goroutines: %d before, %d after; open files: %d and %d", before.goroutines, now.goroutines, before.files, now.files)
			return
		}
		time.Sleep(500 * time.Millisecond)
	}
	t.Errorf("goroutines: %d before, %d after; open files: %d and %d: something was left behind", before.goroutines, now.goroutines, before.files, now.files)
}
