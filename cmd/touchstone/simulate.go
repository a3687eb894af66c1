package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"touchstone/internal/httpapi"
	"touchstone/internal/intake"
	"touchstone/internal/policy"
	"touchstone/internal/server"
	"touchstone/internal/simulate"
)

// simulateCmd lets months pass on a marketplace that is drawn, against services of its own.
type simulateCmd struct {
	Month  string   `help:"Built-in month: ${enum}." enum:"day,market,notices" default:"notices"`
	Params string   `help:"Parameter file in place of a built-in month." type:"existingfile"`
	Photos string   `help:"Folder with photos.csv and photos/, used beside drawn pictures." type:"existingdir"`
	Seed   []uint64 `help:"Seed of what is drawn; several are lived one after another." default:"1"`
	Seeds  int      `help:"How many seeds from the one that --seed names: the month is lived once with each." default:"1"`
	Double bool     `help:"Reckon how the figures move when each evasion doubles, from one more month a seed."`
	Scale  float64  `help:"Size of the month in place of the file's: 0.01 is a hundredth."`
	Twin   bool     `help:"Live the month again without the proactive side, where the file says so." default:"true" negatable:""`
	Policy string   `help:"Policy file of the marketplace, as serve takes it; without one, that of the built-in months." type:"existingfile"`
	Out    string   `help:"Folder for the report. Months whose results are there already are not lived again." default:"out/month" type:"path"`

	Measured   string `help:"File of what was measured of the policy's thresholds, as --thresholds writes it." type:"existingfile"`
	Thresholds string `help:"Read thresholds off these months: write the policy with them to this file, and what was measured to FILE.measured.json beside it." placeholder:"FILE.json" type:"path"`
	modelFlags
}

// Run lets the months pass and reports what came of them.
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
	if err := p.Validate(); err != nil {
		return err
	}
	if c.Seeds < 1 || c.Seeds > 1000 || c.Seeds > 1 && len(c.Seed) > 1 {
		return fmt.Errorf("--seeds is %d: use 1 to 1000, and 1 where --seed names several", c.Seeds)
	}
	p.Twin = p.Twin && c.Twin
	o := simulate.Options{Start: c.start, Policy: c.Policy, Measured: c.Measured, Log: slog.New(slog.NewTextHandler(std.err, nil))}
	if c.Photos != "" {
		if o.Photos, err = simulate.OpenPhotos(c.Photos); err != nil {
			return err
		}
	}
	campaign := simulate.Campaign{Params: p, Seeds: c.Seed, Double: c.Double, Folder: c.Out, Version: release()}
	for i := range c.Seeds - 1 {
		campaign.Seeds = append(campaign.Seeds, c.Seed[0]+uint64(i)+1)
	}
	out, err := campaign.Run(ctx, o)
	if err != nil {
		return err
	}
	if err := c.report(std, out); err != nil || c.Thresholds == "" {
		return err
	}
	base, err := p.Base(o)
	if err != nil {
		return err
	}
	read, err := simulate.Calibrate(p, out.Runs, base)
	if err != nil {
		return err
	}
	return c.calibrated(std, read)
}

// calibrated writes the policy and what was measured, and prints what was read off.
func (c *simulateCmd) calibrated(std streams, read simulate.Calibration) error {
	rules, err := json.MarshalIndent([]policy.Policy{read.Policy}, "", "  ")
	if err != nil {
		return err
	}
	measured, err := json.Marshal(read.Measured)
	if err != nil {
		return err
	}
	beside := strings.TrimSuffix(c.Thresholds, ".json") + ".measured.json"
	if err := errors.Join(os.WriteFile(c.Thresholds, append(rules, '\n'), 0o600), os.WriteFile(beside, append(measured, '\n'), 0o600)); err != nil {
		return err
	}
	w := tabwriter.NewWriter(std.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nUSE\tSIGNAL\tTHRESHOLD\tINFRINGING\tINNOCENT\tPRECISION AT THE BASE RATE")
	for _, r := range read.Read {
		if r.Cut == nil {
			fmt.Fprintf(w, "%s\t%s\tnone does\t\t\t\n", r.Use, r.Signal)
			continue
		}
		fmt.Fprintf(w, "%s\t%s\t%g\t%s\t%s\t%s\n", r.Use, r.Signal, r.At, percent(r.Cut.Taken.Interval), percent(r.Cut.Wrong.Interval), percent(r.Cut.Precision))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(std.out, "\nThe policy is %s, what was measured %s\n", c.Thresholds, beside)
	return err
}

// report writes the page and the numbers behind it, and prints the figures.
func (c *simulateCmd) report(std streams, out simulate.Outcome) error {
	var page bytes.Buffer
	if err := out.WriteReport(&page); err != nil {
		return err
	}
	b, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return err
	}
	path := filepath.Join(c.Out, "report.html")
	if err := errors.Join(os.WriteFile(path, page.Bytes(), 0o600), os.WriteFile(filepath.Join(c.Out, "results.json"), b, 0o600)); err != nil {
		return err
	}
	w := tabwriter.NewWriter(std.out, 0, 0, 2, ' ', 0)
	table := func(title string, list []simulate.Figure) {
		fmt.Fprintf(w, "%s\tANNOUNCED\tREACH\tMEASURED\t95 %% INTERVAL\tCOUNTED\tREACHED\n", title)
		for _, f := range list {
			reached := ""
			if f.Judged {
				reached = map[bool]string{true: "yes", false: "no"}[f.Met]
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%.4f\t%.4f to %.4f\t%d of %d\t%s\n", f.Name, f.Announced, f.Reach, f.Value, f.Low, f.High, f.Count, f.Of, reached)
		}
	}
	table("FIGURE", out.Figures)
	if len(out.Whole) > 0 {
		table("\nTHE WHOLE MONTH, NOTHING SCORED", out.Whole)
	}
	if out.Even != nil {
		fmt.Fprintf(w, "\nDOUBLED\tSEEN\tSTOPPED\tBY\t95 %% INTERVAL\n(none)\t\t%.4f\t\t\n", out.Even.Value)
		for _, d := range out.Doubled {
			fmt.Fprintf(w, "%s %s\t%d\t%.4f\t%+.4f\t%+.4f to %+.4f\n", d.What, d.Name, d.Seen, d.Stopped.Value, d.Stopped.By, d.Stopped.Low, d.Stopped.High)
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(std.out, "\nThe report is %s\n", path)
	return err
}

// start is a simulate.Starter: the whole service on loopback, with the clock of the simulation. Its background work is done when the
// simulation asks for it.
func (c *simulateCmd) start(ctx context.Context, in simulate.Setup) (_ simulate.Host, err error) {
	log := slog.New(slog.DiscardHandler)
	s, err := openService(ctx, options{keep: true, remember: true, models: c.modelFlags, data: in.Folder, policies: in.Policy, config: intake.DefaultConfig(), log: log, now: in.Clock.Now})
	if err != nil {
		return nil, err
	}
	h := &simulated{service: s, ended: make(chan error, 1)}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.Close())
		}
	}()
	if err := s.followup.Adopt(ctx, console, in.Measured...); err != nil {
		return nil, err
	}
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
	s.api(srv, keys, nil, log, cfg.MaxBody)
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
