package intake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"touchstone/detect"
	"touchstone/index"
	"touchstone/models"
)

// An engine is a pack at work: its models, the signals over them, and the spaces that their vectors lie in.
type engine struct {
	pack     *models.Pack
	embed    Embedder
	detector *detect.Detector
	spaces   map[string]index.Space // by output that a signal reads
	users    sync.WaitGroup         // turns under way
	// kept names the collections that this pack's turns go on with once the aliases have moved on to another pack's; nil before.
	kept atomic.Pointer[map[string]string] // by output
}

// newEngine puts a pack to work over the service's index, words and readers.
func (s *Service) newEngine(pack *models.Pack, embed Embedder) (*engine, error) {
	e := &engine{pack: pack, embed: embed, spaces: map[string]index.Space{}}
	var err error
	e.detector, err = detect.New(detect.Config{Pack: pack, Pictures: embed, Texts: embed, Index: own{s.Index, e}, Lexicon: s.lexicon, Reader: s.Read, Local: s.local})
	if err != nil {
		return nil, err
	}
	s.Measured.AddPack(e.name(), e.detector.Fusion().Measured)
	read, m := e.detector.Outputs(), pack.Manifest()
	for _, model := range m.Models {
		for _, out := range model.Outputs {
			if slices.Contains(read, out.Name) {
				e.spaces[out.Name] = detect.Space(m, out)
			}
		}
	}
	return e, nil
}

// A turn is one use case at work with one pack from its beginning to its end, whatever pack is put into use meanwhile.
type turn struct {
	*Service
	*engine
}

// turn begins one with the pack in use. Call done at its end.
func (s *Service) turn() turn {
	s.swap.RLock()
	defer s.swap.RUnlock()
	s.engine.users.Add(1)
	return turn{s, s.engine}
}

func (t turn) done() { t.users.Done() }

// inUse is the pack in use, for what needs neither its models nor the index.
func (s *Service) inUse() *engine {
	s.swap.RLock()
	defer s.swap.RUnlock()
	return s.engine
}

// collectionOf is the name of the collection that is made for the references in a space.
func collectionOf(space index.Space) string {
	return space.Output + "@" + space.Pack + "-" + space.Version
}

// own searches the references for one pack: where the alias leads, or, when that has moved on to another pack's space, in the
// collection that was filled for this one and is kept.
type own struct {
	index *index.Index
	*engine
}

// Search implements detect.Searcher.
func (o own) Search(ctx context.Context, target string, q index.Query) ([][]index.Hit, error) {
	lists, err := o.index.Search(ctx, target, q)
	if errors.Is(err, index.ErrSpace) && target == detect.Alias(q.Space.Output) && o.spaces[q.Space.Output] == q.Space {
		return o.index.Search(ctx, o.collection(q.Space.Output), q)
	}
	return lists, err
}

// collection is the one that holds an output's references for this pack once the alias leads elsewhere.
func (e *engine) collection(output string) string {
	if kept := e.kept.Load(); kept != nil && (*kept)[output] != "" {
		return (*kept)[output]
	}
	return collectionOf(e.spaces[output])
}

// get reads points of an output's references from a collection in this pack's space, so that the vectors are of this pack for
// certain.
func (t turn) get(ctx context.Context, alias, output string, ids []string) ([]index.Point, error) {
	name, err := t.within(ctx, alias, output)
	if err != nil {
		return nil, err
	}
	return t.Index.Get(ctx, name, ids)
}

// within finds the collection that an alias leads to if it is in this pack's space of an output or, of references, the one that is
// kept for this pack.
func (t turn) within(ctx context.Context, alias, output string) (string, error) {
	aliases, spaces, err := t.names(ctx)
	if err != nil {
		return "", err
	}
	space := t.spaces[output]
	if name := aliases[alias]; spaces[name] == space {
		return name, nil
	}
	if name := t.collection(output); spaces[name] == space && alias == detect.Alias(output) {
		return name, nil
	}
	return "", fmt.Errorf("%w: %q leads to no collection of space %s; another pack has come into use: try again", index.ErrSpace, alias, space)
}

// names lists where aliases lead, and the spaces of collections by name.
func (s *Service) names(ctx context.Context) (aliases map[string]string, spaces map[string]index.Space, err error) {
	if aliases, err = s.Index.Aliases(ctx); err != nil {
		return nil, nil, err
	}
	infos, err := s.Index.Collections(ctx)
	if err != nil {
		return nil, nil, err
	}
	spaces = map[string]index.Space{}
	for _, info := range infos {
		spaces[info.Name] = info.Space
	}
	return aliases, spaces, nil
}

// A View is the pack in use as a job sees it that reads vectors out of the index. Call Done at its end.
type View struct{ turn }

// View begins one.
func (s *Service) View() View { return View{s.turn()} }

// Done ends the view.
func (v View) Done() { v.done() }

// Detector is the view's detector.
func (v View) Detector() *detect.Detector { return v.detector }

// Space is the space of an output that a signal of the view's pack reads.
func (v View) Space(output string) index.Space { return v.spaces[output] }

// References reads points of references in the view's space. index.ErrSpace means that no collection is of it any more.
func (v View) References(ctx context.Context, output string, ids []string) ([]index.Point, error) {
	return v.get(ctx, detect.Alias(output), output, ids)
}

// Listings is the collection of kept listings in the view's space. index.ErrSpace means that listings are embedded for another pack.
func (v View) Listings(ctx context.Context, output string) (string, error) {
	return v.within(ctx, detect.ListingsAlias(output), output)
}
