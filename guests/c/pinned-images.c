/* A WASI reactor that speaks waPC: rejects Pods with an image that has neither digest nor a tag other than `latest`.
 * Its constructor runs in `_initialize` only, so a host that does not call it gets an error instead of a verdict. */
#include <stdio.h>
#include <stdlib.h>

#include "json.h"
#include "wapc.h"

static const char *mutable_tag;

__attribute__((constructor)) static void choose_tag(void) {
  mutable_tag = "latest";
}

/* Whether an image reference names one version: a digest, or a tag that is not the mutable one. The colon of a port
 * stands before the last slash. */
static bool is_pinned(struct json image) {
  const char *tag = NULL;
  for (const char *at = image.start; at < image.end; at++) {
    if (*at == '@') return true;
    if (*at == '/') tag = NULL;
    if (*at == ':') tag = at + 1;
  }
  if (tag == NULL) return false;
  size_t length = (size_t)(image.end - tag);
  return length != strlen(mutable_tag) || memcmp(tag, mutable_tag, length) != 0;
}

static int validate(struct json review) {
  static char answer[1024];
  static const char *const lists[][5] = {
      {"request", "object", "spec", "containers", NULL},
      {"request", "object", "spec", "initContainers", NULL},
      {"request", "object", "spec", "ephemeralContainers", NULL},
  };
  for (size_t list = 0; list < sizeof lists / sizeof *lists; list++) {
    struct json container = json_first(json_path(review, lists[list]));
    for (; container.start != NULL; container = json_next(container)) {
      struct json image = json_string(json_member(container, "image"));
      if (image.start == NULL || is_pinned(image)) continue;
      int length = (int)(image.end - image.start);
      snprintf(answer, sizeof answer, "{\"accepted\":false,\"message\":\"image %.*s is not pinned\",\"code\":403}",
               length < 512 ? length : 0, image.start);
      return wapc_respond(answer);
    }
  }
  return wapc_respond("{\"accepted\":true}");
}

WAPC_EXPORT(__guest_call) int guest_call(size_t operation_length, size_t payload_length) {
  char operation[32] = "";
  char *payload = malloc(payload_length + 1);
  if (mutable_tag == NULL) return wapc_fail("_initialize was not called");
  if (payload == NULL || operation_length >= sizeof operation) return wapc_fail("the request is too large");
  wapc_guest_request(operation, payload);
  int status;
  if (strcmp(operation, "validate") == 0) status = validate(json_text(payload, payload_length));
  else if (strcmp(operation, "validate_settings") == 0) status = wapc_respond("{\"valid\":true}");
  else if (strcmp(operation, "protocol_version") == 0) status = wapc_respond("\"v1\"");
  else status = wapc_fail("no such operation");
  free(payload);
  return status;
}
