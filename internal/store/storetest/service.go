package storetest

import (
	"encoding/json"
	"testing"
	"time"

	"touchstone/detect"
	"touchstone/internal/casework"
	"touchstone/internal/intake"
	"touchstone/internal/policy"
	"touchstone/internal/server"
)

func key(id, account string) server.Key {
	return server.Key{ID: id, Account: account, Name: "key " + id, Role: server.RolePipeline, Hash: []byte{0, 1, 255}, Subject: "h1", PerMinute: 5, PerDay: 7, CreatedAt: T0, ExpiresAt: ptr(at(60))}
}

func testKeys(t *testing.T, s Store) {
	k1, k2 := key("k1", "acme"), key("k2", "other")
	k2.ExpiresAt = nil
	must(t, s.CreateKey(ctx, k2))
	must(t, s.CreateKey(ctx, k1))
	same(t, "key", must2(s.Key(ctx, "k1")), k1)
	same(t, "all keys", must2(s.Keys(ctx, "")), []server.Key{k1, k2})
	same(t, "keys of an account", must2(s.Keys(ctx, "other")), []server.Key{k2})
	fails(t, "same ID again", s.CreateKey(ctx, k1), server.ErrKeyConflict)

	must(t, s.RevokeKey(ctx, "k1", at(2)))
	must(t, s.RevokeKey(ctx, "k1", at(3)))
	k1.RevokedAt = ptr(at(2))
	same(t, "revoked key", must2(s.Key(ctx, "k1")), k1)
	fails(t, "revoke nothing", s.RevokeKey(ctx, "k9", at(1)), server.ErrKeyNotFound)
	_, err := s.Key(ctx, "k9")
	fails(t, "unknown key", err, server.ErrKeyNotFound)
}

func testRotateKey(t *testing.T, s Store) {
	must(t, s.CreateKey(ctx, key("k1", "acme")))
	must(t, s.RotateKey(ctx, "k1", at(10), key("k2", "acme")))
	same(t, "old key ends early", must2(s.Key(ctx, "k1")).ExpiresAt, ptr(at(10)))
	same(t, "new key", must2(s.Key(ctx, "k2")), key("k2", "acme"))
	must(t, s.RotateKey(ctx, "k1", at(20), key("k3", "acme")))
	same(t, "an earlier end stays", must2(s.Key(ctx, "k1")).ExpiresAt, ptr(at(10)))
	fails(t, "rotate nothing", s.RotateKey(ctx, "k9", at(1), key("k4", "acme")), server.ErrKeyNotFound)
	fails(t, "rotate to a key that is there", s.RotateKey(ctx, "k2", at(1), key("k3", "acme")), server.ErrKeyConflict)
	same(t, "neither happened", must2(s.Key(ctx, "k2")).ExpiresAt, ptr(at(60)))
}

func testIdempotency(t *testing.T, s Store) {
	entry := func(owner string, created time.Time) server.IdempotencyEntry {
		return server.IdempotencyEntry{Scope: "acme POST /v1/rights", Key: "k", RequestHash: []byte(owner), Owner: owner,
			CreatedAt: created, LeaseUntil: created.Add(time.Minute), ExpiresAt: created.Add(time.Hour)}
	}
	begin := func(owner string, created time.Time, wantBegan bool) server.IdempotencyEntry {
		t.Helper()
		e, began, err := s.BeginIdempotent(ctx, entry(owner, created))
		must(t, err)
		same(t, "began "+owner, began, wantBegan)
		return e
	}
	begin("a", at(0), true)
	same(t, "under lease", begin("b", T0.Add(30*time.Second), false), entry("a", at(0)))
	begin("c", at(1), true) // the lease of a has ended
	answer := server.StoredResponse{Status: 201, Header: map[string][]string{"Location": {"/v1/x"}}, Body: []byte{0xff, '{'}}
	must(t, s.FinishIdempotent(ctx, "acme POST /v1/rights", "k", "a", answer)) // comes too late
	same(t, "still at work", begin("d", at(1), false).Response, (*server.StoredResponse)(nil))
	must(t, s.FinishIdempotent(ctx, "acme POST /v1/rights", "k", "c", answer))
	same(t, "stored answer", begin("e", at(50), false).Response, &answer)
	must(t, s.AbandonIdempotent(ctx, "acme POST /v1/rights", "k", "c")) // finished: stays
	begin("f", at(50), false)
	begin("g", at(62), true) // expired
	must(t, s.AbandonIdempotent(ctx, "acme POST /v1/rights", "k", "x"))
	begin("h", at(62), false)
	must(t, s.AbandonIdempotent(ctx, "acme POST /v1/rights", "k", "g"))
	begin("i", at(62), true)
	same(t, "expire none", must2(s.ExpireIdempotent(ctx, at(100))), 0)
	same(t, "expire one", must2(s.ExpireIdempotent(ctx, at(200))), 1)
}

