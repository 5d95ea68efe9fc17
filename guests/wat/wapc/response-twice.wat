;; Responds twice: the later response counts.
(data (i32.const 1024) "{\"accepted\":false,\"message\":\"first thoughts\"}\00")
(func $validate (param $payload_length i32) (result i32)
  (call $respond (i32.const 1024))
  (call $accept))
