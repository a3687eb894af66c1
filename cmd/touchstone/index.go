package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"touchstone/detect"
	"touchstone/index"
	"touchstone/internal/intake"
	"touchstone/internal/upkeep"
)

// indexCmd looks after the vector index: that of a running service through its API, that of a stopped one in its folder, or one in a server of its own.
type indexCmd struct {
	Status   indexStatusCmd   `cmd:"" help:"Say what the index holds."`
	Verify   indexVerifyCmd   `cmd:"" help:"Measure on the live data how many of the true nearest a usual search finds."`
	Compact  indexCompactCmd  `cmd:"" help:"Drop the collections that no alias leads to (those of earlier packs, and those that a restore replaced) and give back what deleted points take in the others."`
	Snapshot indexSnapshotCmd `cmd:"" help:"Write everything to a file that restore reads into any engine."`
	Restore  indexRestoreCmd  `cmd:"" help:"Fill new collections from a snapshot and move the aliases to them."`
	Copy     indexCopyCmd     `cmd:"" help:"Make one index hold what another holds; repeat it to go on, or to catch up."`
	Rebuild  indexRebuildCmd  `cmd:"" help:"Embed all references afresh from the stored pictures and words."`
}

// remoteFlag sends a command to a running service.
type remoteFlag struct {
	URL string `help:"Ask the running service at this address instead of opening the index." env:"TOUCHSTONE_URL"`
	Key string `help:"API key of an operator or admin, for --url; empty reads the demo key of the data folder." env:"TOUCHSTONE_KEY"`
}

// service is the client of the running service, if one is to be asked.
func (f remoteFlag) service(at indexFlag) (indexService, bool) {
	return indexService{clientFlags{URL: f.URL, Key: f.Key, Data: at.Data}}, f.URL != "" && at.Index == ""
}

// indexFlag says where an index is.
type indexFlag struct {
	Index string `help:"Where the vectors are: local:DIR, or qdrant://host:port?tls=true (key in ${qdrantKey}); empty is the index in the data folder." env:"TOUCHSTONE_INDEX"`
	Data  string `help:"Data folder." default:"./data" env:"TOUCHSTONE_DATA" type:"path"`
}

// with opens the index for a command.
func (f indexFlag) with(ctx context.Context, fn func(*index.Index) error) error {
	return withIndex(ctx, f.Index, f.Data, fn)
}

func withIndex(ctx context.Context, address, data string, fn func(*index.Index) error) (err error) {
	if dir, is := strings.CutPrefix(address, "local:"); is || address == "" {
		if address == "" {
			dir = filepath.Join(data, "index")
		}
		if !exists(dir) {
			return fmt.Errorf("there is no index in %s; say where it is with --data or --index", dir)
		}
	}
	x, err := openIndex(ctx, address, data, nil)
	if errors.Is(err, index.ErrLocked) {
		return fmt.Errorf("%w: stop the service first, or ask the running one with --url (status, verify, compact and snapshot)", err)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, x.Close()) }()
	return fn(x)
}

type indexStatusCmd struct {
	indexFlag
	remoteFlag
}

// Run prints a line a collection.
func (c *indexStatusCmd) Run(ctx context.Context, std streams) error {
	if s, remote := c.service(c.indexFlag); remote {
		return s.status(ctx, std)
	}
	return c.with(ctx, func(x *index.Index) error {
		infos, err := x.Collections(ctx)
		if err != nil {
			return err
		}
		aliases, err := x.Aliases(ctx)
		if err != nil {
			return err
		}
		var rows []upkeep.Collection
		for _, info := range infos {
			row := upkeep.Collection{Name: info.Name, Space: info.Space.String(), Points: info.Points, Vectors: info.Vectors, Bytes: info.Bytes, Revision: info.Revision}
			for _, alias := range slices.Sorted(maps.Keys(aliases)) {
				if aliases[alias] == info.Name {
					row.Aliases = append(row.Aliases, alias)
				}
			}
			rows = append(rows, row)
		}
		return printStatus(std, rows)
	})
}

