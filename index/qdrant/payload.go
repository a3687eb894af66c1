package qdrant

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	client "github.com/qdrant/go-client/qdrant"

	"touchstone/index"
)

// Fields of a payload in the server. Times are whole seconds and the nanoseconds behind them, since a server's range compares
// floating-point numbers, which hold the one or the other but not both.
const (
	fieldID          = "id"
	fieldRight       = "right"
	fieldKind        = "kind"
	fieldHolder      = "holder"
	fieldTerritories = "territories"
	fieldActive      = "active"
	fieldFrom        = "from"
	fieldFromNanos   = "from_ns"
	fieldUntil       = "until"
	fieldUntilNanos  = "until_ns"
	fieldVectors     = "n" // how many vectors the point has
)

// everywhere stands among the territories of a right that holds in all of them. It is no territory's name: an empty one is refused.
const everywhere = ""

// always is the second, before or after all others, of a right that is open on one side.
const always = int64(1) << 52

// ids is the namespace of the UUIDs that stand for our IDs.
var ids = uuid.MustParse("5d1b5b6e-93f6-4b0e-8a59-3f2f5d1a7c11")

// pointID is the server's ID for one of ours.
func pointID(id string) *client.PointId {
	return client.NewIDUUID(uuid.NewSHA1(ids, []byte(id)).String())
}

// encode makes the payload that stands for a point.
func encode(p index.Point) map[string]*client.Value {
	territories := make([]*client.Value, 0, max(1, len(p.Payload.Territories)))
	for _, t := range p.Payload.Territories {
		territories = append(territories, client.NewValueString(t))
	}
	if len(territories) == 0 {
		territories = append(territories, client.NewValueString(everywhere))
	}
	from, fromNanos := moment(p.Payload.From, -always)
	until, untilNanos := moment(p.Payload.Until, always)
	return map[string]*client.Value{
		fieldID:          client.NewValueString(p.ID),
		fieldRight:       client.NewValueString(p.Payload.Right),
		fieldKind:        client.NewValueString(p.Payload.Kind),
		fieldHolder:      client.NewValueString(p.Payload.Holder),
		fieldTerritories: client.NewValueFromList(territories...),
		fieldActive:      client.NewValueBool(p.Payload.Active),
		fieldFrom:        client.NewValueInt(from),
		fieldFromNanos:   client.NewValueInt(fromNanos),
		fieldUntil:       client.NewValueInt(until),
		fieldUntilNanos:  client.NewValueInt(untilNanos),
		fieldVectors:     client.NewValueInt(int64(len(p.Vectors))),
	}
}

// moment splits a time; a zero one is open.
func moment(t time.Time, open int64) (seconds, nanos int64) {
	if t.IsZero() {
		return open, 0
	}
	return t.Unix(), int64(t.Nanosecond())
}

// decode is the way back. It returns the point without its vectors and how many it has; what we cannot have written is index.ErrCorrupt.
func decode(v map[string]*client.Value) (p index.Point, vectors int, err error) {
	id, ok := v[fieldID].GetKind().(*client.Value_StringValue)
	n := v[fieldVectors].GetIntegerValue()
	if !ok || id.StringValue == "" || n < 1 || n > index.MaxVectors {
		return p, 0, fmt.Errorf("%w: a point in Qdrant has no ID or no count of vectors: something else wrote it; "+
			"give this service a prefix of its own and fill the index again", index.ErrCorrupt)
	}
	p.ID = id.StringValue
	p.Payload = index.Payload{
		Right: v[fieldRight].GetStringValue(), Kind: v[fieldKind].GetStringValue(), Holder: v[fieldHolder].GetStringValue(),
		Active: v[fieldActive].GetBoolValue(),
		From:   instant(v[fieldFrom], v[fieldFromNanos]), Until: instant(v[fieldUntil], v[fieldUntilNanos]),
	}
	for _, t := range v[fieldTerritories].GetListValue().GetValues() {
		if name := t.GetStringValue(); name != everywhere {
			p.Payload.Territories = append(p.Payload.Territories, name)
		}
	}
	return p, int(n), nil
}

func instant(seconds, nanos *client.Value) time.Time {
	s := seconds.GetIntegerValue()
	if s == always || s == -always {
		return time.Time{}
	}
	return time.Unix(s, nanos.GetIntegerValue()).UTC()
}

// decodeVectors takes a point's vectors out of an answer.
func decodeVectors(out *client.VectorsOutput, n, dimension int) ([][]float32, error) {
	list := out.GetVector().GetMultiDense().GetVectors()
	if len(list) != n {
		return nil, fmt.Errorf("%w: a point of %d vectors came with %d", index.ErrCorrupt, n, len(list))
	}
	vectors := make([][]float32, n)
	for i, v := range list {
		if len(v.GetData()) != dimension {
			return nil, fmt.Errorf("%w: a vector has %d numbers where its collection has %d", index.ErrCorrupt, len(v.GetData()), dimension)
		}
		vectors[i] = v.GetData()
	}
	return vectors, nil
}
