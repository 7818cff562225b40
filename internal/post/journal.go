package post

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver
)

// journal is what a post remembers over a power cut: open alerts, and notices that not every sink has taken yet. What belongs
// together is written in one transaction. While the disk refuses, memory holds what is to be written, and the post goes on.
type journal struct {
	path     string
	instance string // in the numbers of notices: those of another post, or of a journal that was lost, differ
	wake     chan struct{}
	alarm    func(error) // the disk refuses, nil: it takes again

	mu      sync.Mutex
	changed *sync.Cond
	db      *sql.DB
	ops     []op
	queued  int64 // ops ever
	saved   int64 // of them, written
	failing error
	closed  bool
	next    int64 // number of the next notice or alert
}

type op struct {
	sql  string
	args []any
}

// maxOps bounds what memory holds for a disk that refuses.
const maxOps = 100_000

const journalSchema = `
	PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 1048576;
	CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
	CREATE TABLE IF NOT EXISTS alert (id INTEGER PRIMARY KEY, json TEXT);
	CREATE TABLE IF NOT EXISTS notice (id INTEGER PRIMARY KEY, alert TEXT, severity TEXT, time_ns INTEGER, body BLOB);
	CREATE TABLE IF NOT EXISTS pending (sink TEXT, notice INTEGER, PRIMARY KEY (sink, notice)) WITHOUT ROWID;
	PRAGMA user_version = 1;`

// openJournal opens the journal of a post, or begins one.
func openJournal(path string, alarm func(error)) (*journal, error) {
	j := &journal{path: path, wake: make(chan struct{}, 1), alarm: alarm, next: 1}
	j.changed = sync.NewCond(&j.mu)
	if err := j.open(); err != nil {
		return nil, fmt.Errorf("post: journal %s: %w", path, err)
	}
	fresh := make([]byte, 4)
	rand.Read(fresh)
	_, err := j.db.Exec("INSERT OR IGNORE INTO kept VALUES ('instance', ?)", hex.EncodeToString(fresh))
	if err == nil {
		err = j.db.QueryRow("SELECT value FROM kept WHERE name = 'instance'").Scan(&j.instance)
	}
	if v := j.kept("next"); err == nil && v != "" {
		j.next, err = strconv.ParseInt(v, 10, 64)
	}
	if err != nil {
		j.db.Close()
		return nil, fmt.Errorf("post: journal %s: %w", path, err)
	}
	return j, nil
}

func (j *journal) open() error {
	abs, err := filepath.Abs(j.path)
	if err != nil {
		return err
	}
	slash := filepath.ToSlash(abs)
	if slash[0] != '/' { // C:/…
		slash = "/" + slash
	}
	u := url.URL{Scheme: "file", Path: slash, RawQuery: "_busy_timeout=2000"}
	db, err := sql.Open("sqlite", u.String())
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(journalSchema); err != nil {
		db.Close()
		return err
	}
	j.db = db
	return nil
}

// kept is a value that was put by.
func (j *journal) kept(name string) string {
	var v string
	if err := j.db.QueryRow("SELECT value FROM kept WHERE name = ?", name).Scan(&v); err != nil {
		return ""
	}
	return v
}

// keep puts a value by.
func (j *journal) keep(name, value string) {
	j.put("INSERT OR REPLACE INTO kept VALUES (?, ?)", name, value)
}

// number is the next number of an alert or a notice.
func (j *journal) number() int64 {
	j.mu.Lock()
	n := j.next
	j.next++
	j.mu.Unlock()
	j.keep("next", strconv.FormatInt(n+1, 10))
	return n
}

// put queues a write and returns its place in the order of all.
func (j *journal) put(text string, args ...any) int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.ops) < maxOps {
		j.ops = append(j.ops, op{text, args})
		j.queued++
	}
	select {
	case j.wake <- struct{}{}:
	default:
	}
	return j.queued
}

