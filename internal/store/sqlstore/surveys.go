package sqlstore

import (
	"context"
	"fmt"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/survey"
)

var (
	_ survey.Store = (*Store)(nil)
	_ survey.Tx    = (*tx)(nil)
)

const surveyColumns = `doc, party, quarter, version`

func scanSurvey(rows Rows) (s survey.Survey, err error) {
	var doc, party, quarter string
	var version int64
	if err := rows.Scan(&doc, &party, &quarter, &version); err != nil {
		return s, err
	}
	err = decode(doc, &s)
	s.Party, s.Quarter, s.Version = party, quarter, version
	return s, err
}

// Survey implements survey.Reader.
func (r reader) Survey(ctx context.Context, id string) (survey.Survey, error) {
	return one(ctx, r, "survey", id, scanSurvey, `SELECT `+surveyColumns+` FROM surveys WHERE id = ?`, id)
}

// Surveys implements survey.Reader.
func (r reader) Surveys(ctx context.Context, q survey.Query) ([]survey.Survey, error) {
	var w where
	if q.Account != "" {
		w.add("account = ? AND account <> ''", q.Account)
	}
	switch {
	case q.Subject != "" && q.Shared:
		w.add("subject IN (?, '')", q.Subject)
	case q.Subject != "":
		w.add("subject = ? AND subject <> ''", q.Subject)
	}
	w.equal("marketplace", q.Marketplace)
	w.equal("side", q.Side)
	w.equal("kind", q.Kind)
	w.equal("state", q.State)
	if q.Notice != "" {
		w.add("notice_id = ? AND notice_id <> ''", q.Notice)
	}
	if q.Seen {
		w.add("state <> 'planned'")
	}
	if q.Before != "" {
		w.add("id < ?", q.Before)
	}
	return list(ctx, r, scanSurvey, `SELECT `+surveyColumns+` FROM surveys`+w.sql+` ORDER BY id DESC LIMIT ?`, append(w.args, int64(q.Limit))...)
}

// SurveyAlarms implements survey.Reader.
func (r reader) SurveyAlarms(ctx context.Context, now time.Time, limit int) ([]string, error) {
	return list(ctx, r, scanText, `SELECT id FROM surveys WHERE alarm_at > 0 AND alarm_at <= ? ORDER BY alarm_at, id LIMIT ?`, micros(now), int64(limit))
}

// LastSurvey implements survey.Reader.
func (r reader) LastSurvey(ctx context.Context, party string) (time.Time, error) {
	at, err := list(ctx, r, scanCount, `SELECT asked_at FROM surveys WHERE party = ? AND asked_at > 0 ORDER BY asked_at DESC LIMIT 1`, party)
	if err != nil || len(at) == 0 {
		return time.Time{}, err
	}
	return moment(at[0]), nil
}

// SurveyCursor implements survey.Reader.
func (r reader) SurveyCursor(ctx context.Context) (int64, error) {
	return one(ctx, r, "cursor of", "surveys", scanCount, `SELECT position FROM survey_cursor WHERE one = 1`)
}

// SurveysAfter implements survey.Reader.
func (r reader) SurveysAfter(ctx context.Context, after, before string, limit int) ([]survey.Survey, error) {
	return list(ctx, r, scanSurvey, `SELECT `+surveyColumns+` FROM surveys WHERE id > ? AND id < ? ORDER BY id LIMIT ?`, after, before, int64(limit))
}

func spanned(column string, q survey.Span) where {
	var w where
	w.add(column + " <> ''")
	if q.From != "" {
		w.add(column+" >= ?", q.From)
	}
	if q.Before != "" {
		w.add(column+" < ?", q.Before)
	}
	w.equal("kind", q.Kind)
	w.equal("side", q.Side)
	return w
}

