/* The waPC guest ABI: evaluator.md, section 3. */
#ifndef GUESTS_WAPC_H
#define GUESTS_WAPC_H

#include <stddef.h>
#include <string.h>

#define WAPC_IMPORT(name) __attribute__((import_module("wapc"), import_name(#name)))
#define WAPC_EXPORT(name) __attribute__((export_name(#name)))

WAPC_IMPORT(__guest_request) void wapc_guest_request(char *operation, char *payload);
WAPC_IMPORT(__guest_response) void wapc_guest_response(const char *text, size_t length);
WAPC_IMPORT(__guest_error) void wapc_guest_error(const char *text, size_t length);

/* End the call with a response or with an error; `text` is a literal or lives until the call is over. */
static inline int wapc_respond(const char *text) {
  wapc_guest_response(text, strlen(text));
  return 1;
}

static inline int wapc_fail(const char *text) {
  wapc_guest_error(text, strlen(text));
  return 0;
}

#endif
