//! Documents with versions and due times, in memory, in SQLite or in PostgreSQL.
