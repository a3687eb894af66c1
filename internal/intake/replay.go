package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"touchstone/detect"
	"touchstone/detect/wordmark"
	"touchstone/internal/casework"
	"touchstone/internal/policy"
)

// ErrNoSnapshot: the report was made by a program that kept no snapshots, and cannot be made again.
var ErrNoSnapshot = errors.New("the report has no snapshot")

// Replay is a report made again from what was kept of it.
type Replay struct {
	Report      string         `json:"report"`
	Identical   bool           `json:"identical" doc:"everything comes out as it did, numbers to four decimals"`
	Differences []Difference   `json:"differences" doc:"what comes out differently"`
	Changes     []Change       `json:"changes" doc:"what has changed since the report was made, whether or not it makes a difference"`
	Then        policy.Outcome `json:"then" doc:"the outcome as it was"`
	Now         policy.Outcome `json:"now" doc:"the outcome that the same evidence has today"`
	Remade      detect.Report  `json:"remade" doc:"the report as it comes out now"`
}

// Difference is one thing that comes out differently.
type Difference struct {
	What string `json:"what" doc:"where in the report: outcome.band, verdict RIGHT probability, finding SIGNAL RIGHT ..."`
	Then string `json:"then"`
	Now  string `json:"now"`
}

// Codes of changes.
const (
	ChangedPack       = "pack_changed"
	ChangedProgram    = "program_changed"
	ChangedPolicy     = "policy_changed"
	ChangedMeasured   = "measured_precision_changed"
	ChangedRight      = "right_changed"
	ReferenceDeleted  = "reference_deleted"
	ReferenceAdded    = "reference_added"
	ReferenceGone     = "reference_picture_gone"
	PictureGone       = "picture_gone"
	TextGone          = "text_gone"
	SignalUnavailable = "signal_unavailable"
)

// Change is something that is no longer as it was when the report was made.
type Change struct {
	Code    string `json:"code" enum:"pack_changed,program_changed,policy_changed,measured_precision_changed,right_changed,reference_deleted,reference_added,reference_picture_gone,picture_gone,text_gone,signal_unavailable"`
	Subject string `json:"subject,omitempty" doc:"the right, reference or picture that it is about"`
	Text    string `json:"text" doc:"in a sentence"`
}

// Replay makes a stored report again: the models run over the stored pictures and text, the candidates are the references that the
// report knew, with the facts that it had, and what comes out is held against what was kept. References that were deleted since take part
// with their kept pictures and words. What has changed since is listed beside it. Nothing is stored. ErrBusy means to try again.
func (s *Service) Replay(ctx context.Context, id string) (Replay, error) {
	rec, err := s.Reports.Report(ctx, id)
	if err != nil {
		return Replay{}, err
	}
	if rec.Snapshot == nil {
		return Replay{}, fmt.Errorf("report %s: %w: it was made by a version that kept none", id, ErrNoSnapshot)
	}
	t := s.turn()
	defer t.done()
	r := &replay{turn: t, rec: rec, out: Replay{Report: id, Differences: []Difference{}, Changes: []Change{}, Then: rec.Outcome}}
	if err := json.Unmarshal(rec.Facts, &r.facts); err != nil {
		return Replay{}, fmt.Errorf("facts of report %s: %w", id, err)
	}
	if r.market, err = s.marketplace(ctx, rec.Marketplace); err != nil {
		return Replay{}, err
	}
	if err := r.run(ctx); err != nil {
		return Replay{}, err
	}
	return r.out, nil
}

// replay is one at work.
type replay struct {
	turn
	rec     ReportRecord
	facts   detect.Facts
	market  casework.Marketplace
	listing detect.Listing
	out     Replay
}

func (r *replay) changed(code, subject, format string, args ...any) {
	r.out.Changes = append(r.out.Changes, Change{code, subject, fmt.Sprintf(format, args...)})
}

func (r *replay) run(ctx context.Context) error {
	if err := r.again(ctx); err != nil {
		return err
	}
	same := r.since()
	if err := r.sinceFacts(ctx); err != nil {
		return err
	}
	shelf, err := r.shelf(ctx, same)
	if err != nil {
		return err
	}
	found, err := r.look(ctx, shelf)
	if err != nil {
		return err
	}
	report, judged := found.report, r.subject(found)
	if r.rec.Reason == ReasonSweep {
		judged.Unchecked = false
	}
	r.out.Remade, r.out.Now = *report, r.Policies.For(r.market.Policy).Decide(judged)
	if was, is := r.out.Then.Proof, r.out.Now.Proof; was != nil && is != nil && was.Shown != is.Shown {
		r.changed(ChangedMeasured, "", "What has been measured of the blocking threshold is another: then %s; now %s.", was, is)
	}
	r.compare()
	return nil
}

// lexicon holds the words that the report knew of some rights.
func lexicon(f detect.Facts) *wordmark.Lexicon {
	l := wordmark.NewLexicon()
	for _, right := range f.Rights {
		for id, ref := range right.References {
			if ref.Word != "" {
				l.Add(wordmark.Mark{Reference: id, Right: right.Right, Word: ref.Word, Language: ref.Language, Goods: right.Goods})
			}
		}
	}
	return l
}

// since notes what is another now of what made the report; same is true where the pack is the same, so that vectors and the reaches of
// answers can be held against each other.
func (r *replay) since() (same bool) {
	was, n := r.rec.Report.Pack, r.rec.Snapshot
	is := r.detector.Pack()
	same = was == is && n.Manifest == r.pack.Digest()
	switch {
	case was != is:
		r.changed(ChangedPack, is.Name, "The report was made with the pack %s %s; %s %s is in use.", was.Name, was.Version, is.Name, is.Version)
	case !same:
		r.changed(ChangedPack, is.Name, "The pack %s %s has other files than when the report was made: its manifest's checksum is %.12s, and was %.12s.", is.Name, is.Version, r.pack.Digest(), n.Manifest)
	}
	if n.Program != r.Program {
		r.changed(ChangedProgram, "", "The report was made by version %q of the program; this is %q.", n.Program, r.Program)
	}
	if p := r.Policies.For(r.market.Policy); p.Name != r.rec.Outcome.Policy || p.Version != r.rec.Outcome.Version {
		r.changed(ChangedPolicy, p.Name, "The outcome was decided by the policy %s %s; %s %s is in force.", r.rec.Outcome.Policy, r.rec.Outcome.Version, p.Name, p.Version)
	}
	return same
}
