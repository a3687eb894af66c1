package privacy

import (
	"context"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/dossier"
	"touchstone/internal/casework/followup"
	"touchstone/internal/casework/inquiry"
	"touchstone/internal/casework/partner"
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
	// CasesAfter are those with an ID between two, oldest first; UnclosedCases those that are not closed, behind an ID.
	CasesAfter(ctx context.Context, after, before string, limit int) ([]docket.Case, error)
	UnclosedCases(ctx context.Context, after string, limit int) ([]docket.Case, error)
	// UnsettledInquiries are the IDs of those that are not settled.
	UnsettledInquiries(ctx context.Context) ([]string, error)
	// Old are things of a class that is dropped (reports, filings, links, alerts, actions) with an ID between two, oldest first.
	Old(ctx context.Context, class, after, before string, limit int) ([]Old, error)
	// Storefronts are the stores with penalties, behind one, in order of marketplaces and sellers.
	Storefronts(ctx context.Context, after SellerName, limit int) ([]SellerName, error)
	// OldSellers were first seen before a moment, and no case that is not closed, no strike, no kept listing and no family names them.
	OldSellers(ctx context.Context, before time.Time, limit int) ([]SellerName, error)
	// CertificatesAfter are those behind an ID, oldest first.
	CertificatesAfter(ctx context.Context, after string, limit int) ([]dossier.Certificate, error)
	// FilesAfter are rows of files of before a moment, behind HASH/ACCOUNT.
	FilesAfter(ctx context.Context, after string, before time.Time, limit int) ([]dossier.SentFile, error)
}

// SellerName is a seller of a marketplace.
type SellerName struct{ Marketplace, Seller string }

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
	// ErasePast puts a pseudonym in the place of the seller of a removal that later listings are held against.
	ErasePast(ctx context.Context, caseID, pseudonym string) error
	// DropOld drops things of a class that Old gave, with what hangs on them.
	DropOld(ctx context.Context, class string, ids []string) error
	DeleteCertificate(ctx context.Context, id string) error
	DeletePower(ctx context.Context, id string) error
	// DropFile drops an account's row of a file.
	DropFile(ctx context.Context, account, hash string) error
}

// Store is everything that personal data lies in.
type Store interface {
	Reader
	docket.Store
	followup.Reader
	inquiry.Reader
	sellerlink.Reader
	survey.Reader
	Right(ctx context.Context, id string) (casework.Right, error)
	Powers(ctx context.Context, q dossier.PowerQuery) ([]dossier.Power, error)
	Verifications(ctx context.Context, rightID string) ([]dossier.RightDecision, error)
	JointActions(ctx context.Context, q partner.ActionQuery) ([]partner.Action, error)
	SpentBundles(ctx context.Context, now time.Time, limit int) ([]partner.Bundle, error)
	Person(ctx context.Context, id string) (people.Person, error)
	PutPerson(ctx context.Context, p people.Person) error
	DropSessions(ctx context.Context, person string) error
	// ForgetSeller takes a seller out of the linked sellers.
	ForgetSeller(ctx context.Context, marketplace, seller string) error
}
