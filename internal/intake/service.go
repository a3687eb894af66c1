// Package intake holds the use cases that bring things in: registering references and scoring listings. It gathers pictures and
// facts, lets detect judge, lets policy decide, and keeps what it answered.
package intake

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"touchstone/detect"
	"touchstone/detect/wordmark"
	"touchstone/index"
	"touchstone/internal/blob"
	"touchstone/internal/casework"
	"touchstone/internal/guard"
	"touchstone/internal/listings"
	"touchstone/internal/photo"
	"touchstone/internal/policy"
	"touchstone/internal/removals"
	"touchstone/internal/threshold"
	"touchstone/models"
)

// An Embedder makes vectors of pictures and of texts.
type Embedder interface {
	detect.PictureEmbedder
	detect.TextEmbedder
}

// A Fetcher downloads a picture of a listing, guarded against private addresses, size and time.
type Fetcher interface {
	Get(ctx context.Context, url string) ([]byte, error)
}

// Config bounds what one request may bring.
type Config struct {
	MaxPictures    int          // pictures of a listing; default 20
	MaxTitle       int          // bytes of a title; default 2,000
	MaxDescription int          // bytes of a description, and of all attributes together; default 20,000
	FetchAtOnce    int          // downloads of one listing at the same time; default 4
	Photo          photo.Limits // bounds of a picture; Target is how small a large one may be shrunk while decoding
}

// DefaultConfig is what the service runs with unless told otherwise.
func DefaultConfig() Config {
	return Config{MaxPictures: 20, MaxTitle: 2_000, MaxDescription: 20_000, FetchAtOnce: 4, Photo: photo.Limits{Target: 512}}
}

// Validate reports every fault at once.
func (c Config) Validate() error {
	var errs []error
	for name, v := range map[string]int{"MaxPictures": c.MaxPictures, "MaxTitle": c.MaxTitle, "MaxDescription": c.MaxDescription, "FetchAtOnce": c.FetchAtOnce} {
		if v <= 0 {
			errs = append(errs, fmt.Errorf("intake: %s is %d: use 1 or more", name, v))
		}
	}
	return errors.Join(errs...)
}

// Parts are what a Service is made of. Read (which reads text in pictures), Fetch and Log may be nil: URLs are then refused, and nothing is logged.
type Parts struct {
	Registry *casework.Registry
	Reports  ReportStore
	Local    LocalStore     // nil = local features are kept in memory alone
	Removals removals.Store // nil = removed pictures are met again by their files alone
	Blobs    *blob.Store
	Index    *index.Index
	Pack     *models.Pack // in use at first
	Embed    Embedder     // its models
	Read     detect.TextReader
	Fetch    Fetcher
	Policies policy.Set
	Listings listings.Store              // where scored listings are kept for sweeps; nil: nowhere
	Guard    *guard.Guard                // suppressions and quarantine; nil: there are none
	History  History                     // what was decided before; nil: nothing is known of it
	Measured *threshold.Book             // what has been measured of thresholds; what packs bring is added to it; nil: that alone
	Yield    func(context.Context) error // called before background work runs a model; waits while live scoring needs the machine
	Log      *slog.Logger
	Now      func() time.Time // nil is time.Now
	Program  string           // version of the program, noted with each report
}

// Service is the use cases over those parts. It is safe for concurrent use.
type Service struct {
	Parts
	cfg      Config
	lexicon  *wordmark.Lexicon
	retries  retries
	keeper   *listings.Keeper
	local    *local
	removals *removals.Keeper // nil = as above

	swap       sync.RWMutex // held for a moment while another pack comes into use
	engine     *engine      // the pack in use
	writes     sync.RWMutex // held for reading while references go to the index, and for writing while its aliases move
	candidates candidates   // packs that are being made ready

	Cases  CaseOpener // set before the first request; nil: nobody opens cases
	Sweeps Sweeper    // set before the first request; nil: nothing is swept by itself
	// Watch hears what kept listings show; set before the Keeper runs, nil: nobody does.
	Watch    func(context.Context, []listings.Shown) error
	Observer Observer // set before the first request; nil: nobody listens
}

// New makes a service. Call Prepare before the first request.
func New(cfg Config, p Parts) (*Service, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if p.Now == nil {
		p.Now = time.Now
	}
	if p.Log == nil {
		p.Log = slog.New(slog.DiscardHandler)
	}
	s := &Service{Parts: p, cfg: cfg, lexicon: wordmark.NewLexicon()}
	var err error
	if s.local, err = newLocal(p.Local, p.Blobs, cfg.Photo); err != nil {
		return nil, err
	}
	if s.Measured == nil {
		s.Measured = threshold.NewBook()
	}
	if s.engine, err = s.newEngine(p.Pack, p.Embed); err != nil {
		return nil, err
	}
	s.Parts.Pack, s.Parts.Embed = nil, nil // another may come into use: ask the engine
	s.keeper = s.newKeeper(cfg.Photo)
	s.removals = s.newRemovals(cfg.Photo)
	return s, nil
}

// Pack names the pack in use.
func (s *Service) Pack() detect.PackRef { return s.inUse().detector.Pack() }

// Fusion is the fusion data of the pack in use.
func (s *Service) Fusion() detect.Fusion { return s.inUse().detector.Fusion() }

func (s *Service) now() time.Time { return s.Now().UTC() }

// ErrBusy: the models have as much to do as they take; the same request can be sent again shortly.
var ErrBusy = errors.New("the models are busy")

// An InputError is a fault of what the caller sent. Field is its place in the request ("pictures[2]"); Kind, where one is
// there, is the sentinel of the package that refused it.
type InputError struct {
	Field   string
	Message string
	Kind    error
}

func (e *InputError) Error() string { return e.Field + ": " + e.Message }

// Unwrap gives the sentinel, so that callers can tell a picture that is too large from one that is broken.
func (e *InputError) Unwrap() error { return e.Kind }
