package partner

import (
	"time"
)

// States of a bundle.
const (
	BundleOpen    = "open"
	BundleExpired = "expired"
	BundleRevoked = "revoked"
)

// Bounds of bundles.
const (
	DefaultDays = 30
	MaxDays     = 365
	maxPurpose  = 300
	maxBundle   = 256 << 20 // bytes
	mostLooks   = 10_000    // downloads of one bundle
)

// Bundle is a signed file of evidence that was made for a partner. Its bytes are kept by hash until it expires or is revoked.
type Bundle struct {
	ID        string     `json:"id" doc:"as its manifest names it"`
	Partner   string     `json:"partner_id"`
	Case      string     `json:"case_id,omitempty"`
	Ring      string     `json:"ring_id,omitempty"`
	Action    string     `json:"action_id,omitempty" doc:"that it was made for"`
	Purpose   string     `json:"purpose"`
	State     string     `json:"state" enum:"open,expired,revoked" doc:"at the moment of the answer"`
	Hash      string     `json:"sha256" doc:"of the whole file"`
	Size      int        `json:"size"`
	Key       string     `json:"key" doc:"fingerprint of the key that signed it"`
	Fields    []Field    `json:"fields" doc:"what it tells"`
	Subject   *Subject   `json:"subject,omitempty" doc:"of a bundle about a case: what agreements are held against"`
	Agreement string     `json:"agreement" doc:"number of the paper"`
	MadeAt    time.Time  `json:"made_at"`
	MadeBy    string     `json:"made_by"`
	ExpiresAt time.Time  `json:"expires_at"`
	RevokedAt *time.Time `json:"revoked_at,omitempty"`
	Looks     int        `json:"downloads"`
	LastAt    *time.Time `json:"last_download_at,omitempty"`
	Link      string     `json:"link,omitempty" doc:"path on this service that opens it without a key until it expires; each download is a row of the audit log"`
	Gone      bool       `json:"gone,omitempty" doc:"its bytes are kept no longer"`

	Account string `json:"-"`
	Request string `json:"-"`
	Version int64  `json:"-"`
}

// StateAt is the state at a moment.
func (b Bundle) StateAt(now time.Time) string {
	switch {
	case b.RevokedAt != nil:
		return BundleRevoked
	case !now.Before(b.ExpiresAt):
		return BundleExpired
	}
	return BundleOpen
}

// tell is the bundle as its partner sees it.
func (b Bundle) tell() Bundle {
	b.MadeBy, b.Subject = desk, nil
	return b
}

// Order is a bundle to be made.
type Order struct {
	Partner, Case, Ring, Action, Purpose string
	Days                                 int // until it expires; 0 is DefaultDays
	Request                              string
}