// printStatus prints a line a collection.
func printStatus(std streams, rows []upkeep.Collection) error {
	t := tabwriter.NewWriter(std.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "collection\tspace\trevision\tpoints\tvectors\tMiB\tB a vector\tsearched as\tlast recall")
	for _, c := range rows {
		recall := "-"
		if c.LastProbe != nil {
			recall = fmt.Sprintf("%.4f", c.LastProbe.Recall)
		}
		fmt.Fprintf(t, "%s\t%s\t%d\t%d\t%d\t%.1f\t%.0f\t%s\t%s\n", c.Name, c.Space, c.Revision, c.Points, c.Vectors, float64(c.Bytes)/(1<<20),
			float64(c.Bytes)/float64(max(1, c.Vectors)), strings.Join(c.Aliases, ", "), recall)
	}
	return t.Flush()
}

type indexVerifyCmd struct {
	indexFlag
	remoteFlag
	Probes int     `help:"Searches to compare for each alias." default:"100"`
	Least  float64 `help:"Fail when the recall of an alias is below this." default:"0.99"`
}

// Run prints a line an alias.
func (c *indexVerifyCmd) Run(ctx context.Context, std streams) error {
	if s, remote := c.service(c.indexFlag); remote {
		return s.verify(ctx, std, c.Probes, c.Least)
	}
	return c.with(ctx, func(x *index.Index) error {
		aliases, err := x.Aliases(ctx)
		if err != nil {
			return err
		}
		var low []string
		for _, alias := range slices.Sorted(maps.Keys(aliases)) {
			v, err := x.Verify(ctx, alias, index.VerifyOptions{Probes: c.Probes})
			if err != nil {
				return err
			}
			fmt.Fprintf(std.out, "%s: recall@%d %.4f over %d probes, the worst %.2f\n", alias, v.Hits, v.Recall, v.Probes, v.Worst)
			if v.Recall < c.Least {
				low = append(low, alias)
			}
		}
		return tooLow(low, c.Least)
	})
}

// tooLow is the error of aliases whose recall is below what was asked for, if there are any.
func tooLow(aliases []string, least float64) error {
	if len(aliases) == 0 {
		return nil
	}
	return fmt.Errorf("the recall of %s is below %g: raise search_ef or oversampling, or wait until the engine has built its graph", strings.Join(aliases, ", "), least)
}

type indexCompactCmd struct {
	indexFlag
	remoteFlag
}

// Run drops what nothing searches and has the engine tidy up the rest.
func (c *indexCompactCmd) Run(ctx context.Context, std streams) error {
	if s, remote := c.service(c.indexFlag); remote {
		return s.compact(ctx, std)
	}
	return c.with(ctx, func(x *index.Index) error {
		unused, err := x.Unused(ctx)
		if err != nil {
			return err
		}
		for _, info := range unused {
			if err := x.Drop(ctx, info.Name); err != nil {
				return err
			}
			fmt.Fprintf(std.out, "dropped %s: %d points of space %s\n", info.Name, info.Points, info.Space)
		}
		fmt.Fprintf(std.out, "%d collections dropped\n", len(unused))
		infos, err := x.Collections(ctx)
		if err != nil {
			return err
		}
		for _, info := range infos {
			said, err := x.Compact(ctx, info.Name)
			if err != nil {
				return err
			}
			fmt.Fprintf(std.out, "%s: %s\n", info.Name, said)
		}
		return nil
	})
}

type indexSnapshotCmd struct {
	indexFlag
	remoteFlag
	File string `arg:"" help:"File to write; one that exists is kept until the new one is whole. With --url the name of a new file in the service's folder of snapshots."`
}

