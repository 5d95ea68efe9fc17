;; Ways to trap. The raw request is a number: 0 unreachable, 1 division by zero, 2 load out of bounds,
;; 3 indirect call of nothing, 4 indirect call of another type, 5 overflow of a truncation, 6 deep recursion.
(type $other (func (param f64) (result f64)))
(table 2 funcref)
(elem (i32.const 0) $recurse)
(func $recurse (param $depth i32) (result i32)
  (i32.add (call $recurse (i32.add (local.get $depth) (i32.const 1))) (local.get $depth)))
(func $validate (param $payload_length i32) (result i32)
  (block $recursion (block $truncation (block $type (block $null (block $load (block $division (block $unreachable
    (br_table $unreachable $division $load $null $type $truncation $recursion (call $number)))
      unreachable)
      (return (i32.div_u (i32.const 1) (i32.const 0))))
      (return (i32.load (i32.const -1))))
      (return (call_indirect (param i32) (result i32) (i32.const 0) (i32.const 1))))
      (return (i32.trunc_f64_s (call_indirect (type $other) (f64.const 1) (i32.const 0)))))
      (return (i32.trunc_f64_s (f64.const 1e300))))
  (call $recurse (i32.const 0)))
