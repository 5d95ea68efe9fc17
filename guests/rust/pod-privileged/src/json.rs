//! Reads JSON where it lies: finds members and elements, and decodes nothing but booleans.
//!
//! The host has checked the syntax; what this reader does not understand ends the walk with `None`.

/// One JSON value, from its first byte on.
#[derive(Clone, Copy)]
pub struct Value<'a>(&'a [u8]);

impl<'a> Value<'a> {
    pub fn new(text: &'a [u8]) -> Self {
        Value(skip_space(text))
    }

    pub fn is_true(self) -> bool {
        self.0.starts_with(b"true")
    }

    /// The member `name` of an object. Names with escapes are never equal to `name`.
    pub fn member(self, name: &str) -> Option<Value<'a>> {
        let mut rest = skip_space(self.0.strip_prefix(b"{")?);
        while rest.first() == Some(&b'"') {
            let after_key = skip(rest)?;
            let key = &rest[1..rest.len() - after_key.len() - 1];
            let value = skip_space(skip_space(after_key).strip_prefix(b":")?);
            if key == name.as_bytes() {
                return Some(Value(value));
            }
            rest = skip_space(skip_space(skip(value)?).strip_prefix(b",")?);
        }
        None
    }

    /// Whether any element of an array satisfies `predicate`; `None` if this is no array.
    pub fn any(self, predicate: impl Fn(Value<'a>) -> bool) -> Option<bool> {
        let mut rest = skip_space(self.0.strip_prefix(b"[")?);
        while rest.first().is_some_and(|byte| *byte != b']') {
            if predicate(Value(rest)) {
                return Some(true);
            }
            rest = skip_space(skip(rest)?);
            match rest.strip_prefix(b",") {
                Some(next) => rest = skip_space(next),
                None => break,
            }
        }
        Some(false)
    }
}

fn skip_space(text: &[u8]) -> &[u8] {
    text.trim_ascii_start()
}

/// What follows the value at the beginning of `text`.
fn skip(text: &[u8]) -> Option<&[u8]> {
    let mut depth = 0usize;
    let mut rest = text;
    loop {
        let (first, tail) = rest.split_first()?;
        rest = match first {
            b'"' => skip_string(tail)?,
            b'{' | b'[' => {
                depth += 1;
                tail
            }
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                tail
            }
            b',' | b':' | b' ' | b'\t' | b'\n' | b'\r' => tail,
            _ => {
                let length = rest.iter().position(|byte| b",:]} \t\n\r".contains(byte)).unwrap_or(rest.len());
                &rest[length..]
            }
        };
        if depth == 0 {
            return Some(rest);
        }
    }
}

fn skip_string(mut text: &[u8]) -> Option<&[u8]> {
    loop {
        match text {
            [b'"', rest @ ..] => return Some(rest),
            [b'\\', _, rest @ ..] | [_, rest @ ..] => text = rest,
            [] => return None,
        }
    }
}
