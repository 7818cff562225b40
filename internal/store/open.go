package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"syscall"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

var errNotASurvey = errors.New("not a survey of straycell")

// begin opens the writer's file and makes its schema.
func (w *Writer) begin() error {
	if w.conn != nil {
		return nil
	}
	if !w.made { // the file is ours once we made it
		f, err := os.OpenFile(w.path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o644)
		if err != nil {
			return err
		}
		f.Close()
		w.made = true
	}
	db, conn, err := connect(w.path, "rw", w.opt.vfs)
	if err != nil {
		return err
	}
	ctx := context.Background()
	// In the write-ahead log a commit is one append and one fsync, and readers never wait. EXTRA makes every commit last, and
	// the removal of files beside it too: a journal that comes back would undo what it was made for.
	for _, p := range []string{"PRAGMA synchronous=EXTRA", "PRAGMA journal_mode=WAL", "PRAGMA journal_size_limit=4194304", "PRAGMA cache_size=-8000"} {
		if _, err = conn.ExecContext(ctx, p); err != nil {
			break
		}
	}
	if err == nil {
		err = migrate(ctx, conn)
	}
	if err == nil {
		err = syncDir(filepath.Dir(w.path))
	}
	if err != nil {
		conn.Close()
		db.Close()
		return err
	}
	w.db, w.conn = db, conn
	return nil
}

// lose closes a connection that may be of no more use.
func (w *Writer) lose() {
	if w.conn != nil {
		w.conn.Close()
		w.db.Close()
		w.conn, w.db = nil, nil
	}
}

// connect opens one connection to a file that exists.
func connect(path, mode, vfs string) (*sql.DB, *sql.Conn, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, nil, err
	}
	slash := filepath.ToSlash(abs)
	if slash[0] != '/' { // C:/…
		slash = "/" + slash
	}
	q := url.Values{"mode": {mode}, "_busy_timeout": {"2000"}}
	if mode == "immutable" {
		q.Set("mode", "ro")
		q.Set("immutable", "1")
	}
	if vfs != "" {
		q.Set("vfs", vfs)
	}
	u := url.URL{Scheme: "file", Path: slash, RawQuery: q.Encode()}
	db, err := sql.Open("sqlite", u.String())
	if err != nil {
		return nil, nil, err
	}
	db.SetMaxOpenConns(1)
	conn, err := db.Conn(context.Background())
	if err != nil {
		db.Close()
		return nil, nil, err
	}
	return db, conn, nil
}

// syncDir makes a new file's name last. Where folders cannot be synced (Windows) the system does without.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && (errors.Is(err, syscall.EIO) || errors.Is(err, syscall.ENOSPC)) {
		return err
	}
	return nil
}

func sqliteCode(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}

func busy(err error) bool {
	c := sqliteCode(err)
	return c == lib.SQLITE_BUSY || c == lib.SQLITE_LOCKED
}

// refused tells whether a disk does not take what is written: full, read-only, broken. That may pass.
func refused(err error) bool {
	switch sqliteCode(err) {
	case lib.SQLITE_FULL, lib.SQLITE_READONLY, lib.SQLITE_IOERR, lib.SQLITE_CANTOPEN:
		return true
	}
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EROFS) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EIO)
}

// plainError says what to do about a file that cannot be read.
func plainError(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, errNotASurvey):
		return fmt.Errorf("store: %s: %w", path, err)
	case sqliteCode(err) == lib.SQLITE_NOTADB:
		return fmt.Errorf("store: %s: %w", path, errNotASurvey)
	}
	return fmt.Errorf("store: open %s: %w", path, err)
}
