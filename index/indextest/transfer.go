package indextest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"touchstone/index"
)

// stock fills an index with two collections and their aliases, and returns what the first holds.
func (f *fixture) stock() map[string]index.Point {
	f.t.Helper()
	full := index.Point{ID: "full", Vectors: [][]float32{north, half}, Payload: index.Payload{Right: "r", Kind: "logo", Holder: "Müller",
		Territories: []string{"DE", "FR"}, Active: true, From: day(1), Until: time9999}}
	f.collection("copy@1", cosine4, full)
	var many []index.Point
	for i := range 2100 { // more than a frame
		many = append(many, point(fmt.Sprintf("p%04d", i), []float32{1, float32(i % 50), float32(i / 50), 0}))
	}
	f.must(f.Upsert(f.t.Context(), "copy@1", cosine4, many))
	f.collection("word@1", dot4, point("w", north))
	f.must(f.Alias(f.t.Context(), "references.copy", "copy@1"))
	f.must(f.Alias(f.t.Context(), "references.word", "word@1"))
	return f.all("copy@1")
}

// testSnapshot: what is restored is what was there, here and in another index, and the alias leads to it.
func testSnapshot(t *testing.T, f *fixture) {
	ctx := t.Context()
	want := f.stock()
	var stream bytes.Buffer
	last := 0
	f.must(f.Snapshot(ctx, &stream, func(done, all int) {
		if done <= last || done > all {
			t.Errorf("progress %d of %d after %d", done, all, last)
		}
		last = done
	}))
	snapshot := stream.Bytes()

	f.must(f.Delete(ctx, "references.copy", []string{"full", "p0001"}))
	done, err := f.Restore(ctx, bytes.NewReader(snapshot), index.RestoreOptions{})
	f.must(err)
	f.same("made", done, index.Restored{Collections: map[string]string{"copy@1": "copy@1.r1", "word@1": "word@1.r1"}, Points: len(want) + 1})
	f.same("through the alias", f.all("references.copy"), want)
	if len(f.all("copy@1")) != len(want)-2 {
		t.Error("the collection that was there has changed")
	}
	unused, err := f.Unused(ctx)
	f.must(err)
	f.same("unused", []string{unused[0].Name, unused[1].Name}, []string{"copy@1", "word@1"})
	done, err = f.Restore(ctx, bytes.NewReader(snapshot), index.RestoreOptions{})
	f.must(err)
	f.same("once more", done.Collections, map[string]string{"copy@1": "copy@1.r2", "word@1": "word@1.r2"})

	other := f.another()
	done, err = other.Restore(ctx, bytes.NewReader(snapshot), index.RestoreOptions{})
	other.must(err)
	f.same("elsewhere", done.Collections, map[string]string{"copy@1": "copy@1", "word@1": "word@1"})
	f.same("elsewhere, through the alias", other.all("references.copy"), want)
}

// testSnapshotOf: a snapshot of one collection, by its alias, holds it and the alias alone.
func testSnapshotOf(t *testing.T, f *fixture) {
	ctx := t.Context()
	want := f.stock()
	var stream bytes.Buffer
	f.must(f.SnapshotOf(ctx, "references.copy", &stream, nil))
	other := f.another()
	done, err := other.Restore(ctx, &stream, index.RestoreOptions{})
	other.must(err)
	f.same("made", done, index.Restored{Collections: map[string]string{"copy@1": "copy@1"}, Points: len(want)})
	f.same("through the alias", other.all("references.copy"), want)
	aliases, err := other.Aliases(ctx)
	other.must(err)
	f.same("aliases", aliases, map[string]string{"references.copy": "copy@1"})
	if err := f.SnapshotOf(ctx, "nobody", &stream, nil); !errors.Is(err, index.ErrNotFound) {
		t.Errorf("a collection that is not there: %v, want index.ErrNotFound", err)
	}
}

// testCompact: after changes and deletions a collection is tidied up, says so in a sentence and holds what it held.
func testCompact(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.stock()
	f.must(f.Delete(ctx, "copy@1", []string{"p0001", "p0002", "full"}))
	f.must(f.Upsert(ctx, "copy@1", cosine4, []index.Point{point("p0003", half)}))
	want := f.all("copy@1")
	for range 2 { // the second finds little to do
		said, err := f.Compact(ctx, "references.copy")
		f.must(err)
		if len(strings.Fields(said)) < 4 {
			t.Errorf("it said %q, which is no sentence", said)
		}
		f.same("after it", f.all("copy@1"), want)
	}
	if _, err := f.Compact(ctx, "nobody"); !errors.Is(err, index.ErrNotFound) {
		t.Errorf("a collection that is not there: %v, want index.ErrNotFound", err)
	}
}

