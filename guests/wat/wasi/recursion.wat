;; Recurses until its stack is used up.
(func $recurse (param $depth i32) (result i32)
  (i32.add (call $recurse (i32.add (local.get $depth) (i32.const 1))) (local.get $depth)))
(func $validate
  (drop (call $recurse (i32.const 0)))
  (call $accept))
