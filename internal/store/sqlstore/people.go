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

const personColumns = `id, email, name, role, account, subject, language, password, secret, code_at, failures, locked_to, disabled, demo, created_at`

func personValues(p people.Person) []any {
	return []any{p.ID, p.Email, p.Name, p.Role, p.Account, p.Subject, p.Language, p.Password, p.Secret, p.CodeAt, p.Failures,
		max(0, stamp(p.LockedTo)), truth(p.Disabled), truth(p.Demo), stamp(p.CreatedAt)}
}

func scanPerson(row Rows) (people.Person, error) {
	var p people.Person
	var locked, disabled, demo, created int64
	err := row.Scan(&p.ID, &p.Email, &p.Name, &p.Role, &p.Account, &p.Subject, &p.Language, &p.Password, &p.Secret, &p.CodeAt, &p.Failures,
		&locked, &disabled, &demo, &created)
	if err != nil {
		return people.Person{}, err
	}
	p.Disabled, p.Demo = disabled == 1, demo == 1
	if p.CreatedAt = moment(created); locked > 0 {
		p.LockedTo = moment(locked)
	}
	return p, nil
}

// AddPerson implements people.Store.
func (s *Store) AddPerson(ctx context.Context, p people.Person) error {
	return s.transact(ctx, func(t *tx) error {
		err := t.run(ctx, `INSERT INTO people (`+personColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, personValues(p)...)
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

// People implements people.Store.
func (s *Store) People(ctx context.Context, account string) ([]people.Person, error) {
	return list(ctx, s.reader, scanPerson, `SELECT `+personColumns+` FROM people WHERE ?1 = '' OR account = ?1 ORDER BY email`, account)
}

// PutPerson implements people.Store.
func (s *Store) PutPerson(ctx context.Context, p people.Person) error {
	return s.transact(ctx, func(t *tx) error {
		n, err := t.exec(ctx, `UPDATE people SET (`+personColumns+`) = (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15) WHERE id = ?1`, personValues(p)...)
		if err == nil && n == 0 {
			return people.ErrNotFound
		}
		return err
	})
}

// AddSession implements people.Store.
func (s *Store) AddSession(ctx context.Context, v people.Session) error {
	return s.transact(ctx, func(t *tx) error {
		return t.run(ctx, `INSERT INTO sessions (token, person, created_at, seen_at, expires_at) VALUES (?, ?, ?, ?, ?)`,
			v.Token, v.Person, stamp(v.CreatedAt), stamp(v.SeenAt), stamp(v.ExpiresAt))
	})
}

// Session implements people.Store.
func (s *Store) Session(ctx context.Context, token []byte) (people.Session, error) {
	v, err := one(ctx, s.reader, "session", "", func(r Rows) (people.Session, error) {
		v := people.Session{Token: token}
		var created, seen, expires int64
		err := r.Scan(&v.Person, &created, &seen, &expires)
		v.CreatedAt, v.SeenAt, v.ExpiresAt = moment(created), moment(seen), moment(expires)
		return v, err
	}, `SELECT person, created_at, seen_at, expires_at FROM sessions WHERE token = ?`, token)
	if errors.Is(err, casework.ErrNotFound) {
		return people.Session{}, people.ErrNotFound
	}
	return v, err
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
