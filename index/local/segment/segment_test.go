package segment

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"touchstone/index"
	"touchstone/index/local/sketch"
)

func moment(n int) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(int64(n/3), int64(n%3)).UTC()
}

var (
	someText    = rapid.SampledFrom([]string{"", "a", "b", "ab", "right-1", "right-12"})
	someTexts   = rapid.SliceOfN(someText, 0, 3)
	someNonzero = rapid.SliceOfN(rapid.SampledFrom([]string{"DE", "FR", "D", "US"}), 0, 3)
	somePayload = rapid.Custom(func(r *rapid.T) index.Payload {
		p := index.Payload{Right: someText.Draw(r, "right"), Kind: someText.Draw(r, "kind"), Holder: someText.Draw(r, "holder"),
			Territories: someNonzero.Draw(r, "territories"), Active: rapid.Bool().Draw(r, "active")}
		p.From, p.Until = moment(rapid.IntRange(0, 20).Draw(r, "from")), moment(rapid.IntRange(0, 20).Draw(r, "until"))
		return p
	})
	someFilter = rapid.Custom(func(r *rapid.T) index.Filter {
		return index.Filter{Rights: someTexts.Draw(r, "rights"), Kinds: someTexts.Draw(r, "kinds"), Holders: someTexts.Draw(r, "holders"),
			Territories: someNonzero.Draw(r, "in"), ActiveOnly: rapid.Bool().Draw(r, "only"), At: moment(rapid.IntRange(0, 20).Draw(r, "at"))}
	})
)

// write returns the bytes of a segment.
func write(t rapid.TB, dimension int, items []Item) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, dimension, sketch.NewRotation(dimension), slices.Clone(items)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sample is items with payloads, vectors 1 to most a point.
func sample(seed uint64, n, dimension, most int) []Item {
	random := rand.New(rand.NewPCG(seed, 1))
	items := make([]Item, n)
	for i := range items {
		v := make([]float32, dimension*(1+random.IntN(most)))
		for k := range v {
			v[k] = float32(random.NormFloat64())
		}
		p := index.Payload{Right: fmt.Sprint("r", i/3), Kind: []string{"logo", "word"}[i%2], Territories: []string{"DE"}[:i%2]}
		items[i] = Item{fmt.Sprint("point-", i), string(AppendPayload(nil, p)), v}
	}
	return items
}

// back reads all items of a segment by ID, and holds its ways of access to each other.
func back(t rapid.TB, s *Segment) map[string]Item {
	t.Helper()
	items := map[string]Item{}
	for e := range s.Entries {
		from, to := s.Range(e)
		items[s.ID(e)] = Item{s.ID(e), s.Encoded(s.Payload(e)), s.Numbers[from*s.Dimension : to*s.Dimension]}
		for v := from; v < to; v++ {
			if s.EntryOf(v) != e {
				t.Fatalf("vector %d is said to be of point %d, not %d", v, s.EntryOf(v), e)
			}
		}
		if first, end := s.Group(s.Payload(e)); e < first || e >= end {
			t.Fatalf("point %d is not among the points %d to %d of its payload", e, first, end)
		}
		if found, ok := s.Find(s.ID(e)); !ok || found != e {
			t.Fatalf("point %d is found at %d, %v", e, found, ok)
		}
	}
	if _, found := s.Find("nobody"); found {
		t.Fatal("found who is not there")
	}
	return items
}

