// Package embed turns pictures and texts into vectors with the models of a
// pack.
//
// An Embedder takes requests of many goroutines, gathers them into batches for
// the models, checks and normalises what comes out, and hands each caller its
// own vectors in the order asked. How a graph is run is behind the small
// interfaces Runtime and Session; embed/onnx has the one that serves.
//
// A pack is believed only after it has reproduced its golden vectors through
// this same path: see Open.
package embed

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"touchstone/models"
)

// Errors that callers tell apart. What is returned wraps one of them, or the
// context's error, with a sentence.
var (
	ErrInput  = errors.New("embed: bad input")                          // ask differently
	ErrBusy   = errors.New("embed: too many requests wait already")     // try again later (503)
	ErrClosed = errors.New("embed: the embedder is closed")             // the program stops
	ErrOutput = errors.New("embed: the model gave unusable vectors")    // the pack is at fault
	ErrGolden = errors.New("embed: the pack misses a golden vector")    // the pack or the runtime is at fault
	ErrFailed = errors.New("embed: the model run failed")               // the runtime is at fault
	errPack   = errors.New("embed: the pack cannot be served as asked") // Config or Runtime do not fit
)

// Tensor is a dense array, row-major. Exactly one of Float and Int is set, with
// as many values as the product of Shape.
type Tensor struct {
	Shape []int64
	Float []float32
	Int   []int64
}

// Session runs one model. Run is safe for concurrent use, reads in only until
// it returns, and gives one tensor an output in the manifest's order; they
// belong to the caller. A Session that is also an io.Closer is closed with the
// Embedder; one with a method MaxBatch() int above 0 gets no larger batches.
type Session interface {
	Run(ctx context.Context, in Tensor) ([]Tensor, error)
}

// Runtime makes sessions. Its owner closes it after the Embedder.
type Runtime interface {
	Session(path string, m models.Model) (Session, error)
	Close() error
}

// Config bounds the work of an Embedder. Zero values mean the defaults.
type Config struct {
	Batch     int           // most pictures a run; default 1: on a CPU, a larger batch leaves the cache and costs more a picture
	TextBatch int           // most texts a run; default 32
	Wait      time.Duration // longest wait for a fuller batch while other runs are on; default 500 µs; < 0 = never
	Workers   int           // runs at a time over all models; default GOMAXPROCS
	Queue     int           // most inputs a model that are admitted and not answered; default 512
}

// Validate reports every value that is out of range.
func (c Config) Validate() error {
	var found []error
	for _, v := range []struct {
		name       string
		value, max int
	}{{"Batch", c.Batch, 64}, {"TextBatch", c.TextBatch, 1024}, {"Workers", c.Workers, 1024}, {"Queue", c.Queue, 1 << 20}} {
		if v.value < 0 || v.value > v.max {
			found = append(found, fmt.Errorf("%s is %d; use 1 to %d, or 0 for the default", v.name, v.value, v.max))
		}
	}
	if c.Wait > time.Second {
		found = append(found, fmt.Errorf("Wait is %v; use at most a second", c.Wait))
	}
	return errors.Join(found...)
}

func (c Config) withDefaults() Config {
	for _, d := range []struct {
		field *int
		value int
	}{{&c.Batch, 1}, {&c.TextBatch, 32}, {&c.Workers, runtime.GOMAXPROCS(0)}, {&c.Queue, 512}} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	if c.Wait == 0 {
		c.Wait = 500 * time.Microsecond
	}
	return c
}

// Embedder makes vectors with the models of one pack. It may be used by any
// number of goroutines.
type Embedder struct {
	models []*model
	routes map[string]route // by output name
	close  func() error
}

// route is where an output comes from.
type route struct {
	model  *model
	index  int // in the model's outputs
	output models.Output
}

// Open starts the models of a pack on a runtime and runs their golden vectors
// through the path that requests take. A pack that misses one of them is
// refused with ErrGolden, naming the case and the cosine.
func Open(p *models.Pack, rt Runtime, cfg Config) (*Embedder, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("%w: %w", errPack, err)
	}
	cfg = cfg.withDefaults()
	e := &Embedder{routes: map[string]route{}}
	e.close = sync.OnceValue(e.closeModels)
	slots := make(chan struct{}, cfg.Workers)
	for _, spec := range p.Manifest().Models {
		encode, err := encoder(p, spec.Input)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("embed: model %s: %w", spec.ID, err), e.Close())
		}
		session, err := rt.Session(p.Path(spec.File), spec)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("embed: model %s: %w", spec.ID, err), e.Close())
		}
		m := start(spec, session, encode, cfg, slots)
		e.models = append(e.models, m)
		for i, o := range spec.Outputs {
			e.routes[o.Name] = route{m, i, o}
		}
	}
	if err := e.checkGoldens(p); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

