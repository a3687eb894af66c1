package web

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"touchstone/internal/casework"
)

// Refusal is a page that was refused: to somebody who is not signed in, by role, since it is not theirs, by the state of things, or after too many
// tries. Actor is zero for somebody who is not signed in.
type Refusal struct {
	Actor         casework.Actor
	Method, Route string
	Subject       string // what the path named, "" for nothing
	Status        int
}

var refusals = []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusConflict, http.StatusTooManyRequests}

// watch tells of refused pages.
func (w *Web) watch(c *gin.Context) {
	c.Next()
	if status := c.Writer.Status(); w.Refused != nil && slices.Contains(refusals, status) {
		w.Refused(Refusal{actor(c), c.Request.Method, c.FullPath(), c.Param("id"), status})
	}
}
