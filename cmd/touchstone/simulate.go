package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"touchstone/internal/httpapi"
	"touchstone/internal/intake"
	"touchstone/internal/server"
	"touchstone/internal/simulate"
)

// simulateCmd lets a month pass on a marketplace that is drawn, against a service of its own.
type simulateCmd struct {
	Month  string  `help:"Built-in month: ${enum}." enum:"day,market,notices" default:"notices"`
	Params string  `help:"Parameter file in place of a built-in month." type:"existingfile"`
	Photos string  `help:"Folder with photos.csv and photos/, used beside drawn pictures." type:"existingdir"`
	Seed   uint64  `help:"Seed of everything that is drawn." default:"1"`
	Scale  float64 `help:"Size of the month instead of the file's: 0.01 is a hundredth."`
	Policy string  `help:"Policy file of the marketplace; without one, that of the built-in month." type:"existingfile"`
	Out    string  `help:"Folder for the report." default:"out/month" type:"path"`
	modelFlags
}

// Run lets the month pass and writes what came of it.
func (c *simulateCmd) Run(ctx context.Context, std streams) error {
	p, err := simulate.Builtin(c.Month)
	if c.Params != "" {
		p, err = simulate.Load(c.Params)
	}
	if err != nil {
		return err
	}
	if c.Scale != 0 {
		p.Scale = c.Scale
	}
	var photos *simulate.Photos
	if c.Photos != "" {
		if photos, err = simulate.OpenPhotos(c.Photos); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(c.Out, 0o750); err != nil {
		return err
	}
	scratch, err := os.MkdirTemp(c.Out, "service-")
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(std.err, nil))
	r, err := simulate.Run(ctx, p, c.Seed, simulate.Options{Start: c.modelFlags.start, Photos: photos, Folder: scratch, Policy: c.Policy, Log: log})
	if err != nil {
		return err
	}
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	fmt.Fprintln(std.out, string(b))
	return os.WriteFile(filepath.Join(c.Out, "result.json"), b, 0o600)
}

// start is a simulate.Starter: the whole service on loopback, with the clock of the simulation. Its background work is done when the
// simulation asks for it.
func (f modelFlags) start(ctx context.Context, in simulate.Setup) (_ simulate.Host, err error) {
	log := slog.New(slog.DiscardHandler)
	s, err := openService(ctx, options{keep: true, models: f, data: in.Folder, policies: in.Policy, config: intake.DefaultConfig(), log: log, now: in.Clock.Now})
	if err != nil {
		return nil, err
	}
	h := &simulated{service: s, ended: make(chan error, 1)}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.Close())
		}
	}()
	if !in.Proactive {
		s.intake.Cases = nil
	}
	if err := s.intake.Prepare(ctx, func(int) {}); err != nil {
		return nil, err
	}
	keys := server.NewKeys(s.store, 0, in.Clock.Now)
	if _, h.key, err = keys.Issue(ctx, server.KeyRequest{Account: "admin", Name: "simulation", Role: server.RoleAdmin}); err != nil {
		return nil, err
	}
	cfg := server.DefaultConfig()
	cfg.Addr = "127.0.0.1:0"
	httpapi.Configure(&cfg)
	srv, err := server.New(cfg, server.Options{Keys: keys, Idempotency: s.store, Quotas: s.store, Logger: log, Clock: in.Clock.Now})
	if err != nil {
		return nil, err
	}
	api := srv.NewAPI("Touchstone", version)
	(&httpapi.API{Intake: s.intake, Keys: keys, Batches: s.store, Sweeps: s.sweeps, Docket: s.docket, Followup: s.followup, Bundles: s.bundles, Server: srv, Log: log, MaxPictureBody: cfg.MaxBody}).Register(srv.Engine(), api)
	listener, err := srv.Listen(ctx)
	if err != nil {
		return nil, err
	}
	h.url, h.server = "http://"+listener.Addr().String(), srv
	keeping, stop := context.WithCancel(context.WithoutCancel(ctx))
	kept := make(chan struct{})
	h.stop = func() { stop(); <-kept }
	go func() { defer close(kept); s.intake.Keeper().Run(keeping) }()
	go func() { h.ended <- srv.Serve(context.WithoutCancel(ctx), listener) }()
	return h, nil
}

// simulated is a service of a simulation.
type simulated struct {
	service *service
	server  *server.Server
	url     string
	key     string
	stop    func() // of background work
	ended   chan error
}

var _ simulate.Host = (*simulated)(nil)

func (h *simulated) URL() string      { return h.url }
func (h *simulated) AdminKey() string { return h.key }

// Work does what is due.
func (h *simulated) Work(ctx context.Context, tick bool) error {
	if tick {
		_, err := h.service.docket.Tick(ctx)
		if _, more := h.service.followup.Tick(ctx); err != nil || more != nil {
			return errors.Join(err, more)
		}
	}
	for {
		if n, err := h.service.jobs.Once(ctx, 100); err != nil || n == 0 {
			return err
		}
	}
}

// Close ends the service.
func (h *simulated) Close() error {
	var err error
	if h.server != nil {
		h.server.Stop()
		err = <-h.ended
		h.stop()
	}
	return errors.Join(err, h.service.Close())
}
