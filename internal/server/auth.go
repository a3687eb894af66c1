package server

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"
)

// Principal is who a request comes from.
type Principal struct {
	KeyID, Account, Subject string
	Role                    Role
}

// PrincipalFrom returns the principal of the request that a context belongs
// to; ok is false outside of authenticated routes.
func PrincipalFrom(ctx context.Context) (p Principal, ok bool) {
	key, ok := ctx.Value(identityKey).(Key)
	return Principal{KeyID: key.ID, Account: key.Account, Subject: key.Subject, Role: key.Role}, ok
}

// WithPrincipal puts a principal into a context: for tests and for work that
// the service does in someone's name. Quotas do not bind it.
func WithPrincipal(ctx context.Context, p Principal) context.Context {
	return context.WithValue(ctx, identityKey, Key{ID: p.KeyID, Account: p.Account, Subject: p.Subject, Role: p.Role})
}

// authenticate finds the key of each API request.
func (s *Server) authenticate(c *gin.Context) {
	if !isAPI(c) {
		return
	}
	token, p := requestToken(c)
	if p != nil {
		unauthenticated(c, p)
		return
	}
	key, err := s.keys.Authenticate(c.Request.Context(), token)
	switch {
	case errors.Is(err, ErrUnauthenticated):
		unauthenticated(c, NewProblem(KindUnauthenticated, sentence(err)))
	case err != nil:
		_ = c.Error(err) // for the log
		WriteProblem(c, Overloaded("The key could not be looked up."))
	default:
		setContext(c, identityKey, key)
	}
}

// sentence is the message of an error behind its sentinel.
func sentence(err error) string {
	_, after, found := strings.Cut(err.Error(), ": ")
	if !found || after == "" {
		return err.Error()
	}
	return strings.ToUpper(after[:1]) + after[1:] + "."
}

func requestToken(c *gin.Context) (string, *Problem) {
	key, header := c.GetHeader("X-API-Key"), c.GetHeader("Authorization")
	switch {
	case key != "" && header != "":
		return "", NewProblem(KindUnauthenticated, "Send the API key in X-API-Key or in Authorization, not in both.")
	case key != "":
		return key, nil
	case header == "":
		return "", NewProblem(KindUnauthenticated, "Send your API key in the header Authorization: Bearer ts_… or X-API-Key: ts_…")
	}
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", NewProblem(KindUnauthenticated, "The header Authorization must begin with Bearer and hold an API key.")
	}
	return strings.TrimSpace(token), nil
}

func unauthenticated(c *gin.Context, p *Problem) {
	c.Header("WWW-Authenticate", `Bearer realm="touchstone"`)
	WriteProblem(c, p)
}

// permit returns the problem of a principal without one of the roles.
func permit(ctx context.Context, roles []Role) *Problem {
	p, ok := PrincipalFrom(ctx)
	switch {
	case !ok:
		return NewProblem(KindUnauthenticated, "This needs an API key.")
	case !slices.Contains(roles, p.Role):
		return NewProblem(KindForbidden, fmt.Sprintf("A key with the role %s may not do this; it takes %s.", p.Role, roleList(roles)))
	}
	return nil
}

func roleList(roles []Role) string {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = string(r)
	}
	return strings.Join(names, " or ")
}

// Require lets only the roles through to a Gin handler.
func Require(roles ...Role) gin.HandlerFunc {
	return func(c *gin.Context) {
		if p := permit(c.Request.Context(), roles); p != nil {
			WriteProblem(c, p)
		}
	}
}

// Secured makes a huma operation one that needs a key with one of the roles,
// and says so in its OpenAPI entry.
func Secured(op huma.Operation, roles ...Role) huma.Operation {
	op.Security = append(op.Security, map[string][]string{"bearer": {}}, map[string][]string{"apiKey": {}})
	note := "Roles: " + roleList(roles) + "."
	op.Description = strings.TrimSpace(op.Description + "\n\n" + note)
	op.Middlewares = append(op.Middlewares, func(ctx huma.Context, next func(huma.Context)) {
		if p := permit(ctx.Context(), roles); p != nil {
			WriteProblem(humagin.Unwrap(ctx), p)
			return
		}
		next(ctx)
	})
	return op
}
