// Command touchstone finds counterfeits and copied designs on marketplaces: it serves the API, and does from the shell what a
// person needs beside it. Flags, environment and configuration file are read here and nowhere else.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// cli is the command line. Every flag can be set by the environment variable that help names, or in a JSON file (--config).
type cli struct {
	Serve      serveCmd      `cmd:"" help:"Serve the API."`
	Demo       demoCmd       `cmd:"" help:"Write the demo catalogue to a folder, as pictures and as an evaluation set."`
	Score      scoreCmd      `cmd:"" help:"Score pictures or a title against what a running service has registered."`
	Register   registerCmd   `cmd:"" help:"Register a right with its pictures and words at a running service."`
	Sweep      sweepCmd      `cmd:"" help:"Hold a right against the listings that a running service has scored."`
	Replay     replayCmd     `cmd:"" help:"Make a stored report again and say whether it is identical, or what differs and why."`
	Eval       evalCmd       `cmd:"" help:"Measure evaluation sets: metrics, predictions and a report with pictures."`
	Simulate   simulateCmd   `cmd:"" help:"Let a month pass on a drawn marketplace, against a service of its own, and report the figures."`
	Thresholds thresholdsCmd `cmd:"" help:"Say what each threshold would take down, take down wrongly and cost, on labelled listings."`
	Models     modelsCmd     `cmd:"" help:"List, show, verify and compare model packs."`
	Index      indexCmd      `cmd:"" help:"Look after the vector index: status, verify, compact, snapshot, restore, copy, rebuild."`
	Evidence   evidenceCmd   `cmd:"" help:"Check signed bundles of evidence, and print the key they are signed with."`
	Audit      auditCmd      `cmd:"" help:"Check the audit log, and sign where it stands."`
	Export     exportCmd     `cmd:"" help:"Write what was decided as labelled data."`
	Privacy    privacyCmd    `cmd:"" help:"Erase or copy a person's data."`
	Backup     backupCmd     `cmd:"" help:"Copy what a service keeps to a folder, while it serves."`
	Restore    restoreCmd    `cmd:"" help:"Put a backup into a new data folder, every file checked."`
	Doctor     doctorCmd     `cmd:"" help:"Say what is missing on this machine and how to get it."`

	Config  kong.ConfigFlag  `help:"JSON file with flags." type:"path" env:"TOUCHSTONE_CONFIG"`
	Version kong.VersionFlag `help:"Print the version and end."`
}

// version is the release; see CHANGELOG.md.
const version = "0.1.0"

// streams is where a command writes.
type streams struct {
	out, err io.Writer
}

func main() {
	ctx, stop := untilSignal(os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], streams{os.Stdout, os.Stderr})
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "touchstone:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, std streams) error {
	var c cli
	parser, err := kong.New(&c,
		kong.Name("touchstone"), kong.Description("Finds counterfeits and copied designs on marketplaces."),
		kong.Configuration(kong.JSON), kong.Vars{"version": version, "qdrantKey": qdrantKey}, kong.UsageOnError(),
		kong.Writers(std.out, std.err), kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(std),
	)
	if err != nil {
		return err
	}
	k, err := parser.Parse(args)
	if err != nil {
		return err
	}
	return k.Run()
}

// untilSignal is a context that ends with the first of the signals. They are let go before it ends, so that a second one ends the
// program at once, as it would without us.
func untilSignal(signals ...os.Signal) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	came := make(chan os.Signal, 1)
	signal.Notify(came, signals...)
	go func() {
		select {
		case <-came:
		case <-ctx.Done():
		}
		signal.Stop(came)
		cancel()
	}()
	return ctx, cancel
}