// report is a report with something in every part.
func report(id string) intake.ReportRecord {
	return intake.ReportRecord{
		ID: id, Account: "acme", KeyID: "k1", Marketplace: "bazaar", CreatedAt: T0,
		Report: detect.Report{Listing: "l-" + id, Seller: "shop", ContentHash: "00ff", Pack: detect.PackRef{Name: "base", Version: "1"},
			Verdicts: []detect.Verdict{{Right: "r1", Score: 1.5, Probability: 0.25, Findings: []int{0}}},
			Findings: []detect.Finding{{Signal: detect.SignalNearCopy, Right: "r1", Reference: "f1", Score: 0.1234567890123, Picture: &detect.PictureEvidence{Box: detect.Box{1, 2, 3, 4}}}}},
		Outcome: policy.Outcome{Band: "review", Priority: 40, Reasons: []string{"für alle"}},
		Facts:   json.RawMessage(`{"rights":{"r1":{"state":"verified"}}}`),
	}
}

func testReports(t *testing.T, s Store) {
	must(t, s.SaveReport(ctx, report("rep_1")))
	changed := report("rep_1")
	changed.Account = "thief"
	must(t, s.SaveReport(ctx, changed)) // a retry; the first one stays
	same(t, "report", must2(s.Report(ctx, "rep_1")), report("rep_1"))
	_, err := s.Report(ctx, "rep_2")
	fails(t, "unknown report", err, casework.ErrNotFound)
}

func testBatches(t *testing.T, s Store) {
	line := func(batch, key string) string {
		t.Helper()
		id, ok, err := s.BatchLine(ctx, batch, key)
		must(t, err)
		same(t, "ok with an ID", ok, id != "")
		return id
	}
	same(t, "not done", line("b1", "1"), "")
	must(t, s.SaveBatchLine(ctx, "b1", "1", "rep_1"))
	must(t, s.SaveBatchLine(ctx, "b1", "1", "rep_2"))
	same(t, "done", line("b1", "1"), "rep_1")
	same(t, "another line", line("b1", "2"), "")
	same(t, "another batch", line("b2", "1"), "")
}

func testQuotas(t *testing.T, s Store) {
	add := func(uses ...server.QuotaUse) { t.Helper(); must(t, s.AddQuotaUses(ctx, uses)) }
	add(server.QuotaUse{KeyID: "k2", Day: 7, Used: 1, At: at(0)}, server.QuotaUse{KeyID: "k1", Day: 7, Used: 2, Owed: 1.5, At: at(1)})
	add(server.QuotaUse{KeyID: "k1", Day: 7, Used: 3, Owed: 0.5, At: at(2)})
	k1, k2 := server.QuotaUse{KeyID: "k1", Day: 7, Used: 5, Owed: 0.5, At: at(2)}, server.QuotaUse{KeyID: "k2", Day: 7, Used: 1, At: at(0)}
	same(t, "uses", must2(s.QuotaUses(ctx, at(0))), []server.QuotaUse{k1, k2})
	same(t, "late uses", must2(s.QuotaUses(ctx, at(2))), []server.QuotaUse{k1})
	add(server.QuotaUse{KeyID: "k1", Day: 8, Used: 4, At: at(3)})
	same(t, "another day", must2(s.QuotaUses(ctx, at(3))), []server.QuotaUse{{KeyID: "k1", Day: 8, Used: 4, At: at(3)}})
}
