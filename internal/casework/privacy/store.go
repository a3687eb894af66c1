package privacy

import (
	"context"
	"time"

	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/followup"
	"touchstone/internal/casework/inquiry"
	"touchstone/internal/casework/sellerlink"
	"touchstone/internal/casework/survey"
	"touchstone/internal/people"
)

// Reader reads erasures and how far retention has come. What is not there is casework.ErrNotFound.
type Reader interface {
	Erasure(ctx context.Context, id string) (Erasure, error)
	// Erasures by ID, newest first, from before an ID.
	Erasures(ctx context.Context, before string, limit int) ([]Erasure, error)
	// DueErasures are open ones whose NextAt has come, earliest first.
	DueErasures(ctx context.Context, now time.Time, limit int) ([]Erasure, error)
	// RetentionCursor is the ID up to which a class of data was looked at; "" at the beginning.
	RetentionCursor(ctx context.Context, class string) (string, error)
	// NoticesAfter and InquiriesAfter are those with an ID between two, oldest first.
	NoticesAfter(ctx context.Context, after, before string, limit int) ([]docket.Notice, error)
	InquiriesAfter(ctx context.Context, after, before string, limit int) ([]inquiry.Inquiry, error)
}

// Tx erases, in a transaction of the docket.
type Tx interface {
	followup.Tx
	inquiry.Tx
	sellerlink.Tx
	survey.Tx
	Reader
	PutErasure(ctx context.Context, e Erasure) error
	PutRetentionCursor(ctx context.Context, class, cursor string) error
	// EraseEvents puts a pseudonym in the place of a seller in the feed of a case ("": of no case), and empties what parties wrote there.
	EraseEvents(ctx context.Context, caseID, marketplace, seller, pseudonym string) error
	// EraseSubject puts a pseudonym in the place of a store in the subject of a case.
	EraseSubject(ctx context.Context, caseID, seller, pseudonym string) error
	// MoveStore gives the ledger and penalties of a store to a pseudonym.
	MoveStore(ctx context.Context, marketplace, seller, pseudonym string) error
	// EraseMessages replaces the text of every message of an inquiry.
	EraseMessages(ctx context.Context, inquiryID, text string) (int, error)
}

// Store is everything that personal data lies in.
type Store interface {
	Reader
	docket.Store
	followup.Reader
	inquiry.Reader
	sellerlink.Reader
	survey.Reader
	Person(ctx context.Context, id string) (people.Person, error)
	PutPerson(ctx context.Context, p people.Person) error
	DropSessions(ctx context.Context, person string) error
	// ForgetSeller takes a seller out of the linked sellers.
	ForgetSeller(ctx context.Context, marketplace, seller string) error
}
