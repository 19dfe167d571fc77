//! Records to Arrow to row groups, and back.
