//! What is kept of a server, how many and until when: backups with limits and rotation.
