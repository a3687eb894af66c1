package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"text/tabwriter"

	"touchstone/embed/onnx"
	"touchstone/index"
	"touchstone/index/local"
	"touchstone/internal/ocr"
	"touchstone/internal/photo"
	"touchstone/internal/store/postgres"
	"touchstone/models"
)

// doctorCmd looks at the machine.
type doctorCmd struct {
	Addr string `help:"Address that the service would listen on." default:"127.0.0.1:8080" env:"TOUCHSTONE_ADDR"`
	Data string `help:"Data folder." default:"./data" env:"TOUCHSTONE_DATA" type:"path"`
	storeFlag
	modelFlags
}

// Run prints a line a check, and fails when the service could not start.
func (c *doctorCmd) Run(ctx context.Context, std streams) error {
	checks := []struct {
		name   string
		needed bool
		check  func(context.Context) (string, error)
	}{
		{"ONNX Runtime", true, c.runtime},
		{"model pack", true, c.pack},
		{"data folder", true, c.data},
		{"database", true, c.database},
		{"address", true, c.address},
		{"text in pictures (optional)", false, c.reader},
		{"pictures of 12 megapixels, faster (optional)", false, turbojpeg},
		{"Chromium, for tests of pages (optional)", false, program("chromium", "apt-get install chromium")},
	}
	t := tabwriter.NewWriter(std.out, 0, 4, 2, ' ', 0)
	broken := 0
	for _, x := range checks {
		says, err := x.check(ctx)
		mark := "ok"
		switch {
		case err != nil && x.needed:
			mark, says = "MISSING", err.Error()
			broken++
		case err != nil:
			mark, says = "absent", err.Error()
		}
		fmt.Fprintf(t, "%s\t%s\t%s\n", mark, x.name, says)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if broken > 0 {
		return fmt.Errorf("%d of these keep the service from starting", broken)
	}
	return nil
}

func (c *doctorCmd) runtime(context.Context) (string, error) {
	r, err := onnx.New(onnx.Config{Library: c.Library})
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s at %s", r.Version(), r.Library()), r.Close()
}

func (c *doctorCmd) pack(context.Context) (string, error) {
	if _, err := models.Open(besideProgram(c.Pack)); err != nil {
		return "", err
	}
	var parts closers
	o, err := c.open(&parts)
	if err != nil {
		return "", errors.Join(err, parts.Close())
	}
	m := o.pack.Manifest()
	return fmt.Sprintf("%s %s reproduces its golden vectors", m.Name, m.Version), parts.Close()
}

// reader looks for the pack that reads text in pictures.
func (c *doctorCmd) reader(context.Context) (string, error) {
	dir := besideProgram(cmp.Or(c.OCR, ocrFolder))
	if !ocr.Installed(dir) {
		return "", fmt.Errorf("not in %s: bring it with make ocr, or touchstone models pull ocr", dir)
	}
	return "the pack is in " + dir, nil
}

func (c *doctorCmd) data(context.Context) (string, error) {
	if err := os.MkdirAll(c.Data, 0o750); err != nil {
		return "", err
	}
	probe := filepath.Join(c.Data, ".doctor")
	if err := os.WriteFile(probe, nil, 0o600); err != nil {
		return "", fmt.Errorf("cannot be written to: %w", err)
	}
	if err := os.Remove(probe); err != nil {
		return "", err
	}
	x, err := local.Open(filepath.Join(c.Data, "index"), local.Config{})
	if errors.Is(err, index.ErrLocked) {
		return c.Data + " is in use by a running service", nil
	}
	if err != nil {
		return "", err
	}
	return c.Data + " can be written to and its index opens", x.Close()
}

// database asks the server about itself. That of a data folder is looked at with the folder.
func (c *doctorCmd) database(ctx context.Context) (string, error) {
	if err := c.check(); err != nil {
		return "", err
	}
	if c.Store == "" {
		return "SQLite, in the data folder", nil
	}
	found, err := postgres.Look(ctx, c.Store)
	if err != nil {
		return "", err
	}
	says := fmt.Sprintf("PostgreSQL %s at %s", found.Version, postgres.Shown(c.Store))
	for _, warning := range found.Warnings {
		says += "; " + warning
	}
	return says, nil
}

func (c *doctorCmd) address(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Addr)
	if err != nil {
		return c.Addr + " is taken: by a running service, or choose another with --addr", nil
	}
	return c.Addr + " is free", l.Close()
}

// turbojpeg says whether the build decodes JPEG with libturbojpeg.
func turbojpeg(context.Context) (string, error) {
	if photo.Turbo {
		return "built with the tag turbojpeg", nil
	}
	return "", errors.New("apt-get install libturbojpeg0-dev, then make build TAGS=turbojpeg")
}

func program(name, how string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) {
		path, err := exec.LookPath(name)
		if err != nil {
			return "", errors.New(how)
		}
		return path, nil
	}
}
