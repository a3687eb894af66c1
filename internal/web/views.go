package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"touchstone/internal/people"
)

// savedView is a saved view with its address.
type savedView struct {
	Name, URL string
	Current   bool
}

func (w *Web) views(c *gin.Context, now queueFilter) ([]savedView, error) {
	who, _ := personOf(c)
	list, err := w.People.Views(c.Request.Context(), who.ID)
	if err != nil {
		return nil, err
	}
	var out []savedView
	for _, v := range list {
		q, err := url.ParseQuery(v.Query)
		if err != nil {
			continue // saved by an older version
		}
		f := filterOf(q.Get)
		out = append(out, savedView{v.Name, "/queue?" + f.values().Encode(), f == now})
	}
	return out, nil
}

// saveView keeps the filter of a form under a name.
func (w *Web) saveView(c *gin.Context) {
	who, _ := personOf(c)
	f := filterOf(c.PostForm)
	err := w.People.SaveView(c.Request.Context(), who.ID, people.View{Name: strings.Join(strings.Fields(c.PostForm("name")), " "), Query: f.values().Encode()})
	var fault *people.InputError
	if err != nil && !errors.As(err, &fault) {
		w.fail(c, err)
		return
	}
	w.say(c, "page.said.view")
	if fault != nil {
		w.say(c, "page.said.noview")
	}
	c.Redirect(http.StatusSeeOther, "/queue?"+f.values().Encode())
}

func (w *Web) dropView(c *gin.Context) {
	who, _ := personOf(c)
	if err := w.People.DropView(c.Request.Context(), who.ID, c.PostForm("name")); err != nil {
		w.fail(c, err)
		return
	}
	w.say(c, "page.said.viewgone")
	c.Redirect(http.StatusSeeOther, "/queue")
}
