package local

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"touchstone/index"
)

// A disk has room for some bytes, whoever writes them.
type disk struct {
	room atomic.Int64
	full atomic.Int64 // how often it said so
}

// on is a file on the disk.
func (d *disk) on(f *os.File) file { return &diskFile{f, d} }

type diskFile struct {
	*os.File
	disk *disk
}

// Write writes what there is room for, as a file system does.
func (f *diskFile) Write(b []byte) (int, error) {
	if left := f.disk.room.Add(-int64(len(b))); left < 0 {
		f.disk.full.Add(1)
		f.disk.room.Add(int64(len(b)))
		n, _ := f.File.Write(b[:max(0, min(len(b)/2, int(f.disk.room.Load())))])
		return n, fmt.Errorf("write: %w", syscall.ENOSPC)
	}
	return f.File.Write(b)
}

func points32(number float32, ids ...string) []index.Point {
	var points []index.Point
	for i, id := range ids {
		v := make([]float32, 32)
		v[0], v[1+i%31] = number, 1
		points = append(points, index.Point{ID: id, Vectors: [][]float32{v}, Payload: index.Payload{Right: id}})
	}
	return points
}

var space32 = index.Space{Pack: "test", Version: "1", Output: "copy", Dimension: 32, Metric: index.Dot}

// TestFull: on a full disk changes fail with index.ErrFull and leave no trace, in the log and in segments; what was there is
// served on; when there is room again changes are taken, and what is opened again is what was acknowledged.
func TestFull(t *testing.T) {
	for room := int64(2_000); room < 60_000; room += 6_001 {
		dir := t.TempDir()
		var heard bytes.Buffer
		d, err := openDriver(dir, completed(Config{checkpointAt: 4_000, Logger: slog.New(slog.NewTextHandler(&heard, nil))}))
		must(t, err)
		disk := &disk{}
		disk.room.Store(1 << 30)
		d.files.wrap = disk.on
		must(t, d.checkpoint()) // so that the log is on the disk
		idx := index.New(d)
		must(t, idx.Create(t.Context(), "c", space32))
		disk.room.Store(room)
		want, failed := map[string]float32{}, 0
		write := func(number float32, id string) {
			err := idx.Upsert(t.Context(), "c", space32, points32(number, id, id+"x"))
			switch {
			case err == nil:
				want[id], want[id+"x"] = number, number
			case !errors.Is(err, index.ErrFull) || !strings.Contains(err.Error(), "make room"):
				t.Fatalf("error %v, want index.ErrFull and what to do", err)
			default:
				failed++
			}
		}
		for i := range 400 {
			write(float32(i+1), fmt.Sprint("p", i%90))
		}
		if failed == 0 || disk.full.Load() == 0 {
			t.Fatalf("room %d: the disk was never full", room)
		}
		same(t, "full", idx, want)
		disk.room.Store(1 << 30)
		write(-1, "p3")
		write(-2, "later")
		if want["later"] != -2 {
			t.Fatalf("room %d: with room again the change still failed", room)
		}
		same(t, "with room again", idx, want)
		must(t, idx.Close())
		idx = mustOpen(t, dir, Config{})
		same(t, "opened again", idx, want)
		must(t, idx.Close())
	}
}

// same compares the numbers that points carry.
func same(t testing.TB, when string, idx *index.Index, want map[string]float32) {
	t.Helper()
	got := map[string]float32{}
	must(t, idx.Each(t.Context(), "c", func(p index.Point) error {
		got[p.ID] = p.Vectors[0][0]
		return nil
	}))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%s (-want +got):\n%s", when, diff)
	}
}

const limitDir = "INDEX_LIMIT_DIR" // set in the child: the folder

// TestFileSizeLimit: the limit that a system sets on files is a full disk too, in a process of its own.
func TestFileSizeLimit(t *testing.T) {
	if dir := os.Getenv(limitDir); dir != "" {
		writeUnderLimit(t, dir)
		return
	}
	child := exec.Command(os.Args[0], "-test.run=^TestFileSizeLimit$")
	dir := t.TempDir()
	child.Env = append(os.Environ(), limitDir+"="+dir)
	if out, err := child.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	idx := mustOpen(t, dir, Config{})
	defer idx.Close()
	infos, err := idx.Collections(t.Context())
	must(t, err)
	if n := infos[0].Points; n == 0 || n%2 > 0 || n >= 2000 {
		t.Errorf("%d points are left of whole batches of two", n)
	}
}

func writeUnderLimit(t *testing.T, dir string) {
	idx := mustOpen(t, dir, Config{})
	must(t, idx.Create(t.Context(), "c", space32))
	must(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 50_000, Max: 50_000}))
	want := map[string]float32{}
	for i := range 1000 {
		a, b := fmt.Sprint("a", i), fmt.Sprint("b", i)
		err := idx.Upsert(t.Context(), "c", space32, points32(float32(i), a, b))
		if err == nil {
			want[a], want[b] = float32(i), float32(i)
			continue
		}
		if !errors.Is(err, index.ErrFull) {
			t.Fatalf("error %v, want index.ErrFull", err)
		}
		same(t, "at the limit", idx, want)
		must(t, idx.Close())
		return
	}
	t.Fatal("the limit was never reached")
}

// TestDamagedFolder: a segment that is damaged, cut, missing or of a newer program, and a manifest that is missing, is said, with what to
// do, and nothing is changed.
func TestDamagedFolder(t *testing.T) {
	dir := t.TempDir()
	d, err := openDriver(dir, completed(Config{}))
	must(t, err)
	idx := index.New(d)
	must(t, idx.Create(t.Context(), "c", space32))
	must(t, idx.Upsert(t.Context(), "c", space32, points32(1, "a", "b", "c")))
	must(t, d.checkpoint())
	must(t, idx.Delete(t.Context(), "c", []string{"b"}))
	must(t, d.checkpoint())
	must(t, idx.Close())
	whole := tree(t, dir)
	var segment string
	for name := range whole {
		if _, is := number(name, segmentPrefix); is {
			segment = name
		}
	}
	good := whole[segment]
	for name, test := range map[string]struct {
		file, content string
		want          error
	}{
		"flipped":     {segment, good[:300] + string(good[300]^1) + good[301:], index.ErrCorrupt},
		"cut":         {segment, good[:len(good)/2], index.ErrCorrupt},
		"empty":       {segment, "", index.ErrCorrupt},
		"missing":     {segment, "-", index.ErrCorrupt},
		"no manifest": {manifestName, "-", index.ErrCorrupt},
		"manifest":    {manifestName, whole[manifestName][:40], index.ErrCorrupt},
	} {
		bad := t.TempDir()
		for file, content := range whole {
			if file == test.file {
				content = test.content
			}
			if content != "-" {
				must(t, os.WriteFile(filepath.Join(bad, file), []byte(content), 0o600))
			}
		}
		before := tree(t, bad)
		_, err := Open(bad, Config{})
		if !errors.Is(err, test.want) || !strings.Contains(err.Error(), "restore the folder") || !strings.Contains(err.Error(), bad) {
			t.Errorf("%s: error %v, want %v, the file and what to do", name, err, test.want)
		}
		if diff := cmp.Diff(before, tree(t, bad)); diff != "" {
			t.Errorf("%s: the folder was changed:\n%s", name, diff)
		}
	}
	idx = mustOpen(t, dir, Config{})
	defer idx.Close()
	same(t, "the good one", idx, map[string]float32{"a": 1, "c": 1})
}
