;; Accepts a raw request and answers with another object.
(data (i32.const 1024) "{\"accepted\":true,\"mutated_object\":{\"action\":\"eats\",\"resource\":\"hay\",\"user\":\"tonio\"}}\00")
(func $validate (param $payload_length i32) (result i32)
  (call $respond (i32.const 1024))
  (i32.const 1))