// testBadSnapshot: what cannot be restored is a typed error, and nothing has changed.
func testBadSnapshot(t *testing.T, f *fixture) {
	ctx := t.Context()
	want := f.stock()
	var stream bytes.Buffer
	f.must(f.Snapshot(ctx, &stream, nil))
	whole := stream.Bytes()
	untouched := func(what string) {
		t.Helper()
		f.same(what+": points", f.all("references.copy"), want)
		infos, err := f.Collections(ctx)
		f.must(err)
		if len(infos) != 2 {
			t.Errorf("%s: %d collections, want the 2 that were there", what, len(infos))
		}
	}
	flipped := func(at int) []byte {
		b := bytes.Clone(whole)
		b[at] ^= 1
		return b
	}
	for what, b := range map[string][]byte{
		"empty": nil, "no snapshot": []byte("PK\x03\x04 and so on"), "cut in the header": whole[:11], "cut in the points": whole[:len(whole)/2],
		"cut before the end": whole[:len(whole)-1], "without its end": whole[:len(whole)-50], "longer": append(bytes.Clone(whole), 0),
		"a bit in the points": flipped(len(whole) / 2), "a bit in a length": flipped(10), "a bit at the end": flipped(len(whole) - 2),
	} {
		_, err := f.Restore(ctx, bytes.NewReader(b), index.RestoreOptions{})
		f.fails(what, err, index.ErrCorrupt)
		untouched(what)
	}
	stop := errors.New("the network is gone")
	if _, err := f.Restore(ctx, &failing{whole[:len(whole)/3], stop}, index.RestoreOptions{}); !errors.Is(err, stop) {
		t.Errorf("a stream that fails: %v, want its error", err)
	}
	untouched("a stream that fails")

	next := cosine4
	next.Version = "2"
	f.collection("copy@2", next, point("p", north))
	f.must(f.Alias(ctx, "references.copy", "copy@2"))
	_, err := f.Restore(ctx, bytes.NewReader(whole), index.RestoreOptions{})
	f.fails("another pack", err, index.ErrSpace)
	f.same("another pack: points", f.all("references.copy"), map[string]index.Point{"p": point("p", north)})
	_, err = f.Restore(ctx, bytes.NewReader(whole), index.RestoreOptions{AnotherPack: true})
	f.must(err)
	f.same("another pack that is meant", f.all("references.copy"), want)
}

// failing gives some bytes and then an error.
type failing struct {
	rest []byte
	err  error
}

func (r *failing) Read(b []byte) (int, error) {
	if len(r.rest) == 0 {
		return 0, r.err
	}
	n := copy(b, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// testCopy: the target becomes what the source is, and a repetition, as after one that broke off, writes only what differs.
func testCopy(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.stock()
	other := f.another()
	limited, stop := context.WithCancel(ctx)
	part, err := index.Copy(limited, f.Index, other.Index, func(done, _ int) { stop() })
	if !errors.Is(err, context.Canceled) || part.Written == 0 || part.Written > 2000 {
		t.Errorf("broken off: %+v, %v", part, err)
	}
	seen := 0
	whole, err := index.Copy(ctx, f.Index, other.Index, func(done, _ int) { seen = done })
	f.must(err)
	if seen != 2102 || whole.Written+part.Written != 2102 {
		t.Errorf("progress ended at %d, and %+v was written after %+v; want 2102 in all", seen, whole, part)
	}
	f.same("copied", other.all("references.copy"), f.all("references.copy"))
	done, err := index.Copy(ctx, f.Index, other.Index, nil)
	f.must(err)
	f.same("nothing to do", done, index.Copied{Points: 2102})

	f.must(f.Delete(ctx, "references.copy", []string{"p0003", "p0004"}))
	f.must(f.Upsert(ctx, "references.copy", cosine4, []index.Point{point("p0005", half), point("new", north)}))
	done, err = index.Copy(ctx, f.Index, other.Index, nil)
	f.must(err)
	f.same("what has changed", done, index.Copied{Points: 2101, Written: 2, Deleted: 2})
	f.same("copied again", other.all("references.copy"), f.all("references.copy"))

	third := f.another()
	third.collection("copy@1", dot4)
	if _, err := index.Copy(ctx, f.Index, third.Index, nil); !errors.Is(err, index.ErrSpace) {
		t.Errorf("a target in another space: %v, want ErrSpace", err)
	}
}

// testVerify: an engine with few points finds what an exact search finds, and a collection without points is no fault.
func testVerify(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.stock()
	got, err := f.Verify(ctx, "references.copy", index.VerifyOptions{Probes: 30, Seed: 1})
	f.must(err)
	f.same("verified", got, index.Verified{Probes: 30, Hits: 10, Recall: 1, Worst: 1})
	f.collection("empty", cosine4)
	got, err = f.Verify(ctx, "empty", index.VerifyOptions{})
	f.must(err)
	f.same("empty", got, index.Verified{Hits: 10, Recall: 1, Worst: 1})
	_, err = f.Verify(ctx, "nowhere", index.VerifyOptions{})
	f.fails("nowhere", err, index.ErrNotFound)
}
