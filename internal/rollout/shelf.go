package rollout

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"touchstone/models"
)

// incoming begins the names of folders in which packs are checked before they are on the shelf.
const incoming = ".incoming-"

// A Shelf is a folder of packs that were taken in, each in a folder named by its name and version. It may be read while another process
// takes a pack in: a pack appears whole or not at all.
type Shelf struct {
	Dir   string
	Check Checker // of what comes in; nil = files and checksums alone
}

// A Checker says whether a pack in a folder may be used; an error wraps ErrRefused with a sentence.
type Checker interface {
	Check(ctx context.Context, dir string) error
}

// Held is a pack on the shelf, or what is wrong with a folder there.
type Held struct {
	Dir  string
	Pack *models.Pack // nil when Err is set
	Err  error
}

// List gives what is on the shelf, by folder. A shelf that is not there is empty.
func (s Shelf) List() ([]Held, error) {
	entries, err := os.ReadDir(s.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []Held
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") || !e.IsDir() {
			continue
		}
		h := Held{Dir: filepath.Join(s.Dir, e.Name())}
		h.Pack, h.Err = models.Open(h.Dir)
		all = append(all, h)
	}
	return all, nil
}

// Open opens a pack by its name and version ("name@version"); ErrUnknown when it is not there.
func (s Shelf) Open(id string) (*models.Pack, error) {
	name, version, ok := strings.Cut(id, "@")
	if !ok || name == "" || version == "" || !filepath.IsLocal(folder(name, version)) || strings.ContainsAny(id, `/\`) {
		return nil, fmt.Errorf("%w: %q names no pack; write name@version, as touchstone models list prints it", ErrUnknown, id)
	}
	dir := filepath.Join(s.Dir, folder(name, version))
	if _, err := os.Stat(filepath.Join(dir, models.ManifestName)); err != nil {
		return nil, fmt.Errorf("%w: there is no pack %s; import it first", ErrUnknown, id)
	}
	return models.Open(dir)
}

// folder is the name of a pack's folder. A name has no @.
func folder(name, version string) string { return name + "@" + version }

// Add takes in the pack in a folder: it is copied, checked where it lies then, and put on the shelf in one step. To add the same pack again
// changes nothing. Errors: ErrRefused, ErrTaken, and those of the manifest, which wrap ErrRefused.
func (s Shelf) Add(ctx context.Context, dir string) (*models.Pack, error) {
	return s.take(ctx, func(to string) error {
		p, err := models.Open(dir)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrRefused, err)
		}
		names, err := p.Files()
		if err != nil {
			return fmt.Errorf("%w: %w", ErrRefused, err)
		}
		from, err := os.OpenRoot(dir)
		if err != nil {
			return err
		}
		defer from.Close()
		for _, name := range names {
			in, err := from.Open(filepath.FromSlash(name))
			if err != nil {
				return err
			}
			err = errors.Join(place(to, name, in, models.MaxFile), in.Close())
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// take has unpack fill a new folder, checks what is in it, and renames it to its place.
func (s Shelf) take(ctx context.Context, unpack func(to string) error) (_ *models.Pack, err error) {
	if err := os.MkdirAll(s.Dir, 0o750); err != nil {
		return nil, err
	}
	staged, err := os.MkdirTemp(s.Dir, incoming)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(staged)) }() // gone already after the rename
	if err := unpack(staged); err != nil {
		return nil, err
	}
	p, err := models.Open(staged)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRefused, plainly(err, staged))
	}
	if known, err := s.known(p); known != nil || err != nil {
		return known, err
	}
	if s.Check != nil {
		if err := s.Check.Check(ctx, staged); err != nil {
			return nil, plainly(err, staged)
		}
	}
	m := p.Manifest()
	final := filepath.Join(s.Dir, folder(m.Name, m.Version))
	if err := os.Rename(staged, final); err != nil {
		if known, knownErr := s.known(p); known != nil { // another was faster
			return known, knownErr
		}
		return nil, err
	}
	return models.Open(final)
}

// known gives the pack of the same name and version that is on the shelf already: nil when there is none, ErrTaken when it is another.
func (s Shelf) known(p *models.Pack) (*models.Pack, error) {
	m := p.Manifest()
	there, err := s.Open(Pack{Name: m.Name, Version: m.Version}.ID())
	switch {
	case errors.Is(err, ErrUnknown):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("%w: the pack %s %s on the shelf is damaged (%w); remove its folder first", ErrTaken, m.Name, m.Version, err)
	case there.Digest() != p.Digest():
		return nil, fmt.Errorf("%w: %s %s is here with other files, and their vectors must never meet: give the pack a version of its own", ErrTaken, m.Name, m.Version)
	}
	return there, nil
}

// plainError is an error without the folder that nobody knows.
type plainError struct {
	error
	text string
}

func (e plainError) Error() string { return e.text }
func (e plainError) Unwrap() error { return e.error }

func plainly(err error, dir string) error {
	return plainError{err, strings.ReplaceAll(strings.ReplaceAll(err.Error(), "models: pack "+dir+": ", ""), dir, "the pack")}
}

// leftover is how old a folder is that a process which was killed left behind.
const leftover = 24 * time.Hour

// tidy removes what was being taken in when a process was killed.
func (s Shelf) tidy(now time.Time) error {
	left, err := filepath.Glob(filepath.Join(s.Dir, incoming+"*"))
	for _, dir := range left {
		info, statErr := os.Stat(dir)
		if statErr == nil && now.Sub(info.ModTime()) > leftover {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}
	return err
}
