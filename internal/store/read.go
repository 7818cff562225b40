package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"reflect"
	"time"

	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/radio"
)

// Survey is a stored survey, open for reading. One that is still written can be read; what it shows is the last commit.
type Survey struct {
	Path   string
	Meta   Meta
	Schema int  // that it was written with
	Closed bool // it came to its end

	db       *sql.DB
	conn     *sql.Conn
	temp     string // a copy that was made to read it; "": none
	shapes   map[int]string
	tunings  map[int64]radio.Tuning
	messages map[int64]*message
}

// Open reads a survey. It does not change what a file says: one of an older schema is read through a copy. A file that a
// crash or a power cut left behind is first made whole from the log beside it.
func Open(path string) (*Survey, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, plainError(path, err)
	}
	if st.IsDir() {
		return nil, plainError(path, errNotASurvey)
	}
	recoverLog(path)
	s := &Survey{Path: path}
	if err := s.open(path, "ro"); err != nil {
		if !refused(err) {
			return nil, plainError(path, err)
		}
		// A folder that cannot be written, with a log to be read: a copy can.
		if err := s.copyOf(path); err != nil {
			return nil, plainError(path, err)
		}
	}
	if s.Schema < Version {
		if err := s.upgrade(path); err != nil {
			s.Close()
			return nil, plainError(path, err)
		}
	}
	if err := s.load(); err != nil {
		s.Close()
		return nil, plainError(path, err)
	}
	return s, nil
}

// recoverLog folds a log that nobody is writing into its file. Whatever fails here shows when the file is read.
func recoverLog(path string) {
	if _, err := os.Stat(path + "-wal"); err != nil {
		return
	}
	db, conn, err := connect(path, "rw", "")
	if err != nil {
		return
	}
	defer db.Close()
	defer conn.Close()
	ctx := context.Background()
	if _, err := version(ctx, conn); err == nil {
		conn.ExecContext(ctx, "PRAGMA busy_timeout=0")
		conn.ExecContext(ctx, "PRAGMA journal_mode=DELETE") // refused while another connection is open
	}
}

func (s *Survey) open(path, mode string) error {
	db, conn, err := connect(path, mode, "")
	if err != nil {
		return err
	}
	if s.Schema, err = version(context.Background(), conn); err == nil && s.Schema == 0 {
		err = errNotASurvey
	}
	if err != nil {
		conn.Close()
		db.Close()
		return err
	}
	s.db, s.conn = db, conn
	return nil
}

func (s *Survey) copyOf(path string) error {
	dir, err := os.MkdirTemp("", "straycell-")
	if err != nil {
		return err
	}
	s.temp = dir
	to := filepath.Join(dir, "copy.survey")
	for _, end := range []string{"", "-wal"} {
		if err := copyFile(to+end, path+end); err != nil && (end == "" || !os.IsNotExist(err)) {
			return err
		}
	}
	return s.open(to, "rw")
}

func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// upgrade reads an older file through a copy with the present schema.
func (s *Survey) upgrade(path string) error {
	schema := s.Schema
	if s.temp == "" {
		dir, err := os.MkdirTemp("", "straycell-")
		if err != nil {
			return err
		}
		s.temp = dir
		to := filepath.Join(dir, "copy.survey")
		if _, err := s.conn.ExecContext(context.Background(), "VACUUM INTO ?", to); err != nil {
			return err
		}
		s.conn.Close()
		s.db.Close()
		if err := s.open(to, "rw"); err != nil {
			return err
		}
	}
	err := migrate(context.Background(), s.conn)
	s.Schema = schema
	return err
}

// Close ends reading.
func (s *Survey) Close() error {
	if s.conn != nil {
		s.conn.Close()
		s.db.Close()
	}
	if s.temp != "" {
		return os.RemoveAll(s.temp)
	}
	return nil
}

// load reads what everything else refers to.
func (s *Survey) load() error {
	rows := map[string]string{}
	err := s.each("SELECT name, value FROM survey", nil, func(r *sql.Rows) error {
		var name, value string
		err := r.Scan(&name, &value)
		rows[name] = value
		return err
	})
	s.Meta, s.Closed = metaOf(rows)
	s.shapes, s.tunings, s.messages = map[int]string{}, map[int64]radio.Tuning{}, map[int64]*message{}
	err = cmp.Or(err, s.each("SELECT id, text FROM shape", nil, func(r *sql.Rows) error {
		var id int
		var text string
		err := r.Scan(&id, &text)
		s.shapes[id] = text
		return err
	}))
	return cmp.Or(err, s.each("SELECT id, freq_hz, rate_hz, band_hz, gain_db, auto FROM tuning", nil, func(r *sql.Rows) error {
		var id int64
		var t radio.Tuning
		err := r.Scan(&id, &t.FreqHz, &t.RateHz, &t.BandHz, &t.GainDB, &t.Auto)
		s.tunings[id] = t
		return err
	}))
}

