package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"touchstone/internal/signing"
)

var start = time.Date(2026, 11, 2, 9, 0, 0, 123456789, time.UTC)

// chain makes n records, every third with personal data.
func chain(t testing.TB, n int) []Record {
	var head Head
	out := make([]Record, n)
	for i := range out {
		p := Open(fmt.Appendf(nil, `{"n":%d}`, i))
		if i%3 == 0 {
			p = Personal(p.Data)
		}
		e := head.Append(Event{At: start.Add(time.Duration(i) * time.Minute), Actor: "user:acc_1", Action: "case.decided", Subject: fmt.Sprintf("cas_%d", i), Payload: p.Hash()})
		out[i], head = Record{e, &p}, e.Head()
	}
	return out
}

func stream(records []Record) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for _, r := range records {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func TestVerifyNamesTheFirstBreak(t *testing.T) {
	tests := []struct {
		name   string
		change func([]Record) []Record
		seq    int64
		why    string
	}{
		{"left out", func(r []Record) []Record { return slices.Delete(r, 3, 4) }, 4, "missing"},
		{"first left out", func(r []Record) []Record { return r[1:] }, 1, "missing"},
		{"twice", func(r []Record) []Record { return slices.Insert(r, 3, r[2]) }, 4, "out of order"},
		{"other actor", func(r []Record) []Record { r[4].Actor = "user:acc_2"; return r }, 5, "changed"},
		{"other time", func(r []Record) []Record { r[4].At = r[4].At.Add(time.Microsecond); return r }, 5, "changed"},
		{"field shifted into its neighbour", func(r []Record) []Record { r[4].Actor, r[4].Action = "user:acc_1c", "ase.decided"; return r }, 5, "changed"},
		{"other payload", func(r []Record) []Record { r[4].Kept = &Payload{Data: []byte(`{"n":5}`)}; return r }, 5, "payload"},
		{"rewritten with its hash", func(r []Record) []Record {
			r[4].Entry = Head{r[3].Seq, r[3].Hash}.Append(Event{At: start, Actor: "x", Payload: r[4].Payload})
			return r
		}, 6, "before it"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := Verifier{}.Verify(stream(tt.change(chain(t, 8))))
			var at *Break
			if !errors.As(err, &at) || at.Seq != tt.seq || !strings.Contains(at.Why, tt.why) {
				t.Fatalf("%v, want a break at %d about %q", err, tt.seq, tt.why)
			}
			if r.Entries != tt.seq-1 {
				t.Errorf("%d entries sound, want %d", r.Entries, tt.seq-1)
			}
		})
	}
}

