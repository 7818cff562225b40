package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// run commits what is queued, twice a second.
func (w *Writer) run() {
	defer close(w.ended)
	tick := time.NewTicker(w.opt.every)
	defer tick.Stop()
	for {
		select {
		case <-w.stop:
			return
		case <-tick.C:
		case <-w.wake:
		}
		w.flush()
	}
}

// flush writes the queue in one transaction.
func (w *Writer) flush() {
	w.mu.Lock()
	batch, n := w.queue, len(w.queue)
	hole := w.hole
	w.hole = nil
	w.mu.Unlock()
	if n == 0 && hole == nil && w.conn != nil {
		return
	}
	err := w.write(batch, hole)
	w.mu.Lock()
	if err == nil {
		w.queue = append(w.queue[:0:0], w.queue[n:]...)
		w.waiting = 0
		for _, in := range w.queue {
			w.waiting += in.size
		}
		if w.failing != nil {
			w.failing = nil
			w.mu.Unlock()
			text := "written again, nothing is missing"
			if hole != nil {
				text = fmt.Sprintf("written again; %d looks from %.1f to %.1f s are missing", hole.looks, hole.fromS, hole.toS)
			}
			w.opt.Alarm(fmt.Sprintf("survey file %s: %s", w.path, text))
			w.mu.Lock()
		}
	}
	if err != nil && hole != nil { // what else was dropped meanwhile belongs to it
		if h := w.hole; h != nil {
			hole.toS, hole.looks, hole.events = h.toS, hole.looks+h.looks, hole.events+h.events
		}
		w.hole = hole
	}
	w.room.Broadcast()
	w.mu.Unlock()
	if err != nil {
		w.refuse(err)
	}
}

// refuse notes that the disk does not take what is written, and says so once.
func (w *Writer) refuse(err error) {
	w.mu.Lock()
	first := w.failing == nil
	w.failing = err
	w.room.Broadcast()
	w.mu.Unlock()
	if first {
		w.opt.Alarm(fmt.Sprintf("survey file %s: %v: nothing is stored until this is mended; the survey goes on", w.path, err))
	}
}

func (w *Writer) write(batch []insert, h *hole) error {
	ctx := context.Background()
	if err := w.begin(); err != nil {
		return err
	}
	tx, err := w.conn.BeginTx(ctx, nil)
	if err != nil {
		w.lose()
		return err
	}
	if err = w.insert(ctx, tx, batch, h); err == nil {
		err = tx.Commit()
	}
	if err != nil {
		tx.Rollback()
		w.lose()
		return err
	}
	if err := w.thin.check(ctx, w.conn); err != nil { // the batch is safe; what the disk refuses shows with the next one
		w.lose()
	}
	return nil
}

func (w *Writer) insert(ctx context.Context, tx *sql.Tx, batch []insert, h *hole) error {
	prepared := map[string]*sql.Stmt{}
	defer func() {
		for _, s := range prepared {
			s.Close()
		}
	}()
	for _, in := range batch {
		s := prepared[in.sql]
		if s == nil {
			var err error
			if s, err = tx.PrepareContext(ctx, in.sql); err != nil {
				return err
			}
			prepared[in.sql] = s
		}
		if _, err := s.ExecContext(ctx, in.args...); err != nil {
			return err
		}
	}
	if h != nil {
		if _, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO hole VALUES (?, ?, ?, ?, ?, ?)", h.id, h.fromS, h.toS, h.looks, h.events, h.why); err != nil {
			return err
		}
	}
	return nil
}
