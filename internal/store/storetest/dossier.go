package storetest

import (
	"errors"
	"testing"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/dossier"
)

// papers runs fn in a transaction that writes dossiers.
func papers(s Store, fn func(dossier.Tx) error) error {
	return s.Update(ctx, func(tx docket.Tx) error { return fn(tx.(dossier.Tx)) })
}

func testFiles(t *testing.T, s Store) {
	f := dossier.SentFile{Hash: "aa", Account: "acme", Kind: "pdf", Name: "a.pdf", Pages: 2, Size: 10, By: "holder:acme/k", At: T0}
	other := f
	other.Account = "zeta"
	again := f
	again.Name = "b.pdf"
	for _, row := range []dossier.SentFile{f, other, again} {
		must(t, papers(s, func(tx dossier.Tx) error { return tx.AddFile(ctx, row) }))
	}
	same(t, "file", must2(s.File(ctx, "acme", "aa")), f)
	same(t, "rows of the file", must2(s.FilesOf(ctx, "aa")), []dossier.SentFile{f, other})
	if _, err := s.File(ctx, "acme", "bb"); !errors.Is(err, casework.ErrNotFound) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func testPowers(t *testing.T, s Store) {
	p := dossier.Power{ID: "p1", Holder: "h1", Account: "acme", Agent: "lawyers", Scopes: []string{"notices"}, Territories: []string{"EU"}, ValidFrom: ptr(at(0)), ValidTo: ptr(at(9)),
		File: "aa", State: dossier.PowerPending, FiledBy: "agent:lawyers/k", CreatedAt: T0}
	second := p
	second.ID, second.Agent = "p2", "others"
	for _, row := range []*dossier.Power{&p, &second} {
		must(t, papers(s, func(tx dossier.Tx) error { return tx.PutPower(ctx, row) }))
	}
	same(t, "power", must2(s.Power(ctx, "p1")), p)
	stale := p
	p.State, p.DecidedAt = dossier.PowerVerified, ptr(at(1))
	must(t, papers(s, func(tx dossier.Tx) error { return tx.PutPower(ctx, &p) }))
	if err := papers(s, func(tx dossier.Tx) error { v := stale; return tx.PutPower(ctx, &v) }); !errors.Is(err, casework.ErrConflict) {
		t.Errorf("an old version: %v", err)
	}
	for _, q := range []dossier.PowerQuery{{Agent: "lawyers"}, {State: dossier.PowerVerified}, {Account: "acme", Holder: "h1", Agent: "lawyers"}} {
		q.Limit = 5
		same(t, "powers", must2(s.Powers(ctx, q)), []dossier.Power{p})
	}
	same(t, "page", must2(s.Powers(ctx, dossier.PowerQuery{Holder: "h1", After: "p1", Limit: 5})), []dossier.Power{second})
	if got := must2(s.Powers(ctx, dossier.PowerQuery{Holder: "h2", Limit: 5})); len(got) != 0 {
		t.Errorf("powers for another holder: %v", got)
	}
}

func testCertificates(t *testing.T, s Store) {
	c := dossier.Certificate{ID: "c1", Right: "r1", Holder: "h1", Account: "acme", Kind: "registration", File: "aa", Type: "pdf", Pages: 1, Size: 9, State: dossier.TextWaiting, FiledBy: "x", CreatedAt: T0}
	must(t, papers(s, func(tx dossier.Tx) error { return tx.PutCertificate(ctx, &c) }))
	twin := c
	twin.ID, twin.Version = "c2", 0
	if err := papers(s, func(tx dossier.Tx) error { v := twin; return tx.PutCertificate(ctx, &v) }); !errors.Is(err, casework.ErrConflict) {
		t.Errorf("the same file again: %v", err)
	}
	twin.Right = "r2"
	must(t, papers(s, func(tx dossier.Tx) error { return tx.PutCertificate(ctx, &twin) }))
	same(t, "text before it was read", must2(s.CertificateText(ctx, "c1")), "")
	c.State = dossier.TextRead
	must(t, papers(s, func(tx dossier.Tx) error {
		if err := tx.SetCertificateText(ctx, "c1", "Ünïon 第1号"); err != nil {
			return err
		}
		return tx.PutCertificate(ctx, &c)
	}))
	same(t, "certificate", must2(s.Certificate(ctx, "c1")), c)
	same(t, "text", must2(s.CertificateText(ctx, "c1")), "Ünïon 第1号")
	same(t, "of the right", must2(s.Certificates(ctx, "r1")), []dossier.Certificate{c})
	same(t, "with the file", must2(s.CertificatesWith(ctx, "aa")), []dossier.Certificate{c, twin})
	must(t, papers(s, func(tx dossier.Tx) error { return tx.DeleteCertificate(ctx, "c1") }))
	if _, err := s.CertificateText(ctx, "c1"); !errors.Is(err, casework.ErrNotFound) {
		t.Errorf("a certificate that was deleted: %v", err)
	}
}

func testRightDecisions(t *testing.T, s Store) {
	first := dossier.RightDecision{ID: "v2", Right: "r1", State: casework.StateRejected, Reasons: []string{"dates"}, By: "x", At: at(1), Checks: []dossier.Check{{Code: "dates", State: "failed", Sentence: "No."}}}
	then := dossier.RightDecision{ID: "v1", Right: "r1", State: casework.StateVerified, By: "x", At: at(2)}
	for _, v := range []dossier.RightDecision{then, first} {
		must(t, papers(s, func(tx dossier.Tx) error { return tx.AddVerification(ctx, v) }))
	}
	same(t, "decisions, oldest first", must2(s.Verifications(ctx, "r1")), []dossier.RightDecision{first, then})
}

// testRightsOfOthers: the same number, however it is written, and the same picture are found across accounts.
func testRightsOfOthers(t *testing.T, s Store) {
	seed(t, s)
	must(t, s.CreateHolder(ctx, holder("h2", "zeta")))
	other := right("r3", "h2", "zeta")
	other.RegistrationNumber, other.ApplicationNumber, other.ExpiresOn = "01-r1", "88/123,456", ptr(at(100))
	must(t, s.CreateRight(ctx, other))
	ids := func(list []casework.Right) []string {
		out := []string{}
		for _, r := range list {
			out = append(out, r.ID)
		}
		return out
	}
	same(t, "registration number", ids(must2(s.RightsNumbered(ctx, []string{"01R1"}))), []string{"r1", "r3"})
	same(t, "application number", ids(must2(s.RightsNumbered(ctx, []string{"88123456", "x"}))), []string{"r3"})
	same(t, "no number", ids(must2(s.RightsNumbered(ctx, []string{"none"}))), []string{})

	for id, of := range map[string]string{"f1": "r1", "f2": "r2", "f3": "r3"} {
		ref := imageRef(id, of)
		ref.Blob = "shared"
		must(t, s.AddReference(ctx, ref))
	}
	same(t, "same picture", must2(s.RightsShowing(ctx, "r1")), map[string][]string{"h1": {"r2"}, "h2": {"r3"}})
	must(t, s.DeleteReference(ctx, "f3", at(1)))
	must(t, s.SetRightState(ctx, "r2", casework.StateRejected, at(1)))
	same(t, "after one was deleted and one rejected", must2(s.RightsShowing(ctx, "r1")), map[string][]string{})

	for i, want := range []bool{true, false} {
		must(t, papers(s, func(tx dossier.Tx) error {
			first, err := tx.AddReminder(ctx, "r1", at(9), 6, at(i))
			if first != want {
				t.Errorf("reminder %d is the first: %v", i, first)
			}
			return err
		}))
	}
	must(t, s.SetRightState(ctx, "r1", casework.StateVerified, at(1)))
	must(t, s.SetRightState(ctx, "r3", casework.StateVerified, at(1)))
	same(t, "expiring", ids(must2(s.Expiring(ctx, at(0), at(200), casework.Right{}, 10))), []string{"r3"})
	same(t, "up to the moment", ids(must2(s.Expiring(ctx, at(0), at(100), casework.Right{}, 10))), []string{})
	same(t, "from the moment", ids(must2(s.Expiring(ctx, at(100), at(101), casework.Right{}, 10))), []string{"r3"})
	same(t, "behind it", ids(must2(s.Expiring(ctx, at(0), at(200), must2(s.Right(ctx, "r3")), 10))), []string{})
}
