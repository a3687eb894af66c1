package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"touchstone/internal/httpapi/packs"
	"touchstone/internal/rollout"
	"touchstone/models"
)

// modelsImportCmd brings a pack to a service.
type modelsImportCmd struct {
	Folder string `arg:"" help:"Folder of the pack." type:"existingdir"`
	Local  bool   `help:"Put it into the data folder on this machine, whether or not a service runs there; for packs that are larger than a request may be."`
	modelFlags
	clientFlags
}

// Run checks the pack in a limited process, here or at the service.
func (c *modelsImportCmd) Run(ctx context.Context, std streams) error {
	if c.Local {
		p, err := (rollout.Shelf{Dir: shelfOf(c.Data), Check: packChecker(c.modelFlags)}).Add(ctx, c.Folder)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(std.out, "%s is checked and in %s; bring it into use with touchstone models activate %[1]s\n", rollout.PackOf(p).ID(), p.Dir())
		return err
	}
	p, err := models.Open(c.Folder)
	if err != nil {
		return err
	}
	var archive bytes.Buffer
	if err := rollout.Archive(&archive, p); err != nil {
		return err
	}
	var added packs.PackSummary
	if err := c.post(ctx, http.MethodPost, "/v1/packs", "application/x-tar", archive.Bytes(), &added); err != nil {
		return err
	}
	_, err = fmt.Fprintf(std.out, "%s is checked and at the service; bring it into use with touchstone models activate %[1]s\n", added.ID)
	return err
}

// rolloutFlags say how the end of a rollout is awaited.
type rolloutFlags struct {
	Wait bool `negatable:"" default:"true" help:"Wait for the end and show how far it is."`
	clientFlags
}

// modelsActivateCmd brings a pack into use.
type modelsActivateCmd struct {
	Pack string `arg:"" help:"name@version of a pack that was imported."`
	rolloutFlags
}

// Run asks the service.
func (c *modelsActivateCmd) Run(ctx context.Context, std streams) error {
	return c.begin(ctx, std, packs.RolloutInput{Kind: rollout.KindActivate, Pack: c.Pack})
}

// modelsRollbackCmd goes back.
type modelsRollbackCmd struct{ rolloutFlags }

// Run asks the service.
func (c *modelsRollbackCmd) Run(ctx context.Context, std streams) error {
	return c.begin(ctx, std, packs.RolloutInput{Kind: rollout.KindRollback})
}

// modelsShadowCmd begins, ends and reads shadows.
type modelsShadowCmd struct {
	Start  shadowStartCmd  `cmd:"" help:"Score a share of the live traffic with a second pack, which nobody sees."`
	Stop   shadowStopCmd   `cmd:"" help:"End the shadow that is under way."`
	Report shadowReportCmd `cmd:"" help:"Write what the last shadow found, with pictures."`
}

type shadowStartCmd struct {
	Pack  string  `arg:"" help:"name@version of a pack that was imported."`
	Share float64 `help:"Share of the scored listings, above 0 to 1." default:"0.1"`
	clientFlags
}

// Run returns as soon as the shadow is begun: it goes on until it is stopped.
func (c *shadowStartCmd) Run(ctx context.Context, std streams) error {
	return rolloutFlags{clientFlags: c.clientFlags}.begin(ctx, std, packs.RolloutInput{Kind: rollout.KindShadow, Pack: c.Pack, Share: c.Share})
}

type shadowStopCmd struct{ clientFlags }

// Run stops the open shadow.
func (c *shadowStopCmd) Run(ctx context.Context, std streams) error {
	r, err := c.last(ctx, func(r rollout.Rollout) bool { return r.Kind == rollout.KindShadow && r.Open() })
	if err != nil {
		return err
	}
	if err := c.post(ctx, http.MethodPost, "/v1/rollouts/"+r.ID+"/stop", "application/json", nil, &r); err != nil {
		return err
	}
	printRollout(std, r)
	return nil
}

type shadowReportCmd struct {
	Out string `arg:"" help:"HTML file to write." type:"path"`
	clientFlags
}

