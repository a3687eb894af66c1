//go:build bench || soak

package bench

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"touchstone/internal/casework"
)

// words are invented names to register beside the pictures.
var words = []string{
	"Velmora", "Quintessa", "Norrvik", "Tasselby", "Okapi Lane", "Brontide", "Lumiskai", "Fernhollow", "Castrion", "Ostrelle",
	"Vantor", "Pelagique", "Mirador Nine", "Ashgrove", "Solvane", "Drumlin", "Zephyrine", "Calloway Pitt", "Hexenholt", "Arbalete",
	"Тальмира", "ヴェルナ", "维莫拉", "노르빅", "Éclatine", "Grünwacht", "Ångvik", "Sãolina", "Dvořana", "Ilmatar",
}

// register registers rights with a picture each, in many variants, and words, through the API: n references in all. It returns
// the right of each scene's own picture.
func (s *service) register(t testing.TB, scenes []scene, n int) map[string]string {
	t.Helper()
	var holder casework.Holder
	s.call(t, http.MethodPost, "/v1/holders", map[string]any{"legal_name": "Velmora Srl", "country": "IT", "email": "ip@velmora.example"}, &holder)
	right := func(name string, kind casework.RightType) string {
		var r casework.Right
		in := map[string]any{"holder_id": holder.ID, "name": name, "type": kind, "territories": []string{"WW"}}
		s.call(t, http.MethodPost, "/v1/rights", in, &r)
		return r.ID
	}
	rights := map[string]string{}
	wordRight := right("words", casework.TrademarkWord)
	for _, word := range words {
		var ref casework.Reference
		s.call(t, http.MethodPost, "/v1/rights/"+wordRight+"/references", map[string]string{"word": word}, &ref)
	}
	for i := range n - len(words) {
		of := scenes[i%len(scenes)]
		if rights[of.name] == "" {
			rights[of.name] = right(of.name, casework.Design)
		}
		s.addPicture(t, rights[of.name], photograph(t, of.image, small.Div(1+i/len(scenes)%2), uint64(i)))
	}
	return rights
}

func (s *service) addPicture(t testing.TB, right string, picture []byte) {
	t.Helper()
	contentType, body, err := form("reference", map[string]string{"view": "front"}, picture)
	if err != nil {
		t.Fatal(err)
	}
	status, _, answer, err := s.send(t.Context(), http.MethodPost, "/v1/rights/"+right+"/references", contentType, body)
	var ref casework.Reference
	if err == nil {
		err = json.Unmarshal(answer, &ref)
	}
	if err == nil && (status != http.StatusCreated || ref.IndexedAt == nil) {
		err = fmt.Errorf("status %d: %s", status, answer)
	}
	if err != nil {
		t.Fatalf("register a picture: %v", err)
	}
}
