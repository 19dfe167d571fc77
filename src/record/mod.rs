//! JSON records: values, keys, normalisers, projection.
