//! One operation over many servers, and the queue that works it off.