// Run writes beside the file and renames, so that there is never half a snapshot under its name.
func (c *indexSnapshotCmd) Run(ctx context.Context, std streams) error {
	if s, remote := c.service(c.indexFlag); remote {
		return s.snapshot(ctx, std, c.File)
	}
	return c.with(ctx, func(x *index.Index) (err error) {
		f, err := os.CreateTemp(filepath.Dir(c.File), filepath.Base(c.File)+".*")
		if err != nil {
			return err
		}
		defer func() {
			if err != nil {
				err = errors.Join(err, f.Close(), os.Remove(f.Name()))
			}
		}()
		bar := newBar(std.err)
		points := 0
		err = x.Snapshot(ctx, f, func(done, all int) {
			points = done
			bar.ChangeMax(all)
			_ = bar.Set(done)
		})
		_ = bar.Finish()
		if err != nil {
			return err
		}
		if err := f.Sync(); err != nil {
			return err
		}
		info, err := f.Stat()
		if err != nil {
			return err
		}
		if err := os.Rename(f.Name(), c.File); err != nil {
			return err
		}
		fmt.Fprintf(std.out, "%s: %d points, %.1f MiB\n", c.File, points, float64(info.Size())/(1<<20))
		return f.Close()
	})
}

type indexRestoreCmd struct {
	indexFlag
	File        string `arg:"" help:"Snapshot to read." type:"existingfile"`
	AnotherPack bool   `help:"The snapshot is of another pack, and the service will be started with that one."`
}

// Run restores.
func (c *indexRestoreCmd) Run(ctx context.Context, std streams) error {
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	if c.Index == "" {
		if err := os.MkdirAll(filepath.Join(c.Data, "index"), 0o750); err != nil {
			return err
		}
	}
	return c.with(ctx, func(x *index.Index) error {
		bar := newBar(std.err)
		done, err := x.Restore(ctx, f, index.RestoreOptions{AnotherPack: c.AnotherPack, Progress: func(done, _ int) {
			bar.ChangeMax(done + 1)
			_ = bar.Set(done)
		}})
		_ = bar.Finish()
		if err != nil {
			return err
		}
		for _, name := range slices.Sorted(maps.Keys(done.Collections)) {
			fmt.Fprintf(std.out, "%s is restored as %s\n", name, done.Collections[name])
		}
		fmt.Fprintf(std.out, "%d points; what they replace is still there, until touchstone index compact\n", done.Points)
		return nil
	})
}

type indexCopyCmd struct {
	From string `help:"Index to read: local:DIR or qdrant://host:port." required:""`
	To   string `help:"Index to write." required:""`
}

// Run copies. Both may be of one Qdrant only under different prefixes, with the one key of the environment.
func (c *indexCopyCmd) Run(ctx context.Context, std streams) error {
	return withIndex(ctx, c.From, "", func(from *index.Index) error {
		to, err := openIndex(ctx, c.To, "", nil)
		if err != nil {
			return err
		}
		bar := newBar(std.err)
		done, err := index.Copy(ctx, from, to, func(done, all int) {
			bar.ChangeMax(all)
			_ = bar.Set(done)
		})
		_ = bar.Finish()
		fmt.Fprintf(std.out, "%d points compared, %d written, %d deleted\n", done.Points, done.Written, done.Deleted)
		if err != nil {
			err = fmt.Errorf("%w (repeat the command: it goes on from here)", err)
		}
		return errors.Join(err, to.Close())
	})
}

type indexRebuildCmd struct {
	indexFlag
	modelFlags
}

// Run empties the pack's collections and fills them. No service may use the index meanwhile.
func (c *indexRebuildCmd) Run(ctx context.Context, std streams) (err error) {
	s, err := openService(ctx, options{models: c.modelFlags, data: c.Data, index: c.Index, config: intake.DefaultConfig()})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	aliases, err := s.index.Aliases(ctx)
	if err != nil {
		return err
	}
	for alias, collection := range aliases {
		if !strings.HasPrefix(alias, detect.Alias("")) {
			continue
		}
		if err := s.index.Alias(ctx, alias, ""); err != nil {
			return err
		}
		if err := s.index.Drop(ctx, collection); err != nil {
			return err
		}
	}
	bar := newBar(std.err)
	n := 0
	err = s.intake.Prepare(ctx, func(done int) {
		n = done
		bar.ChangeMax(done + 1)
		_ = bar.Set(done)
	})
	_ = bar.Finish()
	if err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%d references embedded afresh\n", n)
	return nil
}
