package local

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"touchstone/index"
)

var space2 = index.Space{Pack: "test", Version: "1", Output: "copy", Dimension: 2, Metric: index.Dot}

func mustOpen(t testing.TB, dir string, cfg Config) *index.Index {
	t.Helper()
	idx, err := Open(dir, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return idx
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// batch makes points that carry a number.
func batch(number float32, ids ...string) []index.Point {
	var points []index.Point
	for _, id := range ids {
		points = append(points, index.Point{ID: id, Vectors: [][]float32{{number, 1}}, Payload: index.Payload{Right: "r"}})
	}
	return points
}

// contents returns the number that each point carries, or the error of opening.
func contents(t testing.TB, dir string) (map[string]float32, error) {
	t.Helper()
	idx, err := Open(dir, Config{})
	if err != nil {
		return nil, err
	}
	defer idx.Close()
	got := map[string]float32{}
	err = idx.Each(context.Background(), "c", func(p index.Point) error {
		got[p.ID] = p.Vectors[0][0]
		return nil
	})
	if err != nil && !errors.Is(err, index.ErrNotFound) {
		t.Fatal(err)
	}
	return got, nil
}

// sampleLog makes a log of several frames and returns its bytes, where each frame ends, and what the index held then.
func sampleLog(t testing.TB) (log []byte, ends []int, states []map[string]float32) {
	t.Helper()
	dir := t.TempDir()
	idx := mustOpen(t, dir, Config{})
	ctx := context.Background()
	for _, change := range []func() error{
		func() error { return idx.Create(ctx, "c", space2) },
		func() error { return idx.Upsert(ctx, "c", space2, batch(1, "a", "b")) },
		func() error { return idx.Upsert(ctx, "c", space2, batch(2, "b", "d", "e")) },
		func() error { return idx.Delete(ctx, "c", []string{"a", "d"}) },
	} {
		must(t, change())
		raw, err := os.ReadFile(filepath.Join(dir, logName))
		must(t, err)
		log, ends = raw, append(ends, len(raw))
	}
	must(t, idx.Close())
	return log, ends, []map[string]float32{{}, {"a": 1, "b": 1}, {"a": 1, "b": 2, "d": 2, "e": 2}, {"b": 2, "e": 2}}
}

// place makes a folder with this log.
func place(t testing.TB, log []byte) (dir string) {
	t.Helper()
	dir = t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, logName), log, 0o600))
	return dir
}

