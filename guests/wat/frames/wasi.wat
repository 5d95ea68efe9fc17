;; The frame around every fragment in wasi/: the imports, two pages of memory, and a `_start` that answers
;; `validate-settings` well. A fragment adds `(func $validate)`.
;; Memory: 0–1023 is the frame's, 1024–8191 the fragment's, stdin goes to 8192 (up to 120 KiB).
(module
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $fd_close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll_oneoff (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (import "host" "call" (func $host_call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (memory $memory (export "memory") 2)
  (data (i32.const 0) "{\"valid\":true}\00")
  (data (i32.const 32) "{\"accepted\":true}\00")
  (data (i32.const 64) "{\"accepted\":false,\"message\":\"I remember\"}\00")

  (func (export "_start")
    (drop (call $args_sizes_get (i32.const 128) (i32.const 132)))
    ;; "policy.wasm\00validate\00" is 21 bytes, "policy.wasm\00validate-settings\00" 30
    (if (i32.gt_u (i32.load (i32.const 132)) (i32.const 21))
      (then (call $print (i32.const 1) (i32.const 0)))
      (else (call $validate))))

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

  (func $write (param $fd i32) (param $at i32) (param $length i32) (result i32)
    (i32.store (i32.const 136) (local.get $at))
    (i32.store (i32.const 140) (local.get $length))
    (call $fd_write (local.get $fd) (i32.const 136) (i32.const 1) (i32.const 144)))

  (func $print (param $fd i32) (param $text i32)
    (drop (call $write (local.get $fd) (local.get $text) (call $length (local.get $text)))))

  (func $accept
    (call $print (i32.const 1) (i32.const 32)))

  ;; One fd_read of stdin; how many bytes came, 0 at the end.
  (func $read (param $at i32) (param $room i32) (result i32)
    (i32.store (i32.const 136) (local.get $at))
    (i32.store (i32.const 140) (local.get $room))
    (if (call $fd_read (i32.const 0) (i32.const 136) (i32.const 1) (i32.const 144)) (then unreachable))
    (i32.load (i32.const 144)))

  ;; Reads stdin to its end; the length of what came.
  (func $drain (param $at i32) (result i32)
    (local $length i32) (local $came i32)
    (loop $next
      (local.set $came
        (call $read (i32.add (local.get $at) (local.get $length)) (i32.const 32768)))
      (local.set $length (i32.add (local.get $length) (local.get $came)))
      (br_if $next (local.get $came)))
    (local.get $length))

  ;; The number that stands as the whole request of a raw review: which act, or how often.
  (func $number (result i32)
    (local $at i32) (local $digit i32) (local $value i32)
    (drop (call $drain (i32.const 8192)))
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
