package web

import (
	"slices"

	"github.com/gin-gonic/gin"

	"touchstone/detect"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/sellerlink"
	"touchstone/internal/intake"
)

// handedOut is a link that the case's page shows.
type handedOut struct {
	sellerlink.Link
	Path string
}

// sellerLinks of a case that still open something.
func (w *Web) sellerLinks(c *gin.Context, cs docket.Case) ([]handedOut, error) {
	if cs.Decision == nil || cs.Seller == "" {
		return nil, nil
	}
	list, err := w.SellerLinks.Store.SellerLinks(c.Request.Context(), cs.ID, 20)
	if err != nil {
		return nil, err
	}
	var out []handedOut
	for _, l := range list {
		if path := w.SellerLinks.Path(l); path != "" {
			out = append(out, handedOut{l, path})
		}
	}
	return out, nil
}

func (w *Web) makeSellerLink(c *gin.Context) {
	_, err := w.SellerLinks.Issue(c.Request.Context(), actor(c), c.Param("id"), "", 0)
	w.again(c, "page.said.link", err)
}

func (w *Web) revokeSellerLink(c *gin.Context) {
	_, err := w.SellerLinks.Revoke(c.Request.Context(), actor(c), c.Param("id"), c.Param("link"))
	w.again(c, "page.said.revoked", err)
}

// caseFile shows a picture that a party sent, if it belongs to the case.
func (w *Web) caseFile(c *gin.Context) {
	cs, _, err := w.Docket.Case(c.Request.Context(), actor(c), c.Param("id"))
	if err != nil {
		w.fail(c, err)
		return
	}
	if !slices.Contains(filesOf(cs), c.Param("hash")) {
		w.fail(c, intake.ErrNoPicture)
		return
	}
	data, err := w.Evidence.Shown(c.Request.Context(), c.Param("hash"), detect.Box{})
	w.picture(c, data, err)
}

// filesOf are the files that the parties to a case sent.
func filesOf(cs docket.Case) []string {
	out := slices.Clone(cs.Evidence)
	add := func(list []docket.Evidence) {
		for _, e := range list {
			out = append(out, e.Blob)
		}
	}
	if k := cs.Contest; k != nil {
		add(k.Evidence)
		add(k.Proof)
	}
	if q := cs.Question; q != nil {
		add(q.Evidence)
	}
	return out
}
