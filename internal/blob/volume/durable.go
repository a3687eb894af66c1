package volume

import (
	"os"
	"sync"
)

// A Ticket is a change that may not be on the disk yet.
type Ticket struct {
	v       *volume
	version uint64
}

// Wait returns once the change is on the disk. Whoever waits at the same time shares one sync. The zero Ticket does not wait.
func (t Ticket) Wait() error {
	if t.v == nil {
		return nil
	}
	return t.v.durable.wait(t.version, t.v.with)
}

// durable is what is known to be on the disk of a volume. After a failed sync nothing more is: the kernel may have forgotten the
// pages it could not write.
type durable struct {
	mu      sync.Mutex
	idle    sync.Cond // when a sync has ended
	version uint64    // counts changes that this process has made or seen
	size    int64     // of the file as far as this process has written or seen it
	mark    uint64    // the version of the last change to a record that was there
	syncing bool
	failed  error

	syncedVersion uint64
	syncedSize    int64
}

func (d *durable) init() { d.idle.L = &d.mu }

// changed counts what has been written up to a size, and gives the number to wait for.
func (d *durable) changed(size int64) uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.version++
	d.size = max(d.size, size)
	return d.version
}

// marked counts a change to a record that was there.
func (d *durable) marked() uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.version++
	d.mark = d.version
	return d.version
}

// reaches gives the number to wait for until a record that ends there is on the disk; 0: it is.
func (d *durable) reaches(end int64) uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	if end <= d.syncedSize && d.mark <= d.syncedVersion {
		return 0
	}
	return max(1, d.version)
}

func (d *durable) broken() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.failed != nil
}

// wait returns once a version is on the disk: the first to come syncs for all that was written until then, the others wait for it.
func (d *durable) wait(version uint64, with func(func(*os.File) error) error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for d.syncedVersion < version {
		if d.failed != nil {
			return d.failed
		}
		if d.syncing {
			d.idle.Wait()
			continue
		}
		d.syncing = true
		upTo, size := max(d.version, version), d.size
		d.mu.Unlock()
		err := with(syncData)
		d.mu.Lock()
		d.syncing = false
		if err != nil {
			d.failed = err
		} else {
			d.syncedVersion, d.syncedSize = upTo, max(d.syncedSize, size)
		}
		d.idle.Broadcast()
	}
	return nil
}
