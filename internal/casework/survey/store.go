package survey

import (
	"context"
	"time"

	"touchstone/internal/casework/docket"
)

// Reader reads surveys. What is not there is casework.ErrNotFound.
type Reader interface {
	Survey(ctx context.Context, id string) (Survey, error)
	// Surveys by ID, newest first.
	Surveys(ctx context.Context, q Query) ([]Survey, error)
	// SurveyAlarms are those whose Alarm has come, earliest first.
	SurveyAlarms(ctx context.Context, now time.Time, limit int) ([]string, error)
	// LastSurvey is when a party was asked for the last time, zero for never.
	LastSurvey(ctx context.Context, party string) (time.Time, error)
	// SurveyCursor is the number of the last event that was planned from.
	SurveyCursor(ctx context.Context) (int64, error)
	// SurveySums adds up scores by month, kind, side and topic, in this order.
	SurveySums(ctx context.Context, q Span) ([]Sum, error)
	// SurveyCounts counts who was asked and who answered by month of the asking, kind and side, in this order.
	SurveyCounts(ctx context.Context, q Span) ([]Count, error)
	// SurveysAfter are those with an ID between two, oldest first.
	SurveysAfter(ctx context.Context, after, before string, limit int) ([]Survey, error)
}

// Tx writes them, in a transaction of the docket.
type Tx interface {
	docket.Tx
	Reader
	// PlanSurvey keeps a new survey unless its party has one of the kind in the quarter, and tells whether it did.
	PlanSurvey(ctx context.Context, s Survey) (bool, error)
	// PutSurvey compares Version with what is stored, as docket.Tx does.
	PutSurvey(ctx context.Context, s *Survey) error
	// DropSurvey forgets one that nobody was asked.
	DropSurvey(ctx context.Context, id string) error
	AddSurveyScores(ctx context.Context, list []Score) error
	// PutSurveyCursor moves the cursor on; casework.ErrConflict when another did.
	PutSurveyCursor(ctx context.Context, from, to int64) error
}

// Store keeps surveys beside the docket.
type Store interface {
	Reader
	docket.Store
}

// Query selects surveys by ID, newest first. Empty fields do not restrict; Before is the last ID of the page before.
type Query struct {
	Account, Subject, Marketplace, Side, Kind, State, Notice string
	// Shared adds to those of Subject those of the account that name no subject.
	Shared bool
	// Seen leaves out those that nobody was asked yet.
	Seen   bool
	Before string
	Limit  int
}

// Span selects scores and counts of months (such as 2026-11) from one on and before another; empty fields do not restrict.
type Span struct{ From, Before, Kind, Side string }

// Score is what one answer gives one topic.
type Score struct {
	Survey, Topic, Month, Kind, Side string
	Score                            int
}

// Sum is what the scores of a topic add up to.
type Sum struct {
	Month, Kind, Side, Topic string
	N, Total, Squares        int64
	Promoters, Detractors    int64 // scores of 9 and 10, and of 0 to 6
}

// Count is how many were asked in a month, and how many of these answered.
type Count struct {
	Month, Kind, Side string
	Asked, Answered   int64
}
