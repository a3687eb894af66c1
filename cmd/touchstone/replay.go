package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"text/tabwriter"

	"touchstone/internal/intake"
)

// replayCmd makes a stored report again and says whether it comes out the same.
type replayCmd struct {
	Report  string      `arg:"" help:"ID of the report."`
	Local   bool        `help:"Open the data folder here, instead of asking a running service; the service must not run."`
	Index   string      `help:"With --local: where the vectors are, as for serve." env:"TOUCHSTONE_INDEX"`
	Policy  string      `help:"With --local: policy file, as for serve." env:"TOUCHSTONE_POLICY" type:"existingfile"`
	JSON    bool        `name:"json" help:"Print everything as JSON."`
	Clients clientFlags `embed:""`
	modelFlags
}

// errDiffers ends the command with a status that scripts see.
var errDiffers = fmt.Errorf("the report does not come out the same")

// Run replays and prints; it fails when the report differs.
func (c *replayCmd) Run(ctx context.Context, std streams) error {
	r, err := c.replay(ctx, std)
	if err != nil {
		return err
	}
	if c.JSON {
		e := json.NewEncoder(std.out)
		e.SetIndent("", "  ")
		err = e.Encode(r)
	} else {
		err = printReplay(std.out, r)
	}
	if err == nil && !r.Identical {
		err = errDiffers
	}
	return err
}

func (c *replayCmd) replay(ctx context.Context, std streams) (r intake.Replay, err error) {
	if !c.Local {
		err = c.Clients.post(ctx, http.MethodPost, "/v1/reports/"+url.PathEscape(c.Report)+"/replay", "application/json", nil, &r)
		return r, err
	}
	log := slog.New(slog.NewTextHandler(std.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	s, err := openService(ctx, options{keep: true, models: c.modelFlags, data: c.Clients.Data, index: c.Index, policies: c.Policy, config: intake.DefaultConfig(), log: log})
	if err != nil {
		return r, err
	}
	defer func() {
		if closed := s.Close(); err == nil {
			err = closed
		}
	}()
	return s.intake.Replay(ctx, c.Report)
}

func printReplay(w io.Writer, r intake.Replay) error {
	if r.Identical {
		fmt.Fprintf(w, "%s: identical (%s, probability %.4f)\n", r.Report, r.Now.Band, r.Remade.Best())
	} else {
		fmt.Fprintf(w, "%s: differs in %d points\n", r.Report, len(r.Differences))
		t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
		fmt.Fprintln(t, "  WHAT\tTHEN\tNOW")
		for _, d := range r.Differences {
			fmt.Fprintf(t, "  %s\t%s\t%s\n", d.What, d.Then, d.Now)
		}
		if err := t.Flush(); err != nil {
			return err
		}
	}
	if len(r.Changes) > 0 {
		fmt.Fprintln(w, "Changed since:")
	}
	for _, x := range r.Changes {
		fmt.Fprintln(w, " ", x.Text)
	}
	return nil
}
