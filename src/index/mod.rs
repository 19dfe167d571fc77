//! The sections that make lookups fast: one file per structure, each with builder, writer and reader.
