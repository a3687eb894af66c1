package sweep

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"touchstone/detect"
	"touchstone/detect/wordmark"
	"touchstone/index"
	"touchstone/internal/blob"
	"touchstone/internal/casework"
	"touchstone/internal/intake"
	"touchstone/internal/policy"
)

// Sizes of steps.
const (
	vectorStep    = 200  // kept pictures read at a time
	titleStep     = 1000 // titles read at a time
	candidateStep = 16   // candidates scored before the lease is renewed
	findingStep   = 200  // findings whose cases are made good at a time
	busyPause     = 200 * time.Millisecond
)

// share of the lowest threshold that a signal alone must be able to reach for its listing to be scored again: two signals
// together may bring a right over it.
const share = 0.5

// errLost: another process has the sweep now.
var errLost = errors.New("sweep: the lease was lost")

// job is a sweep at work.
type job struct {
	*Runner
	s       *Sweep
	right   casework.Right
	refs    []casework.Reference
	lexicon *wordmark.Lexicon
	least   float64 // probability that a signal must be able to reach
}

// run brings a claimed sweep as far as it goes.
func (r *Runner) run(ctx context.Context, s *Sweep) error {
	j := &job{Runner: r, s: s, lexicon: wordmark.NewLexicon(), least: share * lowest(r.Intake.Policies)}
	var err error
	if j.right, err = r.Intake.Registry.Right(ctx, system, s.RightID); err != nil {
		return err
	}
	if j.refs, err = r.Intake.Registry.References(ctx, system, s.RightID); err != nil {
		return err
	}
	if wait, err := j.mustWait(ctx); err != nil || wait {
		return err
	}
	for _, ref := range j.refs {
		if ref.Kind == casework.ReferenceWord {
			j.lexicon.Add(wordmark.Mark{Reference: ref.ID, Right: j.right.ID, Word: ref.Word, Language: ref.Language, Goods: j.right.Nice})
		}
	}
	if s.StartedAt == nil {
		now := r.now()
		s.StartedAt, s.Stage = &now, StagePictures
	} else if err := j.openAgain(ctx); err != nil {
		return err
	}
	s.State = StateRunning
	more := false
	stages := map[string]func(context.Context) error{StagePictures: j.pictures, StageWords: j.words, StageScoring: j.score, StageCloser: func(ctx context.Context) (err error) {
		more, err = j.closer(ctx)
		return err
	}}
	for _, stage := range []string{StagePictures, StageWords, StageScoring, StageCloser} {
		if s.Stage != stage {
			continue // done before
		}
		if err := j.save(ctx); err != nil {
			return err
		}
		if err := stages[stage](ctx); err != nil {
			return err
		}
		if next := map[string]string{StagePictures: StageWords, StageWords: StageScoring, StageScoring: StageCloser}[stage]; next != "" {
			s.Stage = next
			if next == StageCloser {
				s.Cursor = ""
			}
		}
	}
	now := r.now()
	if more { // behind those that wait
		s.State, s.NotBefore = StateWaiting, now
		return j.yield(ctx)
	}
	s.State, s.Stage, s.FinishedAt = StateDone, "", &now
	return j.save(ctx)
}

// lowest is the lowest probability from which any policy does anything.
func lowest(set policy.Set) float64 {
	least := 1.0
	for _, p := range set {
		least = min(least, p.Infringement.Review)
	}
	return least
}

// yield gives the sweep back, to be taken up again after those that have waited longer.
func (j *job) yield(ctx context.Context) error {
	held, err := j.Store.SaveSweep(ctx, *j.s, j.owner, j.now())
	if err == nil && !held {
		err = errLost
	}
	return err
}

func (j *job) save(ctx context.Context) error {
	held, err := j.Store.SaveSweep(ctx, *j.s, j.owner, j.now().Add(lease))
	if err == nil && !held {
		err = errLost
	}
	return err
}

