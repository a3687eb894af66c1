package local

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"touchstone/index"
)

// replayBytes reads a log from memory.
func replayBytes(log []byte) (*driver, int64, error) {
	d := newDriver("", Config{})
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
	f.Add(appendHeader(nil))
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
	upsert := op{kind: opUpsert, name: "c", dimension: 2, points: pack(batch(3, "a", "b"))}
	for _, o := range []op{
		{kind: opCreate, name: "d", space: space2}, {kind: opDrop, name: "c"}, {kind: opAlias, name: "x", to: "c"}, {kind: opAlias, name: "x"},
		upsert, {kind: opDelete, name: "c", ids: []string{"a", "q"}}, {kind: opRevision, name: "c", revision: 1 << 40}, {kind: 99},
	} {
		f.Add(o.appendTo(nil))
		f.Add(upsert.appendTo(o.appendTo(upsert.appendTo(nil))))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		d := newDriver("", Config{})
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
			if _, err := c.search(t.Context(), c.view.Load(), q); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.dump(&bytes.Buffer{}); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzPayload: what a payload says survives its encoding, and no bytes make the decoder panic.
func FuzzPayload(f *testing.F) {
	f.Add("r", "logo", "Müller", "DE", int64(0), int64(4102444800), uint32(7), true, []byte{})
	f.Add("", "", "", "", int64(-62135596800), int64(253402214400), uint32(999_999_999), false, appendPayload(nil, index.Payload{Right: "x"}))
	f.Fuzz(func(t *testing.T, right, kind, holder, territory string, from, until int64, nano uint32, active bool, raw []byte) {
		p := index.Payload{Right: right, Kind: kind, Holder: holder, Territories: []string{territory, "x"}, Active: active,
			From: time.Unix(from%(1<<40), int64(nano%1e9)).UTC(), Until: time.Unix(until%(1<<40), 0).UTC()}
		d := decoder{b: appendPayload(nil, p)}
		got, err := d.payload()
		if diff := cmp.Diff(p, got, cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Fatalf("%v (-want +got):\n%s", err, diff)
		}
		d = decoder{b: raw}
		if _, err := d.payload(); err != nil && !errors.Is(err, index.ErrCorrupt) {
			t.Fatal(err)
		}
	})
}
