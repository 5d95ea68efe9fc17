/* Reads JSON where it lies: finds members and elements, decodes booleans and whole numbers.
 *
 * The host has checked the syntax; what this reader does not understand is "no such value" (start == NULL). */
#ifndef GUESTS_JSON_H
#define GUESTS_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One JSON value, from its first byte to the end of the whole text. */
struct json {
  const char *start;
  const char *end;
};

struct json json_text(const char *start, size_t length);
/* The member `name` of an object; names with escapes are never equal to `name`. */
struct json json_member(struct json object, const char *name);
/* The member of a member of …, as many as there are names; the list of names ends with NULL. */
struct json json_path(struct json object, const char *const *names);
/* The first element of an array, and the one behind `element`. */
struct json json_first(struct json array);
struct json json_next(struct json element);
bool json_is_true(struct json value);
/* A whole number that is not negative, or `otherwise`. */
uint32_t json_number(struct json value, uint32_t otherwise);
/* The bytes between the quotes of a string, escapes and all; start == NULL if it is no string. */
struct json json_string(struct json value);

#endif