// mustWait puts a sweep off while the index lacks references of the right, or listings that were scored before the sweep was
// asked for.
func (j *job) mustWait(ctx context.Context) (bool, error) {
	if j.s.StartedAt != nil {
		return false, nil
	}
	references := slices.ContainsFunc(j.refs, func(r casework.Reference) bool { return r.IndexState() == casework.IndexWaiting })
	left, err := j.Store.ListingsWaiting(ctx, j.s.CreatedAt)
	if err != nil || !references && left == 0 {
		return false, err
	}
	if j.now().Sub(j.s.CreatedAt) > giveUp {
		j.s.Problem = fmt.Sprintf("It began before everything was indexed (%d listings were not); sweep again later.", left)
		return false, nil
	}
	j.s.State, j.s.NotBefore = StateWaiting, j.now().Add(deferFor)
	return true, j.yield(ctx)
}

// pictures searches the right's pictures among the listings'.
func (j *job) pictures(ctx context.Context) error {
	var ids []string
	for _, ref := range j.refs {
		if ref.Kind == casework.ReferenceImage {
			ids = append(ids, ref.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	v := j.Intake.View() // one pack's vectors on both sides, whatever comes into use meanwhile
	defer v.Done()
	for _, output := range v.Detector().PictureOutputs() {
		least, reachable := v.Detector().LeastRaw(output, j.least)
		if !reachable {
			continue
		}
		references, err := v.References(ctx, output, ids)
		if err != nil {
			return err
		}
		for _, ref := range references {
			for _, vector := range ref.Vectors {
				if err := j.alike(ctx, v, output, vector, least); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// words reads the titles of all kept listings with the right's words.
func (j *job) words(ctx context.Context) error {
	v := j.Intake.View()
	defer v.Done()
	d := v.Detector()
	least, reachable := d.LeastRaw(detect.OutputWord, j.least)
	if j.lexicon.Len() == 0 || !reachable {
		return nil
	}
	scope := index.Filter{Territories: casework.IndexTerritories(j.right.Territories)}
	for {
		titles, err := j.Store.ListingTitles(ctx, j.s.Cursor, titleStep)
		if err != nil || len(titles) == 0 {
			return err
		}
		var entries []string
		for _, t := range titles {
			if err := ctx.Err(); err != nil {
				return err
			}
			if scope.Matches(index.Payload{Territories: t.Territories}) && d.Title(j.lexicon, t.Title, nil) >= least {
				entries = append(entries, t.Entry)
			}
		}
		if len(entries) > 0 {
			if err := j.Store.AddCandidates(ctx, j.s.ID, entries); err != nil {
				return err
			}
		}
		j.s.Cursor, j.s.Titles = titles[len(titles)-1].Entry, j.s.Titles+len(titles)
		if err := j.save(ctx); err != nil {
			return err
		}
	}
}

// score scores the candidates again, against this right alone.
func (j *job) score(ctx context.Context) error {
	for {
		entries, err := j.Store.NextCandidates(ctx, j.s.ID, candidateStep)
		if err != nil || len(entries) == 0 {
			return err
		}
		for _, entry := range entries {
			if err := j.scoreOne(ctx, entry); err != nil {
				return fmt.Errorf("listing %s: %w", entry, err)
			}
		}
		if err := j.save(ctx); err != nil {
			return err
		}
	}
}

func (j *job) scoreOne(ctx context.Context, entry string) error {
	l, err := j.Listings.Listing(ctx, entry)
	if errors.Is(err, casework.ErrNotFound) {
		_, err = j.Store.FinishCandidate(ctx, j.s.ID, entry, OutcomeGone, nil, nil)
		return err
	}
	if err != nil {
		return err
	}
	var rec intake.ReportRecord
	err = j.patiently(ctx, func() (err error) {
		rec, err = j.Intake.ScoreAgainst(ctx, l, j.right.ID, j.lexicon)
		return err
	})
	if err != nil {
		return err
	}
	if rec.Outcome.Band == policy.BandClear || len(rec.Report.Verdicts) == 0 {
		_, err = j.Store.FinishCandidate(ctx, j.s.ID, entry, OutcomeClear, nil, nil)
		return err
	}
	known, err := j.reported(ctx, l.ReportID)
	if err != nil {
		return err
	}
	if known {
		_, err = j.Store.FinishCandidate(ctx, j.s.ID, entry, OutcomeKnown, nil, nil)
		return err
	}
	rec.Sweep = j.s.ID
	f := Finding{
		ID: rec.ID, SweepID: j.s.ID, RightID: j.right.ID, Account: l.Account, Entry: l.ID, Marketplace: l.Marketplace, Listing: l.Listing,
		Seller: l.Seller, Title: l.Title, Original: l.ReportID, Probability: rec.Report.Best(), Band: rec.Outcome.Band, CreatedAt: rec.CreatedAt,
		ContentHash: l.ContentHash, Pack: rec.Report.Pack.Name + "@" + rec.Report.Pack.Version, RightState: string(j.right.State),
	}
	for _, p := range rec.Report.Pictures { // before the finding: it must not outlive what it is about
		if p.Hash == "" {
			continue
		}
		if err := j.Intake.Blobs.Hold(ctx, blob.Evidence, p.Hash); err != nil && !errors.Is(err, blob.ErrNotFound) {
			return err
		}
	}
	as, err := j.Store.FinishCandidate(ctx, j.s.ID, entry, OutcomeFound, &rec, &f)
	if err != nil || as != OutcomeFound {
		return err
	}
	return j.open(ctx, rec, l.Title)
}

// open brings a finding to those who judge, in the queues of everything else; it does nothing where it is there.
func (j *job) open(ctx context.Context, rec intake.ReportRecord, title string) error {
	if j.Intake.Cases == nil {
		return nil
	}
	err := j.Intake.Cases.Scored(ctx, rec, title)
	if errors.Is(err, casework.ErrNotFound) { // the marketplace or the right is gone
		return nil
	}
	if err != nil {
		return fmt.Errorf("open a case: %w", err)
	}
	return nil
}

// openAgain makes good, for a sweep that was taken up again, what ended between a finding and its case.
func (j *job) openAgain(ctx context.Context) error {
	if j.Intake.Cases == nil {
		return nil
	}
	for after := ""; ; {
		page, err := j.Store.SweepFindings(ctx, Query{SweepID: j.s.ID, After: after, Limit: findingStep})
		if err != nil || len(page) == 0 {
			return err
		}
		for _, f := range page {
			rec, err := j.Intake.Reports.Report(ctx, f.ID)
			if errors.Is(err, casework.ErrNotFound) {
				continue // kept no longer
			}
			if err != nil {
				return err
			}
			if err := j.open(ctx, rec, f.Title); err != nil {
				return err
			}
		}
		if after = page[len(page)-1].ID; len(page) < findingStep {
			return nil
		}
	}
}

// reported tells whether the report that a marketplace asked for found the right already, in the state that it has now.
func (j *job) reported(ctx context.Context, id string) (bool, error) {
	rec, err := j.Intake.Reports.Report(ctx, id)
	if errors.Is(err, casework.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var facts detect.Facts
	if err := json.Unmarshal(rec.Facts, &facts); err != nil {
		return false, fmt.Errorf("facts of report %s: %w", id, err)
	}
	return facts.Rights[j.right.ID].State == string(j.right.EffectiveState(j.now())) && slices.ContainsFunc(rec.Report.Verdicts, func(v detect.Verdict) bool {
		return v.Right == j.right.ID && v.Probability >= lowest(j.Intake.Policies)
	}), nil
}

// patiently gives way to live scoring, and waits while the models are busy.
func (j *job) patiently(ctx context.Context, score func() error) error {
	for {
		if j.Yield != nil {
			if err := j.Yield(ctx); err != nil {
				return err
			}
		}
		if err := score(); !errors.Is(err, intake.ErrBusy) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(busyPause):
		}
		if err := j.save(ctx); err != nil {
			return err
		}
	}
}
