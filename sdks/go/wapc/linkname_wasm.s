// The compiler accepts functions without a body, such as main.main behind a linkname, beside assembly only.
