package qdranttest

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/google/uuid"
	client "github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

type points struct {
	client.UnimplementedPointsServer
	server *Server
}

// on runs fn on a collection, under the lock.
func (x *points) on(name string, fn func(*collection) error) error {
	x.server.mu.Lock()
	defer x.server.mu.Unlock()
	c, err := x.server.find(name)
	if err != nil {
		return err
	}
	return fn(c)
}

// key checks an ID as the server does.
func key(id *client.PointId) (string, error) {
	parsed, err := uuid.Parse(id.GetUuid())
	if err != nil {
		return "", status.Errorf(codes.InvalidArgument, "Unable to parse UUID: %s", id.GetUuid())
	}
	return parsed.String(), nil
}

func (x *points) Upsert(_ context.Context, in *client.UpsertPoints) (out *client.PointsOperationResponse, err error) {
	err = x.on(in.GetCollectionName(), func(c *collection) error {
		fresh := map[string]*client.PointStruct{}
		for _, p := range in.GetPoints() {
			id, err := key(p.GetId())
			if err != nil {
				return err
			}
			list := p.GetVectors().GetVector().GetMultiDense().GetVectors()
			if len(list) == 0 {
				return status.Error(codes.InvalidArgument, "Wrong input: Multivectors must not be empty")
			}
			for _, v := range list {
				if len(v.GetData()) != int(c.params().GetSize()) {
					return status.Errorf(codes.InvalidArgument, "Wrong input: Vector dimension error: expected dim: %d, got %d", c.params().GetSize(), len(v.GetData()))
				}
			}
			fresh[id] = p
		}
		maps.Copy(c.points, fresh)
		out = c.done()
		return nil
	})
	return out, err
}

func (x *points) Delete(_ context.Context, in *client.DeletePoints) (out *client.PointsOperationResponse, err error) {
	err = x.on(in.GetCollectionName(), func(c *collection) error {
		for _, p := range in.GetPoints().GetPoints().GetIds() {
			id, err := key(p)
			if err != nil {
				return err
			}
			delete(c.points, id)
		}
		out = c.done()
		return nil
	})
	return out, err
}

func (x *points) CreateFieldIndex(_ context.Context, in *client.CreateFieldIndexCollection) (out *client.PointsOperationResponse, err error) {
	types := map[client.FieldType]client.PayloadSchemaType{client.FieldType_FieldTypeKeyword: client.PayloadSchemaType_Keyword,
		client.FieldType_FieldTypeInteger: client.PayloadSchemaType_Integer, client.FieldType_FieldTypeBool: client.PayloadSchemaType_Bool}
	kind, ok := types[in.GetFieldType()]
	if !ok {
		return nil, status.Error(codes.Unimplemented, "qdranttest indexes keywords, integers and bools, nothing else")
	}
	err = x.on(in.GetCollectionName(), func(c *collection) error {
		c.indexes[in.GetFieldName()] = &client.PayloadSchemaInfo{DataType: kind}
		out = c.done()
		return nil
	})
	return out, err
}

// retrieved is a point as it is answered.
func retrieved(p *client.PointStruct, vectors bool) *client.RetrievedPoint {
	r := &client.RetrievedPoint{Id: p.GetId(), Payload: p.GetPayload()}
	if vectors {
		r.Vectors = output(p)
	}
	return r
}

func output(p *client.PointStruct) *client.VectorsOutput {
	return &client.VectorsOutput{VectorsOptions: &client.VectorsOutput_Vector{Vector: &client.VectorOutput{
		Vector: &client.VectorOutput_MultiDense{MultiDense: p.GetVectors().GetVector().GetMultiDense()}}}}
}

func (x *points) Get(_ context.Context, in *client.GetPoints) (*client.GetResponse, error) {
	out := &client.GetResponse{}
	err := x.on(in.GetCollectionName(), func(c *collection) error {
		for _, p := range in.GetIds() {
			id, err := key(p)
			if err != nil {
				return err
			}
			if found := c.points[id]; found != nil {
				out.Result = append(out.Result, retrieved(found, in.GetWithVectors().GetEnable()))
			}
		}
		return nil
	})
	return out, err
}

