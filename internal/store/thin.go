package store

import (
	"context"
	"database/sql"
	"maps"
	"slices"
)

// thinner keeps a file within its bounds. Looks that told nothing new are taken out of the past until one in everyS seconds
// of each tuning is left; when that is not enough everyS doubles. What told something new stays, with the look before it, so
// that a replay can follow frame timing up to it; events are never touched.
type thinner struct {
	max    int64
	everyS float64
	checks int
}

const (
	firstEveryS = 10
	lastEveryS  = 3600 // beyond it nothing is thinned any more: what is left told something new
	thinChecks  = 20   // commits between two checks
	freshS      = 120  // the newest stretch stays whole
	chunkLooks  = 2000 // per transaction: readers and the log stay small
)

// check thins when the file is full.
func (t *thinner) check(ctx context.Context, db *sql.Conn) error {
	if t.checks++; t.checks%thinChecks != 0 {
		return nil
	}
	for t.everyS < lastEveryS {
		used, err := used(ctx, db)
		if err != nil || used < t.max {
			return err
		}
		t.everyS = max(firstEveryS, 2*t.everyS)
		if err := t.thin(ctx, db); err != nil {
			return err
		}
	}
	return nil
}

// used is how much of the file holds something, octets. Pages set free are written again.
func used(ctx context.Context, db *sql.Conn) (int64, error) {
	var pages, free, size int64
	for pragma, n := range map[string]*int64{"page_count": &pages, "freelist_count": &free, "page_size": &size} {
		if err := db.QueryRowContext(ctx, "PRAGMA "+pragma).Scan(n); err != nil {
			return 0, err
		}
	}
	return (pages - free) * size, nil
}

func (t *thinner) thin(ctx context.Context, db *sql.Conn) error {
	var endS float64
	if err := db.QueryRowContext(ctx, "SELECT coalesce(max(end_s), 0) FROM look").Scan(&endS); err != nil {
		return err
	}
	slot := map[int64]int64{} // the newest slot of everyS that a tuning has a look of
	var from int64
	total := 0
	for {
		gone, last, err := t.repeats(ctx, db, from, endS-freshS, slot)
		if err != nil {
			return err
		}
		if last == from {
			break
		}
		if from = last; len(gone) == 0 {
			continue
		}
		if err := remove(ctx, db, gone); err != nil {
			return err
		}
		total += len(gone)
	}
	if total == 0 {
		return nil
	}
	_, err := db.ExecContext(ctx, "INSERT INTO thinned VALUES (NULL, ?, ?, ?)", endS-freshS, t.everyS, total)
	return err
}

// repeats lists looks that can go, of a chunk of those after one.
func (t *thinner) repeats(ctx context.Context, db *sql.Conn, from int64, toS float64, slot map[int64]int64) (gone []int64, last int64, err error) {
	rows, err := db.QueryContext(ctx, "SELECT id, tuning, start_s, keep FROM look WHERE id > ? AND start_s < ? ORDER BY id LIMIT ?", from, toS, chunkLooks)
	if err != nil {
		return nil, from, err
	}
	defer rows.Close()
	before := map[int64]int64{} // the look before, of each tuning
	can := map[int64]bool{}
	last = from
	for rows.Next() {
		var tuning int64
		var startS float64
		var keep bool
		if err := rows.Scan(&last, &tuning, &startS, &keep); err != nil {
			return nil, from, err
		}
		now := int64(startS / t.everyS)
		was, seen := slot[tuning]
		switch {
		case keep:
			delete(can, before[tuning])
		case seen && was == now:
			can[last] = true
		}
		slot[tuning], before[tuning] = now, last
	}
	return slices.Sorted(maps.Keys(can)), last, rows.Err()
}

func remove(ctx context.Context, db *sql.Conn, looks []int64) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for _, text := range []string{"DELETE FROM look WHERE id = ?1", "DELETE FROM fix WHERE look = ?1",
		"DELETE FROM observation WHERE id >= ?1 * 256 AND id < ?1 * 256 + 256"} {
		stmt, err := tx.PrepareContext(ctx, text)
		if err != nil {
			return err
		}
		defer stmt.Close()
		for _, id := range looks {
			if _, err := stmt.ExecContext(ctx, id); err != nil {
				return err
			}
		}
	}
	return tx.Commit()
}
