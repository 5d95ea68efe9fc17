/* A WASI command: rejects Pods that use the network of their node. The verdict goes to stdout, what went wrong to
 * stderr (with exit code 1). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

static char *read_all(FILE *file, size_t *length) {
  size_t room = 16384;
  char *text = malloc(room);
  *length = 0;
  while (text != NULL) {
    *length += fread(text + *length, 1, room - *length, file);
    if (*length < room) break;
    room *= 2;
    text = realloc(text, room);
  }
  return text;
}

static void validate(struct json review) {
  static const char *const host_network[] = {"request", "object", "spec", "hostNetwork", NULL};
  if (json_is_true(json_path(review, host_network)))
    puts("{\"accepted\":false,\"message\":\"Pods must not use the network of their node\"}");
  else puts("{\"accepted\":true}");
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fputs("usage: policy.wasm validate|validate-settings\n", stderr);
    return 1;
  }
  size_t length;
  char *input = read_all(stdin, &length);
  if (input == NULL) {
    fputs("the request does not fit into memory\n", stderr);
    return 1;
  }
  if (strcmp(argv[1], "validate") == 0) validate(json_text(input, length));
  else if (strcmp(argv[1], "validate-settings") == 0) puts("{\"valid\":true}");
  else {
    fprintf(stderr, "no such operation: %s\n", argv[1]);
    return 1;
  }
  return 0;
}
