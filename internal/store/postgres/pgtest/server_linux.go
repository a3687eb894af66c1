package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// startWithin bounds how long a server may take until it answers.
const startWithin = time.Minute

// A Server is a running PostgreSQL server.
type Server struct {
	dir   string // sockets and data
	bin   string // folder of the programs
	user  *syscall.Credential
	flags []string
	cmd   *exec.Cmd
	done  chan struct{} // closed when cmd has ended
	count atomic.Int64  // of databases
}

var shared struct {
	once   sync.Once
	server *Server
	err    error
}

// ErrAbsent: PostgreSQL's programs are not on this machine.
var ErrAbsent = errors.New("no PostgreSQL server is installed; apt-get install postgresql")

// Main runs the tests of a program and ends its server. Call it from TestMain.
func Main(m *testing.M) {
	code := m.Run()
	if shared.server != nil {
		shared.server.Stop()
	}
	os.Exit(code)
}

// Shared is the server of this program, started when it is first asked for. Its fsync is off. Without PostgreSQL the test is skipped; with
// REQUIRE=all in the environment, as in continuous integration, it fails.
func Shared(t testing.TB) *Server {
	t.Helper()
	shared.once.Do(func() {
		shared.server, shared.err = Start("fsync=off", "synchronous_commit=off", "full_page_writes=off")
	})
	Need(t, shared.err)
	return shared.server
}

// Need skips or fails a test for an error of Start.
func Need(t testing.TB, err error) {
	t.Helper()
	if errors.Is(err, ErrAbsent) && os.Getenv("REQUIRE") != "all" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Database makes a fresh place for tables and returns its address. It is a schema, which is made much faster than a database.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("t%d", s.count.Add(1))
	if err := s.Admin("CREATE SCHEMA " + name); err != nil {
		t.Fatal(err)
	}
	return s.address("postgres", url.Values{"search_path": {name}})
}

// Address of a database by its name.
func (s *Server) Address(name string) string { return s.address(name, url.Values{}) }

func (s *Server) address(name string, values url.Values) string {
	values.Set("host", s.dir)
	values.Set("user", "touchstone")
	return (&url.URL{Scheme: "postgres", Path: "/" + name, RawQuery: values.Encode()}).String()
}

// Program is the path of one of PostgreSQL's programs, such as pg_dump.
func (s *Server) Program(name string) string { return filepath.Join(s.bin, name) }

// Admin runs a statement as the server's superuser.
func (s *Server) Admin(query string) error {
	ctx, cancel := context.WithTimeout(context.Background(), startWithin)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.Address("postgres"))
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, query)
	return errors.Join(err, conn.Close(ctx))
}

// Start makes a server with settings such as "fsync=off" and waits until it answers.
func Start(settings ...string) (*Server, error) {
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	s := &Server{bin: bin}
	if s.dir, err = os.MkdirTemp("/tmp", "pgtest"); err != nil { // short: the path of a socket has 108 bytes
		return nil, err
	}
	if err := s.asOther(); err != nil {
		return nil, err
	}
	init := exec.Command(s.Program("initdb"), "-D", s.data(), "-U", "touchstone", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
	init.SysProcAttr, init.Dir = s.attributes(), s.dir
	if out, err := init.CombinedOutput(); err != nil {
		return nil, errors.Join(fmt.Errorf("initdb: %w: %s", err, out), os.RemoveAll(s.dir))
	}
	for _, set := range append(settings, "listen_addresses=", "unix_socket_directories="+s.dir, "max_connections=200", "logging_collector=off", "log_min_messages=fatal") {
		s.flags = append(s.flags, "-c", set)
	}
	if err := s.Run(); err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// asOther takes another user where this is root, whom the server refuses.
func (s *Server) asOther() error {
	if os.Getuid() != 0 {
		return nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		if u, err = user.Lookup("nobody"); err != nil {
			return err
		}
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	s.user = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return errors.Join(err1, err2, os.Chown(s.dir, int(uid), int(gid)))
}

func (s *Server) attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: s.user, Pdeathsig: syscall.SIGQUIT}
}

// Run starts a server that was killed, or for the first time.
func (s *Server) Run() error {
	err := errBusy
	for until := time.Now().Add(startWithin); errors.Is(err, errBusy) && time.Now().Before(until); {
		if err = s.start(); err == nil {
			err = s.answers(until)
		}
	}
	return err
}

// errBusy: what a killed server left is still in use by its last processes.
var errBusy = errors.New("the server before has not ended wholly")

// start starts the server's process.
func (s *Server) start() error {
	started := make(chan error, 1)
	s.done = make(chan struct{})
	go func() {
		runtime.LockOSThread() // Pdeathsig counts the thread that started the child
		defer close(s.done)
		log, err := os.Create(s.log())
		if err != nil {
			started <- err
			return
		}
		defer log.Close()
		s.cmd = exec.Command(s.Program("postgres"), append([]string{"-D", s.data()}, s.flags...)...)
		s.cmd.SysProcAttr, s.cmd.Stderr, s.cmd.Dir = s.attributes(), log, s.dir
		err = s.cmd.Start()
		started <- err
		if err == nil {
			_ = s.cmd.Wait() // how it ended is not of interest
		}
	}()
	return <-started
}

func (s *Server) log() string { return filepath.Join(s.dir, "log") }

// answers waits until the server does.
func (s *Server) answers(until time.Time) (err error) {
	for time.Now().Before(until) {
		select {
		case <-s.done:
			log, _ := os.ReadFile(s.log())
			if strings.Contains(string(log), "shared memory block") {
				return errBusy
			}
			return fmt.Errorf("the server ended: %s", log)
		case <-time.After(20 * time.Millisecond):
		}
		if err = s.Admin("SELECT 1"); err == nil {
			return nil
		}
	}
	return fmt.Errorf("the server does not answer: %w", err)
}

// Kill ends the server and all that it started, as a fault of the machine would: kill -9.
func (s *Server) Kill() error {
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", s.cmd.Process.Pid, s.cmd.Process.Pid))
	if err != nil {
		return err
	}
	if err := s.cmd.Process.Kill(); err != nil {
		return err
	}
	<-s.done
	for _, pid := range strings.Fields(string(children)) {
		if n, err := strconv.Atoi(pid); err == nil {
			_ = syscall.Kill(n, syscall.SIGKILL) // it may have ended by itself
		}
	}
	return nil
}

// Stop ends the server and removes what it kept.
func (s *Server) Stop() {
	if s.cmd != nil && s.cmd.Process != nil {
		_ = s.cmd.Process.Signal(syscall.SIGQUIT) // at once: nothing of it is needed
		<-s.done
	}
	_ = os.RemoveAll(s.dir)
}

// programs finds the folder of the newest server that is installed.
func programs() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil {
		return "", err
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
		return n
	}
	if len(found) > 0 {
		return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })), nil
	}
	for _, name := range []string{"postgres", "initdb"} {
		path, err := exec.LookPath(name)
		if err != nil {
			return "", ErrAbsent
		}
		if path, err = filepath.EvalSymlinks(path); err != nil {
			return "", err
		}
		found = append(found, filepath.Dir(path))
	}
	return found[0], nil
}
