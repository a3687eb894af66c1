package embed

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"touchstone/embed/embedtest"
)

// In these tests time is synctest's: it stands still while anything can run.

// slow makes each run take 100 ms.
func slow() { time.Sleep(100 * time.Millisecond) }

// ask sends one text after a delay and gives its error and when it came.
type answer struct {
	err error
	at  time.Duration
}

func askLater(ctx context.Context, e *Embedder, delay time.Duration, start time.Time, wg *sync.WaitGroup, texts ...string) *answer {
	a := new(answer)
	wg.Go(func() {
		time.Sleep(delay)
		_, a.err = e.Texts(ctx, "word", texts)
		a.at = time.Since(start)
	})
	return a
}

const ms = time.Millisecond

func TestIdleAnswersAtOnceAndLoadWaitsForCompany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := &fakeRuntime{}
		e := open(t, rt, Config{Workers: 2, Wait: 5 * ms})
		defer e.Close()
		rt.hook(slow, nil)
		start := time.Now()
		var wg sync.WaitGroup
		first := askLater(t.Context(), e, 0, start, &wg, "a")
		second := askLater(t.Context(), e, 50*ms, start, &wg, "b")
		third := askLater(t.Context(), e, 53*ms, start, &wg, "c")
		wg.Wait()
		for i, got := range []*answer{first, second, third} {
			want := []time.Duration{100 * ms, 155 * ms, 155 * ms}[i]
			if got.err != nil || got.at != want {
				t.Errorf("request %d: %v at %v, want %v", i+1, got.err, got.at, want)
			}
		}
		if !slices.Equal(rt.batches, []int{1, 2}) {
			t.Errorf("batches %v, want [1 2]", rt.batches)
		}
	})
}

// The texts of one request go into one run, queued for company or done on the spot, though another worker is free.
func TestTextsOfARequestStayTogether(t *testing.T) {
	for name, wait := range map[string]time.Duration{"queued": 5 * ms, "on the spot": -1} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rt := &fakeRuntime{}
				e := open(t, rt, Config{Workers: 2, Wait: wait})
				defer e.Close()
				rt.hook(slow, nil)
				start := time.Now()
				var wg sync.WaitGroup
				first := askLater(t.Context(), e, 0, start, &wg, "a")
				second := askLater(t.Context(), e, 10*ms, start, &wg, "b", "c", "d", "e", "f")
				wg.Wait()
				if first.err != nil || second.err != nil || second.at != 110*ms+max(0, wait) {
					t.Errorf("%v; %v at %v", first.err, second.err, second.at)
				}
				if !slices.Equal(rt.batches, []int{1, 5}) {
					t.Errorf("batches %v, want [1 5]", rt.batches)
				}
			})
		})
	}
}

func TestQueuedRequestsShareARun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := &fakeRuntime{}
		e := open(t, rt, Config{Workers: 1, TextBatch: 8})
		defer e.Close()
		rt.hook(slow, nil)
		start := time.Now()
		var wg sync.WaitGroup
		answers := []*answer{askLater(t.Context(), e, 0, start, &wg, "a")}
		for range 10 {
			answers = append(answers, askLater(t.Context(), e, 10*ms, start, &wg, "b"))
		}
		wg.Wait()
		for i, a := range answers {
			if a.err != nil {
				t.Errorf("request %d: %v", i, a.err)
			}
		}
		if !slices.Equal(rt.batches, []int{1, 8, 2}) {
			t.Errorf("batches %v, want [1 8 2]", rt.batches)
		}
	})
}

func TestFullQueueIsBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := &fakeRuntime{}
		e := open(t, rt, Config{Workers: 1, Queue: 4})
		defer e.Close()
		rt.hook(slow, nil)
		start := time.Now()
		var wg sync.WaitGroup
		var answers []*answer
		for i := range 5 {
			answers = append(answers, askLater(t.Context(), e, time.Duration(i)*ms, start, &wg, "a"))
		}
		wg.Wait()
		for i, a := range answers {
			if i < 4 && a.err != nil {
				t.Errorf("request %d: %v", i+1, a.err)
			}
			if i == 4 && (!errors.Is(a.err, ErrBusy) || a.at != 4*ms) {
				t.Errorf("request 5: %v at %v, want ErrBusy at once", a.err, a.at)
			}
		}
		if a := askLater(t.Context(), e, 0, start, &wg, "a"); true {
			wg.Wait()
			if a.err != nil {
				t.Errorf("when the queue is empty again: %v", a.err)
			}
		}
	})
}

func TestRequestLargerThanTheQueue(t *testing.T) {
	e := open(t, &fakeRuntime{}, Config{Queue: 4})
	pics := embedtest.Pictures(11)
	got, err := e.Pictures(t.Context(), pics, "copy")
	if err != nil || len(got[0]) != len(pics) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestCancellation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := &fakeRuntime{}
		e := open(t, rt, Config{Workers: 1})
		defer e.Close()
		rt.hook(slow, nil)
		start := time.Now()
		var wg sync.WaitGroup
		patient := askLater(t.Context(), e, 0, start, &wg, "a")
		ctx, cancel := context.WithTimeout(t.Context(), 20*ms)
		defer cancel()
		queued := askLater(ctx, e, 10*ms, start, &wg, "b", "c")
		wg.Wait()
		if patient.err != nil || patient.at != 100*ms {
			t.Errorf("the patient request: %v at %v", patient.err, patient.at)
		}
		if !errors.Is(queued.err, context.DeadlineExceeded) || queued.at != 20*ms {
			t.Errorf("the queued request: %v at %v", queued.err, queued.at)
		}
		synctest.Wait()
		if !slices.Equal(rt.batches, []int{1}) {
			t.Errorf("batches %v: what nobody waits for was run", rt.batches)
		}
	})
}

func TestCloseAnswersWhatWasAdmitted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := &fakeRuntime{}
		e := open(t, rt, Config{Workers: 1})
		rt.hook(slow, nil)
		start := time.Now()
		var wg sync.WaitGroup
		running := askLater(t.Context(), e, 0, start, &wg, "a")
		queued := askLater(t.Context(), e, 10*ms, start, &wg, "b")
		late := askLater(t.Context(), e, 30*ms, start, &wg, "c")
		time.Sleep(20 * ms)
		if err := e.Close(); err != nil {
			t.Error(err)
		}
		if at := time.Since(start); at != 200*ms {
			t.Errorf("Close came back at %v, want 200ms, after both runs", at)
		}
		wg.Wait()
		if running.err != nil || queued.err != nil {
			t.Errorf("running: %v, queued: %v", running.err, queued.err)
		}
		if !errors.Is(late.err, ErrClosed) {
			t.Errorf("late: %v, want ErrClosed", late.err)
		}
		if err := e.Close(); err != nil || rt.closed != 2 {
			t.Errorf("again: %v; %d sessions closed, want 2", err, rt.closed)
		}
	})
}

// A large request that waits for room must not hang when the embedder closes.
func TestCloseWhileWaitingForRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := &fakeRuntime{}
		e := open(t, rt, Config{Workers: 1, Queue: 4, TextBatch: 1})
		rt.hook(slow, nil)
		var wg sync.WaitGroup
		large := askLater(t.Context(), e, 0, time.Now(), &wg, "a", "b", "c", "d", "e", "f", "g", "h")
		time.Sleep(50 * ms)
		if err := e.Close(); err != nil {
			t.Error(err)
		}
		wg.Wait()
		if !errors.Is(large.err, ErrClosed) {
			t.Errorf("error %v, want ErrClosed", large.err)
		}
	})
}
