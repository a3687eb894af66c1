package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"touchstone/detect"
	"touchstone/embed"
	"touchstone/embed/kept"
	"touchstone/embed/onnx"
	"touchstone/index"
	"touchstone/internal/blob"
	"touchstone/internal/caseload"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/dossier"
	"touchstone/internal/casework/followup"
	"touchstone/internal/casework/inquiry"
	"touchstone/internal/casework/partner"
	"touchstone/internal/casework/privacy"
	"touchstone/internal/casework/refusals"
	"touchstone/internal/casework/sellerlink"
	"touchstone/internal/casework/survey"
	"touchstone/internal/casework/webhook"
	"touchstone/internal/comparison"
	"touchstone/internal/document"
	"touchstone/internal/drift"
	"touchstone/internal/fetch"
	"touchstone/internal/guard"
	"touchstone/internal/intake"
	"touchstone/internal/jobs"
	"touchstone/internal/people"
	"touchstone/internal/policy"
	"touchstone/internal/rollout"
	"touchstone/internal/seal"
	"touchstone/internal/store"
	"touchstone/internal/sweep"
	"touchstone/internal/tracing"
	"touchstone/models"
)

// modelFlags choose the pack and the library that runs it.
type modelFlags struct {
	Pack    string `help:"Folder of the model pack." default:"models/packs/touchstone-base" env:"TOUCHSTONE_PACK"`
	Library string `help:"ONNX Runtime library; empty finds the one that make setup brought." env:"ONNXRUNTIME_LIB" name:"onnxruntime"`
	OCR     string `help:"Folder of the pack that reads text in pictures; empty uses the one that make ocr brought, if it is there." env:"TOUCHSTONE_OCR" name:"ocr"`
	Workers int    `help:"Model runs at a time; 0 is one a core." default:"0" env:"TOUCHSTONE_WORKERS"`
}

// opened is a pack with the models in it, and the reader of text in pictures, nil where its pack is not installed.
type opened struct {
	pack     *models.Pack
	embedder *embed.Embedder
	reader   detect.TextReader
	start    func(*models.Pack) (*embed.Embedder, error) // starts the models of another pack
}

// open opens the pack and the models in it.
func (f modelFlags) open(c *closers) (opened, error) {
	pack, err := models.Open(besideProgram(f.Pack))
	if err != nil {
		return opened{}, err
	}
	o, err := f.openPack(c, pack)
	if err == nil {
		c.add("models", o.embedder.Close)
	}
	return o, err
}

// openPack opens the models in a pack, which are the caller's to close.
func (f modelFlags) openPack(c *closers, pack *models.Pack) (o opened, err error) {
	runtime, err := onnx.New(onnx.Config{Library: f.Library})
	if err != nil {
		return o, err
	}
	c.add("ONNX Runtime", runtime.Close)
	o.start = func(p *models.Pack) (*embed.Embedder, error) {
		// Requests are bounded at the door; the queue holds what those that were let in can bring.
		return embed.Open(p, runtime, embed.Config{Workers: f.Workers, Queue: 16_384})
	}
	if o.reader, err = f.textReader(runtime); err != nil {
		return o, err
	}
	o.pack = pack
	o.embedder, err = o.start(pack)
	return o, err
}

// besideProgram finds a relative path from here or, failing that, from the folder above the program's, so that bin/touchstone
// works from anywhere.
func besideProgram(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	if _, err := os.Stat(path); err == nil {
		return path
	}
	if program, err := os.Executable(); err == nil {
		if p := filepath.Join(filepath.Dir(program), "..", path); exists(p) {
			return p
		}
	}
	return path
}

// release is the version with the commit that it was built from, where the build says.
func release() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return version + "+" + s.Value[:min(12, len(s.Value))]
		}
	}
	return version
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// closers closes what was opened, last first.
type closers struct {
	list []closer
}

type closer struct {
	name  string
	close func() error
}

func (c *closers) add(name string, f func() error) { c.list = append(c.list, closer{name, f}) }

// Close closes everything once and reports every failure.
func (c *closers) Close() error {
	var errs []error
	for _, x := range slices.Backward(c.list) {
		if err := x.close(); err != nil {
			errs = append(errs, fmt.Errorf("close %s: %w", x.name, err))
		}
	}
	c.list = nil
	return errors.Join(errs...)
}

// service is the use cases with everything they stand on.
type service struct {
	closers
	store       *store.Store
	index       *index.Index
	intake      *intake.Service
	sweeps      *sweep.Runner // nil: no listings are kept
	docket      *docket.Docket
	people      *people.People
	jobs        *jobs.Runner
	packs       *rollout.Manager    // nil: a scratch service
	drift       *drift.Watch        // nil with it
	comparisons *comparison.Manager // nil with it

	reports  *intake.Recent // over store
	followup *followup.Followup
	tracing  *tracing.Tracer
	dossier  *dossier.Dossier
	papers   *document.Reader
	bundles  caseload.Bundler

	sellerLinks *sellerlink.Links
	seal        *seal.Ring // of secrets in the store
	inquiries   *inquiry.Desk
	surveys     *survey.Surveys
	partners    *partner.Alliance
	refusals    *refusals.Recorder
	hooks       *webhook.Hooks
	hookResults *prometheus.CounterVec
	privacy     *privacy.Office
}

