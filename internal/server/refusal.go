package server

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"
)

// Refusal is a request to the API that was refused: without a key (401), by its role (403), since it named nothing of its own (404), by the state of
// things or a repeated key (409), or since it was too much (429).
type Refusal struct {
	Principal     // zero without a key
	Method, Route string
	ID            string // what the path named, "" for nothing
	Status        int
}

var refusals = []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusConflict, http.StatusTooManyRequests}

// refusal tells of a refused request.
func (s *Server) refusal(c *gin.Context, p Principal, status int) {
	if s.refused != nil && isAPI(c) && slices.Contains(refusals, status) {
		s.refused(Refusal{p, c.Request.Method, c.FullPath(), c.Param("id"), status})
	}
}

// NoteRefusal tells of a refusal that its status does not show: a body that named what belongs to another.
func (s *Server) NoteRefusal(r Refusal) {
	if s.refused != nil {
		s.refused(r)
	}
}