// TestTorn cuts the log at every byte: what is opened is the last whole frame before, and what is written afterwards holds.
func TestTorn(t *testing.T) {
	log, ends, states := sampleLog(t)
	for cut := headerSize; cut <= len(log); cut++ {
		want, good := map[string]float32{}, headerSize
		missing := ends[0] - cut // of the frame that was being written
		for i, end := range ends {
			if end <= cut && i+1 < len(ends) {
				want, good, missing = states[i], end, ends[i+1]-cut
			} else if end <= cut {
				want, good, missing = states[i], end, 40
			}
		}
		// the process died, or the machine: then the length is there and the bytes are not, or are others
		for name, tail := range map[string][]byte{"cut": nil, "zeros": make([]byte, missing), "ones": bytes.Repeat([]byte{0xff}, missing)} {
			if tail != nil && cut%8 != 0 {
				continue
			}
			dir := place(t, append(bytes.Clone(log[:cut]), tail...))
			got, err := contents(t, dir)
			if err != nil {
				t.Fatalf("%s at %d: %v", name, cut, err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%s at %d (-want +got):\n%s", name, cut, diff)
			}
			if info, err := os.Stat(filepath.Join(dir, logName)); err != nil || info.Size() != int64(good) {
				t.Fatalf("%s at %d: the log was not cut off at %d: %v", name, cut, good, err)
			}
			if cut%64 != 0 {
				continue
			}
			idx := mustOpen(t, dir, Config{})
			must(t, idx.Create(t.Context(), "later", space2))
			must(t, idx.Close())
			if got, err = contents(t, dir); err != nil || !cmp.Equal(want, got) {
				t.Fatalf("%s at %d, then written to: %v, %v", name, cut, got, err)
			}
		}
	}
}

// TestDamage flips every byte in turn. Before the last frame that is ErrCorrupt and the file stays as it was; in the last frame it
// looks like a torn end. In no case does the index hold what nobody wrote.
func TestDamage(t *testing.T) {
	log, ends, states := sampleLog(t)
	last := ends[len(ends)-2]
	for at := range log {
		damaged := bytes.Clone(log)
		damaged[at] ^= 0x41
		dir := place(t, damaged)
		got, err := contents(t, dir)
		after, readErr := os.ReadFile(filepath.Join(dir, logName))
		must(t, readErr)
		if at < last {
			if !errors.Is(err, index.ErrCorrupt) || !strings.Contains(err.Error(), dir) {
				t.Errorf("byte %d: %v, want index.ErrCorrupt with the file's name", at, err)
			}
			if !bytes.Equal(after, damaged) {
				t.Errorf("byte %d: the damaged file was changed", at)
			}
		} else if err != nil || !cmp.Equal(got, states[len(states)-2]) {
			t.Errorf("byte %d, in the last frame: %v, %v", at, got, err)
		}
	}
}

func TestFormat(t *testing.T) {
	log, _, _ := sampleLog(t)
	binary.LittleEndian.PutUint32(log[len(magic):], version+1)
	binary.LittleEndian.PutUint32(log[headerSize-4:], crc32.Checksum(log[:headerSize-4], castagnoli))
	dir := place(t, log)
	if _, err := contents(t, dir); !errors.Is(err, index.ErrFormat) {
		t.Errorf("a newer version: %v, want index.ErrFormat", err)
	}
	if after, _ := os.ReadFile(filepath.Join(dir, logName)); !bytes.Equal(after, log) {
		t.Error("the newer file was changed")
	}
	for name, bad := range map[string][]byte{"empty": {}, "short": log[:headerSize-1], "something else": bytes.Repeat([]byte("text"), 20)} {
		if _, err := contents(t, place(t, bad)); !errors.Is(err, index.ErrCorrupt) {
			t.Errorf("%s: %v, want index.ErrCorrupt", name, err)
		}
	}
}

func TestLocked(t *testing.T) {
	dir := t.TempDir()
	idx := mustOpen(t, dir, Config{})
	if _, err := Open(dir, Config{}); !errors.Is(err, index.ErrLocked) {
		t.Errorf("opened twice: %v, want index.ErrLocked", err)
	}
	must(t, idx.Close())
	must(t, mustOpen(t, dir, Config{}).Close()) // a refused Open took nothing away, and Close gave the lock back
}

// TestLeftover: a compaction that died halfway leaves a file that means nothing.
func TestLeftover(t *testing.T) {
	log, _, states := sampleLog(t)
	dir := place(t, log)
	must(t, os.WriteFile(filepath.Join(dir, tempName), log[:len(log)/2], 0o600))
	if got, err := contents(t, dir); err != nil || !cmp.Equal(got, states[len(states)-1]) {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := os.Stat(filepath.Join(dir, tempName)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the leftover is still there: %v", err)
	}
}

// A testFile is a log's file in memory whose Sync does as it is told.
type testFile struct {
	bytes.Buffer
	sync  func() error
	syncs int
}

func (f *testFile) Sync() error  { f.syncs++; return f.sync() }
func (f *testFile) Close() error { return nil }

// TestGroupCommit: those who come while a sync is under way share the next one, and none returns before its own is on disk.
func TestGroupCommit(t *testing.T) {
	const writers = 20
	begun, go1 := make(chan bool), make(chan bool)
	f := &testFile{}
	f.sync = func() error {
		if f.syncs == 1 {
			close(begun)
			<-go1
		}
		return nil
	}
	l := newLog(f, 0)
	var group sync.WaitGroup
	write := func(name string) {
		number, err := l.append(&op{kind: opDrop, name: name})
		if err != nil {
			t.Error(err)
		}
		group.Go(func() {
			if err := l.commit(number); err != nil {
				t.Error(err)
			}
			if l.mu.Lock(); l.synced < number {
				t.Errorf("operation %d acknowledged when %d were synced", number, l.synced)
			}
			l.mu.Unlock()
		})
	}
	write("first")
	<-begun
	for i := range writers {
		write(fmt.Sprint("other", i))
	}
	close(go1)
	group.Wait()
	if f.syncs != 2 {
		t.Errorf("%d syncs for %d writers, want 2", f.syncs, writers+1)
	}
}

// TestFailedSync: a change whose sync failed is not acknowledged, nor is any after it, even if the disk comes back.
func TestFailedSync(t *testing.T) {
	dir := t.TempDir()
	d := newDriver(dir, Config{compactFrom: 1 << 20})
	broken := errors.New("the disk is gone")
	f := &testFile{sync: func() error { return nil }}
	d.log = newLog(f, 0)
	d.lock, _ = os.Open(dir)
	idx := index.New(d)
	must(t, idx.Create(t.Context(), "c", space2))
	f.sync = func() error { return broken }
	for range 2 {
		if err := idx.Upsert(t.Context(), "c", space2, batch(1, "a")); !errors.Is(err, broken) {
			t.Errorf("Upsert: %v, want what the disk said", err)
		}
		if err := idx.Delete(t.Context(), "c", []string{"a"}); !errors.Is(err, broken) {
			t.Errorf("Delete: %v, want what the disk said", err)
		}
		f.sync = func() error { return nil }
	}
	if err := idx.Close(); !errors.Is(err, broken) {
		t.Errorf("Close: %v, want what the disk said", err)
	}
}

// TestCompaction: a log of what was overwritten shrinks, keeps everything, and its failure fails no change.
func TestCompaction(t *testing.T) {
	dir := t.TempDir()
	var heard bytes.Buffer
	cfg := Config{compactFrom: 4096, Logger: slog.New(slog.NewTextHandler(&heard, nil))}
	idx := mustOpen(t, dir, cfg)
	must(t, idx.Create(t.Context(), "c", space2))
	must(t, idx.Alias(t.Context(), "live", "c"))
	size := func() int64 {
		info, err := os.Stat(filepath.Join(dir, logName))
		must(t, err)
		return info.Size()
	}
	overwrite := func() {
		for i := range 300 {
			must(t, idx.Upsert(t.Context(), "live", space2, batch(float32(i), "a", "b")))
		}
	}
	overwrite()
	if size() > 8192 {
		t.Errorf("the log has %d bytes for two points", size())
	}
	// a folder in the way of the new log
	must(t, os.MkdirAll(filepath.Join(dir, tempName, "in the way"), 0o700))
	overwrite()
	if !strings.Contains(heard.String(), "could not be compacted") {
		t.Error("a failed compaction was not heard of")
	}
	if size() < 8192 {
		t.Error("the log shrank without a new one")
	}
	must(t, os.RemoveAll(filepath.Join(dir, tempName)))
	overwrite()
	if size() > 30_000 {
		t.Errorf("the log has %d bytes after compaction was possible again", size())
	}
	before, err := idx.Collections(t.Context())
	must(t, err)
	must(t, idx.Close())
	if got, err := contents(t, dir); err != nil || !cmp.Equal(got, map[string]float32{"a": 299, "b": 299}) {
		t.Errorf("opened again: %v, %v", got, err)
	}
	idx = mustOpen(t, dir, cfg)
	defer idx.Close()
	after, err := idx.Collections(t.Context())
	must(t, err)
	if after[0].Revision != before[0].Revision {
		t.Errorf("revision %d after opening, %d before", after[0].Revision, before[0].Revision)
	}
}

// TestDropped: the points of dropped collections do not pile up in the log.
func TestDropped(t *testing.T) {
	dir := t.TempDir()
	idx := mustOpen(t, dir, Config{compactFrom: 4096})
	defer idx.Close()
	for range 20 {
		must(t, idx.Create(t.Context(), "c", space2))
		for n := range 8 {
			must(t, idx.Upsert(t.Context(), "c", space2, batch(1, fmt.Sprint("a", n), fmt.Sprint("b", n), fmt.Sprint("c", n), fmt.Sprint("d", n))))
		}
		must(t, idx.Drop(t.Context(), "c"))
	}
	if info, err := os.Stat(filepath.Join(dir, logName)); err != nil || info.Size() > 10_000 {
		t.Errorf("the log has %d bytes for nothing, %v", info.Size(), err)
	}
}