// TestBack: what was written comes back, one vector a point or several, and filters mean what index.Filter says.
func TestBack(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		dimension := rapid.IntRange(1, 20).Draw(r, "dimension")
		items := sample(rapid.Uint64().Draw(r, "seed"), rapid.IntRange(1, 300).Draw(r, "n"), dimension, rapid.IntRange(1, 3).Draw(r, "most"))
		payloads := make([]index.Payload, 0, 10)
		for range 10 {
			payloads = append(payloads, somePayload.Draw(r, "payload"))
		}
		want := map[string]Item{}
		for i := range items {
			items[i].Payload = string(AppendPayload(nil, payloads[i%len(payloads)]))
			want[items[i].ID] = items[i]
		}
		s, err := Read(write(r, dimension, items))
		if err != nil {
			r.Fatal(err)
		}
		if diff := cmp.Diff(want, back(r, s)); diff != "" {
			r.Fatalf("(-want +got):\n%s", diff)
		}
		for range 5 {
			f := someFilter.Draw(r, "filter")
			chosen := s.Select(f)
			for p := range s.Payloads {
				payload, err := DecodePayload([]byte(s.Encoded(p)))
				if err != nil {
					r.Fatal(err)
				}
				if got := chosen == nil || chosen.ContainsInt(p); got != f.Matches(payload) {
					r.Fatalf("filter %+v, payload %+v: chosen %v", f, payload, got)
				}
			}
		}
	})
}

// TestDamage: no byte of a file may be another, and none missing.
func TestDamage(t *testing.T) {
	good := write(t, 3, sample(1, 40, 3, 2))
	padding := 0
	for at := range good {
		bad := bytes.Clone(good)
		bad[at] ^= 0x10
		if _, err := Read(bad); err == nil {
			padding++ // between sections
		} else if !errors.Is(err, index.ErrCorrupt) {
			t.Fatalf("byte %d: %v, want index.ErrCorrupt", at, err)
		}
	}
	if most := sections * align; padding > most {
		t.Errorf("%d changed bytes were not noticed, more than the padding of %d", padding, most)
	}
	for cut := range len(good) {
		if _, err := Read(good[:cut]); !errors.Is(err, index.ErrCorrupt) {
			t.Fatalf("cut to %d bytes: %v, want index.ErrCorrupt", cut, err)
		}
	}
}

// TestOpen: a file is mapped and given back; a bad one is named and stays as it is.
func TestOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	good := write(t, 3, sample(1, 40, 3, 2))
	for name, test := range map[string]struct {
		data []byte
		want error
	}{"good": {good, nil}, "cut": {good[:len(good)-9], index.ErrCorrupt}, "empty": {nil, index.ErrCorrupt}} {
		if err := os.WriteFile(path, test.data, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Open(path)
		if !errors.Is(err, test.want) || err != nil && !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %v, want %v and the path", name, err, test.want)
		}
		if err == nil {
			if n := len(back(t, s)); n != 40 {
				t.Errorf("%d points, want 40", n)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
		if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, test.data) {
			t.Errorf("%s: the file was changed, %v", name, err)
		}
	}
}

// TestFuture: a file of a newer program says so.
func TestFuture(t *testing.T) {
	b := write(t, 3, sample(1, 4, 3, 1))
	if _, err := Read(withVersion(b, version+1)); !errors.Is(err, index.ErrFormat) {
		t.Errorf("error %v, want index.ErrFormat", err)
	}
}

func withVersion(b []byte, version uint32) []byte {
	binary.LittleEndian.PutUint32(b[len(magic):], version)
	binary.LittleEndian.PutUint32(b[len(magic)+4:], crc32.Checksum(b[:len(magic)+4], castagnoli))
	return b
}

// TestFirst: a file of format 1 is read, without its sketches.
func TestFirst(t *testing.T) {
	items := sample(1, 100, 64, 2)
	now, err := Read(write(t, 64, items))
	if err != nil {
		t.Fatal(err)
	}
	old, err := Read(withVersion(write(t, 64, items), 1))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(back(t, now), back(t, old)); diff != "" {
		t.Errorf("(-present +first format):\n%s", diff)
	}
	if now.Sketch == nil || old.Sketch != nil {
		t.Errorf("sketches: %v now, %v in the first format; want some and none", now.Sketch != nil, old.Sketch != nil)
	}
}

