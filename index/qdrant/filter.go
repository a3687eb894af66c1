package qdrant

import (
	"time"

	client "github.com/qdrant/go-client/qdrant"

	"touchstone/index"
)

// translate says a filter in the server's words: all that index.Filter.Matches lets through, and nothing else. An empty filter is nil.
func translate(f index.Filter) *client.Filter {
	var must []*client.Condition
	for _, one := range []struct {
		field   string
		allowed []string
	}{{fieldRight, f.Rights}, {fieldKind, f.Kinds}, {fieldHolder, f.Holders}} {
		if len(one.allowed) > 0 {
			must = append(must, client.NewMatchKeywords(one.field, one.allowed...))
		}
	}
	if len(f.Territories) > 0 {
		allowed := append([]string{everywhere}, f.Territories...)
		must = append(must, client.NewMatchKeywords(fieldTerritories, allowed...))
	}
	if f.ActiveOnly {
		must = append(must, client.NewMatchBool(fieldActive, true))
	}
	if !f.At.IsZero() {
		must = append(must, inForce(f.At)...)
	}
	if len(must) == 0 {
		return nil
	}
	return &client.Filter{Must: must}
}

// inForce asks for From <= t < Until. Seconds decide but in the very second of one of them, where the nanoseconds do.
func inForce(t time.Time) []*client.Condition {
	second, nanos := t.Unix(), float64(t.Nanosecond())
	whole := float64(second)
	from := anyOf(
		client.NewRange(fieldFrom, &client.Range{Lt: &whole}),
		allOf(client.NewMatchInt(fieldFrom, second), client.NewRange(fieldFromNanos, &client.Range{Lte: &nanos})),
	)
	until := anyOf(
		client.NewRange(fieldUntil, &client.Range{Gt: &whole}),
		allOf(client.NewMatchInt(fieldUntil, second), client.NewRange(fieldUntilNanos, &client.Range{Gt: &nanos})),
	)
	return []*client.Condition{from, until}
}

func anyOf(conditions ...*client.Condition) *client.Condition {
	return client.NewFilterAsCondition(&client.Filter{Should: conditions})
}

func allOf(conditions ...*client.Condition) *client.Condition {
	return client.NewFilterAsCondition(&client.Filter{Must: conditions})
}
