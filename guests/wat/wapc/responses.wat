;; Responses that are none. The raw request is a number: 0 empty, 1 not JSON, 2 no `accepted`, 3 `accepted` of
;; another type, 4 a code above 65535, 5 not UTF-8, 6 two values, 7 an array, 8 warnings of another type.
(data (i32.const 1024) "\00")
(data (i32.const 1056) "accepted\00")
(data (i32.const 1088) "{}\00")
(data (i32.const 1120) "{\"accepted\":\"true\"}\00")
(data (i32.const 1152) "{\"accepted\":false,\"code\":70000}\00")
(data (i32.const 1184) "{\"accepted\":true,\"message\":\"\ff\"}\00")
(data (i32.const 1216) "{\"accepted\":true}{}\00")
(data (i32.const 1248) "[true]\00")
(data (i32.const 1280) "{\"accepted\":true,\"warnings\":\"w\"}\00")
(func $validate (param $payload_length i32) (result i32)
  (call $respond (i32.add (i32.const 1024) (i32.mul (call $number) (i32.const 32))))
  (i32.const 1))
