//! `Content-Disposition` for a name that may be anything (RFC 6266, RFC 8187).

/// The header's value: the name in ASCII for old readers, and exactly, percent-encoded, for others.
/// Whatever could make a path, end the quoted text or be read differently becomes `_`.
#[must_use]
pub fn disposition(name: &str) -> String {
    let name: String =
        name.chars().map(|c| if c.is_control() || "/\\:".contains(c) { '_' } else { c }).collect();
    let name = match name.trim_matches([' ', '.']) {
        "" => "file",
        trimmed => trimmed,
    };
    let plain: String = name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    let mut exact = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            exact.push(char::from(byte));
        } else {
            exact.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}")
}

/// `%` would be decoded by some readers of the quoted form, so it is not plain.
fn is_plain(c: char) -> bool {
    (c.is_ascii_graphic() || c == ' ') && !"\"%;*".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_name_stays_as_it_is() {
        assert_eq!(
            disposition("Report 1.pdf"),
            "attachment; filename=\"Report 1.pdf\"; filename*=UTF-8''Report%201.pdf"
        );
    }

    #[test]
    fn a_name_in_another_script_is_encoded_exactly() {
        assert_eq!(
            disposition("tŷ €.png"),
            "attachment; filename=\"t_ _.png\"; filename*=UTF-8''t%C5%B7%20%E2%82%AC.png"
        );
    }

    #[test]
    fn a_hostile_name_ends_no_header_and_is_no_path() {
        let answer = disposition("../..\\a\"; filename=\"x.exe\r\nSet-Cookie: a=b%00");
        assert!(!answer.contains(['\r', '\n', '/', '\\']), "{answer}");
        assert_eq!(answer.matches('"').count(), 2, "{answer}");
        assert_eq!(answer.matches(';').count(), 2, "{answer}");
        assert!(answer.contains("%2500"), "{answer}");
    }

    #[test]
    fn a_name_of_dots_and_blanks_is_called_file() {
        for name in ["..", " . ", ""] {
            assert_eq!(
                disposition(name),
                "attachment; filename=\"file\"; filename*=UTF-8''file",
                "{name:?}"
            );
        }
    }
}
