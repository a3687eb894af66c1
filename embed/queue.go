package embed

import (
	"context"
	"fmt"
	"image"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"touchstone/models"
)

// model is one model's queue and workers. A request becomes one job an input,
// so that its pictures spread over the cores and share runs with those of
// other requests. Preprocessing is the workers' job too: the CPU used at a time
// is then bounded by slots, however many callers wait.
type model struct {
	spec    models.Model
	session Session
	encode  func(text string, dst []int64) // of a model that reads texts
	batch   int
	wait    time.Duration
	workers int
	limit   int // of admitted jobs

	slots chan struct{}       // one a run at a time, shared by all models
	admit *semaphore.Weighted // one a job that is not answered
	queue chan *job           // holds every admitted job: a send never blocks

	company chan *job // from a worker without a slot to one that waits for a fuller batch

	benches sync.Pool // of *batch, for runs on the caller's goroutine

	mu      sync.RWMutex // guards closed against sends
	closed  bool
	running sync.WaitGroup
}

// job is one input of a request.
type job struct {
	ctx     context.Context // of its request; ends when the request returns
	request *request
	index   int // in the request
	picture image.Image
	text    string
}

// request gathers the answers to its jobs.
type request struct {
	outputs []int // of the model, in the order asked
	mu      sync.Mutex
	left    int
	err     error
	results [][][][]float32 // [output][input][region][dimension]
	done    chan struct{}   // closed at the last answer or the first error
}

// answer takes the vectors of one input, [output][region][dimension].
func (r *request) answer(index int, vectors [][][]float32, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.left == 0 {
		return // failed before
	}
	if err != nil {
		r.err, r.left = err, 0
	} else {
		for i, v := range vectors {
			r.results[i][index] = v
		}
		r.left--
	}
	if r.left == 0 {
		close(r.done)
	}
}

func start(spec models.Model, s Session, encode func(string, []int64), cfg Config, slots chan struct{}) *model {
	m := &model{
		spec: spec, session: s, encode: encode, batch: cfg.Batch, wait: cfg.Wait, workers: cfg.Workers, limit: cfg.Queue,
		slots: slots, admit: semaphore.NewWeighted(int64(cfg.Queue)), queue: make(chan *job, cfg.Queue),
	}
	m.company = make(chan *job)
	m.benches.New = func() any { return new(batch) }
	if spec.Input.Kind == models.KindText {
		m.batch = cfg.TextBatch
	}
	if b, ok := s.(interface{ MaxBatch() int }); ok && b.MaxBatch() > 0 {
		m.batch = min(m.batch, b.MaxBatch())
	}
	for range m.workers {
		m.running.Go(m.work)
	}
	return m
}

// stop lets the workers answer what is queued and waits for them.
func (m *model) stop() {
	m.mu.Lock()
	m.closed = true
	close(m.queue)
	m.mu.Unlock()
	m.running.Wait()
}