// await returns once a write is safe, or when the disk refuses and waiting would be in vain.
func (j *journal) await(ctx context.Context, place int64) {
	stop := context.AfterFunc(ctx, func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		j.changed.Broadcast()
	})
	defer stop()
	j.mu.Lock()
	defer j.mu.Unlock()
	for j.saved < place && j.failing == nil && !j.closed && ctx.Err() == nil {
		j.changed.Wait()
	}
}

// retryDisk is how often a disk that refuses is tried again.
const retryDisk = time.Second

// run writes what is queued until ctx ends, and then what is left.
func (j *journal) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			j.flush()
			j.mu.Lock()
			j.closed = true
			j.changed.Broadcast()
			j.mu.Unlock()
			j.db.Close()
			return
		case <-j.wake:
		case <-time.After(retryDisk):
		}
		j.flush()
	}
}

// flush writes the queue in one transaction.
func (j *journal) flush() {
	j.mu.Lock()
	batch := j.ops
	j.mu.Unlock()
	if len(batch) == 0 {
		return
	}
	err := j.write(batch)
	j.mu.Lock()
	was := j.failing
	if j.failing = err; err == nil {
		j.ops = append([]op(nil), j.ops[len(batch):]...)
		j.saved += int64(len(batch))
	}
	j.changed.Broadcast()
	j.mu.Unlock()
	if (was == nil) != (err == nil) {
		j.alarm(err)
	}
}

func (j *journal) write(batch []op) error {
	tx, err := j.db.Begin()
	if err != nil { // a connection that broke is of no more use
		j.db.Close()
		return errors.Join(err, j.open())
	}
	for _, o := range batch {
		if _, err = tx.Exec(o.sql, o.args...); err != nil {
			break
		}
	}
	if err == nil {
		err = tx.Commit()
	}
	if err != nil {
		tx.Rollback()
	}
	return err
}

// alerts are those that were open.
func (j *journal) alerts() (out []*Alert, err error) {
	rows, err := j.db.Query("SELECT json FROM alert ORDER BY id")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		var x Alert
		if json.Unmarshal([]byte(text), &x) == nil {
			out = append(out, &x)
		}
	}
	return out, rows.Err()
}

// saveAlert remembers an open alert, or forgets a cleared one.
func (j *journal) saveAlert(x *Alert) {
	_, number, _ := cutLast(x.ID, "-")
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return
	}
	if x.Cleared != nil {
		j.put("DELETE FROM alert WHERE id = ?", id)
		return
	}
	text, err := json.Marshal(x)
	if err == nil {
		j.put("INSERT OR REPLACE INTO alert VALUES (?, ?)", id, string(text))
	}
}

// pending yields the notices that sinks have not taken, oldest first; those for sinks that are no more are dropped.
func (j *journal) pending(sinks []string, take func(sink string, m *message)) error {
	known := map[string]bool{}
	for _, s := range sinks {
		known[s] = true
	}
	rows, err := j.db.Query("SELECT p.sink, n.id, n.alert, n.severity, n.time_ns, n.body FROM pending p JOIN notice n ON n.id = p.notice ORDER BY n.id")
	if err != nil {
		return err
	}
	defer rows.Close()
	all := map[int64]*message{}
	gone := map[string]bool{}
	for rows.Next() {
		var sink, severity string
		var ns int64
		m := &message{}
		if err := rows.Scan(&sink, &m.number, &m.Alert, &severity, &ns, &m.Body); err != nil {
			return err
		}
		if !known[sink] {
			gone[sink] = true
			continue
		}
		if x := all[m.number]; x != nil {
			m = x
		} else {
			all[m.number] = m
			m.ID, m.Time = j.id(m.number), time.Unix(0, ns)
			m.Severity.UnmarshalText([]byte(severity))
		}
		take(sink, m)
	}
	for s := range gone {
		j.put("DELETE FROM pending WHERE sink = ?", s)
	}
	j.put("DELETE FROM notice WHERE id NOT IN (SELECT notice FROM pending)")
	return rows.Err()
}

func (j *journal) id(number int64) string { return fmt.Sprintf("%s-%d", j.instance, number) }
