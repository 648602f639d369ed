-- The embedded store's tables, version 1 (PRAGMA user_version). Names follow src/model.rs.
--
-- `sum` columns hold the first eight bytes of SHA-256 over the row's other values: every read checks
-- them, so a bit that rots is reported instead of served. Event rows need none: their bytes are
-- hashed by the chain and the log.

CREATE TABLE stream (
    id      INTEGER PRIMARY KEY,
    name    TEXT    NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    last    BLOB    NOT NULL,
    time    INTEGER NOT NULL,
    sum     BLOB    NOT NULL
);

-- `id` grows with every event, so one chain's events are always in chain order by id.
CREATE TABLE event (
    id          INTEGER PRIMARY KEY,
    stream      INTEGER NOT NULL REFERENCES stream (id),
    seq         INTEGER NOT NULL,
    header      BLOB    NOT NULL,
    -- The encoded disclosures that have not been erased, one a line.
    disclosures TEXT    NOT NULL,
    UNIQUE (stream, seq)
);

-- Events without a place in the log. Small integers only, so that committing and sequencing touch
-- one dense page each and event rows stay as they were written.
CREATE TABLE unsequenced (event INTEGER PRIMARY KEY);

CREATE TABLE log_entry (
    log_index INTEGER PRIMARY KEY,
    event     INTEGER NOT NULL UNIQUE
);

CREATE TABLE log_head (
    one       INTEGER PRIMARY KEY CHECK (one = 1),
    sequenced INTEGER NOT NULL,
    published INTEGER NOT NULL,
    sum       BLOB    NOT NULL
);

CREATE TABLE document (
    stream  INTEGER NOT NULL REFERENCES stream (id),
    kind    TEXT    NOT NULL,
    id      TEXT    NOT NULL,
    version INTEGER NOT NULL,
    body    TEXT    NOT NULL,
    sum     BLOB    NOT NULL,
    UNIQUE (stream, kind, id)
);

CREATE TABLE command (
    stream      INTEGER NOT NULL REFERENCES stream (id),
    id          TEXT    NOT NULL,
    -- The first event the command caused.
    seq         INTEGER NOT NULL,
    fingerprint BLOB    NOT NULL,
    answer      TEXT    NOT NULL,
    sum         BLOB    NOT NULL,
    UNIQUE (stream, id)
);

CREATE TABLE view_row (
    view TEXT NOT NULL,
    key  TEXT NOT NULL,
    sort TEXT NOT NULL,
    id   TEXT NOT NULL,
    body TEXT NOT NULL,
    sum  BLOB NOT NULL,
    PRIMARY KEY (view, key, sort, id)
) WITHOUT ROWID;

CREATE TABLE counter (
    series TEXT    NOT NULL PRIMARY KEY,
    value  INTEGER NOT NULL,
    sum    BLOB    NOT NULL
) WITHOUT ROWID;

-- `ranges` is JSON: which bytes of which access files the batch covers.
CREATE TABLE access_batch (
    seq    INTEGER PRIMARY KEY,
    count  INTEGER NOT NULL,
    root   BLOB    NOT NULL,
    ranges TEXT    NOT NULL,
    sum    BLOB    NOT NULL
);

-- `state`: 0 arriving, 1 received, 2 evidence, 3 quarantine.
CREATE TABLE upload (
    id         TEXT    NOT NULL PRIMARY KEY,
    size       INTEGER NOT NULL,
    block_size INTEGER NOT NULL,
    state      INTEGER NOT NULL,
    sum        BLOB    NOT NULL
) WITHOUT ROWID;

CREATE INDEX upload_waiting ON upload (id) WHERE state = 1;

CREATE TABLE upload_block (
    upload TEXT    NOT NULL,
    block  INTEGER NOT NULL,
    sha256 BLOB    NOT NULL,
    sum    BLOB    NOT NULL,
    PRIMARY KEY (upload, block)
) WITHOUT ROWID;

CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL,
    sum   BLOB NOT NULL
) WITHOUT ROWID;
