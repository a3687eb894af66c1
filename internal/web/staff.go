package web

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"touchstone/internal/casework"
	"touchstone/internal/people"
)

// Roles that people sign in with.
var signingRoles = []string{roleReviewer, roleScientist, roleOperator, roleAdmin, roleHolder, roleAgent, rolePartner}

// isStaff tells whether a role judges cases or runs the service.
func isStaff(role string) bool {
	return role == roleReviewer || role == roleOperator || role == roleAdmin
}

// peoplePage is the page at /people: who may sign in.
type peoplePage struct {
	frame
	People   []people.Person
	Roles    []string
	Form     people.Person
	Fault    string
	For      string // whom a password was made for, and the password, shown this once
	Password string
}

func (w *Web) peopleRoutes(admin *gin.RouterGroup) {
	admin.GET("/people", w.peoplePage)
	admin.POST("/people", w.invite)
	admin.POST("/people/:id/disable", func(c *gin.Context) { w.disable(c, true) })
	admin.POST("/people/:id/enable", func(c *gin.Context) { w.disable(c, false) })
	admin.POST("/people/:id/reset", w.reset)
}

func (w *Web) peoplePage(c *gin.Context) { w.showPeople(c, http.StatusOK, peoplePage{}) }

func (w *Web) showPeople(c *gin.Context, status int, p peoplePage) {
	p.frame, p.Roles = w.frame(c, "people", "page.people.title"), signingRoles
	p.Flash = w.said(c, p.frame)
	var err error
	if p.People, err = w.People.List(c.Request.Context(), ""); err != nil {
		w.fail(c, err)
		return
	}
	w.show(c, status, "people", p)
}

// invite makes a person with a password that they must change.
func (w *Web) invite(c *gin.Context) {
	trimmed := func(field string) string { return strings.TrimSpace(c.PostForm(field)) }
	in := people.Person{ID: casework.NewID("per"), Email: trimmed("email"), Name: trimmed("name"), Role: trimmed("role"), Account: trimmed("account"), Subject: trimmed("subject")}
	f := w.frame(c, "people", "page.people.title")
	if !slices.Contains(signingRoles, in.Role) || in.Account == "" || len(in.Account) > 64 || len(in.Subject) > 320 || len(in.Name) > 200 {
		w.showPeople(c, http.StatusUnprocessableEntity, peoplePage{Form: in, Fault: f.T("page.people.fault.form")})
		return
	}
	made, password, err := w.People.Invite(c.Request.Context(), in)
	var fault *people.InputError
	switch {
	case errors.Is(err, people.ErrTaken):
		w.showPeople(c, http.StatusUnprocessableEntity, peoplePage{Form: in, Fault: f.T("page.people.fault.taken")})
	case errors.As(err, &fault):
		w.showPeople(c, http.StatusUnprocessableEntity, peoplePage{Form: in, Fault: f.T("page.people.fault.email")})
	case err != nil:
		w.fail(c, err)
	default:
		w.showPeople(c, http.StatusOK, peoplePage{For: made.Email, Password: password})
	}
}

func (w *Web) disable(c *gin.Context, disabled bool) {
	if who, _ := personOf(c); who.ID == c.Param("id") && disabled {
		w.problem(c, http.StatusConflict, "page.people.fault.self", "")
		return
	}
	if err := w.People.Disable(c.Request.Context(), c.Param("id"), disabled); err != nil {
		w.fail(c, missingPerson(err))
		return
	}
	w.say(c, "page.said.person")
	c.Redirect(http.StatusSeeOther, "/people")
}

func (w *Web) reset(c *gin.Context) {
	list, err := w.People.List(c.Request.Context(), "")
	if err != nil {
		w.fail(c, err)
		return
	}
	i := slices.IndexFunc(list, func(p people.Person) bool { return p.ID == c.Param("id") })
	if i < 0 {
		w.fail(c, casework.ErrNotFound)
		return
	}
	password, err := w.People.Reset(c.Request.Context(), list[i].ID)
	if err != nil {
		w.fail(c, err)
		return
	}
	w.showPeople(c, http.StatusOK, peoplePage{For: list[i].Email, Password: password})
}

func missingPerson(err error) error {
	if errors.Is(err, people.ErrNotFound) {
		return casework.ErrNotFound
	}
	return err
}
