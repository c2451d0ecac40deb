-- The tables of version 0.1.0, and what the tests put in; `{s}` is the name of the schema.
CREATE SCHEMA {s};
CREATE TABLE {s}.tagout (id BIGINT PRIMARY KEY, schema BIGINT NOT NULL);
INSERT INTO {s}.tagout VALUES (1, 1);
CREATE TABLE {s}.documents (
    kind     BYTEA  NOT NULL,
    scope    BYTEA  NOT NULL,
    id       BYTEA  NOT NULL,
    version  BIGINT NOT NULL,
    format   BIGINT NOT NULL,
    body     TEXT   NOT NULL,
    labels   TEXT,
    due_at   BIGINT,
    ready_at BIGINT,
    PRIMARY KEY (kind, scope, id)
) WITH (fillfactor = 80);
CREATE INDEX documents_ready ON {s}.documents (kind, ready_at, scope, id) WHERE ready_at IS NOT NULL;
CREATE TABLE {s}.labels (
    kind  BYTEA NOT NULL,
    scope BYTEA NOT NULL,
    name  BYTEA NOT NULL,
    value BYTEA NOT NULL,
    id    BYTEA NOT NULL,
    PRIMARY KEY (kind, scope, name, value, id)
);
CREATE TABLE {s}.events (
    position BIGINT PRIMARY KEY,
    kind     BYTEA  NOT NULL,
    scope    BYTEA  NOT NULL,
    format   BIGINT NOT NULL,
    body     TEXT   NOT NULL
);
CREATE TABLE {s}.stream (id BIGINT PRIMARY KEY, last BIGINT NOT NULL, trimmed BIGINT NOT NULL);
CREATE SEQUENCE {s}.versions;
CREATE VIEW {s}.readable AS
    SELECT convert_from(kind, 'UTF8') AS kind, convert_from(scope, 'UTF8') AS scope, convert_from(id, 'UTF8') AS id,
           version, format, body, labels, to_timestamp(due_at / 1000000.0) AS due_at,
           to_timestamp(ready_at / 1000000.0) AS ready_at
    FROM {s}.documents;
INSERT INTO {s}.documents VALUES
    ('server', '123456789012', 'web-1', 1, 1, '{"status":"HEALTHY","tags":["a","ü"]}', '{"status":"HEALTHY"}', NULL, NULL),
    ('server', '123456789012', 'web-2', 1, 1, '{"status":"BACKING_UP"}', '{"status":"BACKING_UP"}', 1772330400000001, 1772330400000001),
    ('plain', '', convert_to('ключ 🔑', 'UTF8'), 1, 7, 'null', NULL, NULL, NULL),
    ('quota', '123456789012', 'backups', 1, 1, '3', NULL, NULL, NULL);
INSERT INTO {s}.labels VALUES
    ('server', '123456789012', 'status', 'HEALTHY', 'web-1'),
    ('server', '123456789012', 'status', 'BACKING_UP', 'web-2');
INSERT INTO {s}.events VALUES
    (2, 'server.created', '123456789012', 1, '1'),
    (3, 'server.created', '123456789012', 1, '2'),
    (4, 'server.created', '123456789012', 1, '3');
INSERT INTO {s}.stream VALUES (1, 4, 1);
SELECT nextval('{s}.versions'), nextval('{s}.versions');
