package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"touchstone/internal/httpapi"
	"touchstone/internal/upkeep"
)

// indexService does the commands of touchstone index through a running service.
type indexService struct {
	clientFlags
}

// operationPoll is how often an operation is asked for.
const operationPoll = 200 * time.Millisecond

func (s indexService) read(ctx context.Context) (httpapi.IndexStatus, error) {
	var status httpapi.IndexStatus
	err := s.post(ctx, http.MethodGet, "/v1/index", "application/json", nil, &status)
	return status, err
}

// status prints a line a collection.
func (s indexService) status(ctx context.Context, std streams) error {
	status, err := s.read(ctx)
	if err != nil {
		return err
	}
	return printStatus(std, status.Collections)
}

// verify prints a line an alias, and fails when one is below the least recall.
func (s indexService) verify(ctx context.Context, std streams, probes int, least float64) error {
	status, err := s.read(ctx)
	if err != nil {
		return err
	}
	var low []string
	for _, c := range status.Collections {
		for _, alias := range c.Aliases {
			o, err := s.operate(ctx, std, fmt.Sprintf("/v1/index/%s/verify?probes=%d", url.PathEscape(alias), probes), nil)
			if err != nil {
				return err
			}
			if o.Probe == nil {
				return fmt.Errorf("operation %s of the service says nothing of a probe", o.ID)
			}
			fmt.Fprintf(std.out, "%s: recall@10 %.4f over %d probes, the worst %.2f\n", alias, o.Probe.Recall, o.Probe.Probes, o.Probe.Worst)
			if o.Probe.Recall < least {
				low = append(low, alias)
			}
		}
	}
	return tooLow(low, least)
}

// compact drops the collections that no alias leads to and has the others tidied up.
func (s indexService) compact(ctx context.Context, std streams) error {
	status, err := s.read(ctx)
	if err != nil {
		return err
	}
	dropped := 0
	for _, c := range status.Collections {
		if len(c.Aliases) > 0 {
			continue
		}
		if err := s.post(ctx, http.MethodDelete, "/v1/index/"+url.PathEscape(c.Name), "application/json", nil, nil); err != nil {
			return err
		}
		dropped++
		fmt.Fprintf(std.out, "dropped %s: %d points of space %s\n", c.Name, c.Points, c.Space)
	}
	fmt.Fprintf(std.out, "%d collections dropped\n", dropped)
	for _, c := range status.Collections {
		if len(c.Aliases) == 0 {
			continue
		}
		o, err := s.operate(ctx, std, "/v1/index/"+url.PathEscape(c.Name)+"/compact", nil)
		if err != nil {
			return err
		}
		fmt.Fprintf(std.out, "%s: %s\n", c.Name, o.Note)
	}
	return nil
}

// snapshot has the service write everything to a file of its own.
func (s indexService) snapshot(ctx context.Context, std streams, name string) error {
	o, err := s.operate(ctx, std, "/v1/index/snapshot", httpapi.SnapshotInput{Name: name})
	if err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%s in the service's folder of snapshots: %d points, %.1f MiB\n", o.File, o.Done, float64(o.Bytes)/(1<<20))
	return nil
}

// operate begins an operation and shows its progress until the end.
func (s indexService) operate(ctx context.Context, std streams, path string, in any) (o upkeep.Operation, err error) {
	if in == nil {
		err = s.post(ctx, http.MethodPost, path, "application/json", nil, &o)
	} else {
		err = s.postJSON(ctx, http.MethodPost, path, in, &o)
	}
	if err != nil {
		return o, err
	}
	bar := newBar(std.err)
	for o.State == upkeep.StateRunning {
		bar.ChangeMax(max(o.All, o.Done+1))
		_ = bar.Set(o.Done)
		select {
		case <-ctx.Done():
			return o, ctx.Err()
		case <-time.After(operationPoll):
		}
		var now upkeep.Operation
		if err := s.post(ctx, http.MethodGet, "/v1/index/operations/"+o.ID, "application/json", nil, &now); err != nil {
			return o, err
		}
		o = now
	}
	_ = bar.Finish()
	if o.State == upkeep.StateFailed {
		return o, errors.New("the service says: " + o.Problem)
	}
	return o, nil
}
