package caseload

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"

	"touchstone/detect"
	"touchstone/internal/blob"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/followup"
	"touchstone/internal/intake"
)

// Exporter writes decisions as an evaluation set (the format that `touchstone eval` reads): what was decided and stands is the truth,
// reversals included, so that what reviewers put right reaches those who train.
type Exporter struct {
	Cases interface {
		Case(ctx context.Context, id string) (docket.Case, error)
		Decisions(ctx context.Context, caseID string) ([]docket.Decision, error)
	}
	Reports  intake.ReportStore
	Registry *casework.Registry
	Blobs    *blob.Store
}

// Exported counts what was written, and what could not be: cases whose report or pictures are kept no longer, or that never had one.
type Exported struct {
	Listings, Positives, Rights, Skipped int
	// Reviews are the judgements of two people on each case that two have judged, left out ones included: whether the listing infringes.
	Reviews [][2]bool
}

// signalOf is the signal that first finds a right of a kind.
var signalOf = map[string]string{casework.KindWord: detect.SignalKeywordMisuse, casework.KindLogo: detect.SignalLogoInScene, casework.KindDesign: detect.SignalNearCopy}

// labelled is a line of listings.jsonl.
type labelled struct {
	ID      string   `json:"id"`
	Title   string   `json:"title,omitempty"`
	Words   string   `json:"description,omitempty"`
	Seller  string   `json:"seller,omitempty"`
	Images  []string `json:"images,omitempty"`
	Truth   []truth  `json:"truth"`
	Case    string   `json:"case"`    // notes from here on: the code that scores does not see them
	Outcome string   `json:"outcome"` // of the first decision
	Changed bool     `json:"reversed"`
}

type truth struct {
	Right  string      `json:"right"`
	Signal string      `json:"signal"`
	Image  *int        `json:"image,omitempty"`
	Box    *detect.Box `json:"box,omitempty"`
}

// registered is a line of references.jsonl.
type registered struct {
	Right  string   `json:"right"`
	Kind   string   `json:"kind"`
	Images []string `json:"images,omitempty"`
	Words  []string `json:"words,omitempty"`
	Goods  []string `json:"goods,omitempty"`
}

// Write writes a set to a new folder. A case is one listing held against one right; the truth of a listing that infringes nothing of what
// it was held against is empty.
func (e Exporter) Write(ctx context.Context, verdicts iter.Seq2[followup.Verdict, error], dir, name string) (Exported, error) {
	var out Exported
	if err := os.MkdirAll(filepath.Join(dir, "pictures"), 0o750); err != nil {
		return out, err
	}
	var lines []labelled
	var rights, signals []string
	for v, err := range verdicts {
		if err != nil {
			return out, err
		}
		if err := e.review(ctx, v.Case, &out); err != nil {
			return out, fmt.Errorf("case %s: %w", v.Case, err)
		}
		l, ok, err := e.listing(ctx, v, dir)
		if err != nil {
			return out, fmt.Errorf("case %s: %w", v.Case, err)
		}
		if !ok {
			out.Skipped++
			continue
		}
		lines, rights = append(lines, l), append(rights, v.Right)
		for _, t := range l.Truth {
			if t.Signal != detect.SignalInfringement { // the union of the others, which every set measures
				signals = append(signals, t.Signal)
			}
		}
		if len(l.Truth) > 0 {
			out.Positives++
		}
	}
	slices.Sort(rights)
	rights = slices.Compact(rights)
	refs, err := e.references(ctx, rights, dir)
	if err != nil {
		return out, err
	}
	for _, r := range refs { // what a right of its kind is looked for by is measured even where nothing infringed it
		signals = append(signals, signalOf[r.Kind])
	}
	slices.Sort(signals)
	signals = slices.Compact(signals)
	out.Listings, out.Rights = len(lines), len(refs)
	set := map[string]any{"name": name, "tasks": append([]string{}, signals...), "source": "decisions of reviewers and policies that stand"}
	return out, errors.Join(writeLines(filepath.Join(dir, "set.json"), []any{set}), writeLines(filepath.Join(dir, "references.jsonl"), refs), writeLines(filepath.Join(dir, "listings.jsonl"), lines))
}

