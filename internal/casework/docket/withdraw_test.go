package docket_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
)

// TestWithdraw: a notice that is withdrawn ends its undecided cases, claimed or not, opened or not; what was decided stays; and nobody but its
// notifier withdraws it.
func TestWithdraw(t *testing.T) {
	d := newDesk(t, policies())
	cases := d.file(t, notice("L1", "L2", "L3"))
	n := cases[0].Notice
	d.decide(t, ann, cases[0].ID, takeDown)
	if _, err := d.Claim(t.Context(), ann, cases[1].ID); err != nil {
		t.Fatal(err)
	}
	for who, a := range map[string]casework.Actor{"another holder": {Account: "zeta", Role: "holder"}, "a seller": shop, "a pipeline": {Account: "m", Role: "pipeline", Subject: "alpha"}} {
		if _, err := d.Withdraw(t.Context(), a, n, ""); !errors.Is(err, casework.ErrNotFound) && !errors.Is(err, casework.ErrForbidden) {
			t.Errorf("%s: %v", who, err)
		}
	}
	if _, err := d.Withdraw(t.Context(), ann, n, ""); !errors.Is(err, casework.ErrForbidden) {
		t.Errorf("a reviewer: %v", err)
	}
	for range 2 { // the second changes nothing
		out, err := d.Withdraw(t.Context(), holder, n, "We were wrong.")
		if err != nil || out.Withdrawn != 2 || out.Decided != 1 || out.Notice.State != docket.NoticeClosed {
			t.Fatalf("%+v, %v", out, err)
		}
	}
	for i, want := range []string{docket.OutcomeTakenDown, docket.OutcomeDeclined, docket.OutcomeDeclined} {
		c := d.get(t, cases[i].ID)
		if c.Outcome != want || i > 0 && (c.Decision.Code != docket.Withdrawn || c.Decision.Remark != "We were wrong." || c.Claim != nil) {
			t.Errorf("case %d: %+v", i, c)
		}
	}
	decisions, err := d.store.Decisions(t.Context(), cases[1].ID)
	if err != nil || len(decisions) != 1 {
		t.Errorf("%d decisions, %v", len(decisions), err)
	}

	early, err := d.File(t.Context(), holder, notice("L4"))
	if err != nil {
		t.Fatal(err)
	}
	if out, err := d.Withdraw(t.Context(), holder, early.ID, ""); err != nil || out.Withdrawn != 1 || out.Notice.State != docket.NoticeClosed {
		t.Errorf("before its cases were opened: %+v, %v", out, err)
	}
}

// TestNoEarlyPutBack: under the DMCA a listing is not put back in the first 10 business days after a counter-notice, whoever decides; on the
// first moment behind them it is.
func TestNoEarlyPutBack(t *testing.T) {
	d := newDesk(t, policies())
	n := notice("L1")
	n.Regime = docket.RegimeDMCA
	d.scores["L1"] = docket.Score{Known: true, Seller: "shop-7", Probability: 0.5}
	c := d.file(t, n)[0]
	d.decide(t, ann, c.ID, takeDown)
	c, err := d.CounterNotice(t.Context(), shop, c.ID, objection)
	if err != nil {
		t.Fatal(err)
	}
	from := c.Contest.NotBefore
	if from == nil || !from.After(c.Contest.At.Add(13*24*time.Hour)) || !from.Before(*c.Contest.Until) {
		t.Fatalf("barred until %v, to be answered by %v", from, c.Contest.Until)
	}
	if _, err := d.Answer(t.Context(), holder, c.ID, "We will not go to court.", nil); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Claim(t.Context(), bob, c.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Reinstate(t.Context(), bob, c.ID, "", ""); !errors.Is(err, casework.ErrConflict) || !strings.Contains(err.Error(), "bar") {
		t.Errorf("at once: %v", err)
	}
	d.pass(from.Sub(d.clock()))
	if _, err := d.Claim(t.Context(), bob, c.ID); err != nil {
		t.Fatal(err)
	}
	if c, err = d.Reinstate(t.Context(), bob, c.ID, "", ""); err != nil || c.Effect != docket.EffectNone {
		t.Errorf("behind the tenth business day: %v", err)
	}
}

// sentFiles are files by account.
type sentFiles map[string][]string

func (s sentFiles) Sent(_ context.Context, account string, hashes []string) (string, error) {
	for _, h := range hashes {
		if !slices.Contains(s[account], h) {
			return h, nil
		}
	}
	return "", nil
}

// TestEvidenceIsSentFirst: a notice names files of its notifier alone.
func TestEvidenceIsSentFirst(t *testing.T) {
	d := newDesk(t, policies())
	mine, theirs := strings.Repeat("a", 64), strings.Repeat("b", 64)
	d.Files = sentFiles{"acme": {mine}, "zeta": {theirs}}
	n := notice("L1")
	n.Evidence = []docket.Evidence{{Blob: mine, Kind: "photo"}, {Blob: theirs, Kind: "photo"}}
	var invalid *casework.ValidationError
	if _, err := d.File(t.Context(), holder, n); !errors.As(err, &invalid) || invalid.Fields[0].Path != "evidence[1].blob" {
		t.Errorf("another's file: %v", err)
	}
	n.Evidence = n.Evidence[:1]
	if _, err := d.File(t.Context(), holder, n); err != nil {
		t.Errorf("a file of their own: %v", err)
	}
}