// Has says whether the pack has the output.
func (e *Embedder) Has(output string) bool {
	_, ok := e.routes[output]
	return ok
}

// Output gives the manifest's entry of an output.
func (e *Embedder) Output(output string) (models.Output, bool) {
	r, ok := e.routes[output]
	return r.output, ok
}

// Pictures gives what outputs see in pictures, [output][picture][region][dimension],
// in the order of outputs and of pics; of unit length where the manifest says
// "l2". Outputs of one model share its run. Pictures must be upright;
// transparency is flattened on white. They are read until Pictures returns and,
// after a cancellation, a moment longer: do not write to them.
func (e *Embedder) Pictures(ctx context.Context, pics []image.Image, outputs ...string) ([][][][]float32, error) {
	for i, p := range pics {
		if p == nil || p.Bounds().Empty() {
			return nil, fmt.Errorf("%w: picture %d of %d has no pixels; leave it out", ErrInput, i+1, len(pics))
		}
	}
	routes := make([]route, len(outputs))
	for i, output := range outputs {
		var err error
		if routes[i], err = e.route(output, models.KindPicture); err != nil {
			return nil, err
		}
	}
	vectors := make([][][][]float32, len(outputs))
	var asks []func(ctx context.Context) error // a model each
	for _, m := range e.models {
		var indices, places []int // of the model's outputs that are asked for, and where they are asked for
		for i, r := range routes {
			if r.model == m {
				indices, places = append(indices, r.index), append(places, i)
			}
		}
		if len(indices) == 0 {
			continue
		}
		asks = append(asks, func(ctx context.Context) error {
			all, err := m.ask(ctx, indices, len(pics), func(j *job) { j.picture = pics[j.index] })
			for i := range all {
				vectors[places[i]] = all[i]
			}
			return err
		})
	}
	if err := together(ctx, asks); err != nil {
		return nil, err
	}
	return vectors, nil
}

// together does some things at the same time, a single one without another goroutine.
func together(ctx context.Context, things []func(ctx context.Context) error) error {
	if len(things) == 1 {
		return things[0](ctx)
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, thing := range things {
		group.Go(func() error { return thing(ctx) })
	}
	return group.Wait()
}

// Texts gives the vectors of texts, [text][dimension], in the order asked; of
// unit length where the manifest says "l2". Texts longer than the model's
// MaxLength code points or tokens are cut. An empty text is ErrInput.
func (e *Embedder) Texts(ctx context.Context, output string, texts []string) ([][]float32, error) {
	r, err := e.route(output, models.KindText)
	if err != nil {
		return nil, err
	}
	for i, t := range texts {
		if strings.Trim(t, "\x00") == "" {
			return nil, fmt.Errorf("%w: text %d of %d is empty; leave it out", ErrInput, i+1, len(texts))
		}
	}
	all, err := r.model.ask(ctx, []int{r.index}, len(texts), func(j *job) { j.text = texts[j.index] })
	if err != nil {
		return nil, err
	}
	vectors := make([][]float32, len(texts))
	for i, v := range all[0] {
		vectors[i] = v[0]
	}
	return vectors, nil
}

func (e *Embedder) route(output, kind string) (route, error) {
	r, ok := e.routes[output]
	if !ok {
		return route{}, fmt.Errorf("%w: the pack has no output %q; it has %s", ErrInput, output, e.names())
	}
	if got := r.model.spec.Input.Kind; got != kind {
		return route{}, fmt.Errorf("%w: output %q reads a %s, not a %s", ErrInput, output, got, kind)
	}
	return r, nil
}

func (e *Embedder) names() string {
	var names []string
	for name := range e.routes {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// Close answers what was admitted, stops the workers and closes the sessions.
// Later requests get ErrClosed; closing again does nothing.
func (e *Embedder) Close() error { return e.close() }

func (e *Embedder) closeModels() error {
	var found []error
	for _, m := range e.models {
		m.stop()
		if c, ok := m.session.(io.Closer); ok {
			found = append(found, c.Close())
		}
	}
	return errors.Join(found...)
}
