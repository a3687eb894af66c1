package qdrant

import (
	"context"
	"errors"
	"fmt"
	"time"

	client "github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"touchstone/index"
)

// metadataFormat is the version of what metadata and payloads hold.
const metadataFormat = 1

// payloadIndexes are the fields that filters ask for, and the count of vectors for the sums of Catalogue.
var payloadIndexes = []struct {
	field string
	kind  client.FieldType
}{
	{fieldRight, client.FieldType_FieldTypeKeyword}, {fieldKind, client.FieldType_FieldTypeKeyword}, {fieldHolder, client.FieldType_FieldTypeKeyword},
	{fieldTerritories, client.FieldType_FieldTypeKeyword}, {fieldActive, client.FieldType_FieldTypeBool},
	{fieldFrom, client.FieldType_FieldTypeInteger}, {fieldFromNanos, client.FieldType_FieldTypeInteger},
	{fieldUntil, client.FieldType_FieldTypeInteger}, {fieldUntilNanos, client.FieldType_FieldTypeInteger},
	{fieldVectors, client.FieldType_FieldTypeInteger},
}

// Create makes a collection with its payload indexes. Another process may be doing the same.
func (d *driver) Create(ctx context.Context, c index.Collection) error {
	remote := d.remote(c)
	err := d.changeNames(ctx, func(ctx context.Context) error {
		err := d.client.CreateCollection(ctx, d.recipe(c, remote))
		if status.Code(cause(err)) == codes.AlreadyExists {
			return nil
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := d.addPayloadIndexes(ctx, remote, nil); err != nil {
		return err
	}
	seen, err := d.resolveAll(ctx)
	if err != nil {
		return err
	}
	if now := seen.collections[c.Name]; now.Collection != c {
		return fmt.Errorf("%w: another process made collection %q in space %s at the same time; agree on the pack, drop it and try again",
			index.ErrSpace, c.Name, now.Space)
	}
	return nil
}

// recipe is how a collection is made.
func (d *driver) recipe(c index.Collection, remote string) *client.CreateCollection {
	ptr := func(n int) *uint64 { return client.PtrOf(uint64(n)) }
	params := &client.VectorParams{
		Size: uint64(c.Space.Dimension), Distance: client.Distance_Dot, OnDisk: client.PtrOf(d.cfg.OnDisk),
		HnswConfig:        &client.HnswConfigDiff{M: ptr(d.cfg.Links), EfConstruct: ptr(d.cfg.BuildEf)},
		MultivectorConfig: &client.MultiVectorConfig{Comparator: client.MultiVectorComparator_MaxSim},
	}
	if !d.cfg.Unquantised {
		params.QuantizationConfig = client.NewQuantizationScalar(&client.ScalarQuantization{
			Type: client.QuantizationType_Int8, AlwaysRam: client.PtrOf(true)})
	}
	r := &client.CreateCollection{
		CollectionName: remote, VectorsConfig: client.NewVectorsConfig(params),
		Metadata: map[string]*client.Value{
			"format": client.NewValueInt(metadataFormat), "name": client.NewValueString(c.Name), "pack": client.NewValueString(c.Space.Pack),
			"version": client.NewValueString(c.Space.Version), "output": client.NewValueString(c.Space.Output),
			"dimension": client.NewValueInt(int64(c.Space.Dimension)), "metric": client.NewValueString(string(c.Space.Metric)),
		},
	}
	if d.cfg.Shards > 0 {
		r.ShardNumber = client.PtrOf(uint32(d.cfg.Shards))
	}
	if d.cfg.Replicas > 0 {
		r.ReplicationFactor = client.PtrOf(uint32(d.cfg.Replicas))
		r.WriteConsistencyFactor = client.PtrOf(uint32(d.cfg.Replicas/2 + 1))
	}
	return r
}

// addPayloadIndexes makes those that are missing; nil for what is there makes all.
func (d *driver) addPayloadIndexes(ctx context.Context, remote string, there map[string]*client.PayloadSchemaInfo) error {
	for _, p := range payloadIndexes {
		if _, ok := there[p.field]; ok {
			continue
		}
		_, err := do(ctx, d.calls, writing, func(ctx context.Context) (*client.UpdateResult, error) {
			return d.client.CreateFieldIndex(ctx, &client.CreateFieldIndexCollection{
				CollectionName: remote, FieldName: p.field, FieldType: p.kind.Enum(), Wait: client.PtrOf(true)})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// describe reads what a collection is from its metadata; the zero collection if it is gone or not ours. It makes up for payload indexes that
// a crash in Create left out.
func (d *driver) describe(ctx context.Context, remote string) (index.Collection, error) {
	info, err := do(ctx, d.calls, reading, func(ctx context.Context) (*client.CollectionInfo, error) {
		return d.client.GetCollectionInfo(ctx, remote)
	})
	if errors.Is(err, index.ErrNotFound) {
		return index.Collection{}, nil
	}
	if err != nil {
		return index.Collection{}, err
	}
	meta := info.GetConfig().GetMetadata()
	if format := meta["format"].GetIntegerValue(); format != metadataFormat {
		return index.Collection{}, fmt.Errorf("%w: collection %q of Qdrant at %s has format %d, and this program knows %d: use the program that made "+
			"it, or another prefix", index.ErrFormat, remote, d.cfg.Address(), format, metadataFormat)
	}
	c := index.Collection{Name: meta["name"].GetStringValue(), Space: index.Space{
		Pack: meta["pack"].GetStringValue(), Version: meta["version"].GetStringValue(), Output: meta["output"].GetStringValue(),
		Dimension: int(meta["dimension"].GetIntegerValue()), Metric: index.Metric(meta["metric"].GetStringValue())}}
	size := info.GetConfig().GetParams().GetVectorsConfig().GetParams().GetSize()
	if d.remote(c) != remote || size != uint64(c.Space.Dimension) {
		return index.Collection{}, fmt.Errorf("%w: collection %q of Qdrant does not fit its own metadata (%s in space %s, vectors of %d); "+
			"drop it there and fill the index again", index.ErrCorrupt, remote, c.Name, c.Space, size)
	}
	if len(info.GetPayloadSchema()) < len(payloadIndexes) {
		if err := d.addPayloadIndexes(ctx, remote, info.GetPayloadSchema()); err != nil && !errors.Is(err, index.ErrNotFound) {
			return index.Collection{}, err
		}
	}
	return c, nil
}

// count counts points by their number of vectors, which gives both sums exactly.
func (d *driver) count(ctx context.Context, c seenCollection) (index.CollectionInfo, error) {
	info := index.CollectionInfo{Name: c.Name, Space: c.Space, Revision: d.tick()}
	hits, err := do(ctx, d.calls, reading, func(ctx context.Context) ([]*client.FacetHit, error) {
		return d.client.Facet(ctx, &client.FacetCounts{CollectionName: c.remote, Key: fieldVectors, Limit: client.PtrOf(uint64(index.MaxVectors)),
			Exact: client.PtrOf(true)})
	})
	if errors.Is(err, index.ErrNotFound) {
		return info, nil // dropped a moment ago
	}
	if err != nil {
		return info, err
	}
	for _, h := range hits {
		info.Points += int(h.GetCount())
		info.Vectors += int(h.GetCount()) * int(h.GetValue().GetIntegerValue())
	}
	info.Bytes = d.bytes(info)
	return info, nil
}

// bytes estimates what a server holds in memory: vectors, their bytes, the links of the graph and the payload indexes.
func (d *driver) bytes(info index.CollectionInfo) int64 {
	number := int64(4)
	if d.cfg.OnDisk {
		number = 0
	}
	if !d.cfg.Unquantised {
		number++
	}
	const payload = 400 // a point: IDs, versions, payload indexes; see docs/operations.md
	return int64(info.Vectors)*int64(info.Space.Dimension)*number + int64(info.Points)*(int64(d.cfg.Links)*8+payload)
}

// tick is the revision: the server keeps none, so it is the clock, which grows with everything that happens.
func (d *driver) tick() uint64 {
	for {
		last := d.clock.Load()
		now := max(last+1, uint64(time.Now().UnixMicro()))
		if d.clock.CompareAndSwap(last, now) {
			return now
		}
	}
}