// options say where a service lives. Data "" is a scratch service: in memory but for pictures, gone when closed.
type options struct {
	models     modelFlags
	data       string
	sets       string // folder of labelled sets that packs are compared on; "" is the one in the data folder
	database   string // address of the database; "" is the one in the data folder
	index      string // address of the index; "" is the one in the data folder
	policies   string
	calendars  string // file of calendars in the place of built-in ones; "" for none
	sealKeys   string // file of the keys that seal secrets; "" is that of the data folder
	urls       bool   // listing pictures may come by URL
	localHooks bool   // webhooks may go to this machine
	config     intake.Config
	keep       bool                        // scored listings are kept, as policy says
	remember   bool                        // what the models say of a picture is remembered, for those that come again
	yield      func(context.Context) error // of background work to live scoring
	log        *slog.Logger
	now        func() time.Time // the clock of everything; nil: time.Now
}

// mostKept is how many vectors of pictures and of their parts are remembered where they are: some 200 MB.
const mostKept = 50_000

// openService opens everything; on an error nothing stays open.
func openService(ctx context.Context, o options) (s *service, err error) {
	s = &service{}
	if o.now == nil {
		o.now = time.Now
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	policies, err := policy.Load(o.policies)
	if err != nil {
		return s, err
	}
	blobs, err := s.openState(ctx, o)
	if err != nil {
		return s, err
	}
	m, err := s.openModels(ctx, o)
	if err != nil {
		return s, err
	}
	s.reports = intake.NewRecent(s.store, o.now)
	parts := intake.Parts{
		Registry: casework.NewRegistry(s.store, o.now), Reports: s.reports, Local: s.store, Removals: s.store, Blobs: blobs, Index: s.index,
		Pack: m.pack, Embed: m.embedder, Read: m.reader, Policies: policies, Log: o.log, Now: o.now, Program: release(),
	}
	if o.remember {
		if parts.Embed, err = kept.New(m.embedder, mostKept); err != nil {
			return s, err
		}
	}
	parts.Guard = guard.New(guard.Parts{Store: s.store, Rule: policies.For("").Lookalike, Log: o.log, Now: o.now})
	if err := parts.Guard.Load(ctx); err != nil {
		return s, err
	}
	if o.keep {
		parts.Listings, parts.Yield = s.store, o.yield
	}
	if o.urls {
		client, err := fetch.New(fetch.Config{})
		if err != nil {
			return s, err
		}
		s.add("downloads", func() error { client.Close(); return nil })
		parts.Fetch = client
	}
	if s.intake, err = intake.New(o.config, parts); err != nil {
		return s, err
	}
	if err := s.openTracing(ctx, o); err != nil {
		return s, err
	}
	if err := s.openRollouts(o, m); err != nil {
		return s, err
	}
	s.papers = document.New(document.Limits{}, pictureLines(m.reader))
	s.add("papers", s.papers.Close)
	if err := s.openDocket(o, policies); err != nil {
		return s, err
	}
	if err := s.openMeasured(ctx); err != nil {
		return s, err
	}
	if o.keep {
		s.sweeps = sweep.New(sweep.Parts{Store: s.store, Listings: s.store, Intake: s.intake, Index: s.index, Log: o.log, Yield: o.yield, Now: o.now})
		s.intake.Sweeps = s.sweeps
	}
	return s, nil
}

// openState opens store, pictures and index below a folder, or scratch ones.
func (s *service) openState(ctx context.Context, o options) (*blob.Store, error) {
	data := o.data
	database, blobDir := o.database, filepath.Join(data, "blobs")
	if data == "" {
		dir, err := os.MkdirTemp("", "touchstone-")
		if err != nil {
			return nil, err
		}
		s.add("scratch folder", func() error { return os.RemoveAll(dir) })
		blobDir = dir
	} else {
		if err := os.MkdirAll(data, 0o750); err != nil {
			return nil, fmt.Errorf("data folder: %w", err)
		}
		database = cmp.Or(database, storeFile(data))
	}
	// The index goes first: it holds the lock on the folder.
	err := s.openStateIndex(ctx, o)
	if err != nil {
		return nil, err
	}
	if s.store, err = store.Open(ctx, database); err != nil {
		return nil, err
	}
	s.add("store", s.store.Close)
	blobs, err := blob.Open(blobDir)
	if err != nil {
		return nil, err
	}
	s.add("pictures", blobs.Close)
	return blobs, nil
}
