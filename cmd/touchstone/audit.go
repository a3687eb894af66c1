package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"time"

	"touchstone/internal/audit"
	"touchstone/internal/signing"
	"touchstone/internal/store"
)

// auditCmd looks after the audit log.
type auditCmd struct {
	Verify     auditVerifyCmd     `cmd:"" help:"Check that no entry of the audit log was changed, left out or put in between."`
	Checkpoint auditCheckpointCmd `cmd:"" help:"Check it, and print where it stands, signed: keep that away from the database, so that a rewritten log is found."`
}

// auditPage is how many entries are read at a time.
const auditPage = 5000

// auditData is where the log lies.
type auditData struct {
	Data string `help:"Data folder of the service." default:"data" env:"TOUCHSTONE_DATA" type:"existingdir"`
	storeFlag
}

// verify reads the whole log, beside a running service if there is one.
func (c auditData) verify(ctx context.Context, checkpoints []audit.Checkpoint) (report audit.Report, err error) {
	store, err := c.existing(ctx, c.Data)
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	return audit.Verifier{Checkpoints: checkpoints}.Verify(entries(ctx, store))
}

// entries reads the log page by page.
func entries(ctx context.Context, store *store.Store) iter.Seq2[audit.Record, error] {
	return func(yield func(audit.Record, error) bool) {
		for after := int64(0); ; {
			page, err := store.Audits(ctx, "", after, auditPage)
			if err != nil {
				yield(audit.Record{}, err)
				return
			}
			for _, e := range page {
				if !yield(audit.Record{Entry: e}, nil) {
					return
				}
				after = e.Seq
			}
			if len(page) < auditPage {
				return
			}
		}
	}
}

type auditVerifyCmd struct {
	auditData
	Checkpoint []string `help:"File with a checkpoint that the log must fit; may be repeated." type:"existingfile"`
	Key        string   `help:"Public key that signed the checkpoints; the data folder's own when left out."`
}

// Run checks the log; one that is not whole is an error that names the first place.
func (c auditVerifyCmd) Run(ctx context.Context, std streams) error {
	checkpoints, err := c.checkpoints()
	if err != nil {
		return err
	}
	r, err := c.verify(ctx, checkpoints)
	if err != nil {
		return err
	}
	fmt.Fprintf(std.out, "The audit log is whole: %d entries, %s to %s.\nHead: entry %d, %s\n", r.Entries, r.From.Format(time.RFC3339), r.To.Format(time.RFC3339), r.Head.Seq, r.Head.Hash)
	if r.Backwards > 0 {
		fmt.Fprintf(std.out, "%d entries are older than the one before: a clock was set back.\n", r.Backwards)
	}
	if len(checkpoints) > 0 {
		fmt.Fprintf(std.out, "It fits %d signed checkpoints.\n", len(checkpoints))
	}
	return nil
}

// checkpoints reads the files and checks their signatures.
func (c auditVerifyCmd) checkpoints() ([]audit.Checkpoint, error) {
	if len(c.Checkpoint) == 0 {
		return nil, nil
	}
	var key signing.Public
	var err error
	if c.Key != "" {
		key, err = signing.ParsePublic(c.Key)
	} else {
		var own signing.Key
		if own, err = signing.Open(c.Data); err == nil {
			key = own.Public()
		}
	}
	if err != nil {
		return nil, err
	}
	var out []audit.Checkpoint
	for _, file := range c.Checkpoint {
		raw, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		var mark audit.Checkpoint
		if err := json.Unmarshal(raw, &mark); err != nil {
			return nil, fmt.Errorf("%s is no checkpoint: %w", file, err)
		}
		if err := mark.Verify(key); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		out = append(out, mark)
	}
	return out, nil
}

type auditCheckpointCmd struct{ auditData }

// Run prints the signed head of a log that is whole.
func (c auditCheckpointCmd) Run(ctx context.Context, std streams) error {
	r, err := c.verify(ctx, nil)
	if err != nil {
		return err
	}
	key, err := signing.Open(c.Data)
	if err != nil {
		return err
	}
	e := json.NewEncoder(std.out)
	e.SetIndent("", "  ")
	return e.Encode(audit.NewCheckpoint(key, r.Head, time.Now()))
}
