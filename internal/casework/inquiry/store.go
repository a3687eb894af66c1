package inquiry

import (
	"context"
	"time"

	"touchstone/internal/casework/docket"
)

// Reader reads inquiries. What is not there is casework.ErrNotFound.
type Reader interface {
	Inquiry(ctx context.Context, id string) (Inquiry, error)
	// InquiryByRequest is the one that was opened with this key in the account.
	InquiryByRequest(ctx context.Context, account, request string) (Inquiry, error)
	// Inquiries by ID, newest first.
	Inquiries(ctx context.Context, q Query) ([]Inquiry, error)
	// DueInquiries are those whose turn is the desk's, by what is due first.
	DueInquiries(ctx context.Context, q DueQuery) ([]Inquiry, error)
	// OpenInquiries counts those of an account that are not settled.
	OpenInquiries(ctx context.Context, account string) (int, error)
	// InquiryAlarms are those whose Alarm has come, earliest first.
	InquiryAlarms(ctx context.Context, now time.Time, limit int) ([]string, error)
	// InquiryMessages of a thread, oldest first, from behind an ID.
	InquiryMessages(ctx context.Context, inquiry, after string, limit int) ([]Message, error)
}

// Tx writes them, in a transaction of the docket.
type Tx interface {
	docket.Tx
	Reader
	// PutInquiry compares Version with what is stored (0: nothing yet), as docket.Tx does.
	PutInquiry(ctx context.Context, i *Inquiry) error
	AddInquiryMessage(ctx context.Context, m Message) error
}

// Store keeps inquiries beside the docket.
type Store interface {
	Reader
	docket.Store
}

// Query selects inquiries by ID, newest first. Empty fields do not restrict; Before is the last ID of the page before.
type Query struct {
	Account, Subject, State, Topic, Assignee string
	Before                                   string
	Limit                                    int
}

// DueQuery selects inquiries by Due from behind the last of the page before. Empty fields do not restrict.
type DueQuery struct {
	Topic, Assignee string
	Unassigned      bool
	AfterDue        time.Time
	AfterID         string
	Limit           int
}
