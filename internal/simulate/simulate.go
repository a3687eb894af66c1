package simulate

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"touchstone/internal/threshold"
)

// Parameter files that are built in.
var (
	//go:embed params/notices.yaml
	noticesYAML []byte
	//go:embed params/market.yaml
	marketYAML []byte
	//go:embed params/day.yaml
	dayYAML []byte
)

// Options of a run.
type Options struct {
	Start  Starter
	Photos *Photos // nil: all pictures are drawn
	Folder string  // for the service's data; it is removed afterwards
	Log    *slog.Logger

	Policy   string // policy file; empty is the one that is built in
	Measured string // file of what was measured of its thresholds, in JSON; empty is what is built in, with the built-in policy alone
}

// Run lets one month pass and counts.
func Run(ctx context.Context, p Params, seed uint64, o Options) (r Result, err error) {
	if err := p.Validate(); err != nil {
		return Result{}, fmt.Errorf("%w: %w", ErrParams, err)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(o.Folder, 0o750); err != nil {
		return Result{}, fmt.Errorf("simulate: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(o.Folder)) }()
	rules, err := p.rules(o)
	if err != nil {
		return Result{}, err
	}
	measured, err := p.measured(o)
	if err != nil {
		return Result{}, err
	}
	file := filepath.Join(o.Folder, "policy.json")
	if err := os.WriteFile(file, rules, 0o600); err != nil {
		return Result{}, fmt.Errorf("simulate: %w", err)
	}
	clock := NewClock(p.Start.Add(-time.Hour))
	host, err := o.Start(ctx, Setup{Folder: filepath.Join(o.Folder, "data"), Policy: file, Measured: measured, Clock: clock, Proactive: p.Proactive})
	if err != nil {
		return Result{}, fmt.Errorf("start the service: %w", err)
	}
	defer func() { err = errors.Join(err, host.Close()) }()
	m := &month{w: NewWorld(p, seed, o.Photos), host: host, clock: clock, log: o.Log, admin: client{newHTTP(), host.URL(), host.AdminKey()},
		rights: map[string]*Right{}, listings: map[string]*Listing{}, cases: map[string]*Record{}, notices: map[string]*filed{}, sellers: map[string]client{}, stores: map[string]*store{}, tally: newTally()}
	defer m.admin.http.CloseIdleConnections()
	if err := m.run(ctx); err != nil {
		return Result{}, err
	}
	if len(measured) > 0 && !slices.ContainsFunc(measured, func(k threshold.Kept) bool { return k.Pack == m.pack }) {
		o.Log.Warn("the thresholds were measured with another pack, and prove nothing of this one: read them off again (--thresholds)", "pack", m.pack, "measured", measured[0].Pack)
	}
	return m.result(ctx, seed)
}
