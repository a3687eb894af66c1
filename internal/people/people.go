package people

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
)

// Person is somebody who signs in. Role, Account and Subject say what they may do, as those of an API key do. Secret is that of their
// codes, empty without; CodeAt is the step of the code that was used last, which is not taken again.
type Person struct {
	ID        string
	Email     string // lower case; unique
	Name      string
	Role      string
	Account   string
	Subject   string
	Language  string // en, zh or de
	Password  string // argon2id in the PHC form
	Secret    string // base32
	CodeAt    int64
	Failures  int // since the last success
	LockedTo  time.Time
	Disabled  bool
	Demo      bool // made for a demonstration; production refuses it
	CreatedAt time.Time

	Recovery    []string // SHA-256 in hexadecimal of codes that stand in for the app's, once each
	External    string   // who they are at an identity provider, "ISSUER SUBJECT"; "" for nobody
	Provisional bool     // the password was made by another and must be changed first
}

// Session is one signed-in browser. Token is the SHA-256 of what the browser holds.
type Session struct {
	Token     []byte
	Person    string
	CreatedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time
	Agent     string // what the browser calls itself
}

// Store keeps people and sessions. What is not there is ErrNotFound; an address that is taken is ErrTaken.
type Store interface {
	AddPerson(ctx context.Context, p Person) error
	Person(ctx context.Context, id string) (Person, error)
	PersonByEmail(ctx context.Context, email string) (Person, error)
	PersonByExternal(ctx context.Context, external string) (Person, error)
	People(ctx context.Context, account string) ([]Person, error) // all with an empty account, by address
	PutPerson(ctx context.Context, p Person) error
	AddSession(ctx context.Context, s Session) error
	Session(ctx context.Context, token []byte) (Session, error)
	// Sessions of a person, the last used first.
	Sessions(ctx context.Context, person string) ([]Session, error)
	TouchSession(ctx context.Context, token []byte, seen, expires time.Time) error
	DropSession(ctx context.Context, token []byte) error
	// DropSessions ends all of a person, DropExpired all that have expired.
	DropSessions(ctx context.Context, person string) error
	DropExpired(ctx context.Context, now time.Time) error
	NoteStore
}

// Errors of signing in. Their sentences tell no more than who may know.
var (
	ErrNotFound = errors.New("nobody is known by that")
	ErrTaken    = errors.New("the address belongs to somebody already")
	// ErrSignIn: address, password or code is wrong, or the person may not sign in.
	ErrSignIn = errors.New("the address, the password or the code is wrong")
	// ErrCode: the password is right and a code is needed.
	ErrCode = errors.New("a code is needed")
	// ErrSession: there is no such session, or it has ended.
	ErrSession = errors.New("the session has ended")
)

// LockedError says: too many wrong passwords; try again at Until.
type LockedError struct{ Until time.Time }

func (e *LockedError) Error() string {
	return "too many wrong passwords; try again after " + e.Until.UTC().Format(time.RFC3339)
}

// Config bounds sign-in. The zero value takes the defaults.
type Config struct {
	Idle       time.Duration // a session ends when unused for so long; default 12 h
	Longest    time.Duration // and in any case after so long; default 7 days
	Tries      int           // wrong passwords before the first lock; default 5
	Lock       time.Duration // the first lock; each further wrong password doubles it, up to a day; default 1 min
	Production bool          // people made for demonstrations may not sign in
	Params     *argon2id.Params
	Seal       Sealer // nil: secrets of codes lie in the store as they are
}

// A Sealer makes secrets unreadable in the store; *seal.Ring is one.
type Sealer interface {
	Seal(secret, about string) string
	Open(sealed, about string) (string, error)
	Stale(sealed string) bool
}

// hashing is OWASP's first choice for argon2id: 19 MiB, two passes.
var hashing = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

func (c Config) withDefaults() Config {
	if c.Idle == 0 {
		c.Idle = 12 * time.Hour
	}
	if c.Longest == 0 {
		c.Longest = 7 * 24 * time.Hour
	}
	if c.Tries == 0 {
		c.Tries = 5
	}
	if c.Lock == 0 {
		c.Lock = time.Minute
	}
	if c.Params == nil {
		c.Params = hashing
	}
	return c
}

