package intake

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"touchstone/detect"
	"touchstone/internal/blob"
	"touchstone/internal/listings"
	"touchstone/internal/policy"
)

// Snapshot is what a report was made of, beside its pictures (kept by their hashes) and its facts: enough to make it again.
//
// A report that is not clear keeps everything, and holds its pictures as evidence. A clear one keeps less, since nearly all are: the
// text of its listing only as long as the listing itself is kept, and of the facts only those of rights that it has findings on or
// whose words came into question. Such a report can be made again as long as its pictures and its listing are kept.
type Snapshot struct {
	Manifest string `json:"manifest"`          // SHA-256 of the manifest of the pack that made it
	Program  string `json:"program,omitempty"` // version of the program that made it
	// Reaches tells how far each answer of the index went, by what was searched and in the order of asking, as little-endian float32 in
	// base64; null for one that did not come, and nothing when all answers held all that there was.
	Reaches map[string][]*string `json:"reaches,omitempty"`
	Text    *Text                `json:"text,omitempty"`
}

// Text is what a listing says.
type Text struct {
	Title string `json:"title,omitempty"`
	listings.Content
}

// snapshot puts into a report what it was made of, and holds its pictures where it is not clear.
func (t turn) snapshot(ctx context.Context, rec *ReportRecord, l detect.Listing, d detected) error {
	rec.Snapshot = &Snapshot{Manifest: t.pack.Digest(), Program: t.Program}
	rec.Snapshot.setReaches(d.candidates.Reaches())
	facts := d.facts
	if rec.Outcome.Band == policy.BandClear {
		also := d.candidates.TextRights()
		if d.before != nil { // what the first stage found is made again as well
			maps.Copy(also, d.before.candidates.TextRights())
			for _, f := range d.before.report.Findings {
				also[f.Right] = true
			}
		}
		facts = concerned(facts, d.report, also)
	} else {
		rec.Snapshot.Text = &Text{Title: l.Title, Content: content(l)}
		for _, p := range rec.Report.Pictures {
			if err := t.hold(ctx, p.Hash); err != nil {
				return err
			}
		}
	}
	var err error
	if rec.Facts, err = json.Marshal(facts); err != nil {
		return fmt.Errorf("encode facts: %w", err)
	}
	return nil
}

// hold keeps a picture as evidence for as long as reports are kept. One that could not be read was never kept.
func (s *Service) hold(ctx context.Context, picture string) error {
	if picture == "" {
		return nil
	}
	if err := s.Blobs.Hold(ctx, blob.Evidence, picture); err != nil && !errors.Is(err, blob.ErrNotFound) {
		return fmt.Errorf("hold a picture as evidence: %w", err)
	}
	return nil
}

func content(l detect.Listing) listings.Content {
	return listings.Content{Description: l.Description, Attributes: l.Attributes, Goods: l.Goods, Price: l.Price}
}

// concerned leaves of the facts those of rights that the report has findings on, and of some others.
func concerned(f detect.Facts, r *detect.Report, also map[string]bool) detect.Facts {
	kept := maps.Clone(also)
	for _, found := range r.Findings {
		kept[found.Right] = true
	}
	all := f.Rights
	f.Rights = make(map[string]detect.RightFacts, len(kept))
	for id := range kept {
		if right, ok := all[id]; ok {
			f.Rights[id] = right
		}
	}
	return f
}

func (n *Snapshot) setReaches(list []detect.Reach) {
	whole := !slices.ContainsFunc(list, func(r detect.Reach) bool {
		return r.Scores == nil || slices.ContainsFunc(r.Scores, func(x float32) bool { return !math.IsInf(float64(x), -1) })
	})
	if whole {
		return
	}
	n.Reaches = map[string][]*string{}
	for _, r := range list {
		var text *string
		if r.Scores != nil {
			raw := make([]byte, 0, 4*len(r.Scores))
			for _, x := range r.Scores {
				raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(x))
			}
			t := base64.RawStdEncoding.EncodeToString(raw)
			text = &t
		}
		n.Reaches[r.Target] = append(n.Reaches[r.Target], text)
	}
}

// reaches gives them back by what was searched; none where every answer held all that there was.
func (n *Snapshot) reaches() (map[string][]detect.Reach, error) {
	out := map[string][]detect.Reach{}
	for target, texts := range n.Reaches {
		for _, text := range texts {
			r := detect.Reach{Target: target}
			if text != nil {
				raw, err := base64.RawStdEncoding.DecodeString(*text)
				if err != nil {
					return nil, fmt.Errorf("the reaches of a report's snapshot are damaged: %w", err)
				}
				r.Scores = make([]float32, len(raw)/4)
				for i := range r.Scores {
					r.Scores[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
				}
			}
			out[target] = append(out[target], r)
		}
	}
	return out, nil
}
