package partner

import (
	"context"
	"fmt"
	"slices"

	"touchstone/internal/casework"
)

// AddDocument looks into a file, keeps it for the actor's account and adds it to an action. Nothing is kept for an action that the actor may not change or that
// takes no documents; a file that is not taken (see package document) is a *casework.ValidationError of "file".
func (s *Alliance) AddDocument(ctx context.Context, a casework.Actor, id, name string, data []byte) (Action, error) {
	x, p, err := s.action(ctx, a, id, "action.attach")
	if err == nil {
		err = s.mayAlter(a, x, p, "attach", true)
	}
	if err == nil {
		err = x.takes()
	}
	if err != nil {
		return Action{}, err
	}
	a.Partner = p.ID
	f, err := s.Papers.Keep(ctx, a, name, data)
	if err != nil {
		return Action{}, fmt.Errorf("document: %w", err)
	}
	return s.attach(ctx, a, id, f, f.Name)
}

// Attach adds a document that the actor's account has sent as a file.
func (s *Alliance) Attach(ctx context.Context, a casework.Actor, id, hash, name string) (Action, error) {
	if _, _, err := s.action(ctx, a, id, "action.attach"); err != nil {
		return Action{}, err
	}
	f, err := s.Papers.Paper(ctx, a, hash)
	if err != nil {
		return Action{}, fault("sha256", err)
	}
	var faults casework.Faults
	if faults.Text("name", tidy(name), 0, maxName); faults.Err() != nil {
		return Action{}, faults.Err()
	}
	if name = tidy(name); name == "" {
		name = f.Name
	}
	return s.attach(ctx, a, id, f, name)
}

// attach adds a document to an action, under a name.
func (s *Alliance) attach(ctx context.Context, a casework.Actor, id string, f SentFile, name string) (Action, error) {
	return s.alter(ctx, a, id, "attach", true, func(st *step, p Partner) error {
		x := st.x
		if slices.ContainsFunc(x.Documents, func(d Exhibit) bool { return d.Hash == f.Hash }) {
			return conflict("the document is there already")
		}
		if err := x.takes(); err != nil {
			return err
		}
		x.Documents = append(x.Documents, Exhibit{f.Hash, name, f.Type, f.Size, st.by(p), st.now, f.Account})
		return st.record(ActionEntry{At: st.now, What: "document added: " + name, By: st.by(p), About: ActionDocuments})
	})
}

// takes tells whether an action takes another document.
func (x Action) takes() error {
	switch {
	case len(x.Documents) >= maxDocuments:
		return conflict("action %s has %d documents, which is the most", x.ID, maxDocuments)
	case !x.open():
		return conflict("action %s is %s; the desk can take it up again", x.ID, x.State)
	}
	return nil
}

// Document gives a document of an action to the desk and to partners that take part and are told of documents. Each look is a row of the audit log.
func (s *Alliance) Document(ctx context.Context, a casework.Actor, id, hash string) (Exhibit, []byte, error) {
	x, p, err := s.action(ctx, a, id, "document.read")
	if err != nil {
		return Exhibit{}, nil, err
	}
	missing := fmt.Errorf("%w: there is no document %q in action %s", casework.ErrNotFound, hash, id)
	if p.ID != "" && !setOf(p.Agreement.Fields)[ActionDocuments] {
		return Exhibit{}, nil, s.refuse(a, "document.read outside of the agreement", id, missing)
	}
	for _, d := range x.Documents {
		if d.Hash != hash {
			continue
		}
		data, err := s.Papers.Bytes(ctx, hash)
		if err != nil {
			return Exhibit{}, nil, fmt.Errorf("document: %w", err)
		}
		err = s.update(ctx, "audit", func(t Tx) error {
			t.AddAudit(entry(s.moment(), a.Person(), "action.document", id, map[string]string{"sha256": hash}))
			return nil
		})
		d.Account = ""
		return d, data, err
	}
	return Exhibit{}, nil, missing
}
