;; `_start` ends with exit code 0, as TinyGo's does: the instance stays usable.
(func (export "_start")
  (call $proc_exit (i32.const 0))
  unreachable)
(func $validate (param $payload_length i32) (result i32)
  (call $accept))