// ask has n jobs done, each filled in by fill, and gives their vectors of
// some outputs, [output][input][region][dimension]. One run's worth is done on
// the spot where nobody waits; else jobs are queued. Of a
// request that is larger than the queue the rest waits for room: only what
// finds the queue full at once is refused.
func (m *model) ask(ctx context.Context, outputs []int, n int, fill func(*job)) ([][][][]float32, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	results := make([][][][]float32, len(outputs))
	for i := range results {
		results[i] = make([][][]float32, n)
	}
	if n == 0 {
		return results, nil
	}
	r := &request{outputs: outputs, left: n, results: results, done: make(chan struct{})}
	if done, err := m.atOnce(ctx, r, n, fill); done {
		return r.results, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // an early return drops the jobs still queued
	part := max(1, m.limit/4)
	for from := 0; from < n; from += part {
		to := min(n, from+part)
		if err := m.room(ctx, int64(to-from), from == 0); err != nil {
			return nil, err
		}
		jobs := make([]job, to-from)
		for i := range jobs {
			jobs[i] = job{ctx: ctx, request: r, index: from + i}
			fill(&jobs[i])
		}
		if err := m.send(jobs); err != nil {
			return nil, err
		}
	}
	select {
	case <-r.done:
		return r.results, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// atOnce does a request that fits into one run on the caller's goroutine, when
// the queue is empty, a slot is free and the run is full or no other is on:
// handing it to a worker and back would wake two threads for nothing. It says
// whether it did.
func (m *model) atOnce(ctx context.Context, r *request, n int, fill func(*job)) (done bool, err error) {
	company := n < m.batch && m.wait > 0 && len(m.slots) > 0 // worth waiting for
	if n > m.batch || company || len(m.queue) > 0 || !m.enter(n) {
		return false, nil
	}
	defer m.leave(n)
	b := m.benches.Get().(*batch)
	defer m.benches.Put(b)
	jobs := make([]job, n)
	b.jobs = b.jobs[:0]
	for i := range jobs {
		jobs[i] = job{ctx: ctx, request: r, index: i}
		fill(&jobs[i])
		b.jobs = append(b.jobs, &jobs[i])
	}
	m.serve(b)
	clear(b.jobs)
	return true, r.err
}

// enter takes a free slot and admits n jobs, if both can be had now and the
// model is open. Who entered leaves again; stop waits for it.
func (m *model) enter(n int) bool {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.closed || !m.admit.TryAcquire(int64(n)) {
		return false
	}
	select {
	case m.slots <- struct{}{}:
		m.running.Add(1) // before stop, which takes the lock to close
		return true
	default:
		m.admit.Release(int64(n))
		return false
	}
}

func (m *model) leave(n int) {
	<-m.slots
	m.admit.Release(int64(n))
	m.running.Done()
}

// room admits n jobs.
func (m *model) room(ctx context.Context, n int64, first bool) error {
	if !first {
		return m.admit.Acquire(ctx, n)
	}
	if !m.admit.TryAcquire(n) {
		return fmt.Errorf("%w: model %s has %d inputs at most; try again in a moment", ErrBusy, m.spec.ID, m.limit)
	}
	return nil
}

func (m *model) send(jobs []job) error {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.closed {
		m.admit.Release(int64(len(jobs)))
		return ErrClosed
	}
	for i := range jobs {
		m.queue <- &jobs[i]
	}
	return nil
}

// work serves batches until the queue is closed and empty.
func (m *model) work() {
	var b batch
	for first := range m.queue {
		// While all slots are taken the queue grows, and with it the batch.
		select {
		case m.slots <- struct{}{}:
		case m.company <- first: // a worker that has a slot waits for it
			continue
		}
		b.jobs = m.gather(append(b.jobs[:0], first))
		m.serve(&b)
		m.admit.Release(int64(len(b.jobs)))
		clear(b.jobs) // keeps no pictures alive
		<-m.slots
	}
}

// gather adds to a batch what is queued: of pictures a fair share, so that one
// request's keep all workers busy, and of texts all, since a run costs more
// than a text. When other runs are on and nothing is
// queued, it waits a little for company; an idle machine answers at once.
func (m *model) gather(jobs []*job) []*job {
	share := m.batch
	if m.spec.Input.Kind == models.KindPicture {
		share = min(m.batch, 1+(len(m.queue)+m.workers-1)/m.workers)
	}
	for len(jobs) < share {
		select {
		case j, ok := <-m.queue:
			if !ok {
				return jobs
			}
			jobs = append(jobs, j)
			continue
		default:
		}
		break
	}
	if m.wait <= 0 || len(jobs) >= m.batch || len(m.queue) > 0 || len(m.slots) < 2 {
		return jobs
	}
	timer := time.NewTimer(m.wait)
	defer timer.Stop()
	for len(jobs) < m.batch {
		select {
		case j, ok := <-m.queue:
			if !ok {
				return jobs
			}
			jobs = append(jobs, j)
		case j := <-m.company:
			jobs = append(jobs, j)
		case <-timer.C:
			return jobs
		}
	}
	return jobs
}