// People signs people in. It is safe for concurrent use.
type People struct {
	cfg   Config
	store Store
	now   func() time.Time
	decoy string // the hash that the password of an unknown address is held against
	slots chan struct{}
	mu    sync.Mutex // held while a person is read, changed and kept
}

// hashesAtOnce bounds how much memory strangers can make the service use for hashing.
const hashesAtOnce = 4

// New makes People; now may be nil.
func New(store Store, cfg Config, now func() time.Time) (*People, error) {
	cfg = cfg.withDefaults()
	if now == nil {
		now = time.Now
	}
	decoy, err := argon2id.CreateHash(rand.Text(), cfg.Params)
	if err != nil {
		return nil, fmt.Errorf("hash passwords: %w", err)
	}
	return &People{cfg: cfg, store: store, now: now, decoy: decoy, slots: make(chan struct{}, hashesAtOnce)}, nil
}

// Bounds of passwords (NIST SP 800-63B: length, no rules of composition).
const (
	MinPassword = 10
	MaxPassword = 200
)

// InputError is a fault that the person can mend; its sentence says how.
type InputError struct{ Field, Sentence string }

func (e *InputError) Error() string { return e.Sentence }

func checkPassword(password, email string) error {
	switch n := utf8.RuneCountInString(password); {
	case n < MinPassword || n > MaxPassword:
		return &InputError{"password", fmt.Sprintf("A password needs %d to %d characters.", MinPassword, MaxPassword)}
	case strings.EqualFold(password, email), strings.Count(password, password[:1]) == len(password):
		return &InputError{"password", "This password is too easy to guess; take another."}
	}
	return nil
}

// Address is an e-mail address in the form in which it is kept.
func Address(email string) (string, error) {
	a, err := mail.ParseAddress(strings.TrimSpace(email))
	if err != nil || a.Name != "" || len(a.Address) > 254 {
		return "", &InputError{"email", "This is not an e-mail address."}
	}
	return strings.ToLower(a.Address), nil
}

// Add makes a person who signs in with a password. The error may be an *InputError or ErrTaken.
func (p *People) Add(ctx context.Context, person Person, password string) (Person, error) {
	email, err := Address(person.Email)
	if err != nil {
		return Person{}, err
	}
	if err := checkPassword(password, email); err != nil {
		return Person{}, err
	}
	if person.Password, err = p.hash(ctx, password); err != nil {
		return Person{}, err
	}
	person.Email, person.CreatedAt = email, p.now().UTC()
	if err := p.store.AddPerson(ctx, person); err != nil {
		return Person{}, fmt.Errorf("add person: %w", err)
	}
	return person, nil
}

func (p *People) hash(ctx context.Context, password string) (hash string, err error) {
	if err := p.slot(ctx); err != nil {
		return "", err
	}
	defer func() { <-p.slots }()
	if hash, err = argon2id.CreateHash(password, p.cfg.Params); err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return hash, nil
}

