package caseload

import (
	"context"
	"log/slog"

	"touchstone/internal/casework"
	"touchstone/internal/casework/catalogue"
	"touchstone/internal/casework/dossier"
	"touchstone/internal/intake"
)

// NewDossier joins papers, powers and verification with scoring: rights are compared by the models in use, and a decision on one reaches
// the index. wake and log may be nil.
func NewDossier(store dossier.Store, s *intake.Service, papers dossier.Documents, wake func(), log *slog.Logger) *dossier.Dossier {
	return dossier.New(dossier.Parts{Store: store, Registry: s.Registry, States: s, Documents: papers, Files: s.Blobs, Likeness: likeness{s}, Wake: wake, Log: log, Now: s.Now})
}

// likeness finds look-alike rights by the models in use.
type likeness struct{ s *intake.Service }

// Alike implements dossier.Likeness.
func (l likeness) Alike(ctx context.Context, rightID string) ([]dossier.Alike, string, error) {
	found, unchecked, err := l.s.Alike(ctx, rightID)
	out := make([]dossier.Alike, len(found))
	for i, f := range found {
		out[i] = dossier.Alike{Right: f.Right, How: f.How, Word: f.Word, Similarity: f.Similarity}
	}
	return out, unchecked, err
}

// NewCatalogue imports and exports rights with references that are searchable at once.
func NewCatalogue(s *intake.Service) *catalogue.Catalogue {
	return &catalogue.Catalogue{Registry: s.Registry, References: references{s}}
}

// references takes references in.
type references struct{ s *intake.Service }

// AddPicture implements catalogue.References.
func (r references) AddPicture(ctx context.Context, a casework.Actor, rightID, view string, data []byte) error {
	_, err := r.s.AddImageReference(ctx, a, rightID, intake.ImageReference{View: view, Data: data})
	return err
}

// AddWord implements catalogue.References.
func (r references) AddWord(ctx context.Context, a casework.Actor, rightID, word, language string) error {
	_, err := r.s.AddWordReference(ctx, a, rightID, intake.WordReference{Word: word, Language: language})
	return err
}
