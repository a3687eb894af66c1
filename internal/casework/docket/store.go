package docket

import (
	"context"
	"time"

	"touchstone/internal/audit"
	"touchstone/internal/jobs"
)

// Store keeps the docket. Reads see everything that was committed before they began. What is not there is casework.ErrNotFound.
type Store interface {
	Reader
	// Update runs fn in one transaction: when it returns nil everything it wrote is durable, otherwise nothing of it happened.
	// fn may run more than once, so it begins by overwriting what it hands out, and it waits for nothing but the Tx.
	Update(ctx context.Context, fn func(Tx) error) error
}

// Reader reads the docket.
type Reader interface {
	Notice(ctx context.Context, id string) (Notice, error)
	// NoticeByRequest is the notice that was filed with this key in the account.
	NoticeByRequest(ctx context.Context, account, request string) (Notice, error)
	Notices(ctx context.Context, q NoticeQuery) ([]Notice, error)
	Case(ctx context.Context, id string) (Case, error)
	Cases(ctx context.Context, q CaseQuery) ([]Case, error)
	// CasesOn are the cases on a subject, newest first.
	CasesOn(ctx context.Context, subject string, limit int) ([]Case, error)
	// Queue lists waiting cases by rank.
	Queue(ctx context.Context, q QueueQuery) ([]QueueEntry, error)
	QueueCounts(ctx context.Context) ([]QueueCount, error)
	// Decisions of a case, oldest first.
	Decisions(ctx context.Context, caseID string) ([]Decision, error)
	Events(ctx context.Context, q EventQuery) ([]Event, error)
	Enforcement(ctx context.Context, id string) (Enforcement, error)
	Enforcements(ctx context.Context, q EnforcementQuery) ([]Enforcement, error)
	// Alarms are cases whose Alarm has come, earliest first.
	Alarms(ctx context.Context, now time.Time, limit int) ([]string, error)
	// Chases are enforcements that are to be told again, earliest first.
	Chases(ctx context.Context, now time.Time, limit int) ([]string, error)
	// Audits are entries of the audit chain from behind a sequence number; of one subject if it is given.
	Audits(ctx context.Context, subject string, after int64, limit int) ([]audit.Entry, error)
}

// Tx is what a transaction can do. Puts compare Version with what is stored (0: nothing yet) and return casework.ErrConflict when
// another was faster; they store Version+1 and set it in what they were given.
type Tx interface {
	Reader
	jobs.Queue
	PutNotice(ctx context.Context, n *Notice) error
	// PutCase keeps a case with its rank and alarm.
	PutCase(ctx context.Context, c *Case, rank int64) error
	AddDecision(ctx context.Context, d Decision) error
	PutEnforcement(ctx context.Context, e Enforcement) error
	// AddEvent and AddAudit are numbered when the transaction commits.
	AddEvent(e Event)
	AddAudit(e audit.Event)
	// EraseSalts makes what the audit entries about a subject bind beyond finding; the chain stays whole.
	EraseSalts(ctx context.Context, subject string) error
	// OpenCases counts the cases of a notice that still need their first decision.
	OpenCases(ctx context.Context, noticeID string) (int, error)
}

// NoticeQuery selects notices by ID, newest first. Empty fields do not restrict; Before is the last ID of the page before.
type NoticeQuery struct {
	Account, Holder, Right, State string
	Before                        string
	Limit                         int
}

// CaseQuery selects cases by ID, newest first.
type CaseQuery struct {
	Account, Holder, Right, Notice, Marketplace, Seller, State, Outcome string
	Decided                                                             bool // only those with a decision
	Before                                                              string
	Limit                                                               int
}

// QueueQuery selects waiting cases by rank. Empty fields do not restrict, but for Queue, which must be given.
type QueueQuery struct {
	Queue, Signal, Right, Holder, Marketplace, Seller, Band string
	OpenedBefore                                            time.Time // zero: any age
	// FreeAt restricts to cases that can be claimed at a moment; zero: all.
	FreeAt    time.Time
	AfterRank int64 // with AfterID: the last of the page before
	AfterID   string
	Limit     int
	Lock      bool // in a transaction: skip what another one is changing
}

// QueueEntry is a waiting case with its place.
type QueueEntry struct {
	Rank int64 `json:"rank"`
	Case Case  `json:"case"`
}

// QueueCount is how many cases wait.
type QueueCount struct {
	Queue       string `json:"queue"`
	Marketplace string `json:"marketplace"`
	Band        string `json:"band,omitempty"`
	Waiting     int64  `json:"waiting"`
}

// EventQuery selects events in order from behind After. Empty fields do not restrict.
type EventQuery struct {
	After                                      int64
	Account, Holder, Marketplace, Case, Seller string
	Limit                                      int
}

// EnforcementQuery selects enforcements by ID from behind After; Open are those neither confirmed nor replaced, Escalated the open ones that
// people were asked to look into, Store those about a seller's store.
type EnforcementQuery struct {
	Marketplace, Case, Store string
	Open, Escalated          bool
	After                    string
	Limit                    int
}
