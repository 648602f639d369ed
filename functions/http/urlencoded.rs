//! Percent-encoding, decoded exactly once.

/// Why text could not be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotEncoded;

/// Decodes `%XX` once. What comes out is UTF-8 without NUL; a `%` that no two hexadecimal digits
/// follow is refused.
pub(super) fn decode(text: &str) -> Result<String, NotEncoded> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let (high, low) = match tail {
            [high, low, ..] => (digit(*high)?, digit(*low)?),
            _ => return Err(NotEncoded),
        };
        bytes.push(high << 4 | low);
        rest = &tail[2..];
    }
    let text = String::from_utf8(bytes).map_err(|_| NotEncoded)?;
    if text.contains('\0') { Err(NotEncoded) } else { Ok(text) }
}

/// Decodes `name=value&…` as forms and queries write it, where `+` is a space.
pub(super) fn pairs(text: &str) -> Result<Vec<(String, String)>, NotEncoded> {
    let part = |part: &str| decode(&part.replace('+', " "));
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((part(name)?, part(value)?))
        })
        .collect()
}

/// Encodes everything but RFC 3986's unreserved characters.
pub(super) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

fn digit(byte: u8) -> Result<u8, NotEncoded> {
    match byte {
        b'0'..=b'9' => Ok(byte - b'0'),
        b'a'..=b'f' => Ok(byte - b'a' + 10),
        b'A'..=b'F' => Ok(byte - b'A' + 10),
        _ => Err(NotEncoded),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_is_decoded_exactly_once() {
        assert_eq!(decode("a%2Fb").as_deref(), Ok("a/b"));
        assert_eq!(decode("%252e").as_deref(), Ok("%2e"));
        assert_eq!(decode("caf%C3%A9").as_deref(), Ok("café"));
        assert_eq!(decode("a+b").as_deref(), Ok("a+b"));
    }

    #[test]
    fn broken_escapes_nul_and_broken_utf8_are_refused() {
        for text in ["%", "%2", "%zz", "a%", "%00", "%ff", "%C3"] {
            assert_eq!(decode(text), Err(NotEncoded), "{text}");
        }
    }

    #[test]
    fn a_query_is_read_in_order_and_plus_is_a_space() {
        let read = pairs("a=1&b=x+y%2B&&c").unwrap();
        let read: Vec<_> = read.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(read, [("a", "1"), ("b", "x y+"), ("c", "")]);
    }

    proptest! {
        #[test]
        fn what_is_encoded_decodes_to_itself(text in "[^\0]{0,40}") {
            prop_assert_eq!(decode(&encode(&text)), Ok(text));
        }

        #[test]
        fn decoding_never_panics(text in "[%0-9a-zA-Z\u{80}-\u{2ff}]{0,40}") {
            let _ = decode(&text);
        }
    }
}