func (p *People) slot(ctx context.Context) error {
	select {
	case p.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *People) matches(ctx context.Context, password, hash string) (bool, error) {
	if err := p.slot(ctx); err != nil {
		return false, err
	}
	defer func() { <-p.slots }()
	ok, err := argon2id.ComparePasswordAndHash(password, hash)
	if err != nil {
		return false, fmt.Errorf("compare password: %w", err)
	}
	return ok, nil
}

// SignIn gives the token of a new session. Errors: ErrSignIn, ErrCode when the password is right and a code is missing, or a
// *LockedError.
// agent is what the browser calls itself, for the list of sessions.
func (p *People) SignIn(ctx context.Context, email, password, code, agent string) (token string, who Person, err error) {
	address, err := Address(email)
	if err != nil || len(password) > 4*MaxPassword {
		return "", Person{}, ErrSignIn
	}
	who, err = p.store.PersonByEmail(ctx, address)
	if errors.Is(err, ErrNotFound) {
		if _, err := p.matches(ctx, password, p.decoy); err != nil {
			return "", Person{}, err
		}
		return "", Person{}, ErrSignIn
	}
	if err != nil {
		return "", Person{}, fmt.Errorf("sign in: %w", err)
	}
	now := p.now().UTC()
	if now.Before(who.LockedTo) {
		return "", Person{}, &LockedError{who.LockedTo}
	}
	hash := who.Password
	if hash == "" { // signs in elsewhere; no password is right
		hash = p.decoy
	}
	ok, err := p.matches(ctx, password, hash)
	if err != nil {
		return "", Person{}, err
	}
	ok = ok && who.Password != "" && !who.Disabled && !(who.Demo && p.cfg.Production)
	if ok && who.Secret != "" && code == "" {
		return "", Person{}, ErrCode
	}
	var faulty error
	if who, err = p.change(ctx, who.ID, "sign in", func(who *Person) {
		if faulty = p.opening(who, func() { ok = ok && who.takes(code, now) }); faulty == nil {
			p.count(who, ok, now)
		}
	}); err != nil || faulty != nil {
		err = errors.Join(err, faulty)
		return "", Person{}, err
	}
	if !ok {
		return "", Person{}, ErrSignIn
	}
	token, err = p.open(ctx, who, agent, now)
	return token, who, err
}

// takes tells whether a code is right and new; a person without a secret needs none.
func (who *Person) takes(code string, now time.Time) bool {
	if who.Secret == "" {
		return true
	}
	step, ok := stepOf(code, who.Secret, now)
	if !ok {
		return who.recovers(code)
	}
	if step <= who.CodeAt {
		return false
	}
	who.CodeAt = step
	return true
}

// count keeps wrong tries, and locks from the configured number on, for twice as long each time.
func (p *People) count(who *Person, ok bool, now time.Time) {
	if ok {
		who.Failures, who.LockedTo = 0, time.Time{}
		return
	}
	who.Failures++
	if over := who.Failures - p.cfg.Tries; over >= 0 {
		who.LockedTo = now.Add(min(p.cfg.Lock<<min(over, 20), 24*time.Hour))
	}
}

// change reads a person, lets fn change it, and keeps it; one at a time, so that no try is lost.
func (p *People) change(ctx context.Context, id, what string, fn func(*Person)) (Person, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	who, err := p.store.Person(ctx, id)
	if err != nil {
		return Person{}, fmt.Errorf("%s: %w", what, err)
	}
	fn(&who)
	if err := p.store.PutPerson(ctx, who); err != nil {
		return Person{}, fmt.Errorf("%s: %w", what, err)
	}
	return who, nil
}

// codePeriod is how long a code is shown, in seconds.
const codePeriod = 30

// stepOf finds the time step of a code, now or one step beside it (clocks differ).
func stepOf(code, secret string, now time.Time) (int64, bool) {
	for _, skew := range []int64{0, -1, 1} {
		at := now.Add(time.Duration(skew*codePeriod) * time.Second)
		want, err := totp.GenerateCodeCustom(secret, at, totp.ValidateOpts{Period: codePeriod, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(strings.TrimSpace(code))) == 1 {
			return at.Unix() / codePeriod, true
		}
	}
	return 0, false
}

func (p *People) open(ctx context.Context, who Person, agent string, now time.Time) (string, error) {
	token := rand.Text()
	s := Session{Token: digest(token), Person: who.ID, CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(p.cfg.Idle), Agent: clip(agent)}
	if err := p.store.AddSession(ctx, s); err != nil {
		return "", fmt.Errorf("open session: %w", err)
	}
	return token, nil
}

func digest(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// touchEvery is how often the use of a session is stored.
const touchEvery = time.Minute

// Resume is the person of a session. The error is ErrSession when it has ended.
func (p *People) Resume(ctx context.Context, token string) (Person, error) {
	key := digest(token)
	s, err := p.store.Session(ctx, key)
	if errors.Is(err, ErrNotFound) {
		return Person{}, ErrSession
	}
	if err != nil {
		return Person{}, fmt.Errorf("resume session: %w", err)
	}
	now := p.now().UTC()
	if !now.Before(s.ExpiresAt) || now.Sub(s.CreatedAt) > p.cfg.Longest {
		return Person{}, ErrSession
	}
	who, err := p.store.Person(ctx, s.Person)
	if err != nil || who.Disabled || who.Demo && p.cfg.Production {
		if err != nil && !errors.Is(err, ErrNotFound) {
			return Person{}, fmt.Errorf("resume session: %w", err)
		}
		return Person{}, ErrSession
	}
	if now.Sub(s.SeenAt) > touchEvery {
		if err := p.store.TouchSession(ctx, key, now, now.Add(p.cfg.Idle)); err != nil {
			return Person{}, fmt.Errorf("resume session: %w", err)
		}
	}
	return who, nil
}

// SignOut ends a session; one that has ended already is no error.
func (p *People) SignOut(ctx context.Context, token string) error {
	if err := p.store.DropSession(ctx, digest(token)); err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	return nil
}

// NewSecret makes a secret for codes and the address that an app reads it from. It counts once Confirm has seen a code made with it.
func (p *People) NewSecret(who Person) (secret, url string, err error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "Touchstone", AccountName: who.Email})
	if err != nil {
		return "", "", fmt.Errorf("make a secret for codes: %w", err)
	}
	return key.Secret(), key.URL(), nil
}

// Confirm turns codes on and gives the codes that stand in for the app's, which are shown this once; the error is ErrSignIn when the code was
// not made with the secret.
func (p *People) Confirm(ctx context.Context, id, secret, code string) (recovery []string, err error) {
	step, ok := stepOf(code, secret, p.now())
	if !ok {
		return nil, ErrSignIn
	}
	recovery, kept := newRecovery()
	_, err = p.change(ctx, id, "turn codes on", func(who *Person) {
		who.Secret, who.CodeAt, who.Recovery = p.sealed(secret, who.ID), step, kept
	})
	return recovery, err
}

// Change sets a new password, when the old one is right, and ends every session of the person.
func (p *People) Change(ctx context.Context, id, old, password string) error {
	who, err := p.store.Person(ctx, id)
	if err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	if err := p.confirms(ctx, who, old); err != nil {
		return err
	}
	if err := checkPassword(password, who.Email); err != nil {
		return err
	}
	hash, err := p.hash(ctx, password)
	if err != nil {
		return err
	}
	if _, err := p.change(ctx, id, "change password", func(who *Person) { who.Password, who.Provisional = hash, false }); err != nil {
		return err
	}
	return p.signOutEverywhere(ctx, id)
}

func (p *People) signOutEverywhere(ctx context.Context, id string) error {
	if err := p.store.DropSessions(ctx, id); err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	return nil
}

// Speak sets the language of the pages.
func (p *People) Speak(ctx context.Context, id, language string) error {
	_, err := p.change(ctx, id, "set language", func(who *Person) { who.Language = language })
	return err
}

// Disable keeps a person out, or lets them in again, and ends their sessions.
func (p *People) Disable(ctx context.Context, id string, disabled bool) error {
	if _, err := p.change(ctx, id, "disable person", func(who *Person) { who.Disabled = disabled }); err != nil {
		return err
	}
	return p.signOutEverywhere(ctx, id)
}

// List is everybody of an account, or everybody.
func (p *People) List(ctx context.Context, account string) ([]Person, error) {
	list, err := p.store.People(ctx, account)
	if err != nil {
		return nil, fmt.Errorf("list people: %w", err)
	}
	return list, nil
}

// Tidy drops sessions that have expired, and notes that are too old.
func (p *People) Tidy(ctx context.Context) error {
	now := p.now().UTC()
	err := p.store.DropExpired(ctx, now)
	if err == nil {
		err = p.store.DropNotes(ctx, noteSeen, now.Add(-keepSeen))
	}
	if err == nil {
		err = p.store.DropNotes(ctx, noteSecret, now.Add(-keepSecret))
	}
	if err != nil {
		return fmt.Errorf("drop what has expired: %w", err)
	}
	return nil
}
