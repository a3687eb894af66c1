// Package upkeep looks after the vector index of a running service: what it holds and how well it finds, and the long operations that an operator
// starts: to verify, to compact, to take a snapshot. They run in the background one at a time, beside searches and changes, and are
// remembered until the service ends.
package upkeep

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"touchstone/index"
)

// The errors callers branch on, beside those of package index.
var (
	// ErrBusy: another operation is running.
	ErrBusy = errors.New("upkeep: busy")
	// ErrName: a snapshot may not have this name, or one has it already.
	ErrName = errors.New("upkeep: unusable name")
	// ErrNoFolder: the service has no folder for snapshots.
	ErrNoFolder = errors.New("upkeep: no folder for snapshots")
	// ErrUnknown: there is no operation with this ID.
	ErrUnknown = errors.New("upkeep: unknown operation")
)

// Config says what is looked after.
type Config struct {
	Index     *index.Index
	Snapshots string           // folder of snapshots, made when the first is taken; "" = none can be taken
	Log       *slog.Logger     // nil = nobody hears of failures
	Now       func() time.Time // nil = time.Now
}

// Upkeep is safe for several goroutines. Close ends what runs.
type Upkeep struct {
	cfg        Config
	ctx        context.Context // of operations
	stop       context.CancelFunc
	background sync.WaitGroup

	mu         sync.Mutex
	operations []*Operation // the last of them, oldest first
	probes     map[string]Probe
}

// New makes an Upkeep.
func New(cfg Config) *Upkeep {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	u := &Upkeep{cfg: cfg, probes: map[string]Probe{}}
	u.ctx, u.stop = context.WithCancel(context.Background())
	return u
}

// Close gives up what runs and waits for its end. It may be called again.
func (u *Upkeep) Close() error {
	u.mu.Lock()
	u.stop() // under the lock: no operation begins afterwards
	u.mu.Unlock()
	u.background.Wait()
	return nil
}

// A Probe is what a verification found.
type Probe struct {
	At     time.Time `json:"at"`
	Probes int       `json:"probes" doc:"searches that were compared with exact ones"`
	Recall float64   `json:"recall" doc:"share of the ten true nearest that usual searches found, 0 to 1"`
	Worst  float64   `json:"worst" doc:"the least share of any probe"`
}

// A Collection is one as it is now.
type Collection struct {
	Name           string   `json:"name"`
	Space          string   `json:"space" doc:"pack, version, output, dimension and metric"`
	Aliases        []string `json:"aliases" doc:"that lead to it; a collection without any is searched by nobody"`
	Revision       uint64   `json:"revision" doc:"grows with each change"`
	Points         int      `json:"points"`
	Vectors        int      `json:"vectors"`
	Bytes          int64    `json:"bytes" doc:"memory, as nearly as the engine can tell"`
	BytesPerVector float64  `json:"bytes_per_vector" doc:"0 where there are no vectors"`
	Search         string   `json:"search,omitempty" doc:"how it is searched: exact, or by which approximation"`
	LastProbe      *Probe   `json:"last_probe,omitempty" doc:"the latest of this process"`
}

// Status says what the index holds, by name.
func (u *Upkeep) Status(ctx context.Context) ([]Collection, error) {
	infos, err := u.cfg.Index.Collections(ctx)
	if err != nil {
		return nil, err
	}
	aliases, err := u.cfg.Index.Aliases(ctx)
	if err != nil {
		return nil, err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	all := make([]Collection, len(infos))
	for i, info := range infos {
		c := Collection{Name: info.Name, Space: info.Space.String(), Aliases: []string{}, Revision: info.Revision, Points: info.Points, Vectors: info.Vectors,
			Bytes: info.Bytes, Search: info.Search}
		if info.Vectors > 0 {
			c.BytesPerVector = float64(info.Bytes) / float64(info.Vectors)
		}
		for _, alias := range slices.Sorted(maps.Keys(aliases)) {
			if aliases[alias] == info.Name {
				c.Aliases = append(c.Aliases, alias)
			}
		}
		if p, probed := u.probes[info.Name]; probed {
			c.LastProbe = &p
		}
		all[i] = c
	}
	return all, nil
}

// Verify measures the recall of a collection or alias and remembers it.
func (u *Upkeep) Verify(ctx context.Context, target string, o index.VerifyOptions) (Probe, error) {
	name, err := u.resolve(ctx, target)
	if err != nil {
		return Probe{}, err
	}
	v, err := u.cfg.Index.Verify(ctx, name, o)
	if err != nil {
		return Probe{}, err
	}
	p := Probe{At: u.cfg.Now().UTC(), Probes: v.Probes, Recall: v.Recall, Worst: v.Worst}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.probes[name] = p
	return p, nil
}

// resolve is the collection that an alias leads to, or the name itself.
func (u *Upkeep) resolve(ctx context.Context, target string) (string, error) {
	aliases, err := u.cfg.Index.Aliases(ctx)
	if err != nil {
		return "", err
	}
	if to, is := aliases[target]; is {
		return to, nil
	}
	return target, nil
}

// Drop removes a collection that no alias leads to, so that nothing searches it: index.ErrInvalid if one does, index.ErrNotFound if there is
// none.
func (u *Upkeep) Drop(ctx context.Context, name string) error {
	all, err := u.Status(ctx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(c Collection) bool { return c.Name == name }) {
		return fmt.Errorf("%w: there is no collection %q", index.ErrNotFound, name)
	}
	return u.cfg.Index.Drop(ctx, name)
}
