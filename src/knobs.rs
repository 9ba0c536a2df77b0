//! Every lever of a cluster and its clients: scope, name, type, range, default per version.
