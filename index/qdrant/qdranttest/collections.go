package qdranttest

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	client "github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// invalidChars may not be in the name of a collection.
const invalidChars = "<>:\"/\\|?*\x00\x1f"

// A collection is points by the server's ID.
type collection struct {
	recipe  *client.CreateCollection
	indexes map[string]*client.PayloadSchemaInfo
	points  map[string]*client.PointStruct
	version uint64
}

func (c *collection) params() *client.VectorParams { return c.recipe.GetVectorsConfig().GetParams() }

type collections struct {
	client.UnimplementedCollectionsServer
	server *Server
}

// find resolves a name or an alias; the caller holds the lock.
func (s *Server) find(name string) (*collection, error) {
	if to, is := s.aliases[name]; is {
		name = to
	}
	c := s.collections[name]
	if c == nil {
		return nil, status.Errorf(codes.NotFound, "Not found: Collection `%s` doesn't exist!", name)
	}
	return c, nil
}

func (x *collections) Create(_ context.Context, in *client.CreateCollection) (*client.CollectionOperationResponse, error) {
	s := x.server
	s.mu.Lock()
	defer s.mu.Unlock()
	params := in.GetVectorsConfig().GetParams()
	switch _, taken := s.aliases[in.GetCollectionName()]; {
	case s.collections[in.GetCollectionName()] != nil:
		return nil, status.Errorf(codes.AlreadyExists, "Wrong input: Collection `%s` already exists!", in.GetCollectionName())
	case taken:
		return nil, status.Errorf(codes.InvalidArgument,
			"Wrong input: Can't create collection with name %s. Alias with the same name already exists", in.GetCollectionName())
	case in.GetCollectionName() == "" || len(in.GetCollectionName()) > 255 || strings.ContainsAny(in.GetCollectionName(), invalidChars):
		return nil, status.Error(codes.InvalidArgument, "Validation error in body: [collection_name: collection name cannot be used]")
	case params.GetSize() < 1 || params.GetSize() > 65536:
		return nil, status.Error(codes.InvalidArgument, "Validation error in body: [vectors_config.params.size: value invalid, must be from 1.0 to 65536.0]")
	case params.GetDistance() != client.Distance_Dot || params.GetMultivectorConfig() == nil:
		return nil, status.Error(codes.Unimplemented, "qdranttest knows multivectors compared by Dot, nothing else")
	}
	s.collections[in.GetCollectionName()] = &collection{recipe: in, indexes: map[string]*client.PayloadSchemaInfo{}, points: map[string]*client.PointStruct{}}
	return &client.CollectionOperationResponse{Result: true, Time: 1e-3}, nil
}

// Update knows the empty change, which wakes optimisers.
func (x *collections) Update(_ context.Context, in *client.UpdateCollection) (*client.CollectionOperationResponse, error) {
	s := x.server
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.find(in.GetCollectionName()); err != nil {
		return nil, err
	}
	if in.GetParams() != nil || in.GetHnswConfig() != nil || in.GetOptimizersConfig() == nil || in.GetOptimizersConfig().DeletedThreshold != nil {
		return nil, status.Error(codes.Unimplemented, "qdranttest knows an empty change of the optimiser's settings, nothing else")
	}
	return &client.CollectionOperationResponse{Result: true, Time: 1e-3}, nil
}

func (x *collections) Get(_ context.Context, in *client.GetCollectionInfoRequest) (*client.GetCollectionInfoResponse, error) {
	s := x.server
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.find(in.GetCollectionName())
	if err != nil {
		return nil, err
	}
	n := uint64(len(c.points))
	return &client.GetCollectionInfoResponse{Result: &client.CollectionInfo{
		Status: client.CollectionStatus_Green, OptimizerStatus: &client.OptimizerStatus{Ok: true}, SegmentsCount: 1, PointsCount: &n,
		PayloadSchema: maps.Clone(c.indexes),
		Config: &client.CollectionConfig{Metadata: c.recipe.GetMetadata(),
			Params: &client.CollectionParams{VectorsConfig: c.recipe.GetVectorsConfig(), ShardNumber: max(1, c.recipe.GetShardNumber())}},
	}}, nil
}

func (x *collections) List(context.Context, *client.ListCollectionsRequest) (*client.ListCollectionsResponse, error) {
	x.server.mu.Lock()
	defer x.server.mu.Unlock()
	out := &client.ListCollectionsResponse{}
	for name := range x.server.collections {
		out.Collections = append(out.Collections, &client.CollectionDescription{Name: name})
	}
	return out, nil
}

func (x *collections) Delete(_ context.Context, in *client.DeleteCollection) (*client.CollectionOperationResponse, error) {
	s := x.server
	s.mu.Lock()
	defer s.mu.Unlock()
	_, there := s.collections[in.GetCollectionName()]
	delete(s.collections, in.GetCollectionName())
	maps.DeleteFunc(s.aliases, func(_, to string) bool { return to == in.GetCollectionName() })
	return &client.CollectionOperationResponse{Result: there, Time: 1e-3}, nil
}

func (x *collections) UpdateAliases(_ context.Context, in *client.ChangeAliases) (*client.CollectionOperationResponse, error) {
	s := x.server
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, action := range in.GetActions() {
		switch a := action.GetAction().(type) {
		case *client.AliasOperations_CreateAlias:
			create := a.CreateAlias
			if s.collections[create.GetCollectionName()] == nil {
				return nil, status.Errorf(codes.NotFound, "Not found: Collection `%s` doesn't exist!", create.GetCollectionName())
			}
			if s.collections[create.GetAliasName()] != nil {
				return nil, status.Errorf(codes.AlreadyExists, "Wrong input: Collection `%s` already exists!", create.GetAliasName())
			}
			s.aliases[create.GetAliasName()] = create.GetCollectionName()
		case *client.AliasOperations_DeleteAlias:
			delete(s.aliases, a.DeleteAlias.GetAliasName())
		default:
			return nil, status.Error(codes.Unimplemented, "qdranttest makes and removes aliases, nothing else")
		}
	}
	return &client.CollectionOperationResponse{Result: true, Time: 1e-3}, nil
}

func (x *collections) ListAliases(context.Context, *client.ListAliasesRequest) (*client.ListAliasesResponse, error) {
	x.server.mu.Lock()
	defer x.server.mu.Unlock()
	out := &client.ListAliasesResponse{}
	for _, alias := range slices.Sorted(maps.Keys(x.server.aliases)) {
		out.Aliases = append(out.Aliases, &client.AliasDescription{AliasName: alias, CollectionName: x.server.aliases[alias]})
	}
	return out, nil
}

// done is the answer to a write.
func (c *collection) done() *client.PointsOperationResponse {
	c.version++
	version := c.version // the answer is written after the lock is given back
	return &client.PointsOperationResponse{Time: time.Millisecond.Seconds(),
		Result: &client.UpdateResult{OperationId: &version, Status: client.UpdateStatus_Completed}}
}
