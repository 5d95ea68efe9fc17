/* A waPC policy that takes its time: it accepts every review after the number of milliseconds that the Pod's
 * annotation `kubewarden.sleep_duration_milliseconds` says, else the setting `sleepMilliseconds`, else 0. It sleeps
 * in the host (`poll_oneoff`), where no deadline of a guest's code can interrupt it. */
#include <stdlib.h>
#include <time.h>

#include "json.h"
#include "wapc.h"

static void sleep_milliseconds(uint32_t milliseconds) {
  struct timespec duration = {.tv_sec = milliseconds / 1000, .tv_nsec = (long)(milliseconds % 1000) * 1000000};
  nanosleep(&duration, NULL);
}

static int validate(struct json review) {
  static const char *const setting[] = {"settings", "sleepMilliseconds", NULL};
  static const char *const annotation[] = {
      "request", "object", "metadata", "annotations", "kubewarden.sleep_duration_milliseconds", NULL};
  uint32_t milliseconds = json_number(json_path(review, setting), 0);
  sleep_milliseconds(json_number(json_path(review, annotation), milliseconds));
  return wapc_respond("{\"accepted\":true}");
}

static int validate_settings(struct json settings) {
  struct json value = json_member(settings, "sleepMilliseconds");
  if (value.start != NULL && json_number(value, UINT32_MAX) == UINT32_MAX)
    return wapc_respond("{\"valid\":false,\"message\":\"sleepMilliseconds must be a whole number of milliseconds\"}");
  return wapc_respond("{\"valid\":true}");
}

WAPC_EXPORT(__guest_call) int guest_call(size_t operation_length, size_t payload_length) {
  char operation[32] = "";
  char *payload = malloc(payload_length + 1);
  if (payload == NULL || operation_length >= sizeof operation) return wapc_fail("the request is too large");
  wapc_guest_request(operation, payload);
  struct json text = json_text(payload, payload_length);
  int status;
  if (strcmp(operation, "validate") == 0) status = validate(text);
  else if (strcmp(operation, "validate_settings") == 0) status = validate_settings(text);
  else if (strcmp(operation, "protocol_version") == 0) status = wapc_respond("\"v1\"");
  else status = wapc_fail("no such operation");
  free(payload);
  return status;
}
