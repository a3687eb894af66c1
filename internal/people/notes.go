package people

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"
)

// Note is something that pages remember for a person, by kind and name: a saved view, when a case was last seen.
type Note struct {
	Person, Kind, Name string
	At                 time.Time
	Doc                string // JSON
}

// NoteStore keeps notes. Put replaces; what is not there is ErrNotFound.
type NoteStore interface {
	PutNote(ctx context.Context, n Note) error
	Note(ctx context.Context, person, kind, name string) (Note, error)
	// Notes of a kind by name, at most so many.
	Notes(ctx context.Context, person, kind string, limit int) ([]Note, error)
	DropNote(ctx context.Context, person, kind, name string) error
	// DropNotes drops those of a kind that are older.
	DropNotes(ctx context.Context, kind string, before time.Time) error
}

// Kinds of note.
const (
	noteView   = "view"   // a saved view of the queue
	noteSeen   = "case"   // a case that was seen
	noteSecret = "secret" // of codes, until the first was given
)

// How long notes are kept that nobody drops, and how many views a person saves.
const (
	keepSeen   = 180 * 24 * time.Hour
	keepSecret = time.Hour
	MaxViews   = 30
	maxName    = 60
)

func (p *People) put(ctx context.Context, person, kind, name string, v any) error {
	doc, err := json.Marshal(v)
	if err == nil {
		err = p.store.PutNote(ctx, Note{person, kind, name, p.now().UTC(), string(doc)})
	}
	if err != nil {
		return fmt.Errorf("note %s: %w", kind, err)
	}
	return nil
}

// Seen is how far somebody had seen a case: up to this event of the feed, at that time.
type Seen struct {
	Event int64     `json:"event"`
	At    time.Time `json:"at"`
}

// Saw keeps that a person has seen a case up to an event, and gives how far they had seen it before; the zero Seen for never.
func (p *People) Saw(ctx context.Context, person, caseID string, event int64) (Seen, error) {
	var before Seen
	n, err := p.store.Note(ctx, person, noteSeen, caseID)
	if err == nil {
		err = json.Unmarshal([]byte(n.Doc), &before)
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Seen{}, fmt.Errorf("last view: %w", err)
	}
	now := p.now().UTC()
	if before.Event == event && now.Sub(before.At) < touchEvery {
		return before, nil
	}
	return before, p.put(ctx, person, noteSeen, caseID, Seen{event, now})
}

// View is a saved view of the queue: a name, and the query of its address.
type View struct{ Name, Query string }

// SaveView keeps a view under its name; the error is an *InputError for a bad name or too many.
func (p *People) SaveView(ctx context.Context, person string, v View) error {
	if n := utf8.RuneCountInString(v.Name); n < 1 || n > maxName || !utf8.ValidString(v.Name) {
		return &InputError{"name", fmt.Sprintf("A view needs a name of 1 to %d characters.", maxName)}
	}
	all, err := p.Views(ctx, person)
	if err != nil {
		return err
	}
	if len(all) >= MaxViews {
		return &InputError{"name", fmt.Sprintf("There are %d views already; remove one first.", MaxViews)}
	}
	return p.put(ctx, person, noteView, v.Name, v.Query)
}

// Views are those that a person saved, by name.
func (p *People) Views(ctx context.Context, person string) ([]View, error) {
	list, err := p.store.Notes(ctx, person, noteView, MaxViews)
	if err != nil {
		return nil, fmt.Errorf("saved views: %w", err)
	}
	var out []View
	for _, n := range list {
		v := View{Name: n.Name}
		if err := json.Unmarshal([]byte(n.Doc), &v.Query); err != nil {
			return nil, fmt.Errorf("saved view: %w", err)
		}
		out = append(out, v)
	}
	return out, nil
}

// DropView removes a saved view; one that is gone already is no error.
func (p *People) DropView(ctx context.Context, person, name string) error {
	if err := p.store.DropNote(ctx, person, noteView, name); err != nil {
		return fmt.Errorf("remove view: %w", err)
	}
	return nil
}
