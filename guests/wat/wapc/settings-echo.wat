;; Finds all settings invalid and says which they were, byte for byte but for quotes, which become apostrophes.
(module
  (import "wapc" "__guest_request" (func $guest_request (param i32 i32)))
  (import "wapc" "__guest_response" (func $guest_response (param i32 i32)))
  (memory (export "memory") 4)
  (data (i32.const 0) "{\"accepted\":true,\"valid\":false,\"message\":\"")
  (func (export "__guest_call") (param i32) (param $length i32) (result i32)
    (local $at i32) (local $end i32)
    (call $guest_request (i32.const 196608) (i32.const 42))
    (local.set $at (i32.const 42))
    (local.set $end (i32.add (local.get $at) (local.get $length)))
    (loop $next
      (if (i32.lt_u (local.get $at) (local.get $end))
        (then
          (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 34))
            (then (i32.store8 (local.get $at) (i32.const 39))))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br $next))))
    (i32.store16 (local.get $end) (i32.const 0x7d22)) ;; "}
    (call $guest_response (i32.const 0) (i32.add (local.get $end) (i32.const 2)))
    (i32.const 1)))
