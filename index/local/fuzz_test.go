package local

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"touchstone/index"
)

// replayBytes reads a log from memory.
func replayBytes(log []byte) (*driver, int64, error) {
	d := newDriver("", completed(Config{}))
	good, err := readLog(bytes.NewReader(log), int64(len(log)), d.apply)
	return d, good, err
}

// FuzzLog reads damaged logs: an error that callers know or a good prefix, which read again is whole and gives the same.
func FuzzLog(f *testing.F) {
	log, ends, _ := sampleLog(f)
	f.Add(log)
	f.Add(log[:ends[1]])
	f.Add(log[:ends[2]-5])
	f.Add(append(bytes.Clone(log[:ends[2]]), make([]byte, 30)...))
	f.Add(header(logVersion))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, log []byte) {
		d, good, err := replayBytes(log)
		if err != nil {
			if !errors.Is(err, index.ErrCorrupt) && !errors.Is(err, index.ErrFormat) {
				t.Fatalf("error %v", err)
			}
			return
		}
		if good < int64(headerSize) || good > int64(len(log)) {
			t.Fatalf("%d good bytes of %d", good, len(log))
		}
		again, whole, err := replayBytes(log[:good])
		if err != nil || whole != good {
			t.Fatalf("the good prefix of %d bytes: %d, %v", good, whole, err)
		}
		one, aliases, _ := d.Catalogue(t.Context())
		two, aliases2, _ := again.Catalogue(t.Context())
		if !cmp.Equal(one, two) || !cmp.Equal(aliases, aliases2) {
			t.Fatalf("read twice, different: %v %v and %v %v", one, aliases, two, aliases2)
		}
	})
}

// FuzzOps reads the body of a frame whose checksums are right: it is applied, or ErrCorrupt; and what was applied can be searched
// and written out again.
func FuzzOps(f *testing.F) {
	upsert := op{kind: opUpsert, name: "c", dimension: 2, points: pack(numbered(3, "a", "b"))}
	for _, o := range []op{
		{kind: opCreate, name: "d", space: space2}, {kind: opDrop, name: "c"}, {kind: opAlias, name: "x", to: "c"}, {kind: opAlias, name: "x"},
		upsert, {kind: opDelete, name: "c", ids: []string{"a", "q"}}, {kind: opRevision, name: "c", revision: 1 << 40}, {kind: 99},
	} {
		f.Add(o.appendTo(nil))
		f.Add(upsert.appendTo(o.appendTo(upsert.appendTo(nil))))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		d := newDriver("", completed(Config{}))
		if err := d.apply(&op{kind: opCreate, name: "c", space: space2}); err != nil {
			t.Fatal(err)
		}
		dec := decoder{b: body}
		for len(dec.b) > 0 {
			o, err := dec.next()
			if err == nil {
				err = d.apply(&o)
			}
			if err != nil {
				if !errors.Is(err, index.ErrCorrupt) {
					t.Fatalf("error %v", err)
				}
				break
			}
		}
		if c := d.collection("c"); c != nil && c.space.Dimension == 2 {
			q := index.Query{Space: space2, Vectors: [][]float32{{1, 2}}, Limit: 5, Filter: index.Filter{Rights: []string{"r"}, At: time.Now()}}
			if _, err := c.search(t.Context(), c.view.Load(), q, 1); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.checkpoint(); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzManifest: strange manifests are refused in a way that callers know, or mean the same when written again.
func FuzzManifest(f *testing.F) {
	m := &manifest{from: 3, next: 9, aliases: map[string]string{"live": "c"}, collections: []listed{{name: "c", space: space2, revision: 7,
		aim: aim{1.5, 0.999, 64, 5000}, parts: []listedPart{{4, nil}, {8, bitset{5, 1 << 40}}}}}}
	f.Add(m.appendTo(nil))
	f.Add([]byte{0, 1, 0, 0})
	f.Fuzz(func(t *testing.T, body []byte) {
		m, err := decodeManifest(body)
		if err != nil {
			if !errors.Is(err, index.ErrCorrupt) {
				t.Fatalf("error %v", err)
			}
			return
		}
		again, err := decodeManifest(m.appendTo(nil))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(m.appendTo(nil), again.appendTo(nil)) {
			t.Fatal("written again, it is another")
		}
	})
}
