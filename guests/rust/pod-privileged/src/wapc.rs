//! The waPC guest ABI by hand: no SDK, no allocator.

#[link(wasm_import_module = "wapc")]
unsafe extern "C" {
    fn __guest_request(operation: *mut u8, payload: *mut u8);
    fn __guest_response(text: *const u8, length: usize);
    fn __guest_error(text: *const u8, length: usize);
}

const PAGE: usize = 65536;

/// The longest operation name of the protocol is `validate_settings`.
const OPERATION_ROOM: usize = 32;

/// The operation and the payload of the current call. `None` when there is no memory left for them.
///
/// # Safety
/// The lengths must be those that the host gave to `__guest_call`, and the slices of an earlier call must be gone.
pub unsafe fn request(operation_length: usize, payload_length: usize) -> Option<(&'static [u8], &'static [u8])> {
    static mut BUFFER: (usize, usize) = (0, 0);
    if operation_length > OPERATION_ROOM {
        return None;
    }
    let (mut start, mut room) = unsafe { BUFFER };
    if room < OPERATION_ROOM + payload_length {
        // whatever the memory was before, the new pages are contiguous and nobody else's
        let pages = (OPERATION_ROOM + payload_length).div_ceil(PAGE);
        let end = core::arch::wasm32::memory_grow(0, pages);
        if end == usize::MAX {
            return None;
        }
        (start, room) = (end * PAGE, pages * PAGE);
        unsafe { BUFFER = (start, room) };
    }
    let operation = start as *mut u8;
    unsafe {
        let payload = operation.add(OPERATION_ROOM);
        __guest_request(operation, payload);
        Some((
            core::slice::from_raw_parts(operation, operation_length),
            core::slice::from_raw_parts(payload, payload_length),
        ))
    }
}

/// Ends the call with a response.
pub fn respond(text: &str) -> i32 {
    unsafe { __guest_response(text.as_ptr(), text.len()) };
    1
}

/// Ends the call with an error.
pub fn fail(text: &str) -> i32 {
    unsafe { __guest_error(text.as_ptr(), text.len()) };
    0
}
