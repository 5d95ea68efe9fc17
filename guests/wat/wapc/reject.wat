;; Rejects everything, with a message and a code.
(data (i32.const 1024) "{\"accepted\":false,\"code\":418,\"message\":\"not on my watch\"}\00")
(func $validate (param $payload_length i32) (result i32)
  (call $respond (i32.const 1024))
  (i32.const 1))
