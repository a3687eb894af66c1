package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/people"
)

var _ people.Store = (*Store)(nil)

const personColumns = `id, email, name, role, account, subject, language, password, secret, code_at, failures, locked_to, disabled, demo, created_at, recovery, external, provisional`

func personValues(p people.Person) ([]any, error) {
	recovery, err := encode(append([]string{}, p.Recovery...))
	return []any{p.ID, p.Email, p.Name, p.Role, p.Account, p.Subject, p.Language, p.Password, p.Secret, p.CodeAt, p.Failures,
		max(0, stamp(p.LockedTo)), truth(p.Disabled), truth(p.Demo), stamp(p.CreatedAt),
		recovery, p.External, truth(p.Provisional)}, err
}

func scanPerson(row Rows) (people.Person, error) {
	var p people.Person
	var locked, disabled, demo, created, provisional int64
	var recovery string
	err := row.Scan(&p.ID, &p.Email, &p.Name, &p.Role, &p.Account, &p.Subject, &p.Language, &p.Password, &p.Secret, &p.CodeAt, &p.Failures,
		&locked, &disabled, &demo, &created, &recovery, &p.External, &provisional)
	if err != nil {
		return people.Person{}, err
	}
	p.Disabled, p.Demo, p.Provisional = disabled == 1, demo == 1, provisional == 1
	var codes []string
	if err := decode(recovery, &codes); err != nil {
		return people.Person{}, err
	}
	if len(codes) > 0 {
		p.Recovery = codes
	}
	if p.CreatedAt = moment(created); locked > 0 {
		p.LockedTo = moment(locked)
	}
	return p, nil
}

// AddPerson implements people.Store.
func (s *Store) AddPerson(ctx context.Context, p people.Person) error {
	values, err := personValues(p)
	if err != nil {
		return err
	}
	return s.transact(ctx, func(t *tx) error {
		err := t.run(ctx, `INSERT INTO people (`+personColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, values...)
		if errors.Is(err, ErrUnique) {
			return fmt.Errorf("%w: %s", people.ErrTaken, p.Email)
		}
		return err
	})
}

func (s *Store) person(ctx context.Context, column, value string) (people.Person, error) {
	p, err := one(ctx, s.reader, "person", value, scanPerson, `SELECT `+personColumns+` FROM people WHERE `+column+` = ?`, value)
	if errors.Is(err, casework.ErrNotFound) {
		return people.Person{}, people.ErrNotFound
	}
	return p, err
}

// Person implements people.Store.
func (s *Store) Person(ctx context.Context, id string) (people.Person, error) {
	return s.person(ctx, "id", id)
}

// PersonByEmail implements people.Store.
func (s *Store) PersonByEmail(ctx context.Context, email string) (people.Person, error) {
	return s.person(ctx, "email", email)
}

// PersonByExternal implements people.Store.
func (s *Store) PersonByExternal(ctx context.Context, external string) (people.Person, error) {
	if external == "" {
		return people.Person{}, people.ErrNotFound
	}
	return s.person(ctx, "external", external)
}

// People implements people.Store.
func (s *Store) People(ctx context.Context, account string) ([]people.Person, error) {
	return list(ctx, s.reader, scanPerson, `SELECT `+personColumns+` FROM people WHERE ?1 = '' OR account = ?1 ORDER BY email`, account)
}

// PutPerson implements people.Store.
func (s *Store) PutPerson(ctx context.Context, p people.Person) error {
	values, err := personValues(p)
	if err != nil {
		return err
	}
	return s.transact(ctx, func(t *tx) error {
		n, err := t.exec(ctx, `UPDATE people SET (`+personColumns+`) = (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18) WHERE id = ?1`, values...)
		if errors.Is(err, ErrUnique) {
			return fmt.Errorf("%w: %s", people.ErrTaken, p.Email)
		}
		if err == nil && n == 0 {
			return people.ErrNotFound
		}
		return err
	})
}

// AddSession implements people.Store.
func (s *Store) AddSession(ctx context.Context, v people.Session) error {
	return s.transact(ctx, func(t *tx) error {
		return t.run(ctx, `INSERT INTO sessions (token, person, created_at, seen_at, expires_at, agent) VALUES (?, ?, ?, ?, ?, ?)`,
			v.Token, v.Person, stamp(v.CreatedAt), stamp(v.SeenAt), stamp(v.ExpiresAt), v.Agent)
	})
}

// Session implements people.Store.
func (s *Store) Session(ctx context.Context, token []byte) (people.Session, error) {
	v, err := one(ctx, s.reader, "session", "", scanSession, `SELECT token, person, created_at, seen_at, expires_at, agent FROM sessions WHERE token = ?`, token)
	if errors.Is(err, casework.ErrNotFound) {
		return people.Session{}, people.ErrNotFound
	}
	return v, err
}

func scanSession(r Rows) (v people.Session, err error) {
	var created, seen, expires int64
	err = r.Scan(&v.Token, &v.Person, &created, &seen, &expires, &v.Agent)
	v.CreatedAt, v.SeenAt, v.ExpiresAt = moment(created), moment(seen), moment(expires)
	return v, err
}

// Sessions implements people.Store.
func (s *Store) Sessions(ctx context.Context, person string) ([]people.Session, error) {
	return list(ctx, s.reader, scanSession, `SELECT token, person, created_at, seen_at, expires_at, agent FROM sessions WHERE person = ? ORDER BY seen_at DESC, created_at DESC`, person)
}

// TouchSession implements people.Store.
func (s *Store) TouchSession(ctx context.Context, token []byte, seen, expires time.Time) error {
	return s.sessions(ctx, `UPDATE sessions SET seen_at = ?2, expires_at = ?3 WHERE token = ?1`, token, stamp(seen), stamp(expires))
}

// DropSession implements people.Store.
func (s *Store) DropSession(ctx context.Context, token []byte) error {
	return s.sessions(ctx, `DELETE FROM sessions WHERE token = ?`, token)
}

// DropSessions implements people.Store.
func (s *Store) DropSessions(ctx context.Context, person string) error {
	return s.sessions(ctx, `DELETE FROM sessions WHERE person = ?`, person)
}

// DropExpired implements people.Store.
func (s *Store) DropExpired(ctx context.Context, now time.Time) error {
	return s.sessions(ctx, `DELETE FROM sessions WHERE expires_at <= ?`, stamp(now))
}

func (s *Store) sessions(ctx context.Context, query string, args ...any) error {
	return s.transact(ctx, func(t *tx) error { return t.run(ctx, query, args...) })
}
