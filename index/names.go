package index

import (
	"context"
	"fmt"
	"slices"
)

// Create makes a collection for vectors of one space. Names are 1 to 128 of a-z 0-9 . _ @ -. To create it again with the same space
// is no error and keeps the points; with another it is ErrSpace. A name that an alias has is ErrInvalid.
func (x *Index) Create(ctx context.Context, collection string, s Space) error {
	if err := x.begin(ctx); err != nil {
		return err
	}
	defer x.running.Done()
	if err := checkName("the collection", collection); err != nil {
		return err
	}
	if err := checkSpace(s); err != nil {
		return err
	}
	x.names.Lock()
	defer x.names.Unlock()
	infos, aliases, err := x.listing(ctx)
	if err != nil {
		return err
	}
	if _, taken := aliases[collection]; taken {
		return invalid("%q is an alias; choose another name for the collection", collection)
	}
	if info, exists := find(infos, collection); exists {
		return guard(collection, Collection{collection, info.Space}, s)
	}
	return x.driver.Create(ctx, Collection{collection, s})
}

// Drop removes a collection and its points. One that does not exist is no error, so that a retry is none. While an alias leads to
// it, it is ErrInvalid: move the alias first.
func (x *Index) Drop(ctx context.Context, collection string) error {
	if err := x.begin(ctx); err != nil {
		return err
	}
	defer x.running.Done()
	if err := checkName("the collection", collection); err != nil {
		return err
	}
	x.names.Lock()
	defer x.names.Unlock()
	_, aliases, err := x.listing(ctx)
	if err != nil {
		return err
	}
	for alias, to := range aliases {
		if alias == collection {
			return invalid("%q is an alias; drop the collection %q that it leads to, or remove the alias", alias, to)
		}
		if to == collection {
			return invalid("the alias %q leads to collection %q; move the alias to another collection first", alias, to)
		}
	}
	return x.driver.Drop(ctx, collection)
}

// Alias makes the alias lead to a collection, from now on and in one step, wherever it led before. It may then be used as a target
// wherever a collection may. An empty collection name removes the alias (and is no error if there is none). It returns ErrNotFound
// when there is no such collection, and ErrInvalid when the alias has the name of one.
func (x *Index) Alias(ctx context.Context, alias, collection string) error {
	if err := x.begin(ctx); err != nil {
		return err
	}
	defer x.running.Done()
	if err := checkName("the alias", alias); err != nil {
		return err
	}
	if collection != "" {
		if err := checkName("the collection", collection); err != nil {
			return err
		}
	}
	x.names.Lock()
	defer x.names.Unlock()
	infos, _, err := x.listing(ctx)
	if err != nil {
		return err
	}
	if _, taken := find(infos, alias); taken {
		return invalid("%q is a collection; choose another name for the alias", alias)
	}
	if _, exists := find(infos, collection); collection != "" && !exists {
		return fmt.Errorf("%w: there is no collection %q for the alias %q to lead to; "+
			"create it first (an alias cannot lead to an alias)", ErrNotFound, collection, alias)
	}
	return x.driver.Alias(ctx, alias, collection)
}

func find(infos []CollectionInfo, name string) (CollectionInfo, bool) {
	i := slices.IndexFunc(infos, func(c CollectionInfo) bool { return c.Name == name })
	if i < 0 {
		return CollectionInfo{}, false
	}
	return infos[i], true
}

// Collections describes all collections, sorted by name.
func (x *Index) Collections(ctx context.Context) ([]CollectionInfo, error) {
	if err := x.begin(ctx); err != nil {
		return nil, err
	}
	defer x.running.Done()
	infos, _, err := x.driver.Catalogue(ctx)
	return infos, err
}

// Aliases returns where each alias leads.
func (x *Index) Aliases(ctx context.Context) (map[string]string, error) {
	if err := x.begin(ctx); err != nil {
		return nil, err
	}
	defer x.running.Done()
	_, aliases, err := x.listing(ctx)
	return aliases, err
}

// listing is collections, of which it may know the names and spaces alone, and aliases.
func (x *Index) listing(ctx context.Context) ([]CollectionInfo, map[string]string, error) {
	if n, ok := x.driver.(Namer); ok {
		return n.Names(ctx)
	}
	return x.driver.Catalogue(ctx)
}
