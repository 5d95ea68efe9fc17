/**
 * The glue between the JavaScript engine and a policy ABI, as WebAssembly text.
 *
 * The glue has no data of its own. What it works with stands in a block of the engine's memory, at the address that
 * the imported global `kubewarden.state` holds; the compiler of policies allocates the block and puts the address in
 * the global's place (see `src/link/state-block.ts`, which has to agree with the offsets here).
 */

/** Imports of the engine's own functions. */
const engineImports = `
  (import "engine" "memory" (memory 0))
  (import "engine" "wasm_malloc" (func $malloc (param i32) (result i32)))
  (import "engine" "wasm_free" (func $free (param i32)))
  (import "engine" "qjs_new_string" (func $new_string (param i32 i32) (result i32)))
  (import "engine" "qjs_get_string_len" (func $string_bytes (param i32 i32) (result i32)))
  (import "engine" "qjs_free_cstring" (func $free_bytes (param i32)))
  (import "engine" "qjs_new_array_buffer" (func $new_array_buffer (param i32 i32) (result i32)))
  (import "engine" "qjs_get_array_buffer" (func $array_buffer_bytes (param i32 i32) (result i32)))
  (import "engine" "qjs_get_float64" (func $number (param i32) (result f64)))
  (import "engine" "qjs_get_undefined" (func $undefined (result i32)))
  (import "engine" "qjs_is_undefined" (func $is_undefined (param i32) (result i32)))
  (import "engine" "qjs_call" (func $call (param i32 i32 i32 i32) (result i32)))
  (import "engine" "qjs_is_exception" (func $is_exception (param i32) (result i32)))
  (import "engine" "qjs_get_exception" (func $exception (result i32)))
  (import "engine" "qjs_free_value" (func $free_value (param i32)))
  (import "engine" "qjs_throw" (func $throw (param i32) (result i32)))
  (import "engine" "qjs_execute_pending_job" (func $run_job (result i32)))
  (import "kubewarden" "state" (global $state i32))
  (import "wasi_snapshot_preview1" "random_get" (func $random_get (param i32 i32) (result i32)))`;

/**
 * What every ABI needs. \`$dispatch\` takes the addresses of operation and payload, which it frees, and returns the
 * value that the policy answered with, or an exception.
 */
