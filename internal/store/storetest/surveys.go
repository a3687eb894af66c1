package storetest

import (
	"errors"
	"testing"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/survey"
)

func aSurvey(id, party, kind, quarter string, ask int) survey.Survey {
	return survey.Survey{ID: id, Party: party, Kind: kind, Quarter: quarter, Side: "notifier", Account: "acme", Subject: "h1", Notice: "n1", State: survey.StatePlanned, AskAt: at(ask), Topics: []string{"speed"}}
}

func testSurveys(t *testing.T, s Store) {
	plan := func(v survey.Survey) (kept bool) {
		t.Helper()
		must(t, inTx(s, func(tx survey.Tx) (err error) { kept, err = tx.PlanSurvey(ctx, v); return err }))
		return kept
	}
	put := func(v *survey.Survey) {
		t.Helper()
		must(t, inTx(s, func(tx survey.Tx) error { return tx.PutSurvey(ctx, v) }))
	}
	a, b, c := aSurvey("s1", "p1", survey.KindCase, "2026-Q1", 30), aSurvey("s2", "p1", survey.KindQuarter, "2026-Q1", 10), aSurvey("s3", "p2", survey.KindCase, "2026-Q1", 20)
	b.Subject, c.Account, c.Subject, c.Marketplace, c.Side, c.Notice = "", "", "alpha/shop", "alpha", "seller", ""
	for _, v := range []survey.Survey{a, b, c} {
		same(t, "kept "+v.ID, plan(v), true)
	}
	same(t, "a second one in the quarter", plan(aSurvey("s9", "p1", survey.KindCase, "2026-Q1", 5)), false)
	same(t, "one in the next quarter", plan(aSurvey("s4", "p1", survey.KindCase, "2026-Q2", 90)), true)
	a.Version, b.Version, c.Version = 1, 1, 1
	same(t, "survey", must2(s.Survey(ctx, "s1")), a)
	if _, err := s.Survey(ctx, "s9"); !errors.Is(err, casework.ErrNotFound) {
		t.Errorf("what is not there: %v", err)
	}
	names := func(list []survey.Survey, err error) (out []string) {
		must(t, err)
		for _, v := range list {
			out = append(out, v.ID)
		}
		return out
	}
	same(t, "newest first", names(s.Surveys(ctx, survey.Query{Limit: 2})), []string{"s4", "s3"})
	same(t, "next page", names(s.Surveys(ctx, survey.Query{Before: "s3", Limit: 9})), []string{"s2", "s1"})
	same(t, "of a holder", names(s.Surveys(ctx, survey.Query{Account: "acme", Subject: "h1", Limit: 9})), []string{"s4", "s1"})
	same(t, "and of the account", names(s.Surveys(ctx, survey.Query{Account: "acme", Subject: "h1", Shared: true, Limit: 9})), []string{"s4", "s2", "s1"})
	same(t, "of a marketplace", names(s.Surveys(ctx, survey.Query{Marketplace: "alpha", Side: "seller", Kind: survey.KindCase, Limit: 9})), []string{"s3"})
	same(t, "of a notice", names(s.Surveys(ctx, survey.Query{Notice: "n1", Limit: 1})), []string{"s4"})
	same(t, "seen", names(s.Surveys(ctx, survey.Query{Seen: true, Limit: 9})), []string(nil))
	same(t, "between", names(s.SurveysAfter(ctx, "s1", "s4", 9)), []string{"s2", "s3"})
	same(t, "alarms", must2(s.SurveyAlarms(ctx, at(20), 9)), []string{"s2", "s3"})

	stale := a
	a.State, a.AskedAt, a.ClosesAt = survey.StateAsked, ptr(at(31).UTC()), ptr(at(99).UTC())
	put(&a)
	same(t, "last asked", must2(s.LastSurvey(ctx, "p1")).Equal(at(31)), true)
	same(t, "never asked", must2(s.LastSurvey(ctx, "p2")).IsZero(), true)
	if err := inTx(s, func(tx survey.Tx) error { return tx.PutSurvey(ctx, &stale) }); !errors.Is(err, casework.ErrConflict) {
		t.Errorf("an old version: %v", err)
	}
	a.State = survey.StateAnswered
	put(&a)
	same(t, "seen", names(s.Surveys(ctx, survey.Query{Seen: true, State: survey.StateAnswered, Limit: 9})), []string{"s1"})
	must(t, inTx(s, func(tx survey.Tx) error { return errors.Join(tx.DropSurvey(ctx, "s1"), tx.DropSurvey(ctx, "s4")) }))
	same(t, "dropped unless asked", names(s.Surveys(ctx, survey.Query{Limit: 9})), []string{"s3", "s2", "s1"})
	surveyFigures(t, s, monthOf(at(31)))
}

func monthOf(t time.Time) string { return t.UTC().Format("2006-01") }

func surveyFigures(t *testing.T, s Store, month string) {
	must(t, inTx(s, func(tx survey.Tx) error {
		return tx.AddSurveyScores(ctx, []survey.Score{
			{Survey: "s1", Topic: "overall", Month: "2026-03", Kind: "case", Side: "notifier", Score: 9},
			{Survey: "s2", Topic: "overall", Month: "2026-03", Kind: "case", Side: "notifier", Score: 6},
			{Survey: "s1", Topic: "speed", Month: "2026-03", Kind: "case", Side: "notifier", Score: 7},
			{Survey: "s3", Topic: "overall", Month: "2026-04", Kind: "quarter", Side: "seller", Score: 0},
		})
	}))
	march := survey.Sum{Month: "2026-03", Kind: "case", Side: "notifier", Topic: "overall", N: 2, Total: 15, Squares: 117, Promoters: 1, Detractors: 1}
	speed := survey.Sum{Month: "2026-03", Kind: "case", Side: "notifier", Topic: "speed", N: 1, Total: 7, Squares: 49}
	april := survey.Sum{Month: "2026-04", Kind: "quarter", Side: "seller", Topic: "overall", N: 1, Detractors: 1}
	same(t, "sums", must2(s.SurveySums(ctx, survey.Span{})), []survey.Sum{march, speed, april})
	same(t, "sums of a month", must2(s.SurveySums(ctx, survey.Span{From: "2026-03", Before: "2026-04", Kind: "case", Side: "notifier"})), []survey.Sum{march, speed})
	same(t, "counts", must2(s.SurveyCounts(ctx, survey.Span{})), []survey.Count{{Month: month, Kind: "case", Side: "notifier", Asked: 1, Answered: 1}})
	same(t, "counts of another side", must2(s.SurveyCounts(ctx, survey.Span{Side: "seller"})), []survey.Count(nil))
	same(t, "cursor", must2(s.SurveyCursor(ctx)), int64(0))
	must(t, inTx(s, func(tx survey.Tx) error { return tx.PutSurveyCursor(ctx, 0, 7) }))
	if err := inTx(s, func(tx survey.Tx) error { return tx.PutSurveyCursor(ctx, 0, 9) }); !errors.Is(err, casework.ErrConflict) {
		t.Errorf("a cursor that another moved: %v", err)
	}
	same(t, "cursor", must2(s.SurveyCursor(ctx)), int64(7))
}
