package casework

import "fmt"

// Roles that the registry knows. Other roles may read what belongs to their
// own account and nothing more.
const (
	roleAdmin    = "admin"
	roleOperator = "operator"
	roleReviewer = "reviewer"
	roleHolder   = "holder"
	roleAgent    = "agent"
)

// Actor is who asks: an account, the role of its key, the holder, seller,
// marketplace or person that the key is bound to ("" = none), and the key.
type Actor struct {
	Account string
	Role    string
	Subject string
	Key     string
	Powers  *Powers // of attorney, of an agent; package dossier fills them in
	Partner string  // for which a partner's key acts, while its agreement holds; package partner fills it in
}

// Person names who acts, for claims, decisions and the audit log: the role,
// the account and whom the key is bound to, or else the key itself. Two keys
// of one person are one person where both are bound to them.
func (a Actor) Person() string {
	who := a.Subject
	if who == "" {
		who = a.Key
	}
	return a.Role + ":" + a.Account + "/" + who
}

// SeesAll tells whether the actor may see things of every account: reviewers
// and who runs the service.
func (a Actor) SeesAll() bool { return a.seesAll() }

// Owns tells whether something of an account and holder is the actor's. A key
// bound to one holder sees only that holder.
func (a Actor) Owns(account, holderID string) bool { return a.owns(account, holderID) }

// Operates tells whether the actor runs the service: it sees and changes all.
func (a Actor) Operates() bool { return a.Role == roleAdmin || a.Role == roleOperator }

// seesAll adds reviewers, who judge rights of every account.
func (a Actor) seesAll() bool { return a.Operates() || a.Role == roleReviewer }

// mayRegister tells whether the role may write to the registry at all.
func (a Actor) mayRegister() error {
	if a.Operates() || a.Role == roleHolder || a.Role == roleAgent {
		return nil
	}
	return fmt.Errorf("%w: role %q may not change the registry; use a key of a holder, agent or operator", ErrForbidden, a.Role)
}

// mayOperate is for what only the service's own people do.
func (a Actor) mayOperate(what string) error {
	if a.Operates() {
		return nil
	}
	return fmt.Errorf("%w: role %q may not %s; use a key of an operator or admin", ErrForbidden, a.Role, what)
}

// owns tells whether something of an account and holder is the actor's, or of
// a holder for whom a power of attorney lets it act. A key bound to one holder
// sees only that holder.
func (a Actor) owns(account, holderID string) bool {
	if _, ok := a.mandate(holderID); ok && a.Role == roleAgent {
		return true
	}
	if a.Account == "" || a.Account != account {
		return false
	}
	bound := a.Subject != "" && (a.Role == roleHolder || a.Role == roleAgent)
	return !bound || a.Subject == holderID
}

// sees hides what belongs to others behind ErrNotFound.
func (a Actor) sees(what, id, account, holderID string) error {
	if a.seesAll() || a.owns(account, holderID) {
		return nil
	}
	return a.Hides(what, id, holderID)
}
