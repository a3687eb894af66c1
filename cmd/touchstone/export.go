package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"touchstone/internal/blob"
	"touchstone/internal/caseload"
	"touchstone/internal/casework"
	"touchstone/internal/casework/followup"
	"touchstone/internal/eval"
	"touchstone/internal/policy"
)

// exportCmd writes what a service knows for others.
type exportCmd struct {
	Labels exportLabelsCmd `cmd:"" help:"Decisions and reversals as an evaluation set, to measure or train models with."`
}

type exportLabelsCmd struct {
	Out  string    `arg:"" help:"New folder for the set." type:"path"`
	Data string    `help:"Data folder of the service." default:"data" env:"TOUCHSTONE_DATA" type:"existingdir"`
	Name string    `help:"Name of the set." default:"decisions"`
	From time.Time `help:"First day of decisions; the beginning when left out." format:"2006-01-02"`
	To   time.Time `help:"First day behind them; now when left out." format:"2006-01-02"`
	storeFlag
}

// Run writes the set. It reads beside a running service.
func (c *exportLabelsCmd) Run(ctx context.Context, std streams) (err error) {
	if _, err := os.Stat(c.Out); !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%s is there already: name a new folder, so that two exports do not mix", c.Out)
	}
	store, err := c.existing(ctx, c.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	blobs, err := blob.Open(filepath.Join(c.Data, "blobs"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, blobs.Close()) }()
	if c.To.IsZero() {
		c.To = time.Now()
	}
	registry := casework.NewRegistry(store, nil)
	follow := followup.New(followup.Parts{Store: store, Registry: registry, Policies: policy.Set{"default": policy.Default()}})
	export := caseload.Exporter{Cases: store, Reports: store, Registry: registry, Blobs: blobs}
	n, err := export.Write(ctx, follow.Labels(ctx, c.From, c.To), c.Out, c.Name)
	if err != nil {
		return fmt.Errorf("export labels: %w", err)
	}
	fmt.Fprintf(std.out, "%s: %d listings, %d of them infringing, %d rights; %d cases left out, whose report or pictures are kept no longer.\n", c.Out, n.Listings, n.Positives, n.Rights, n.Skipped)
	printAgreement(std, eval.Agree(n.Reviews))
	return nil
}

// printAgreement says how far two people who judge the same case agree.
func printAgreement(std streams, a eval.Agreement) {
	if a.Cases == 0 {
		fmt.Fprintln(std.out, "No case was judged by two people: how far reviewers agree is not known.")
		return
	}
	fmt.Fprintf(std.out, "Two people judged %d cases and agreed on %.1f %%", a.Cases, 100*a.Share)
	if a.Defined {
		fmt.Fprintf(std.out, "; Cohen's kappa %.2f (1 is full agreement, 0 what chance alone would give)", a.Kappa)
	}
	fmt.Fprintln(std.out, ".")
}
