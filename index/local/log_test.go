package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
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

// numbered makes points that carry a number.
func numbered(number float32, ids ...string) []index.Point {
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
		func() error { return idx.Upsert(ctx, "c", space2, numbered(1, "a", "b")) },
		func() error { return idx.Upsert(ctx, "c", space2, numbered(2, "b", "d", "e")) },
		func() error { return idx.Delete(ctx, "c", []string{"a", "d"}) },
	} {
		must(t, change())
		raw, err := os.ReadFile(filepath.Join(dir, logName(0)))
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
	must(t, os.WriteFile(filepath.Join(dir, manifestName), manifestBytes(&manifest{next: 1}), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, logName(0)), log, 0o600))
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
			if info, err := os.Stat(filepath.Join(dir, logName(0))); err != nil || info.Size() != int64(good) {
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
		after, readErr := os.ReadFile(filepath.Join(dir, logName(0)))
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

// TestFormat: files of a newer program say so, files of no program are damage, and neither is touched.
func TestFormat(t *testing.T) {
	log, _, _ := sampleLog(t)
	for name, of := range map[string]uint32{logName(0): logVersion + 1, manifestName: manifestVersion + 1} {
		newer := header(of)
		dir := t.TempDir()
		must(t, os.WriteFile(filepath.Join(dir, name), append(newer, log[headerSize:]...), 0o600))
		before := tree(t, dir)
		if _, err := contents(t, dir); !errors.Is(err, index.ErrFormat) {
			t.Errorf("a newer %s: %v, want index.ErrFormat", name, err)
		}
		if after := tree(t, dir); name == manifestName && !cmp.Equal(before, after) || after[name] != before[name] {
			t.Errorf("a newer %s: the folder was changed", name)
		}
	}
	for name, bad := range map[string][]byte{"empty": {}, "short": log[:headerSize-1], "something else": bytes.Repeat([]byte("text"), 20)} {
		for _, file := range []string{logName(0), manifestName} {
			dir := t.TempDir()
			must(t, os.WriteFile(filepath.Join(dir, file), bad, 0o600))
			if _, err := contents(t, dir); !errors.Is(err, index.ErrCorrupt) || !strings.Contains(err.Error(), "restore") {
				t.Errorf("%s %s: %v, want index.ErrCorrupt and what to do", name, file, err)
			}
		}
	}
}

// tree is what the files of a folder hold, but for the lock.
func tree(t testing.TB, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		if raw, err := os.ReadFile(filepath.Join(dir, e.Name())); err == nil && e.Name() != "LOCK" {
			files[e.Name()] = string(raw)
		}
	}
	return files
}

// TestFirstFormat: a folder of the first format, one log of the name that is now the manifest's, is opened with all it holds, and
// programs of then refuse it from then on.
func TestFirstFormat(t *testing.T) {
	log, _, states := sampleLog(t)
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, manifestName), append(bytes.Clone(log), 1, 2, 3), 0o600)) // with a torn end
	for range 2 {
		if got, err := contents(t, dir); err != nil || !cmp.Equal(got, states[len(states)-1]) {
			t.Fatalf("got %v, %v", got, err)
		}
	}
	raw, err := os.ReadFile(filepath.Join(dir, manifestName))
	must(t, err)
	if _, err := checkHeader(reader(raw), int64(len(raw)), logVersion); !errors.Is(err, index.ErrFormat) {
		t.Errorf("a program of the first format: %v, want index.ErrFormat", err)
	}
	// it died between giving the log its new name and writing the manifest
	must(t, os.Remove(filepath.Join(dir, manifestName)))
	if got, err := contents(t, dir); err != nil || !cmp.Equal(got, states[len(states)-1]) {
		t.Errorf("got %v, %v", got, err)
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

// TestLeftover: a checkpoint that died halfway leaves files that mean nothing; what is not ours stays.
func TestLeftover(t *testing.T) {
	log, _, states := sampleLog(t)
	dir := place(t, log)
	for _, name := range []string{manifestName + newSuffix, segmentName(7) + newSuffix, segmentName(3), "log-book.new"} {
		must(t, os.WriteFile(filepath.Join(dir, name), log[:len(log)/2], 0o600))
	}
	must(t, os.WriteFile(filepath.Join(dir, manifestName), manifestBytes(&manifest{next: 1}), 0o600))
	if got, err := contents(t, dir); err != nil || !cmp.Equal(got, states[len(states)-1]) {
		t.Errorf("got %v, %v", got, err)
	}
	var left []string
	for name := range tree(t, dir) {
		left = append(left, name)
	}
	slices.Sort(left)
	if diff := cmp.Diff([]string{manifestName, logName(0), "log-book.new"}, left); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

// A testFile is a log's file in memory whose Sync does as it is told.
type testFile struct {
	bytes.Buffer
	sync  func() error
	syncs int
}

func (f *testFile) Sync() error                        { f.syncs++; return f.sync() }
func (f *testFile) Close() error                       { return nil }
func (f *testFile) Truncate(n int64) error             { f.Buffer.Truncate(int(n)); return nil }
func (f *testFile) Seek(n int64, _ int) (int64, error) { return n, nil }

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
	var applied []string
	l := newLog(f, 0, func(ops []*op) error {
		for _, o := range ops {
			applied = append(applied, fmt.Sprint(o.name, " after ", f.syncs))
		}
		return nil
	})
	var group sync.WaitGroup
	var want []string
	write := func(name string, sync int) {
		b, err := l.append(&op{kind: opDrop, name: name})
		if err != nil {
			t.Error(err)
		}
		want = append(want, fmt.Sprint(name, " after ", sync))
		group.Go(func() {
			if err := l.commit(b); err != nil {
				t.Error(err)
			}
			if l.mu.Lock(); !slices.Contains(applied, fmt.Sprint(name, " after ", sync)) {
				t.Errorf("%s was acknowledged and not made", name)
			}
			l.mu.Unlock()
		})
	}
	write("first", 1)
	<-begun
	for i := range writers {
		write(fmt.Sprint("other", i), 2)
	}
	close(go1)
	group.Wait()
	if f.syncs != 2 {
		t.Errorf("%d syncs for %d writers, want 2", f.syncs, writers+1)
	}
	if diff := cmp.Diff(want, applied); diff != "" {
		t.Errorf("made in another order than appended (-want +got):\n%s", diff)
	}
}

// TestFailedSync: a change whose sync failed is not acknowledged and not seen, nor is any after it, even if the disk comes back.
func TestFailedSync(t *testing.T) {
	d, err := openDriver(t.TempDir(), completed(Config{}))
	must(t, err)
	broken := errors.New("the disk is gone")
	f := &testFile{sync: func() error { return nil }}
	d.log.replace(f, 0)
	idx := index.New(d)
	must(t, idx.Create(t.Context(), "c", space2))
	f.sync = func() error { return broken }
	for range 2 {
		if err := idx.Upsert(t.Context(), "c", space2, numbered(1, "a")); !errors.Is(err, broken) {
			t.Errorf("Upsert: %v, want what the disk said", err)
		}
		if err := idx.Drop(t.Context(), "c"); !errors.Is(err, broken) {
			t.Errorf("Drop: %v, want what the disk said", err)
		}
		f.sync = func() error { return nil }
	}
	if n := d.collection("c").view.Load().points; n != 0 {
		t.Errorf("%d points are seen that were never acknowledged", n)
	}
	if err := idx.Close(); !errors.Is(err, broken) {
		t.Errorf("Close: %v, want what the disk said", err)
	}
}

func completed(cfg Config) Config {
	if err := cfg.complete(); err != nil {
		panic(err)
	}
	return cfg
}
