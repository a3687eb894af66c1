package httpapi

import (
	"context"

	"github.com/gin-gonic/gin"

	"touchstone/internal/httpapi/rest"
	"touchstone/internal/server"
)

// acting looks up what an agent's powers of attorney let it do, once a request.
func (a *API) acting(c *gin.Context) {
	ctx := c.Request.Context()
	p, ok := server.PrincipalFrom(ctx)
	if !ok || p.Role != server.RoleAgent || a.Dossier == nil {
		return
	}
	who, err := a.Dossier.Acting(ctx, actor(ctx))
	if err != nil {
		_ = c.Error(err) // for the log
		server.WriteProblem(c, server.Overloaded("The powers of attorney could not be looked up."))
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
