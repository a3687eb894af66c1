package web

import "sync"

// mostOnce is how many forms are remembered.
const mostOnce = 10_000

// once remembers where forms led that were sent, so that one that comes again, by a second click or from a page that was gone back to, leads there
// as well and does nothing.
type once struct {
	mu    sync.Mutex
	to    map[string]string
	order []string
}

func newOnce() *once { return &once{to: map[string]string{}} }

func (o *once) at(key string) (string, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	to, ok := o.to[key]
	return to, ok
}

func (o *once) keep(key, to string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, known := o.to[key]; !known {
		o.order = append(o.order, key)
	}
	o.to[key] = to
	if len(o.order) > mostOnce {
		delete(o.to, o.order[0])
		o.order = o.order[1:]
	}
}
