package httpapi

import (
	"context"

	"github.com/gin-gonic/gin"

	"touchstone/internal/casework"
	"touchstone/internal/httpapi/rest"
	"touchstone/internal/server"
)

// acting looks up for whom a key acts, once a request: an agent by its powers of attorney, a partner's key for the partner whose agreement holds.
func (a *API) acting(c *gin.Context) {
	ctx := c.Request.Context()
	p, ok := server.PrincipalFrom(ctx)
	if !ok {
		return
	}
	var who casework.Actor
	var err error
	switch {
	case p.Role == server.RoleAgent && a.Dossier != nil:
		who, err = a.Dossier.Acting(ctx, actor(ctx))
	case p.Role == server.RolePartner && a.Partners != nil:
		who, err = a.Partners.Acting(ctx, actor(ctx))
	default:
		return
	}
	if err != nil {
		_ = c.Error(err) // for the log
		server.WriteProblem(c, server.Overloaded("It could not be looked up for whom this key acts."))
		return
	}
	c.Request = c.Request.WithContext(rest.WithActor(ctx, who))
}

// refused keeps in the audit log that an agent was refused for want of a power of attorney.
func (a *API) refused(ctx context.Context, err error) {
	if a.Dossier == nil {
		return
	}
	if err := a.Dossier.Refused(context.WithoutCancel(ctx), actor(ctx), "request", err); err != nil {
		a.Log.ErrorContext(ctx, "a refusal is not in the audit log", "error", err)
	}
}
