;; Bytes that are no UTF-8, where text is due. The raw request is a number: 0 binding, 1 namespace, 2 operation,
;; 3 error, 4 console.
(data (i32.const 1024) "\ff\fe\c3")
(func $call (param $binding i32) (param $namespace i32) (param $operation i32)
  (drop (call $host_call
    (local.get $binding) (i32.const 2) (local.get $namespace) (i32.const 2)
    (local.get $operation) (i32.const 2) (i32.const 64) (i32.const 2))))
(func $validate (param $payload_length i32) (result i32)
  (block $console (block $error (block $operation (block $namespace (block $binding
    (br_table $binding $namespace $operation $error $console (call $number)))
      (call $call (i32.const 1024) (i32.const 64) (i32.const 64))
      (return (call $accept)))
      (call $call (i32.const 64) (i32.const 1024) (i32.const 64))
      (return (call $accept)))
      (call $call (i32.const 64) (i32.const 64) (i32.const 1025))
      (return (call $accept)))
      (call $guest_error (i32.const 1024) (i32.const 3))
      (return (i32.const 0)))
  (call $console_log (i32.const 1024) (i32.const 3))
  (call $accept))
