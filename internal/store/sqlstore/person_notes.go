package sqlstore

import (
	"context"
	"errors"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/people"
)

func scanNote(row Rows) (n people.Note, err error) {
	var at int64
	err = row.Scan(&n.Person, &n.Kind, &n.Name, &at, &n.Doc)
	n.At = moment(at)
	return n, err
}

// PutNote implements people.NoteStore.
func (s *Store) PutNote(ctx context.Context, n people.Note) error {
	return s.sessions(ctx, `INSERT INTO person_notes (person, kind, name, at, doc) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (person, kind, name) DO UPDATE SET at = excluded.at, doc = excluded.doc`, n.Person, n.Kind, n.Name, stamp(n.At), n.Doc)
}

// Note implements people.NoteStore.
func (s *Store) Note(ctx context.Context, person, kind, name string) (people.Note, error) {
	n, err := one(ctx, s.reader, "note", name, scanNote, `SELECT person, kind, name, at, doc FROM person_notes WHERE person = ? AND kind = ? AND name = ?`, person, kind, name)
	if errors.Is(err, casework.ErrNotFound) {
		return n, people.ErrNotFound
	}
	return n, err
}

// Notes implements people.NoteStore.
func (s *Store) Notes(ctx context.Context, person, kind string, limit int) ([]people.Note, error) {
	return list(ctx, s.reader, scanNote, `SELECT person, kind, name, at, doc FROM person_notes WHERE person = ? AND kind = ? ORDER BY name LIMIT ?`, person, kind, int64(limit))
}

// DropNote implements people.NoteStore.
func (s *Store) DropNote(ctx context.Context, person, kind, name string) error {
	return s.sessions(ctx, `DELETE FROM person_notes WHERE person = ? AND kind = ? AND name = ?`, person, kind, name)
}

// DropNotes implements people.NoteStore.
func (s *Store) DropNotes(ctx context.Context, kind string, before time.Time) error {
	return s.sessions(ctx, `DELETE FROM person_notes WHERE kind = ? AND at < ?`, kind, stamp(before))
}
