package local

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// The files of a folder. The manifest has the name that the log had in the first format, so that programs of then refuse what they
// would not understand. What ends in newSuffix is being written, and means nothing until it has its name.
const (
	manifestName  = "index.log"
	logPrefix     = "log-"
	segmentPrefix = "segment-"
	newSuffix     = ".new"
)

func logName(n uint64) string     { return fmt.Sprintf("%s%08d", logPrefix, n) }
func segmentName(n uint64) string { return fmt.Sprintf("%s%08d", segmentPrefix, n) }

// remedy is what to do about damage.
const remedy = "restore the folder from a copy, or move it away and fill the index anew"

// files is the folder of an index.
type files struct {
	dir  string
	log  *slog.Logger
	wrap func(*os.File) file // for tests of full and broken disks; nil = as it is
}

func (fs files) path(name string) string { return filepath.Join(fs.dir, name) }

// write makes a file: all of it is on disk under its name when write returns nil, and nothing is under its name, or what was there before, when it does
// not. The file is returned open, for more.
func (fs files) write(name string, fill func(io.Writer) error) (file, error) {
	temp := name + newSuffix
	f, err := fs.create(temp)
	if err != nil {
		return nil, err
	}
	if err = fill(f); err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = os.Rename(fs.path(temp), fs.path(name))
	}
	if err != nil {
		err = errors.Join(err, f.Close())
		os.Remove(fs.path(temp))
		return nil, noRoom("nothing was changed", err)
	}
	if err := fs.sync(); err != nil {
		return nil, fmt.Errorf("%w: %w", errRenamed, errors.Join(err, f.Close()))
	}
	return f, nil
}

// fill makes a file that means nothing until a manifest names it. What is in it is on disk when fill returns nil; its name is after sync.
func (fs files) fill(name string, fill func(io.Writer) error) error {
	f, err := fs.create(name)
	if err != nil {
		return err
	}
	if err = fill(f); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		os.Remove(fs.path(name))
		return noRoom("nothing was changed", err)
	}
	return nil
}

// create opens a new file, or empties an old one.
func (fs files) create(name string) (file, error) {
	f, err := os.OpenFile(fs.path(name), os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600)
	if err != nil {
		return nil, noRoom("nothing was changed", err)
	}
	if fs.wrap != nil {
		return fs.wrap(f), nil
	}
	return f, nil
}

// errRenamed: a file has its name, but perhaps not after a loss of power. What it takes the place of must stay.
var errRenamed = errors.New("index: a new file may not be durable, and changes are refused until the index is opened again")

// sync makes names durable.
func (fs files) sync() error {
	d, err := os.Open(fs.dir)
	if err == nil {
		err = errors.Join(d.Sync(), d.Close())
	}
	if err != nil {
		return fmt.Errorf("index: the folder could not be synced: %w", err)
	}
	return nil
}

// exists reports whether there is a file of this name.
func (fs files) exists(name string) (bool, error) {
	_, err := os.Stat(fs.path(name))
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// sweep removes what is not needed: logs before the first, segments that are not named, and files that were never finished.
func (fs files) sweep(m *manifest) {
	entries, err := os.ReadDir(fs.dir)
	if err != nil {
		fs.log.Warn("index: files that are not needed any more could not be removed", "folder", fs.dir, "error", err)
		return
	}
	needed := map[uint64]bool{}
	for _, c := range m.collections {
		for _, p := range c.parts {
			needed[p.file] = true
		}
	}
	for _, e := range entries {
		name := e.Name()
		log, isLog := number(name, logPrefix)
		segment, isSegment := number(name, segmentPrefix)
		if isLog && log < m.from || isSegment && !needed[segment] || unfinished(name) {
			os.Remove(fs.path(name)) // if it stays it is tried again, and harms nobody
		}
	}
}

// unfinished says that a file was being written under one of our names.
func unfinished(name string) bool {
	of, is := strings.CutSuffix(name, newSuffix)
	_, log := number(of, logPrefix)
	_, segment := number(of, segmentPrefix)
	return is && (log || segment || of == manifestName)
}

// number takes a name of ours apart.
func number(name, prefix string) (uint64, bool) {
	digits, ok := strings.CutPrefix(name, prefix)
	if !ok || len(digits) < 8 {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	return n, err == nil
}
