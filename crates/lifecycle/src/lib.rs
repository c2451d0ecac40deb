//! What may happen to a server now: a lifecycle that allows only legal moves.