func TestErasureKeepsTheChainWhole(t *testing.T) {
	records := chain(t, 9)
	for i := 0; i < 9; i += 3 {
		records[i].Kept = nil // salt and data dropped
	}
	got, err := Verifier{}.Verify(stream(records))
	if err != nil {
		t.Fatal(err)
	}
	want := Report{Entries: 9, Payloads: 6, Absent: 3, From: records[0].At, To: records[8].At, Head: records[8].Head()}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestPersonalPayloadCannotBeGuessed(t *testing.T) {
	one, two := Personal([]byte("anna@example.org")), Personal([]byte("anna@example.org"))
	if one.Hash() == two.Hash() || one.Hash() == Open(one.Data).Hash() {
		t.Error("the same person has the same commitment twice: it can be found by trying")
	}
	again := Payload{Data: one.Data, Salt: one.Salt}
	if again.Hash() != one.Hash() {
		t.Error("the commitment does not open")
	}
}

// TestSaltsAreOutsideTheChain: erasing one changes no hash, and what it bound can then be told from nothing else.
func TestSaltsAreOutsideTheChain(t *testing.T) {
	data := []byte("anna@example.org")
	bound := Event{At: start, Actor: "user:acc_1", Action: "notice.file", Subject: "ntc_1"}.Binding(data)
	erased := bound
	erased.Salt = nil
	if Head.Append(Head{}, bound).Hash != Head.Append(Head{}, erased).Hash {
		t.Error("the chain holds the salt")
	}
	if (Payload{Data: data, Salt: bound.Salt}).Hash() != bound.Payload || (Payload{Data: data, Salt: erased.Salt}).Hash() == bound.Payload {
		t.Error("the payload opens without its salt, or not with it")
	}
}

func TestCheckpoints(t *testing.T) {
	key, err := signing.New()
	if err != nil {
		t.Fatal(err)
	}
	records := chain(t, 6)
	mark := NewCheckpoint(key, records[3].Head(), start)
	if err := mark.Verify(key.Public()); err != nil {
		t.Fatal(err)
	}
	forged := mark
	forged.Seq = 3
	if err := forged.Verify(key.Public()); !errors.Is(err, signing.ErrSignature) {
		t.Errorf("forged checkpoint: %v", err)
	}
	v := Verifier{Checkpoints: []Checkpoint{mark}}
	if r, err := v.Verify(stream(records)); err != nil || r.Checkpoints != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	var at *Break
	if _, err := v.Verify(stream(records[:3])); !errors.As(err, &at) || at.Seq != 4 {
		t.Errorf("cut off at the end: %v", err)
	}
	if _, err := v.Verify(stream(chain(t, 6))); !errors.As(err, &at) || at.Seq != 4 { // whole in itself, but another history
		t.Errorf("rewritten: %v", err)
	}
	other := mark
	other.Hash = records[2].Hash
	if _, err := (Verifier{Checkpoints: []Checkpoint{mark, other}}).Verify(stream(records)); !errors.As(err, &at) {
		t.Errorf("two histories: %v", err)
	}
}

func TestVerifyAPartAndABrokenStream(t *testing.T) {
	records := chain(t, 6)
	r, err := Verifier{After: records[2].Head()}.Verify(stream(records[3:]))
	if err != nil || r.Entries != 3 || r.Head.Seq != 6 {
		t.Errorf("%+v, %v", r, err)
	}
	gone := errors.New("disk gone")
	_, err = Verifier{}.Verify(func(yield func(Record, error) bool) { _ = yield(records[0], nil) && yield(Record{}, gone) })
	if !errors.Is(err, gone) {
		t.Errorf("%v", err)
	}
}

// TestAnyChangeIsFound changes one field of one entry at random.
func TestAnyChangeIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var head Head
		var records []Record
		for i := range rapid.IntRange(1, 12).Draw(t, "n") {
			e := head.Append(Event{At: start.Add(time.Duration(rapid.Int64Range(-1e15, 1e15).Draw(t, "at"))), Actor: rapid.String().Draw(t, "actor"),
				Action: rapid.String().Draw(t, "action"), Subject: fmt.Sprint(i)})
			records, head = append(records, Record{Entry: e}), e.Head()
		}
		raw, err := json.Marshal(records[len(records)-1].Entry)
		if err != nil {
			t.Fatal(err)
		}
		var back Entry
		if err := json.Unmarshal(raw, &back); err != nil || back.Hash != records[len(records)-1].Hash {
			t.Fatalf("%+v, %v", back, err)
		}
		if _, err := (Verifier{}).Verify(stream(records)); err != nil {
			t.Fatal(err)
		}
		i := rapid.IntRange(0, len(records)-1).Draw(t, "which")
		e := &records[i].Entry
		switch rapid.IntRange(0, 5).Draw(t, "field") {
		case 0:
			e.Actor += "x"
		case 1:
			e.Subject = "other"
		case 2:
			e.At = e.At.Add(time.Hour)
		case 3:
			e.Hash[rapid.IntRange(0, 31).Draw(t, "byte")] ^= 1
		case 4:
			e.Previous[0] ^= 1
		case 5:
			e.Payload[0] ^= 1
		}
		var at *Break
		if _, err := (Verifier{}).Verify(stream(records)); !errors.As(err, &at) || at.Seq < int64(i+1) || at.Seq > int64(i+2) {
			t.Fatalf("changed entry %d: %v", i+1, err)
		}
	})
}
