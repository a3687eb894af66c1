package audit

import (
	"fmt"
	"iter"
	"time"
)

// Record is an entry as it is kept, with its payload as far as that is kept: nil after erasure, or where none was stored.
type Record struct {
	Entry
	Kept *Payload
}

// Break is the first place where a chain is not whole.
type Break struct {
	Seq int64  // of the entry that should have stood there
	Why string // in words
}

// Error is the place and the reason in one sentence.
func (b *Break) Error() string {
	return fmt.Sprintf("the audit chain breaks at entry %d: %s", b.Seq, b.Why)
}

// Report is what Verify saw of a chain that is whole.
type Report struct {
	Entries int64     `json:"entries"`
	From    time.Time `json:"from,omitzero"`
	To      time.Time `json:"to,omitzero"`
	Head    Head      `json:"head"`
	// Payloads were there and fit; Absent are bound but no longer there (erased), which is no fault.
	Payloads int64 `json:"payloads"`
	Absent   int64 `json:"absent"`
	// Backwards counts entries that are older than the one before: a clock was set back. That is no break, but worth a look.
	Backwards   int64 `json:"backwards"`
	Checkpoints int   `json:"checkpoints"` // that fit
}

// Verifier checks a chain, entry by entry. The zero Verifier begins at the first entry of a chain.
type Verifier struct {
	// After is the head that the first entry must follow, when a part of a chain is verified.
	After Head
	// Checkpoints that the chain must fit, in any order; their signatures are checked by Checkpoint.Verify before.
	Checkpoints []Checkpoint
}

// Verify reads a whole stream. The error is a *Break where the chain is not whole, and whatever the stream failed with otherwise; the
// report then tells how far it was sound.
func (v Verifier) Verify(records iter.Seq2[Record, error]) (Report, error) {
	r := Report{Head: v.After}
	marks := map[int64]Hash{}
	for _, c := range v.Checkpoints {
		if h, twice := marks[c.Seq]; twice && h != c.Hash {
			return r, &Break{c.Seq, "two checkpoints name different hashes for it, so one history was replaced by another"}
		}
		marks[c.Seq] = c.Hash
	}
	for rec, err := range records {
		if err != nil {
			return r, fmt.Errorf("read the audit chain after entry %d: %w", r.Head.Seq, err)
		}
		if err := r.add(rec); err != nil {
			return r, err
		}
		if h, ok := marks[rec.Seq]; ok && h != rec.Hash {
			return r, &Break{rec.Seq, "a signed checkpoint names another hash for it: the chain was rewritten"}
		} else if ok {
			r.Checkpoints++
		}
	}
	for _, c := range v.Checkpoints {
		if c.Seq > r.Head.Seq {
			return r, &Break{r.Head.Seq + 1, fmt.Sprintf("a signed checkpoint knows entry %d, so the end of the chain is missing", c.Seq)}
		}
	}
	return r, nil
}

// add checks one record against what came before.
func (r *Report) add(rec Record) error {
	want := r.Head.Seq + 1
	switch {
	case rec.Seq > want:
		return &Break{want, fmt.Sprintf("it is missing: entry %d stands in its place", rec.Seq)}
	case rec.Seq < want:
		return &Break{want, fmt.Sprintf("entry %d stands in its place, out of order or twice", rec.Seq)}
	case rec.Previous != r.Head.Hash:
		return &Break{want, "it does not name the hash of the entry before it"}
	case rec.sum() != rec.Hash:
		return &Break{want, "its fields do not give its hash: it was changed"}
	case rec.Kept != nil && rec.Kept.Hash() != rec.Payload:
		return &Break{want, "its payload is not the one that was recorded"}
	}
	r.count(rec)
	return nil
}

func (r *Report) count(rec Record) {
	if r.Entries == 0 {
		r.From = rec.At
	} else if rec.At.Before(r.To) {
		r.Backwards++
	}
	if rec.Kept != nil {
		r.Payloads++
	} else if rec.Payload != (Hash{}) {
		r.Absent++
	}
	r.Entries++
	r.To, r.Head = rec.At, rec.Head()
}
