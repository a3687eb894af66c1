package dossier

import (
	"context"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
)

// Reader reads dossiers. What is not there is casework.ErrNotFound.
type Reader interface {
	// File is an account's row of a file.
	File(ctx context.Context, account, hash string) (SentFile, error)
	// FilesOf are all accounts' rows of one file, in order of the accounts.
	FilesOf(ctx context.Context, hash string) ([]SentFile, error)
	Power(ctx context.Context, id string) (Power, error)
	Powers(ctx context.Context, q PowerQuery) ([]Power, error)
	Certificate(ctx context.Context, id string) (Certificate, error)
	// Certificates of a right, oldest first.
	Certificates(ctx context.Context, rightID string) ([]Certificate, error)
	// CertificatesWith are those that a file is, of all rights.
	CertificatesWith(ctx context.Context, hash string) ([]Certificate, error)
	CertificateText(ctx context.Context, id string) (string, error)
	// Verifications of a right, oldest first.
	Verifications(ctx context.Context, rightID string) ([]RightDecision, error)
	// RightsNumbered are the rights with one of the numbers, as office.Normalise writes them, as registration or application number.
	RightsNumbered(ctx context.Context, numbers []string) ([]casework.Right, error)
	// RightsShowing are the other rights with a reference of the same picture, by the picture's hash.
	RightsShowing(ctx context.Context, rightID string) (map[string][]string, error)
	// Expiring are verified rights whose ExpiresOn lies in [from, to), in order of it and of their IDs behind after.
	Expiring(ctx context.Context, from, to time.Time, after casework.Right, limit int) ([]casework.Right, error)
}

// Tx writes dossiers, in a transaction of the docket's store. Puts compare Version with what is stored (0: nothing yet) and return
// casework.ErrConflict when another was faster; they store Version+1 and set it in what they were given.
type Tx interface {
	docket.Tx
	Reader
	// AddFile does nothing when the account has the file.
	AddFile(ctx context.Context, f SentFile) error
	PutPower(ctx context.Context, p *Power) error
	PutCertificate(ctx context.Context, c *Certificate) error
	SetCertificateText(ctx context.Context, id, text string) error
	DeleteCertificate(ctx context.Context, id string) error
	AddVerification(ctx context.Context, v RightDecision) error
	// AddReminder keeps that a right's holder was reminded so many months before its last day; false when that is kept already.
	AddReminder(ctx context.Context, rightID string, expires time.Time, months int, at time.Time) (bool, error)
}

// Store keeps dossiers beside the docket.
type Store interface {
	Reader
	docket.Store
}