func (s *Survey) each(text string, args []any, do func(*sql.Rows) error) error {
	rows, err := s.conn.QueryContext(context.Background(), text, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := do(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// atOnce is how many looks are read at a time: their memory is what a reader takes.
const atOnce = 500

// Steps yields what survey.Replay wants: looks, and what came from the source between them, in their order.
func (s *Survey) Steps() iter.Seq2[survey.Event, error] {
	return func(yield func(survey.Event, error) bool) {
		for from := int64(0); ; {
			steps, next, err := s.page(from)
			for _, e := range steps {
				if !yield(e, nil) {
					return
				}
			}
			if err != nil {
				yield(nil, fmt.Errorf("store: %s: %w", s.Path, err))
				return
			}
			if next < 0 {
				return
			}
			from = next
		}
	}
}

// page reads the looks after one, atOnce of them, and the source's events up to the last; next is negative at the end.
func (s *Survey) page(from int64) (steps []survey.Event, next int64, err error) {
	looks, ids, err := s.looks(from)
	if err != nil {
		return nil, -1, err
	}
	last, next := int64(1<<62), int64(-1)
	if len(ids) == atOnce {
		last = ids[len(ids)-1]
		next = last
	}
	low := from
	if from == 0 {
		low = -1 // before the first look
	}
	k := 0
	err = s.each("SELECT look, kind, json FROM event WHERE look > ? AND look <= ? AND kind IN ('gap', 'error', 'sweep') ORDER BY id",
		[]any{low, last}, func(r *sql.Rows) error {
			var look int64
			var kind, text string
			if err := r.Scan(&look, &kind, &text); err != nil {
				return err
			}
			for ; k < len(ids) && ids[k] <= look; k++ {
				steps = append(steps, *looks[k])
			}
			e, err := eventOf(kind, []byte(text))
			steps = append(steps, e)
			return err
		})
	for ; k < len(ids); k++ {
		steps = append(steps, *looks[k])
	}
	return steps, next, err
}

// looks reads the looks after one with their observations.
func (s *Survey) looks(from int64) (looks []*survey.Look, ids []int64, err error) {
	at := map[int64]*survey.Look{}
	err = s.each(`SELECT id, start_s, end_s, first_sample, time_ns, tuning, fraction, failed, lat, lon, err_m, hdop, age_ns, source
		FROM look LEFT JOIN fix ON fix.look = look.id WHERE id > ? ORDER BY id LIMIT ?`,
		[]any{from, atOnce}, func(r *sql.Rows) error {
			var id, tuning int64
			var ns *int64
			var lat, lon, errM, hdop *float64
			var age *int64
			var from *string
			l := &survey.Look{}
			err := r.Scan(&id, &l.StartS, &l.EndS, &l.First, &ns, &tuning, &l.Fraction, &l.Failed, &lat, &lon, &errM, &hdop, &age, &from)
			if lat != nil && lon != nil && errM != nil && hdop != nil && age != nil && from != nil {
				l.Fix = &radio.Fix{Lat: *lat, Lon: *lon, ErrM: *errM, HDOP: *hdop, Age: time.Duration(*age), From: *from}
			}
			if ns != nil {
				l.Time = time.Unix(0, *ns).UTC()
			}
			var ok bool
			if l.Tuning, ok = s.tunings[tuning]; !ok && err == nil {
				err = s.load() // a survey that is being written went on
				l.Tuning = s.tunings[tuning]
			}
			looks, ids, at[id] = append(looks, l), append(ids, id), l
			return err
		})
	if err != nil || len(ids) == 0 {
		return nil, nil, err
	}
	if err := s.readMessages(ids[len(ids)-1]); err != nil {
		return nil, nil, err
	}
	err = s.each("SELECT "+observationColumns+" FROM observation WHERE id >= ? AND id < ? ORDER BY id",
		[]any{ids[0] * maxObs, (ids[len(ids)-1] + 1) * maxObs}, func(r *sql.Rows) error {
			var c columns
			if err := r.Scan(c.pointers()...); err != nil {
				return err
			}
			l := at[c.id/maxObs]
			if l == nil {
				return nil
			}
			o, err := c.observation(l, s.shapes[1], func(id int64) (*message, error) {
				if m := s.messages[id]; m != nil {
					return m, nil
				}
				return nil, fmt.Errorf("observation %d refers to message %d, which is not there", c.id, id)
			})
			l.Obs = append(l.Obs, o)
			return err
		})
	return looks, ids, err
}

// readMessages takes in the messages first heard up to a look.
func (s *Survey) readMessages(look int64) error {
	return s.each("SELECT id, entry, octets, content FROM message WHERE id > ? AND look <= ?", []any{len(s.messages), look}, func(r *sql.Rows) error {
		var id int64
		m := &message{}
		var packed []byte
		if err := r.Scan(&id, &m.entry, &m.octets, &packed); err != nil {
			return err
		}
		u := unpacker{b: packed}
		_, err := u.value(s.shapes[2], reflect.ValueOf(&m.content).Elem())
		s.messages[id] = m
		return err
	})
}

// Events yields stored events of one kind, "" for all, oldest first: change, alert, gap, error, verdict, cell, transmitter, sweep.
func (s *Survey) Events(kind string) iter.Seq2[survey.Event, error] {
	return func(yield func(survey.Event, error) bool) {
		err := s.each("SELECT kind, json FROM event WHERE ? IN ('', kind) ORDER BY id", []any{kind}, func(r *sql.Rows) error {
			var kind, text string
			if err := r.Scan(&kind, &text); err != nil {
				return err
			}
			e, err := eventOf(kind, []byte(text))
			if err == nil && !yield(e, nil) {
				return io.EOF
			}
			return err
		})
		if err != nil && err != io.EOF {
			yield(nil, fmt.Errorf("store: %s: %w", s.Path, err))
		}
	}
}

// Lines yields the stored events as the lines of JSON they were, oldest first, without the verdicts on the way.
func (s *Survey) Lines() iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		err := s.each("SELECT json FROM event WHERE kind <> 'verdict' ORDER BY id", nil, func(r *sql.Rows) error {
			var text string
			if err := r.Scan(&text); err != nil {
				return err
			}
			if !yield(text, nil) {
				return io.EOF
			}
			return nil
		})
		if err != nil && err != io.EOF {
			yield("", fmt.Errorf("store: %s: %w", s.Path, err))
		}
	}
}

// eventOf reads an event's JSON.
func eventOf(kind string, text []byte) (survey.Event, error) {
	switch kind {
	case "cell", "verdict":
		return read[survey.Cell](text)
	case "change":
		return read[survey.Change](text)
	case "alert":
		return read[survey.Alert](text)
	case "gap":
		return read[survey.Gap](text)
	case "error":
		return read[survey.Error](text)
	case "transmitter":
		return read[survey.Transmitter](text)
	case "sweep":
		return read[survey.Sweep](text)
	}
	return nil, fmt.Errorf("an event of kind %q: update straycell", kind)
}

func read[E survey.Event](text []byte) (survey.Event, error) {
	var e E
	if err := json.Unmarshal(text, &e); err != nil {
		return nil, fmt.Errorf("%s: %w", e.Kind(), err)
	}
	return e, nil
}

// Count is what a survey holds.
type Count struct {
	Looks, Observations, Messages int
	Seconds                       float64 // of signal, from the first look to the last
	Alerts, Changes               int
	Bytes                         int64
	Holes                         []string // what could not be stored
	Thinned                       []string
}

// Count counts.
func (s *Survey) Count() (c Count, err error) {
	var end *float64
	err = s.conn.QueryRowContext(context.Background(), `SELECT (SELECT count(*) FROM look), (SELECT count(*) FROM observation),
		(SELECT count(*) FROM message), (SELECT max(end_s) FROM look), (SELECT count(*) FROM event WHERE kind = 'alert'),
		(SELECT count(*) FROM event WHERE kind = 'change')`).Scan(&c.Looks, &c.Observations, &c.Messages, &end, &c.Alerts, &c.Changes)
	if end != nil {
		c.Seconds = *end
	}
	err = cmp.Or(err, s.each("SELECT from_s, to_s, looks, events, why FROM hole", nil, func(r *sql.Rows) error {
		var h hole
		err := r.Scan(&h.fromS, &h.toS, &h.looks, &h.events, &h.why)
		c.Holes = append(c.Holes, fmt.Sprintf("from %.1f to %.1f s: %d looks and %d events are missing: %s", h.fromS, h.toS, h.looks, h.events, h.why))
		return err
	}))
	err = cmp.Or(err, s.each("SELECT to_s, every_s, looks FROM thinned", nil, func(r *sql.Rows) error {
		var to, every float64
		var n int
		err := r.Scan(&to, &every, &n)
		c.Thinned = append(c.Thinned, fmt.Sprintf("up to %.0f s: %d looks that told nothing new were taken out, one in %.0f s of each tuning stays", to, n, every))
		return err
	}))
	if st, e := os.Stat(s.Path); e == nil {
		c.Bytes = st.Size()
	}
	return c, err
}
