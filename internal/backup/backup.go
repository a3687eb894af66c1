// Package backup copies a service's data folder while it serves, and puts a copy in place again.
//
// The database is copied first, as it is at one moment (the caller says how); files after it. Pictures are kept before any row names them
// and never change, so every row of the copy finds its picture, and what came later is there as well and harms nobody. A volume of pictures may be
// copied while it grows: what stands behind its last whole record is dropped when it is opened, as after a crash. The vector index is left out:
// it is made again from rows and pictures, or restored from a snapshot of its own.
//
// A backup is a folder that is complete when its manifest is there. The manifest is written last.
package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Names in a data folder and in a backup of it.
const (
	Database = "touchstone.db"
	manifest = "backup.json"
	format   = 1
)

// skipped are what a backup leaves out: the database, which is copied by itself, what can be made again, and locks.
var skipped = []string{Database, Database + "-wal", Database + "-shm", "index", "lock", "snapshots", manifest, ".doctor"}

// Errors that callers branch on.
var (
	// ErrOccupied: the folder that is to be written holds something.
	ErrOccupied = errors.New("the folder is in use; name a new one")
	// ErrNone: there is no whole backup in the folder.
	ErrNone = errors.New("there is no complete backup here")
	// ErrDamaged: a file of the backup is not what was written.
	ErrDamaged = errors.New("the backup is damaged")
)

// Manifest says what a backup holds.
type Manifest struct {
	Format   int       `json:"format"`
	Version  string    `json:"version"` // of the program
	At       time.Time `json:"at"`      // the moment that it holds
	Database string    `json:"database,omitempty"`
	Files    []File    `json:"files"`
	Bytes    int64     `json:"bytes"`
}

// File is one file of a backup, by its path with slashes.
type File struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Write copies the data folder into a new folder. database writes a copy of the database to a path, as it is at one moment; nil leaves it
// out, for one that is kept elsewhere.
func Write(ctx context.Context, data, out, version string, database func(ctx context.Context, path string) error) (m Manifest, err error) {
	m = Manifest{Format: format, Version: version, At: time.Now().UTC()}
	if err := vacant(out); err != nil {
		return m, err
	}
	if database != nil {
		m.Database = Database
		path := filepath.Join(out, Database)
		if err := database(ctx, path); err != nil {
			return m, fmt.Errorf("backup: the database: %w", err)
		}
		f, err := digest(path)
		if err != nil {
			return m, fmt.Errorf("backup: the database: %w", err)
		}
		f.Path = Database
		m.Files, m.Bytes = append(m.Files, f), f.Size
	}
	err = eachFile(data, func(name string) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		f, err := copyFile(filepath.Join(data, filepath.FromSlash(name)), filepath.Join(out, filepath.FromSlash(name)))
		if errors.Is(err, fs.ErrNotExist) {
			return nil // it went while the service served
		}
		f.Path = name
		m.Files, m.Bytes = append(m.Files, f), m.Bytes+f.Size
		return err
	})
	if err != nil {
		return m, fmt.Errorf("backup: %w", err)
	}
	b, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return m, fmt.Errorf("backup: %w", err)
	}
	return m, durable(filepath.Join(out, manifest), b)
}

// Read gives the manifest of a backup.
func Read(dir string) (m Manifest, err error) {
	b, err := os.ReadFile(filepath.Join(dir, manifest))
	if errors.Is(err, fs.ErrNotExist) {
		return m, fmt.Errorf("%w: %s has no %s; it was cut off, or is another folder", ErrNone, dir, manifest)
	}
	if err != nil {
		return m, fmt.Errorf("backup: %w", err)
	}
	if err := json.Unmarshal(b, &m); err != nil {
		return m, fmt.Errorf("%w: %s: %w", ErrDamaged, manifest, err)
	}
	if m.Format != format {
		return m, fmt.Errorf("%w: its format is %d, this program reads %d", ErrNone, m.Format, format)
	}
	return m, nil
}

// Restore puts a backup into a new data folder. Every file is compared with the manifest on the way; a folder in which one was not as it must be
// is removed again.
func Restore(ctx context.Context, dir, data string) (m Manifest, err error) {
	if m, err = Read(dir); err != nil {
		return m, err
	}
	if err := vacant(data); err != nil {
		return m, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(data))
		}
	}()
	for _, f := range m.Files {
		if err := ctx.Err(); err != nil {
			return m, err
		}
		if !filepath.IsLocal(filepath.FromSlash(f.Path)) {
			return m, fmt.Errorf("%w: the manifest names %q, which leads out of the folder", ErrDamaged, f.Path)
		}
		got, err := copyFile(filepath.Join(dir, filepath.FromSlash(f.Path)), filepath.Join(data, filepath.FromSlash(f.Path)))
		if err != nil {
			return m, fmt.Errorf("%w: %s: %w", ErrDamaged, f.Path, err)
		}
		if got.SHA256 != f.SHA256 {
			return m, fmt.Errorf("%w: %s is not what was written", ErrDamaged, f.Path)
		}
	}
	return m, nil
}

// vacant makes a folder, or says that it is not empty.
func vacant(dir string) error {
	entries, err := os.ReadDir(dir)
	if len(entries) > 0 {
		return fmt.Errorf("%w: %s", ErrOccupied, dir)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.MkdirAll(dir, 0o750)
}

// eachFile calls fn with the path of each plain file that belongs to a backup.
func eachFile(data string, fn func(name string) error) error {
	return filepath.WalkDir(data, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && path != data {
			return nil
		}
		if err != nil {
			return err
		}
		name, err := filepath.Rel(data, path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		switch {
		case slices.Contains(skipped, name) && d.IsDir():
			return fs.SkipDir
		case slices.Contains(skipped, name), !d.Type().IsRegular(), strings.HasSuffix(name, ".part"):
			return nil
		}
		return fn(name)
	})
}

// copyFile copies what a file holds now into a new one that only its owner reads, and waits for the disk.
func copyFile(from, to string) (f File, err error) {
	in, err := os.Open(from)
	if err != nil {
		return f, err
	}
	defer in.Close()
	if err := os.MkdirAll(filepath.Dir(to), 0o750); err != nil {
		return f, err
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return f, err
	}
	h := sha256.New()
	f.Size, err = io.Copy(io.MultiWriter(out, h), in)
	f.SHA256 = hex.EncodeToString(h.Sum(nil))
	return f, errors.Join(err, out.Sync(), out.Close())
}

// digest reads a file that another has written, and waits for the disk.
func digest(path string) (f File, err error) {
	in, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return f, err
	}
	defer in.Close()
	h := sha256.New()
	f.Size, err = io.Copy(h, in)
	f.SHA256 = hex.EncodeToString(h.Sum(nil))
	return f, errors.Join(err, in.Sync())
}

// durable writes a file whole or not at all.
func durable(path string, data []byte) error {
	part := path + ".part"
	out, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = out.Write(data)
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		return err
	}
	return os.Rename(part, path)
}
