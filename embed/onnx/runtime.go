package onnx

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	ort "github.com/yalue/onnxruntime_go"

	"touchstone/embed"
)

// Config says which library is loaded and how it runs graphs.
type Config struct {
	Library string // path; "" = see FindLibrary
	Threads int    // threads inside one run; default 1: the embedder runs one batch a core
}

// Validate reports every value that is out of range.
func (c Config) Validate() error {
	if c.Threads < 0 || c.Threads > 256 {
		return fmt.Errorf("Threads is %d; use 1 to 256, or 0 for the default of 1", c.Threads)
	}
	return nil
}

// Errors of this package, beside ErrLibrary.
var (
	ErrModel  = errors.New("onnx: the graph cannot be served") // the pack is at fault
	ErrClosed = errors.New("onnx: the runtime is closed")
)

// process is the library as this process has it. It is loaded once and stays:
// unloading ONNX Runtime while its threads end is not safe.
var process struct {
	sync.Mutex
	library string // "" = not loaded
}

// Runtime makes sessions. It keeps count of them and closes what is left.
type Runtime struct {
	library string
	threads int

	mu       sync.Mutex
	closed   bool
	sessions map[*Session]struct{}
}

var _ embed.Runtime = (*Runtime)(nil)

// New loads the ONNX Runtime library, which is ErrLibrary with a sentence when
// there is none or it is too old. A process has one library: later calls share
// it, and it is an error to ask for another.
func New(cfg Config) (*Runtime, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("onnx: %w", err)
	}
	path, err := FindLibrary(cfg.Library)
	if err != nil {
		return nil, err
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrLibrary, err)
	}
	if err := load(path); err != nil {
		return nil, err
	}
	return &Runtime{library: path, threads: max(1, cfg.Threads), sessions: map[*Session]struct{}{}}, nil
}

// noTelemetry is the variable that keeps the library from telling its maker about models and runs. Builds of the wheels do so from 1.31 on,
// by a thread of their own, a database and a device's number in the user's cache folder; it has to be set before the environment is made.
const noTelemetry = "ORT_DISABLE_TELEMETRY"

func load(path string) error {
	process.Lock()
	defer process.Unlock()
	switch process.library {
	case path:
		return nil
	case "":
	default:
		return fmt.Errorf("%w: this process already runs %s and cannot load %s as well; use one library", ErrLibrary, process.library, path)
	}
	if err := os.Setenv(noTelemetry, "1"); err != nil {
		return fmt.Errorf("%w: %w", ErrLibrary, err)
	}
	ort.SetSharedLibraryPath(path)
	if err := ort.InitializeEnvironment(ort.WithLogLevelError()); err != nil {
		// The binding cannot say the version when the library is too old for
		// it, other than by this failure, or the library cannot be loaded.
		return fmt.Errorf("%w: %s cannot be loaded (%w); ONNX Runtime %s or newer for this kind of machine is needed: %s", ErrLibrary, path, err, MinVersion, howToGet)
	}
	if version := ort.GetVersion(); !atLeast(version, MinVersion) {
		return errors.Join(fmt.Errorf("%w: %s is ONNX Runtime %s, and %s or newer is needed: %s", ErrLibrary, path, version, MinVersion, howToGet), ort.DestroyEnvironment())
	}
	if err := ort.DisableTelemetry(); err != nil { // for libraries that do not read the variable
		return errors.Join(fmt.Errorf("%w: %w", ErrLibrary, err), ort.DestroyEnvironment())
	}
	process.library = path
	return nil
}

// Version gives the version of the library, e.g. "1.31.1".
func (r *Runtime) Version() string { return ort.GetVersion() }

// Library gives the path of the library.
func (r *Runtime) Library() string { return r.library }

// Close closes the sessions that are still open and waits for their runs. The
// library itself stays loaded until the process ends.
func (r *Runtime) Close() error {
	r.mu.Lock()
	r.closed = true
	var open []*Session
	for s := range r.sessions {
		open = append(open, s)
	}
	r.mu.Unlock()
	var found []error
	for _, s := range open {
		found = append(found, s.Close())
	}
	return errors.Join(found...)
}

// keep and forget are the count of open sessions.
func (r *Runtime) keep(s *Session) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return ErrClosed
	}
	r.sessions[s] = struct{}{}
	return nil
}

func (r *Runtime) forget(s *Session) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.sessions, s)
}