const common = `
  (func $allocate (param $length i32) (result i32)
    (local $address i32)
    (local.set $address (call $malloc (select (local.get $length) (i32.const 1) (local.get $length))))
    (if (i32.eqz (local.get $address)) (then (unreachable)))
    (local.get $address))

  ;; The generator of Math.random has the state of the build: give it a new one, which must not be zero.
  (func $reseed
    (local $address i32)
    (local.set $address (i32.load offset=12 (global.get $state)))
    (drop (call $random_get (local.get $address) (i32.const 8)))
    (if (i64.eqz (i64.load (local.get $address)))
      (then (i64.store (local.get $address) (i64.const 1)))))

  (func $run_jobs
    (loop $next (br_if $next (i32.gt_s (call $run_job) (i32.const 0)))))

  (func $dispatch (param $operation i32) (param $operation_length i32) (param $payload i32) (param $payload_length i32)
    (result i32)
    (local $operation_value i32) (local $payload_value i32) (local $answer i32)
    (call $reseed)
    (local.set $operation_value (call $new_string (local.get $operation) (local.get $operation_length)))
    (call $free (local.get $operation))
    (local.set $payload_value (call $new_string (local.get $payload) (local.get $payload_length)))
    (call $free (local.get $payload))
    (i32.store offset=16 (global.get $state) (local.get $operation_value))
    (i32.store offset=20 (global.get $state) (local.get $payload_value))
    (local.set $answer
      (call $call (i32.load (global.get $state)) (i32.load offset=8 (global.get $state))
        (i32.const 2) (i32.add (global.get $state) (i32.const 16))))
    (call $free_value (local.get $operation_value))
    (call $free_value (local.get $payload_value))
    (if (call $is_exception (local.get $answer)) (then (return (local.get $answer))))
    (call $run_jobs)
    ;; A handler that is asynchronous: what has become of its promise?
    (if (call $is_undefined (local.get $answer))
      (then
        (call $free_value (local.get $answer))
        (local.set $answer
          (call $call (i32.load offset=4 (global.get $state)) (i32.load offset=8 (global.get $state))
            (i32.const 0) (i32.const 0)))))
    (local.get $answer))

  ;; The UTF-8 of a value; its length is left in the state block.
  (func $bytes_of (param $value i32) (result i32)
    (local $bytes i32)
    (local.set $bytes (call $string_bytes (local.get $value) (i32.add (global.get $state) (i32.const 24))))
    (if (i32.eqz (local.get $bytes)) (then (unreachable)))
    (local.get $bytes))
  (func $length (result i32) (i32.load offset=24 (global.get $state)))

  (func $argument (param $arguments i32) (param $index i32) (result i32)
    (i32.load (i32.add (local.get $arguments) (i32.shl (local.get $index) (i32.const 2)))))

  ;; Takes the bytes at an address, frees them, and makes a string of them.
  (func $take_string (param $address i32) (param $length i32) (result i32)
    (local $value i32)
    (local.set $value (call $new_string (local.get $address) (local.get $length)))
    (call $free (local.get $address))
    (local.get $value))

  (func $throw_value (param $value i32) (result i32)
    (drop (call $throw (local.get $value)))
    (call $free_value (local.get $value))
    (i32.const 0))

  ;; Natives of the policy's runtime, told apart by the first letter of their names.
  (func (export "host_call") (param $name i32) (param $name_length i32) (param $this i32) (param $count i32)
    (param $arguments i32) (result i32)
    (local $letter i32)
    (local.set $letter (i32.load8_u (local.get $name)))
    (if (i32.eq (local.get $letter) (i32.const 0x63 (;c;))) (then (return (call $native_call (local.get $arguments)))))
    (if (i32.eq (local.get $letter) (i32.const 0x65 (;e;))) (then (return (call $native_encode (local.get $arguments)))))
    (if (i32.eq (local.get $letter) (i32.const 0x64 (;d;))) (then (return (call $native_decode (local.get $arguments)))))
    (call $native_print (local.get $arguments)))

  ;; call(binding, namespace, operation, payload): the host's answer; throws the text of its error.
  (func $native_call (param $arguments i32) (result i32)
    (local $binding i32) (local $binding_length i32) (local $namespace i32) (local $namespace_length i32)
    (local $operation i32) (local $operation_length i32) (local $payload i32) (local $succeeded i32)
    (local.set $binding (call $bytes_of (call $argument (local.get $arguments) (i32.const 0))))
    (local.set $binding_length (call $length))
    (local.set $namespace (call $bytes_of (call $argument (local.get $arguments) (i32.const 1))))
    (local.set $namespace_length (call $length))
    (local.set $operation (call $bytes_of (call $argument (local.get $arguments) (i32.const 2))))
    (local.set $operation_length (call $length))
    (local.set $payload (call $bytes_of (call $argument (local.get $arguments) (i32.const 3))))
    (local.set $succeeded (call $host_call
      (local.get $binding) (local.get $binding_length) (local.get $namespace) (local.get $namespace_length)
      (local.get $operation) (local.get $operation_length) (local.get $payload) (call $length)))
    (call $free_bytes (local.get $binding))
    (call $free_bytes (local.get $namespace))
    (call $free_bytes (local.get $operation))
    (call $free_bytes (local.get $payload))
    (call $host_answer (local.get $succeeded)))

  ;; encode(text): its UTF-8 as an ArrayBuffer.
  (func $native_encode (param $arguments i32) (result i32)
    (local $bytes i32) (local $value i32)
    (local.set $bytes (call $bytes_of (call $argument (local.get $arguments) (i32.const 0))))
    (local.set $value (call $new_array_buffer (local.get $bytes) (call $length)))
    (call $free_bytes (local.get $bytes))
    (local.get $value))

  ;; decode(buffer, offset, length): a part of an ArrayBuffer as text. The caller has checked the bounds.
  (func $native_decode (param $arguments i32) (result i32)
    (local $bytes i32)
    (local.set $bytes (call $array_buffer_bytes
      (call $argument (local.get $arguments) (i32.const 0)) (i32.add (global.get $state) (i32.const 24))))
    (call $new_string
      (i32.add (local.get $bytes) (call $integer (call $argument (local.get $arguments) (i32.const 1))))
      (call $integer (call $argument (local.get $arguments) (i32.const 2)))))
  (func $integer (param $value i32) (result i32) (i32.trunc_sat_f64_u (call $number (local.get $value))))

  ;; What the engine asks of its embedder: never interrupted, always UTC, no modules beside the bundle.
  (func (export "host_interrupt") (result i32) (i32.const 0))
  (func (export "host_promise_rejection") (param i32 i32 i32))
  (func (export "host_module_normalize") (param i32 i32) (result i32) (i32.const 0))
  (func (export "host_module_load") (param i32 i32) (result i32) (i32.const 0))
  (func (export "host_get_timezone_offset") (param i32 i32) (result i32) (i32.const 0))`;