// SurveySums implements survey.Reader.
func (r reader) SurveySums(ctx context.Context, q survey.Span) ([]survey.Sum, error) {
	w := spanned("month", q)
	scan := func(rows Rows) (s survey.Sum, err error) {
		return s, rows.Scan(&s.Month, &s.Kind, &s.Side, &s.Topic, &s.N, &s.Total, &s.Squares, &s.Promoters, &s.Detractors)
	}
	return list(ctx, r, scan, `SELECT month, kind, side, topic, COUNT(*), CAST(SUM(score) AS BIGINT), CAST(SUM(score * score) AS BIGINT),
		CAST(SUM(CASE WHEN score >= 9 THEN 1 ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN score <= 6 THEN 1 ELSE 0 END) AS BIGINT)
		FROM survey_scores`+w.sql+` GROUP BY month, kind, side, topic ORDER BY month, kind, side, topic`, w.args...)
}

// SurveyCounts implements survey.Reader.
func (r reader) SurveyCounts(ctx context.Context, q survey.Span) ([]survey.Count, error) {
	w := spanned("asked_month", q)
	scan := func(rows Rows) (c survey.Count, err error) {
		return c, rows.Scan(&c.Month, &c.Kind, &c.Side, &c.Asked, &c.Answered)
	}
	return list(ctx, r, scan, `SELECT asked_month, kind, side, COUNT(*), CAST(SUM(CASE WHEN state = 'answered' THEN 1 ELSE 0 END) AS BIGINT)
		FROM surveys`+w.sql+` GROUP BY asked_month, kind, side ORDER BY asked_month, kind, side`, w.args...)
}

// PlanSurvey implements survey.Tx.
func (t *tx) PlanSurvey(ctx context.Context, s survey.Survey) (bool, error) {
	doc, err := encode(s)
	if err != nil {
		return false, err
	}
	changed, err := t.exec(ctx, `INSERT INTO surveys (id, party, kind, quarter, side, account, subject, marketplace, notice_id, state, alarm_at, asked_at, asked_month, version, doc)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '', 1, ?) ON CONFLICT DO NOTHING`,
		s.ID, s.Party, s.Kind, s.Quarter, s.Side, s.Account, s.Subject, s.Marketplace, s.Notice, s.State, micros(s.Alarm()), doc)
	return changed > 0, err
}

// PutSurvey implements survey.Tx.
func (t *tx) PutSurvey(ctx context.Context, s *survey.Survey) error {
	doc, err := encode(s)
	if err != nil {
		return err
	}
	asked, month := int64(0), ""
	if s.AskedAt != nil {
		asked, month = micros(*s.AskedAt), s.AskedAt.UTC().Format("2006-01")
	}
	changed, err := t.exec(ctx, `UPDATE surveys SET party = ?, account = ?, subject = ?, notice_id = ?, state = ?, alarm_at = ?, asked_at = ?, asked_month = ?, version = version + 1, doc = ?
		WHERE id = ? AND version = ?`, s.Party, s.Account, s.Subject, s.Notice, s.State, micros(s.Alarm()), asked, month, doc, s.ID, s.Version)
	return stored(&s.Version, changed, err, "survey", s.ID)
}

// DropSurvey implements survey.Tx.
func (t *tx) DropSurvey(ctx context.Context, id string) error {
	return t.run(ctx, `DELETE FROM surveys WHERE id = ? AND state = 'planned'`, id)
}

// AddSurveyScores implements survey.Tx.
func (t *tx) AddSurveyScores(ctx context.Context, list []survey.Score) error {
	for _, s := range list {
		err := t.run(ctx, `INSERT INTO survey_scores (survey_id, topic, month, kind, side, score) VALUES (?, ?, ?, ?, ?, ?)`, s.Survey, s.Topic, s.Month, s.Kind, s.Side, int64(s.Score))
		if err != nil {
			return err
		}
	}
	return nil
}

// PutSurveyCursor implements survey.Tx.
func (t *tx) PutSurveyCursor(ctx context.Context, from, to int64) error {
	changed, err := t.exec(ctx, `UPDATE survey_cursor SET position = ? WHERE one = 1 AND position = ?`, to, from)
	if err == nil && changed == 0 {
		err = fmt.Errorf("%w: another process plans surveys", casework.ErrConflict)
	}
	return err
}
