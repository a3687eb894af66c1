package qdranttest

import (
	"slices"

	client "github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// matches evaluates a filter on a payload as the server does: all of must, one of should if there are any.
func matches(f *client.Filter, payload map[string]*client.Value) (bool, error) {
	if f == nil {
		return true, nil
	}
	if len(f.GetMustNot()) > 0 || f.GetMinShould() != nil {
		return false, status.Error(codes.Unimplemented, "qdranttest knows must and should, nothing else")
	}
	for _, c := range f.GetMust() {
		if ok, err := condition(c, payload); err != nil || !ok {
			return false, err
		}
	}
	for _, c := range f.GetShould() {
		if ok, err := condition(c, payload); err != nil || ok {
			return ok, err
		}
	}
	return len(f.GetShould()) == 0, nil
}

func condition(c *client.Condition, payload map[string]*client.Value) (bool, error) {
	switch one := c.GetConditionOneOf().(type) {
	case *client.Condition_Filter:
		return matches(one.Filter, payload)
	case *client.Condition_Field:
		values := []*client.Value{payload[one.Field.GetKey()]}
		if list := values[0].GetListValue(); list != nil {
			values = list.GetValues()
		}
		for _, v := range values {
			if ok, err := field(one.Field, v); err != nil || ok {
				return ok, err
			}
		}
		return false, nil
	}
	return false, status.Errorf(codes.Unimplemented, "qdranttest does not know the condition %v", c)
}

// field evaluates a condition on one value; a value of another type does not fulfil it.
func field(f *client.FieldCondition, v *client.Value) (bool, error) {
	if r := f.GetRange(); r != nil {
		n, ok := v.GetKind().(*client.Value_IntegerValue)
		return ok && within(float64(n.IntegerValue), r), nil
	}
	switch m := f.GetMatch().GetMatchValue().(type) {
	case *client.Match_Keyword:
		s, ok := v.GetKind().(*client.Value_StringValue)
		return ok && s.StringValue == m.Keyword, nil
	case *client.Match_Keywords:
		s, ok := v.GetKind().(*client.Value_StringValue)
		return ok && slices.Contains(m.Keywords.GetStrings(), s.StringValue), nil
	case *client.Match_Integer:
		n, ok := v.GetKind().(*client.Value_IntegerValue)
		return ok && n.IntegerValue == m.Integer, nil
	case *client.Match_Boolean:
		b, ok := v.GetKind().(*client.Value_BoolValue)
		return ok && b.BoolValue == m.Boolean, nil
	}
	return false, status.Errorf(codes.Unimplemented, "qdranttest does not know the condition %v", f)
}

func within(x float64, r *client.Range) bool {
	return (r.Lt == nil || x < *r.Lt) && (r.Lte == nil || x <= *r.Lte) && (r.Gt == nil || x > *r.Gt) && (r.Gte == nil || x >= *r.Gte)
}
