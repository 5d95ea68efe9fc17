;; The frame around every fragment in wapc/: all nine imports and some of WASI, two pages of memory, and a `__guest_call` that
;; answers `validate_settings` and `protocol_version` well, so that a server loads the guest before it
;; misbehaves. A fragment adds `(func $validate (param $payload_length i32) (result i32))`.
;; Memory: 0–1023 is the frame's, 1024–8191 the fragment's, the payload goes to 8192 (up to 120 KiB).
(module
  (import "wapc" "__guest_request" (func $guest_request (param i32 i32)))
  (import "wapc" "__guest_response" (func $guest_response (param i32 i32)))
  (import "wapc" "__guest_error" (func $guest_error (param i32 i32)))
  (import "wapc" "__host_call" (func $host_call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wapc" "__host_response_len" (func $host_response_len (result i32)))
  (import "wapc" "__host_response" (func $host_response (param i32)))
  (import "wapc" "__host_error_len" (func $host_error_len (result i32)))
  (import "wapc" "__host_error" (func $host_error (param i32)))
  (import "wapc" "__console_log" (func $console_log (param i32 i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $fd_close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll_oneoff (param i32 i32 i32 i32) (result i32)))
  (memory $memory (export "memory") 2)
  (data (i32.const 0) "{\"valid\":true}\00")
  (data (i32.const 16) "\"v1\"\00")
  (data (i32.const 32) "{\"accepted\":true}\00")
  (data (i32.const 64) "{\"accepted\":false,\"message\":\"I remember\"}\00")

  (func (export "__guest_call") (param $operation_length i32) (param $payload_length i32) (result i32)
    (if (i32.eq (local.get $operation_length) (i32.const 8)) ;; validate
      (then (return (call $validate (local.get $payload_length)))))
    (call $respond (select
      (i32.const 16)
      (i32.const 0)
      (i32.eq (local.get $operation_length) (i32.const 16)))) ;; protocol_version
    (i32.const 1))

  ;; Length of the NUL-terminated text at $text.
  (func $length (param $text i32) (result i32)
    (local $end i32)
    (local.set $end (local.get $text))
    (loop $next
      (if (i32.load8_u (local.get $end))
        (then
          (local.set $end (i32.add (local.get $end) (i32.const 1)))
          (br $next))))
    (i32.sub (local.get $end) (local.get $text)))

  (func $respond (param $text i32)
    (call $guest_response (local.get $text) (call $length (local.get $text))))

  (func $fail (param $text i32)
    (call $guest_error (local.get $text) (call $length (local.get $text))))

  (func $accept (result i32)
    (call $respond (i32.const 32))
    (i32.const 1))

  ;; What the guests say that try to carry something from one review to the next, when they managed to.
  (func $remember (result i32)
    (call $respond (i32.const 64))
    (i32.const 1))

  ;; The number that stands as the whole request of a raw review: which act, or how often.
  (func $number (result i32)
    (local $at i32) (local $digit i32) (local $value i32)
    (call $guest_request (i32.const 8160) (i32.const 8192))
    (local.set $at (i32.const 8203)) ;; behind {"request":
    (block $done
      (loop $next
        (local.set $digit (i32.sub (i32.load8_u (local.get $at)) (i32.const 48)))
        (br_if $done (i32.gt_u (local.get $digit) (i32.const 9)))
        (local.set $value (i32.add (i32.mul (local.get $value) (i32.const 10)) (local.get $digit)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next)))
    (local.get $value))

;; fragment
)
