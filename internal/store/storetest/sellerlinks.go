package storetest

import (
	"errors"
	"testing"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/sellerlink"
)

func testSellerLinks(t *testing.T, s Store) {
	link := func(id, of string) sellerlink.Link {
		return sellerlink.Link{ID: id, Case: of, Seller: "alpha/shop 7", Language: "de", MadeBy: "pipeline:alpha/k1", MadeAt: T0, ExpiresAt: T0.Add(time.Hour)}
	}
	keep := func(list ...sellerlink.Link) {
		t.Helper()
		must(t, s.Update(ctx, func(tx docket.Tx) error {
			for _, l := range list {
				if err := tx.(sellerlink.Tx).PutSellerLink(ctx, l); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	one, two, other := link("lnk_1", "cas_1"), link("lnk_2", "cas_1"), link("lnk_3", "cas_2")
	keep(one, two, other)
	if _, err := s.SellerLink(ctx, "lnk_9"); !errors.Is(err, casework.ErrNotFound) {
		t.Errorf("a link that is not there: %v", err)
	}
	same(t, "links of a case", must2(s.SellerLinks(ctx, "cas_1", 10)), []sellerlink.Link{two, one})
	same(t, "at most", must2(s.SellerLinks(ctx, "cas_1", 1)), []sellerlink.Link{two})
	at := T0.Add(time.Minute)
	one.RevokedAt, one.RevokedBy = &at, "operator:ops/x"
	keep(one)
	same(t, "revoked", must2(s.SellerLink(ctx, "lnk_1")), one)
	same(t, "the other case's", must2(s.SellerLinks(ctx, "cas_2", 10)), []sellerlink.Link{other})
}