// review notes what two people thought of a case.
func (e Exporter) review(ctx context.Context, id string, out *Exported) error {
	c, err := e.Cases.Case(ctx, id)
	if err != nil {
		return err
	}
	decisions, err := e.Cases.Decisions(ctx, id)
	if err != nil {
		return err
	}
	if first, second, both := docket.Reviews(c, decisions); both {
		out.Reviews = append(out.Reviews, [2]bool{first, second})
	}
	return nil
}

// listing is a case as a line; false when there is nothing left to score.
func (e Exporter) listing(ctx context.Context, v followup.Verdict, dir string) (labelled, bool, error) {
	if v.Report == "" {
		return labelled{}, false, nil
	}
	rec, err := e.Reports.Report(ctx, v.Report)
	if errors.Is(err, casework.ErrNotFound) {
		return labelled{}, false, nil
	}
	if err != nil {
		return labelled{}, false, err
	}
	c, err := e.Cases.Case(ctx, v.Case)
	if err != nil {
		return labelled{}, false, err
	}
	l := labelled{ID: v.Case, Title: c.Title, Seller: v.Seller, Truth: []truth{}, Case: v.Case, Outcome: v.Outcome, Changed: v.Reversed}
	if rec.Snapshot != nil && rec.Snapshot.Text != nil && rec.Snapshot.Text.Title != "" {
		l.Title, l.Words = rec.Snapshot.Text.Title, rec.Snapshot.Text.Description
	}
	for _, p := range rec.Report.Pictures {
		file, err := e.picture(ctx, p.Hash, dir)
		if errors.Is(err, blob.ErrNotFound) {
			return labelled{}, false, nil // places in the truth count pictures: none may be missing
		}
		if err != nil {
			return labelled{}, false, err
		}
		l.Images = append(l.Images, file)
	}
	if v.Removed {
		l.Truth = truths(rec.Report, v)
	}
	return l, len(l.Images) > 0 || l.Title != "", nil
}

// truths are the best finding of each signal on the right; where no signal found anything, what people saw is told by the case's
// signal alone.
func truths(r detect.Report, v followup.Verdict) []truth {
	out := []truth{}
	seen := map[string]bool{}
	for _, f := range r.Findings {
		if f.Right != v.Right || f.Support || seen[f.Signal] {
			continue
		}
		seen[f.Signal] = true
		t := truth{Right: v.Right, Signal: f.Signal}
		if f.Picture != nil {
			index, box := f.Picture.Index, f.Picture.Box
			t.Image, t.Box = &index, &box
		}
		out = append(out, t)
	}
	if len(out) == 0 {
		signal := v.Signal
		if signal == "" {
			signal = detect.SignalInfringement
		}
		out = append(out, truth{Right: v.Right, Signal: signal})
	}
	return out
}

// picture copies a kept picture into the set, once.
func (e Exporter) picture(ctx context.Context, hash, dir string) (string, error) {
	name := filepath.Join("pictures", hash)
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); err == nil {
		return name, nil
	}
	data, err := e.Blobs.Get(ctx, hash)
	if err != nil {
		return "", err
	}
	return name, os.WriteFile(path, data, 0o600)
}

func (e Exporter) references(ctx context.Context, rights []string, dir string) ([]registered, error) {
	out := []registered{}
	views, err := e.Registry.Snapshot(ctx, rights)
	if err != nil {
		return nil, fmt.Errorf("rights: %w", err)
	}
	for _, id := range rights {
		view := views[id]
		line := registered{Right: id, Kind: view.Right.Kind(), Goods: view.Right.Nice}
		for _, ref := range view.References {
			if ref.Kind == casework.ReferenceWord {
				line.Words = append(line.Words, ref.Word)
				continue
			}
			file, err := e.picture(ctx, ref.Blob, dir)
			if err != nil {
				return nil, fmt.Errorf("reference %s: %w", ref.ID, err)
			}
			line.Images = append(line.Images, file)
		}
		if len(line.Images)+len(line.Words) > 0 {
			out = append(out, line)
		}
	}
	return out, nil
}

// writeLines writes an object a line.
func writeLines[T any](path string, lines []T) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	enc := json.NewEncoder(f)
	for _, l := range lines {
		if err := enc.Encode(l); err != nil {
			return errors.Join(err, f.Close())
		}
	}
	return f.Close()
}
