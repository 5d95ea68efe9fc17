;; Accepts a raw request and answers with another object.
(data (i32.const 1024) "{\"accepted\":true,\"mutated_object\":{\"action\":\"eats\",\"resource\":\"hay\",\"user\":\"tonio\"}}\00")
(func $validate
  (call $print (i32.const 1) (i32.const 1024)))
