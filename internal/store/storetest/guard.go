package storetest

import (
	"testing"

	"touchstone/internal/casework"
	"touchstone/internal/guard"
)

func testSuppressions(t *testing.T, s Store) {
	seed(t, s)
	one := guard.Suppression{ID: "sup_1", RightID: "r1", Marketplace: "bazaar", Picture: "hash", Reason: "Größe", By: "rev k1", CreatedAt: T0, ExpiresAt: ptr(at(60))}
	two := guard.Suppression{ID: "sup_2", RightID: "r2", Words: "river velmora", Reason: "a river", By: "rev k1", CreatedAt: T0}
	must(t, s.AddSuppression(ctx, two))
	must(t, s.AddSuppression(ctx, one))
	fails(t, "twice", s.AddSuppression(ctx, one), casework.ErrConflict)
	orphan := two
	orphan.ID, orphan.RightID = "sup_3", "r9"
	fails(t, "of no right", s.AddSuppression(ctx, orphan), casework.ErrNotFound)
	same(t, "suppression", must2(s.Suppression(ctx, "sup_1")), one)
	same(t, "in force", must2(s.SuppressionsInForce(ctx, at(1))), []guard.Suppression{one, two})
	same(t, "expired", must2(s.SuppressionsInForce(ctx, at(60))), []guard.Suppression{two})
	same(t, "of a right", must2(s.Suppressions(ctx, guard.SuppressionQuery{RightID: "r1", Limit: 9})), []guard.Suppression{one})
	same(t, "a page", must2(s.Suppressions(ctx, guard.SuppressionQuery{After: "sup_1", At: at(1), Limit: 9})), []guard.Suppression{two})
	must(t, s.LiftSuppression(ctx, "sup_2", "rev k2", "it is a brand", at(5)))
	fails(t, "lifted twice", s.LiftSuppression(ctx, "sup_2", "rev k3", "again", at(6)), casework.ErrConflict)
	fails(t, "lift nothing", s.LiftSuppression(ctx, "sup_9", "rev k3", "again", at(6)), casework.ErrNotFound)
	two.LiftedAt, two.LiftedBy, two.LiftReason = ptr(at(5)), "rev k2", "it is a brand"
	same(t, "lifted", must2(s.Suppression(ctx, "sup_2")), two)
	same(t, "all", must2(s.Suppressions(ctx, guard.SuppressionQuery{Limit: 9})), []guard.Suppression{one, two})
	same(t, "left in force", must2(s.Suppressions(ctx, guard.SuppressionQuery{At: at(6), Limit: 9})), []guard.Suppression{one})
	_, err := s.Suppression(ctx, "sup_9")
	fails(t, "unknown", err, casework.ErrNotFound)
}

func testQuarantine(t *testing.T, s Store) {
	one := guard.Quarantine{ID: "qua_1", Kind: guard.KindReference, Subject: "ref_1", RightID: "r1", State: guard.StateOpen, Count: 1000, CreatedAt: T0}
	same(t, "opened", must2(s.OpenQuarantine(ctx, one)), one)
	again := one
	again.ID, again.Count, again.CreatedAt = "qua_2", 1001, at(1)
	same(t, "it is there", must2(s.OpenQuarantine(ctx, again)), one)
	picture := guard.Quarantine{ID: "qua_3", Kind: guard.KindPicture, Subject: "hash", State: guard.StateOpen, Count: 300, CreatedAt: at(1)}
	must2(s.OpenQuarantine(ctx, picture))
	same(t, "in force", must2(s.QuarantinesInForce(ctx, at(2))), []guard.Quarantine{one, picture})
	one.State, one.DecidedAt, one.By, one.Reason, one.Until = guard.StateReleased, ptr(at(3)), "rev k", "a bestseller", ptr(at(90))
	must(t, s.DecideQuarantine(ctx, one))
	same(t, "released", must2(s.Quarantine(ctx, "qua_1")), one)
	again.CreatedAt = at(5)
	same(t, "not set aside again so soon", must2(s.OpenQuarantine(ctx, again)), one)
	again.CreatedAt = at(91)
	same(t, "but later", must2(s.OpenQuarantine(ctx, again)), again)
	same(t, "the release has ended", must2(s.QuarantinesInForce(ctx, at(92))), []guard.Quarantine{again, picture})
	same(t, "by kind", must2(s.Quarantines(ctx, guard.QuarantineQuery{Kind: guard.KindPicture, Limit: 9})), []guard.Quarantine{picture})
	same(t, "by state", must2(s.Quarantines(ctx, guard.QuarantineQuery{State: guard.StateReleased, Limit: 9})), []guard.Quarantine{one})
	same(t, "a page", must2(s.Quarantines(ctx, guard.QuarantineQuery{After: "qua_1", Limit: 1})), []guard.Quarantine{again})
	one.State, one.Until = guard.StateConfirmed, nil
	fails(t, "two in force for a subject", s.DecideQuarantine(ctx, one), casework.ErrConflict)
	one.ID = "qua_9"
	fails(t, "decide on nothing", s.DecideQuarantine(ctx, one), casework.ErrNotFound)
	_, err := s.Quarantine(ctx, "qua_9")
	fails(t, "unknown", err, casework.ErrNotFound)
}

func testMatches(t *testing.T, s Store) {
	match := func(reference, listing string) guard.Match {
		return guard.Match{Reference: reference, Listing: listing}
	}
	must(t, s.AddMatches(ctx, []guard.Match{match("f1", "l1"), match("f1", "l2"), match("f2", "l1")}, 5, at(0)))
	must(t, s.AddMatches(ctx, []guard.Match{match("f1", "l1")}, 2, at(90))) // the same listing again
	count := func(from int) (map[string]int, int) {
		t.Helper()
		counts, scored, err := s.CountMatches(ctx, []string{"f1", "f2", "f3"}, at(from))
		must(t, err)
		return counts, scored
	}
	counts, scored := count(0)
	same(t, "matches", counts, map[string]int{"f1": 2, "f2": 1})
	same(t, "scored", scored, 7)
	counts, scored = count(60)
	same(t, "late matches", counts, map[string]int{"f1": 1})
	same(t, "scored late", scored, 2)
	must(t, s.ExpireMatches(ctx, at(60)))
	counts, scored = count(0)
	same(t, "left", counts, map[string]int{"f1": 1})
	same(t, "scored left", scored, 2)
}