// TestFull: what the disk says comes back, wherever it says it.
func TestFull(t *testing.T) {
	items := sample(1, 30, 4, 2)
	size := len(write(t, 4, items))
	full := errors.New("no room")
	for room := 0; room < size; room += 97 {
		if err := Write(&narrow{room, full}, 4, sketch.NewRotation(4), items); !errors.Is(err, full) {
			t.Fatalf("with room for %d of %d bytes: %v", room, size, err)
		}
	}
}

// narrow is a file on a disk with little room.
type narrow struct {
	room int
	err  error
}

func (n *narrow) Write(b []byte) (int, error) {
	if n.room -= len(b); n.room < 0 {
		return 0, n.err
	}
	return len(b), nil
}

// FuzzRead: strange files whose checksums are right are refused or can be read from end to end.
func FuzzRead(f *testing.F) {
	f.Add(write(f, 3, sample(1, 20, 3, 2)), uint16(0), byte(0))
	f.Add(write(f, 2, sample(2, 5, 2, 1)), uint16(700), byte(3))
	f.Fuzz(func(t *testing.T, data []byte, at uint16, with byte) {
		data = bytes.Clone(data)
		if int(at) < len(data) {
			data[at] ^= with
		}
		mend(data)
		s, err := Read(data)
		if err != nil {
			if !errors.Is(err, index.ErrCorrupt) && !errors.Is(err, index.ErrFormat) {
				t.Fatalf("error %v", err)
			}
			return
		}
		for e := range s.Entries {
			s.Find(s.ID(e))
			from, _ := s.Range(e)
			s.EntryOf(from)
		}
		for p := range s.Payloads {
			s.Group(p)
			_ = s.Encoded(p)
		}
		s.Select(index.Filter{Rights: []string{"r1"}, Kinds: []string{"logo"}, Holders: []string{""}, Territories: []string{"DE"}, ActiveOnly: true, At: moment(5)})
	})
}

// mend makes the checksums of a damaged file right again, as far as it has them.
func mend(data []byte) {
	if len(data) < footerSize {
		return
	}
	end := data[len(data)-footerSize:]
	var foot footer
	if err := binary.Read(bytes.NewReader(end), binary.LittleEndian, &foot); err != nil {
		return
	}
	for i := range foot.Sections {
		s := &foot.Sections[i]
		if s.Offset <= uint64(len(data)) && s.Length <= uint64(len(data))-s.Offset {
			s.Sum = crc32.Checksum(data[s.Offset:s.Offset+s.Length], castagnoli)
		}
	}
	b, err := binary.Append(nil, binary.LittleEndian, &foot)
	if err != nil {
		return
	}
	binary.LittleEndian.PutUint32(b[len(b)-4:], crc32.Checksum(b[:len(b)-4], castagnoli))
	copy(end, b)
}

// FuzzPayload: what a payload says survives its encoding, and no bytes make the decoder panic.
func FuzzPayload(f *testing.F) {
	f.Add("r", "logo", "Müller", "DE", int64(0), int64(4102444800), uint32(7), true, []byte{})
	f.Add("", "", "", "", int64(-62135596800), int64(253402214400), uint32(999_999_999), false, AppendPayload(nil, index.Payload{Right: "x"}))
	f.Fuzz(func(t *testing.T, right, kind, holder, territory string, from, until int64, nano uint32, active bool, raw []byte) {
		p := index.Payload{Right: right, Kind: kind, Holder: holder, Territories: []string{territory, "x"}, Active: active,
			From: time.Unix(from%(1<<40), int64(nano%1e9)).UTC(), Until: time.Unix(until%(1<<40), 0).UTC()}
		got, err := DecodePayload(AppendPayload(nil, p))
		if diff := cmp.Diff(p, got, cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Fatalf("%v (-want +got):\n%s", err, diff)
		}
		if _, err := DecodePayload(raw); err != nil && !errors.Is(err, index.ErrCorrupt) {
			t.Fatal(err)
		}
	})
}