// Run writes the page of the last shadow and prints its counts.
func (c *shadowReportCmd) Run(ctx context.Context, std streams) error {
	r, err := c.last(ctx, func(r rollout.Rollout) bool { return r.Kind == rollout.KindShadow })
	if err != nil {
		return err
	}
	page, err := c.read(ctx, "/v1/rollouts/"+r.ID+"/report")
	if err != nil {
		return err
	}
	if err := os.WriteFile(c.Out, page, 0o600); err != nil {
		return err
	}
	printRollout(std, r)
	for _, bands := range slices.Sorted(maps.Keys(r.Shadowed.Bands)) {
		fmt.Fprintf(std.out, "  %s: %d\n", bands, r.Shadowed.Bands[bands])
	}
	fmt.Fprintln(std.out, c.Out)
	return nil
}

// modelsStatusCmd shows packs and rollouts of a service.
type modelsStatusCmd struct{ clientFlags }

// Run prints a line a pack, then a line a rollout.
func (c *modelsStatusCmd) Run(ctx context.Context, std streams) error {
	var list []packs.PackSummary
	if err := c.post(ctx, http.MethodGet, "/v1/packs", "application/json", nil, &list); err != nil {
		return err
	}
	t := tabwriter.NewWriter(std.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "PACK\tIN USE\tLICENCE\tSIZE\tOUTPUTS")
	for _, p := range list {
		fmt.Fprintf(t, "%s\t%t\t%s\t%.1f MB\t%v\n", p.ID, p.InUse, p.Licence, float64(p.Bytes)/1e6, p.Outputs)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	all, err := c.rollouts(ctx)
	for _, r := range all {
		printRollout(std, r)
	}
	return err
}

func (c clientFlags) rollouts(ctx context.Context) (all []rollout.Rollout, err error) {
	return all, c.post(ctx, http.MethodGet, "/v1/rollouts", "application/json", nil, &all)
}

// last is the newest rollout that is as wanted.
func (c clientFlags) last(ctx context.Context, wanted func(rollout.Rollout) bool) (rollout.Rollout, error) {
	all, err := c.rollouts(ctx)
	if err != nil {
		return rollout.Rollout{}, err
	}
	i := slices.IndexFunc(all, wanted)
	if i < 0 {
		return rollout.Rollout{}, fmt.Errorf("there is no such shadow; touchstone models status lists what there is")
	}
	return all[i], nil
}

// begin starts a rollout and waits for its end where that is wanted.
func (c rolloutFlags) begin(ctx context.Context, std streams, in packs.RolloutInput) error {
	var r rollout.Rollout
	if err := c.postJSON(ctx, http.MethodPost, "/v1/rollouts", in, &r); err != nil {
		return err
	}
	bar := newBar(std.err)
	for c.Wait && r.Open() {
		bar.ChangeMax(max(1, r.All))
		bar.Describe(r.State)
		_ = bar.Set(r.Done)
		select {
		case <-ctx.Done():
			return fmt.Errorf("rollout %s goes on at the service: %w", r.ID, ctx.Err())
		case <-time.After(operationPoll):
		}
		if err := c.post(ctx, http.MethodGet, "/v1/rollouts/"+url.PathEscape(r.ID), "application/json", nil, &r); err != nil {
			return err
		}
	}
	_ = bar.Finish()
	printRollout(std, r)
	if r.State == rollout.StateFailed {
		return fmt.Errorf("rollout %s failed; %s is in use as before", r.ID, r.From.ID())
	}
	return nil
}

// printRollout prints a line.
func printRollout(std streams, r rollout.Rollout) {
	fmt.Fprintf(std.out, "%s %s %s -> %s: %s, %d of %d references", r.ID, r.Kind, r.From.ID(), r.To.ID(), r.State, r.Done, max(r.All, r.Done))
	if r.Failed > 0 {
		fmt.Fprintf(std.out, ", %d of them could not be embedded", r.Failed)
	}
	if s := r.Shadowed; s != nil {
		fmt.Fprintf(std.out, "; %d listings shadowed, %d differ, %d left out", s.Listings, s.Differing, s.Dropped)
	}
	fmt.Fprintln(std.out, cmp.Or(map[bool]string{true: ". " + r.Problem}[r.Problem != ""], ""))
}
