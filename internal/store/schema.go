package store

import (
	"context"
	"database/sql"
	"fmt"
)

// applicationID marks a survey in the header of its SQLite file ("stry").
const applicationID = 0x73747279

// migrations make the schema, one entry a version; user_version counts those that were applied. What was released is never
// edited: a new version is a new entry, and testdata keeps a file of each.
//
// Scaled integers have their unit in their name (c: hundredths): SQLite stores small ones in a byte or two where a REAL
// takes eight, and they say all that a measurement is good for. The views speak plainly.
var migrations = []string{
	`
	CREATE TABLE survey (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
	CREATE TABLE radio (id INTEGER PRIMARY KEY, uri TEXT, driver TEXT, serial TEXT, bits INTEGER, ppm REAL);
	CREATE TABLE tuning (id INTEGER PRIMARY KEY, radio INTEGER, freq_hz REAL, rate_hz REAL, band_hz REAL, gain_db REAL, auto INTEGER);
	CREATE TABLE look (
		id INTEGER PRIMARY KEY, start_s REAL, end_s REAL, first_sample INTEGER, time_ns INTEGER, tuning INTEGER,
		fraction REAL, failed INTEGER, keep INTEGER -- keep: told something new, never thinned
	);
	CREATE TABLE observation (
		id INTEGER PRIMARY KEY, -- look * 256 + its place in the look
		freq_hz REAL, pci INTEGER, duplex INTEGER, cp INTEGER, ports INTEGER,
		first_milli INTEGER, -- thousandths of a sample after the look's first
		mib INTEGER, prb INTEGER, phich_duration INTEGER, phich_resource INTEGER, sfn INTEGER, spare INTEGER,
		mib_crcs INTEGER, mib_fails INTEGER,
		rsrp_cdb INTEGER, rssi_cdb INTEGER, rsrq_cdb INTEGER, sinr_cdb INTEGER,
		cfo_chz INTEGER, cfo_se_chz INTEGER, clock_e4ppm INTEGER, clock_se_e4ppm INTEGER,
		stop INTEGER, ghost TEXT,
		messages BLOB, -- ids in message: SIB1, other SIB1s, system information
		rest BLOB      -- everything else, see shape
	);
	CREATE TABLE message (
		id INTEGER PRIMARY KEY, look INTEGER, -- in which it was first heard
		freq_hz REAL, pci INTEGER, entry INTEGER, -- 0: SIB1, else of its schedule
		octets BLOB, content BLOB
	);
	CREATE TABLE event (id INTEGER PRIMARY KEY, look INTEGER, kind TEXT, t_s REAL, transmitter TEXT, json TEXT);
	CREATE TABLE shape (id INTEGER PRIMARY KEY, text TEXT); -- the fields of the binary columns
	CREATE TABLE hole (id INTEGER PRIMARY KEY, from_s REAL, to_s REAL, looks INTEGER, events INTEGER, why TEXT);
	CREATE TABLE thinned (id INTEGER PRIMARY KEY, to_s REAL, every_s REAL, looks INTEGER);

	CREATE VIEW level AS SELECT l.start_s, o.freq_hz, o.pci, o.rsrp_cdb/100.0 AS rsrp_dbfs, o.rsrq_cdb/100.0 AS rsrq_db,
		o.sinr_cdb/100.0 AS sinr_db, o.cfo_chz/100.0 AS cfo_hz, o.mib_crcs FROM observation o JOIN look l ON l.id = o.id >> 8;
	CREATE VIEW verdict AS SELECT t_s, transmitter, json_extract(json, '$.plmns[0]') AS plmn, json_extract(json, '$.eci') AS eci,
		json_extract(json, '$.known') AS known, json_extract(json, '$.level') AS level, json_extract(json, '$.score') AS score,
		json_extract(json, '$.findings') AS findings FROM event WHERE kind = 'verdict';
	`,
	// Where looks were taken.
	`
	CREATE TABLE fix (look INTEGER PRIMARY KEY, lat REAL, lon REAL, err_m REAL, hdop REAL, age_ns INTEGER, source TEXT);
	DROP VIEW level;
	CREATE VIEW level AS SELECT l.start_s, f.lat, f.lon, o.freq_hz, o.pci, o.rsrp_cdb/100.0 AS rsrp_dbfs, o.rsrq_cdb/100.0 AS rsrq_db,
		o.sinr_cdb/100.0 AS sinr_db, o.cfo_chz/100.0 AS cfo_hz, o.mib_crcs, t.gain_db
		FROM observation o JOIN look l ON l.id = o.id >> 8 JOIN tuning t ON t.id = l.tuning LEFT JOIN fix f ON f.look = l.id;
	`,
}

// Version is the schema that this build writes.
var Version = len(migrations)

// migrate brings a file to the present schema, a version at a time.
func migrate(ctx context.Context, db *sql.Conn) error {
	have, err := version(ctx, db)
	if err != nil {
		return err
	}
	for ; have < Version; have++ {
		text := fmt.Sprintf("BEGIN IMMEDIATE; %s; PRAGMA user_version = %d; PRAGMA application_id = %d; COMMIT", migrations[have], have+1, applicationID)
		if _, err := db.ExecContext(ctx, text); err != nil {
			db.ExecContext(ctx, "ROLLBACK")
			return fmt.Errorf("schema version %d: %w", have+1, err)
		}
	}
	return nil
}

// version of the schema; an error if the file is none of ours, or newer than this build.
func version(ctx context.Context, db *sql.Conn) (int, error) {
	var v, id, tables int
	if err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&v); err != nil {
		return 0, err
	}
	if err := db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
		return 0, err
	}
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return 0, err
	}
	switch {
	case tables > 0 && id != applicationID:
		return 0, errNotASurvey
	case v > Version || v < 0:
		return 0, fmt.Errorf("written by a newer straycell (schema %d, this one knows %d): update straycell", v, Version)
	}
	return v, nil
}
