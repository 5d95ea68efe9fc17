//! Rejects Pods with a privileged container, without SDK, allocator or standard library.

#![no_std]

mod json;
mod wapc;

use json::Value;

const REJECTION: &str = r#"{"accepted":false,"message":"Privileged container is not allowed"}"#;

#[unsafe(no_mangle)]
pub extern "C" fn __guest_call(operation_length: usize, payload_length: usize) -> i32 {
    let Some((operation, payload)) = (unsafe { wapc::request(operation_length, payload_length) }) else {
        return wapc::fail("the request does not fit into memory");
    };
    match operation {
        b"validate" if has_privileged_container(Value::new(payload)) => wapc::respond(REJECTION),
        b"validate" => wapc::respond(r#"{"accepted":true}"#),
        b"validate_settings" => wapc::respond(r#"{"valid":true}"#),
        b"protocol_version" => wapc::respond(r#""v1""#),
        _ => wapc::fail("no such operation"),
    }
}

fn has_privileged_container(review: Value) -> bool {
    let spec = review
        .member("request")
        .and_then(|request| request.member("object"))
        .and_then(|pod| pod.member("spec"));
    let Some(spec) = spec else { return false };
    ["containers", "initContainers", "ephemeralContainers"]
        .into_iter()
        .any(|containers| spec.member(containers).and_then(|list| list.any(is_privileged)).unwrap_or(false))
}

fn is_privileged(container: Value) -> bool {
    container
        .member("securityContext")
        .and_then(|context| context.member("privileged"))
        .is_some_and(Value::is_true)
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
