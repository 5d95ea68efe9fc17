;; Answers without a look at the request, then fetches it after the response.
(func $validate (param $payload_length i32) (result i32)
  (drop (call $accept))
  (call $guest_request (i32.const 8160) (i32.const 8192))
  (i32.const 1))
