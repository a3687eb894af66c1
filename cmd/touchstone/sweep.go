package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"text/tabwriter"
	"time"

	"touchstone/internal/httpapi"
	"touchstone/internal/sweep"
)

// sweepCmd holds rights against the listings that a running service has kept.
type sweepCmd struct {
	Right  string `arg:"" optional:"" help:"ID of the right."`
	All    bool   `help:"Every right that the key sees, pending or verified."`
	NoWait bool   `help:"Do not wait for the end."`
	clientFlags
}

// sweepPoll is how often the progress is asked for.
const sweepPoll = 500 * time.Millisecond

// Run asks for the sweeps, shows how far they are and prints what they found.
func (c *sweepCmd) Run(ctx context.Context, std streams) error {
	if (c.Right == "") != c.All {
		return errors.New("what is to be swept? give the ID of a right, or --all")
	}
	rights := []httpapi.Right{}
	if c.All {
		var err error
		if rights, err = c.rights(ctx); err != nil {
			return err
		}
	} else {
		var r httpapi.Right
		if err := c.post(ctx, http.MethodGet, "/v1/rights/"+c.Right, "application/json", nil, &r); err != nil {
			return err
		}
		rights = append(rights, r)
	}
	asked := make([]sweep.Sweep, len(rights))
	for i, r := range rights {
		if err := c.post(ctx, http.MethodPost, "/v1/rights/"+r.ID+"/sweep", "application/json", nil, &asked[i]); err != nil {
			return fmt.Errorf("right %s: %w", r.ID, err)
		}
		if c.NoWait {
			fmt.Fprintf(std.out, "%s  %s  %s\n", asked[i].ID, r.ID, r.Name)
		}
	}
	for i := 0; i < len(rights) && !c.NoWait; i++ {
		if err := c.follow(ctx, std, rights[i], asked[i]); err != nil {
			return err
		}
	}
	return nil
}

// rights lists those that can be swept.
func (c *sweepCmd) rights(ctx context.Context) ([]httpapi.Right, error) {
	var all []httpapi.Right
	for _, state := range []string{"verified", "pending"} {
		for after := ""; ; {
			var page httpapi.RightPage
			if err := c.post(ctx, http.MethodGet, "/v1/rights?limit=500&state="+state+"&after="+after, "application/json", nil, &page); err != nil {
				return nil, err
			}
			all = append(all, page.Rights...)
			if after = page.Next; after == "" {
				break
			}
		}
	}
	return all, nil
}

// follow shows a sweep's progress until its end, and then its findings.
func (c *sweepCmd) follow(ctx context.Context, std streams, r httpapi.Right, s sweep.Sweep) error {
	bar := newBar(std.err)
	for s.State == sweep.StateWaiting || s.State == sweep.StateRunning {
		bar.ChangeMax(max(s.Candidates, s.Scored+1))
		bar.Describe(fmt.Sprintf("%s: %s %d titles", r.Name, s.Stage, s.Titles))
		_ = bar.Set(s.Scored)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(sweepPoll):
		}
		var now sweep.Sweep
		if err := c.post(ctx, http.MethodGet, "/v1/sweeps/"+s.ID, "application/json", nil, &now); err != nil {
			return err
		}
		s = now
	}
	_ = bar.Finish()
	if s.State == sweep.StateFailed {
		return fmt.Errorf("sweep %s of %s: %s", s.ID, r.Name, s.Problem)
	}
	fmt.Fprintf(std.out, "%s (%s): %d titles read, %d listings scored again, %d found, %d known\n", r.Name, s.ID, s.Titles, s.Scored, s.Found, s.Known)
	if s.Problem != "" {
		fmt.Fprintln(std.out, " ", s.Problem)
	}
	if s.Truncated {
		fmt.Fprintln(std.out, "  More listings are alike than one search gives: sweep again once these are decided.")
	}
	return c.found(ctx, std.out, s)
}

// found prints the findings of a sweep.
func (c *sweepCmd) found(ctx context.Context, w io.Writer, s sweep.Sweep) error {
	if s.Found == 0 {
		return nil
	}
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "  BAND\tPROBABILITY\tMARKETPLACE\tLISTING\tSELLER\tREPORT")
	for after := ""; ; {
		var page httpapi.SweepFindingPage
		if err := c.post(ctx, http.MethodGet, "/v1/sweeps/"+s.ID+"/findings?limit=100&after="+after, "application/json", nil, &page); err != nil {
			return err
		}
		for _, f := range page.Findings {
			fmt.Fprintf(t, "  %s\t%.2f\t%s\t%s\t%s\t%s\n", f.Band, f.Probability, f.Marketplace, f.Listing, f.Seller, f.ID)
		}
		if after = page.Next; after == "" {
			return t.Flush()
		}
	}
}
