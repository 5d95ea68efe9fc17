#include "json.h"

#include <string.h>

static const struct json nothing = {NULL, NULL};

static struct json skip_space(struct json text) {
  while (text.start != NULL && text.start < text.end && strchr(" \t\n\r", *text.start)) text.start++;
  return text;
}

/* Takes `byte` from the front. */
static struct json expect(struct json text, char byte) {
  text = skip_space(text);
  if (text.start == NULL || text.start == text.end || *text.start != byte) return nothing;
  text.start++;
  return text;
}

/* What follows the string whose opening quote has been taken. */
static struct json skip_string(struct json text) {
  while (text.start < text.end) {
    char byte = *text.start++;
    if (byte == '"') return text;
    if (byte == '\\' && text.start < text.end) text.start++;
  }
  return nothing;
}

/* What follows the value at the front. */
static struct json skip_value(struct json text) {
  size_t depth = 0;
  text = skip_space(text);
  if (text.start == NULL) return nothing;
  while (text.start < text.end) {
    char byte = *text.start;
    if (byte == '"') {
      text.start++;
      text = skip_string(text);
      if (text.start == NULL) return nothing;
    } else if (byte == '{' || byte == '[') {
      text.start++;
      depth++;
    } else if (byte == '}' || byte == ']') {
      if (depth == 0) return nothing;
      text.start++;
      depth--;
    } else if (strchr(",: \t\n\r", byte)) {
      text.start++;
    } else {
      while (text.start < text.end && !strchr(",:]} \t\n\r", *text.start)) text.start++;
    }
    if (depth == 0) return text;
  }
  return nothing;
}

struct json json_text(const char *start, size_t length) {
  return skip_space((struct json){start, start + length});
}

struct json json_member(struct json object, const char *name) {
  size_t length = strlen(name);
  struct json rest = expect(object, '{');
  while (rest.start != NULL) {
    struct json key = expect(rest, '"');
    if (key.start == NULL) return nothing;
    struct json after_key = skip_string(key);
    struct json value = skip_space(expect(after_key, ':'));
    if (value.start == NULL) return nothing;
    if ((size_t)(after_key.start - key.start) == length + 1 && memcmp(key.start, name, length) == 0) return value;
    rest = expect(skip_value(value), ',');
  }
  return nothing;
}

struct json json_path(struct json object, const char *const *names) {
  for (; *names != NULL && object.start != NULL; names++) object = json_member(object, *names);
  return object;
}

struct json json_first(struct json array) {
  struct json first = skip_space(expect(array, '['));
  return first.start == NULL || first.start == first.end || *first.start == ']' ? nothing : first;
}

struct json json_next(struct json element) {
  return skip_space(expect(skip_value(element), ','));
}

bool json_is_true(struct json value) {
  return value.start != NULL && value.end - value.start >= 4 && memcmp(value.start, "true", 4) == 0;
}

uint32_t json_number(struct json value, uint32_t otherwise) {
  uint64_t number = 0;
  const char *at = value.start;
  if (at == NULL) return otherwise;
  for (; at < value.end && *at >= '0' && *at <= '9'; at++) {
    number = number * 10 + (uint64_t)(*at - '0');
    if (number > UINT32_MAX) return otherwise;
  }
  return at == value.start ? otherwise : (uint32_t)number;
}

struct json json_string(struct json value) {
  struct json text = expect(value, '"');
  if (text.start == NULL) return nothing;
  struct json rest = skip_string(text);
  return rest.start == NULL ? nothing : (struct json){text.start, rest.start - 1};
}