func (x *points) Scroll(_ context.Context, in *client.ScrollPoints) (*client.ScrollResponse, error) {
	out := &client.ScrollResponse{}
	err := x.on(in.GetCollectionName(), func(c *collection) error {
		if in.GetFilter() != nil {
			return status.Error(codes.Unimplemented, "qdranttest scrolls without a filter")
		}
		from := ""
		if in.GetOffset() != nil {
			var err error
			if from, err = key(in.GetOffset()); err != nil {
				return err
			}
		}
		for _, id := range slices.Sorted(maps.Keys(c.points)) {
			if id < from {
				continue
			}
			if len(out.Result) == int(in.GetLimit()) {
				out.NextPageOffset = client.NewIDUUID(id)
				break
			}
			out.Result = append(out.Result, retrieved(c.points[id], in.GetWithVectors().GetEnable()))
		}
		return nil
	})
	return out, err
}

func (x *points) Facet(_ context.Context, in *client.FacetCounts) (*client.FacetResponse, error) {
	out := &client.FacetResponse{}
	err := x.on(in.GetCollectionName(), func(c *collection) error {
		if c.indexes[in.GetKey()] == nil {
			return status.Errorf(codes.InvalidArgument, "Bad request: Index required but not found for \"%s\". Help: Create an index", in.GetKey())
		}
		counts := map[int64]uint64{}
		for _, p := range c.points {
			counts[p.GetPayload()[in.GetKey()].GetIntegerValue()]++
		}
		for value, n := range counts {
			out.Hits = append(out.Hits, &client.FacetHit{Count: n, Value: &client.FacetValue{Variant: &client.FacetValue_IntegerValue{IntegerValue: value}}})
		}
		slices.SortFunc(out.Hits, func(a, b *client.FacetHit) int { return cmp.Compare(b.GetCount(), a.GetCount()) })
		out.Hits = out.Hits[:min(len(out.Hits), int(in.GetLimit()))]
		return nil
	})
	return out, err
}

func (x *points) QueryBatch(_ context.Context, in *client.QueryBatchPoints) (*client.QueryBatchResponse, error) {
	out := &client.QueryBatchResponse{}
	for _, q := range in.GetQueryPoints() {
		err := x.on(in.GetCollectionName(), func(c *collection) error {
			hits, err := c.search(q)
			out.Result = append(out.Result, &client.BatchResult{Result: hits})
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// search compares every vector. Equal scores come by the server's ID, which is not the order that the index promises.
func (c *collection) search(q *client.QueryPoints) ([]*client.ScoredPoint, error) {
	query := q.GetQuery().GetNearest().GetMultiDense().GetVectors()
	if len(query) != 1 || q.GetLimit() == 0 {
		return nil, status.Error(codes.Unimplemented, "qdranttest searches for one vector in a multivector, with a limit")
	}
	if n := len(query[0].GetData()); n != int(c.params().GetSize()) {
		return nil, status.Errorf(codes.InvalidArgument, "Wrong input: Vector dimension error: expected dim: %d, got %d", c.params().GetSize(), n)
	}
	var hits []*client.ScoredPoint
	for _, p := range c.points {
		through, err := matches(q.GetFilter(), p.GetPayload())
		if err != nil {
			return nil, err
		}
		if !through {
			continue
		}
		hit := &client.ScoredPoint{Id: p.GetId(), Payload: p.GetPayload(), Score: maxSim(query[0].GetData(), p)}
		if q.GetWithVectors().GetEnable() {
			hit.Vectors = output(p)
		}
		hits = append(hits, hit)
	}
	slices.SortFunc(hits, func(a, b *client.ScoredPoint) int {
		return cmp.Or(cmp.Compare(b.GetScore(), a.GetScore()), cmp.Compare(a.GetId().GetUuid(), b.GetId().GetUuid()))
	})
	return hits[:min(len(hits), int(q.GetLimit()))], nil
}

func maxSim(query []float32, p *client.PointStruct) float32 {
	var best float32
	for i, v := range p.GetVectors().GetVector().GetMultiDense().GetVectors() {
		var score float32
		for k, x := range v.GetData() {
			score += x * query[k]
		}
		if i == 0 || score > best {
			best = score
		}
	}
	return best
}