/** The waPC ABI: `wapc_init` and `__guest_call`. Nothing is printed: the console goes to the host's log. */
const wapc = `(module ${engineImports}
  (import "wapc" "__guest_request" (func $guest_request (param i32 i32)))
  (import "wapc" "__guest_response" (func $guest_response (param i32 i32)))
  (import "wapc" "__guest_error" (func $guest_error (param i32 i32)))
  (import "wapc" "__host_call" (func $host_call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wapc" "__host_response_len" (func $host_response_len (result i32)))
  (import "wapc" "__host_response" (func $host_response (param i32)))
  (import "wapc" "__host_error_len" (func $host_error_len (result i32)))
  (import "wapc" "__host_error" (func $host_error (param i32)))
  ${common}

  (func $host_answer (param $result i32) (result i32)
    (local $address i32) (local $size i32)
    (if (i32.eq (local.get $result) (i32.const 1))
      (then
        (local.set $size (call $host_response_len))
        (local.set $address (call $allocate (local.get $size)))
        (call $host_response (local.get $address))
        (return (call $take_string (local.get $address) (local.get $size)))))
    (local.set $size (call $host_error_len))
    (local.set $address (call $allocate (local.get $size)))
    (call $host_error (local.get $address))
    (call $throw_value (call $take_string (local.get $address) (local.get $size))))

  (func $native_print (param $arguments i32) (result i32) (call $undefined))

  (func (export "wapc_init"))

  (func (export "__guest_call") (param $operation_length i32) (param $payload_length i32) (result i32)
    (local $operation i32) (local $payload i32) (local $answer i32) (local $failed i32) (local $bytes i32)
    (local.set $operation (call $allocate (local.get $operation_length)))
    (local.set $payload (call $allocate (local.get $payload_length)))
    (call $guest_request (local.get $operation) (local.get $payload))
    (local.set $answer (call $dispatch
      (local.get $operation) (local.get $operation_length) (local.get $payload) (local.get $payload_length)))
    (local.set $failed (call $is_exception (local.get $answer)))
    (if (local.get $failed)
      (then
        (call $free_value (local.get $answer))
        (local.set $answer (call $exception))))
    (local.set $bytes (call $bytes_of (local.get $answer)))
    (if (local.get $failed)
      (then (call $guest_error (local.get $bytes) (call $length)))
      (else (call $guest_response (local.get $bytes) (call $length))))
    (call $free_bytes (local.get $bytes))
    (call $free_value (local.get $answer))
    (i32.eqz (local.get $failed))))`;

/**
 * The WASI ABI: `_start`, the operation as the second argument, input and answers of the host on stdin, the answer
 * on stdout, errors on stderr with exit code 1.
 */
