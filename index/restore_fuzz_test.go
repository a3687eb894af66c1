package index_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"testing"

	"touchstone/index"
	"touchstone/index/local"
)

// FuzzRestore: a stream is restored whole, or refused with a sentinel and nothing is left of it. Checksums are made good first, so that the
// fuzzer gets past them.
func FuzzRestore(f *testing.F) {
	frame := func(kind byte, body string) []byte {
		b := binary.BigEndian.AppendUint32([]byte{kind}, uint32(len(body)))
		b = append(b, body...)
		return binary.BigEndian.AppendUint32(b, crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)))
	}
	const collection = `{"name":"c","space":{"Pack":"p","Version":"1","Output":"o","Dimension":1,"Metric":"dot"}}`
	point := "\x00\x00\x00\x1c" + `[{"id":"a","n":1,"payload":{}}]`
	point = string(binary.BigEndian.AppendUint32(nil, uint32(len(point)-4))) + point[4:] + "\x00\x00\x80\x3f"
	f.Add(byte('P'), point, `{"a":"c"}`, `{"collections":1,"points":1}`)
	f.Add(byte('A'), `{}`, `{"a":"x"}`, `{}`)
	f.Add(byte('C'), collection, `null`, `{"collections":2}`)
	f.Fuzz(func(t *testing.T, kind byte, body, aliases, end string) {
		x, err := local.Open("", local.Config{})
		if err != nil {
			t.Fatal(err)
		}
		defer x.Close()
		stream := bytes.Join([][]byte{[]byte("TSINDEX\n"), frame('H', `{"format":1}`), frame('C', collection), frame(kind, body), frame('A', aliases), frame('E', end)}, nil)
		done, err := x.Restore(t.Context(), bytes.NewReader(stream), index.RestoreOptions{})
		infos, lookErr := x.Collections(t.Context())
		if lookErr != nil {
			t.Fatal(lookErr)
		}
		switch {
		case err == nil && len(infos) != len(done.Collections):
			t.Errorf("%d collections, want %d", len(infos), len(done.Collections))
		case err != nil && !errors.Is(err, index.ErrCorrupt):
			t.Errorf("error %v, want ErrCorrupt", err)
		case err != nil && len(infos) != 0:
			t.Errorf("%d collections are left of a stream that was refused: %v", len(infos), err)
		}
	})
}

// TestRestoreFormat: a snapshot of a newer program is told from a broken one.
func TestRestoreFormat(t *testing.T) {
	x, err := local.Open("", local.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	b := binary.BigEndian.AppendUint32([]byte{'H'}, 12)
	b = append(b, `{"format":2}`...)
	b = binary.BigEndian.AppendUint32(b, crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)))
	if _, err := x.Restore(t.Context(), bytes.NewReader(append([]byte("TSINDEX\n"), b...)), index.RestoreOptions{}); !errors.Is(err, index.ErrFormat) {
		t.Errorf("%v, want ErrFormat", err)
	}
}
