;; A reactor: accepts if `_initialize` was called, once.
(global $initialized (mut i32) (i32.const 0))
(func (export "_initialize")
  (global.set $initialized (i32.add (global.get $initialized) (i32.const 1))))
(data (i32.const 1024) "not initialized\00")
(func $validate (param $payload_length i32) (result i32)
  (if (i32.eq (global.get $initialized) (i32.const 1)) (then (return (call $accept))))
  (call $fail (i32.const 1024))
  (i32.const 0))