const wasi = `(module ${engineImports}
  (import "host" "call" (func $host_call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  ${common}

  ;; Reads stdin to its end; leaves the number of bytes in the state block. The result belongs to the caller.
  (func $read_input (result i32)
    (local $buffer i32) (local $capacity i32) (local $used i32) (local $larger i32)
    (local.set $capacity (i32.const 65536))
    (local.set $buffer (call $allocate (local.get $capacity)))
    (loop $more
      (if (i32.eq (local.get $used) (local.get $capacity))
        (then
          (local.set $larger (call $allocate (i32.shl (local.get $capacity) (i32.const 1))))
          (memory.copy (local.get $larger) (local.get $buffer) (local.get $used))
          (call $free (local.get $buffer))
          (local.set $buffer (local.get $larger))
          (local.set $capacity (i32.shl (local.get $capacity) (i32.const 1)))))
      (i32.store offset=32 (global.get $state) (i32.add (local.get $buffer) (local.get $used)))
      (i32.store offset=36 (global.get $state) (i32.sub (local.get $capacity) (local.get $used)))
      (if (call $fd_read (i32.const 0) (i32.add (global.get $state) (i32.const 32)) (i32.const 1)
            (i32.add (global.get $state) (i32.const 40)))
        (then (unreachable)))
      (local.set $used (i32.add (local.get $used) (i32.load offset=40 (global.get $state))))
      (br_if $more (i32.load offset=40 (global.get $state))))
    (i32.store offset=24 (global.get $state) (local.get $used))
    (local.get $buffer))

  (func $write_all (param $descriptor i32) (param $address i32) (param $length i32)
    (local $written i32)
    (loop $more
      (if (i32.eqz (local.get $length)) (then (return)))
      (i32.store offset=32 (global.get $state) (local.get $address))
      (i32.store offset=36 (global.get $state) (local.get $length))
      (if (call $fd_write (local.get $descriptor) (i32.add (global.get $state) (i32.const 32)) (i32.const 1)
            (i32.add (global.get $state) (i32.const 40)))
        (then (return)))
      (local.set $written (i32.load offset=40 (global.get $state)))
      (local.set $address (i32.add (local.get $address) (local.get $written)))
      (local.set $length (i32.sub (local.get $length) (local.get $written)))
      (br $more)))

  (func $host_answer (param $result i32) (result i32)
    (local $value i32)
    (local.set $value (call $read_input))
    (local.set $value (call $take_string (local.get $value) (call $length)))
    (if (result i32) (local.get $result)
      (then (call $throw_value (local.get $value)))
      (else (local.get $value))))

  (func $native_print (param $arguments i32) (result i32)
    (local $bytes i32)
    (local.set $bytes (call $bytes_of (call $argument (local.get $arguments) (i32.const 0))))
    (call $write_all (i32.const 2) (local.get $bytes) (call $length))
    (call $free_bytes (local.get $bytes))
    (call $undefined))

  ;; The second argument, of which the caller gets a copy; empty unless there are exactly two.
  (func $operation (result i32)
    (local $pointers i32) (local $texts i32) (local $from i32) (local $to i32) (local $size i32)
    (drop (call $args_sizes_get
      (i32.add (global.get $state) (i32.const 32)) (i32.add (global.get $state) (i32.const 36))))
    (i32.store offset=24 (global.get $state) (i32.const 0))
    (if (i32.ne (i32.load offset=32 (global.get $state)) (i32.const 2))
      (then (return (call $allocate (i32.const 0)))))
    (local.set $pointers (call $allocate (i32.const 8)))
    (local.set $texts (call $allocate (i32.load offset=36 (global.get $state))))
    (drop (call $args_get (local.get $pointers) (local.get $texts)))
    (local.set $from (i32.load offset=4 (local.get $pointers)))
    (local.set $to (local.get $from))
    (block $end
      (loop $next
        (br_if $end (i32.eqz (i32.load8_u (local.get $to))))
        (local.set $to (i32.add (local.get $to) (i32.const 1)))
        (br $next)))
    (local.set $size (i32.sub (local.get $to) (local.get $from)))
    (local.set $to (call $allocate (local.get $size)))
    (memory.copy (local.get $to) (local.get $from) (local.get $size))
    (call $free (local.get $pointers))
    (call $free (local.get $texts))
    (i32.store offset=24 (global.get $state) (local.get $size))
    (local.get $to))

  (func (export "_start")
    (local $operation i32) (local $operation_length i32) (local $payload i32) (local $answer i32) (local $failed i32)
    (local $bytes i32)
    (local.set $operation (call $operation))
    (local.set $operation_length (call $length))
    (local.set $payload (call $read_input))
    (local.set $answer (call $dispatch
      (local.get $operation) (local.get $operation_length) (local.get $payload) (call $length)))
    (local.set $failed (call $is_exception (local.get $answer)))
    (if (local.get $failed)
      (then
        (call $free_value (local.get $answer))
        (local.set $answer (call $exception))))
    (local.set $bytes (call $bytes_of (local.get $answer)))
    (call $write_all (select (i32.const 2) (i32.const 1) (local.get $failed)) (local.get $bytes) (call $length))
    (if (local.get $failed) (then (call $proc_exit (i32.const 1)) (unreachable)))))`;

/** The glue of each ABI, and the exports that a finished module of it has. */
export const glues = {
  wapc: { text: wapc, exports: ['memory', 'wapc_init', '__guest_call'] },
  wasi: { text: wasi, exports: ['memory', '_start'] },
} as const;
