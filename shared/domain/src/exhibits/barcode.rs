//! The barcode: a system-unique label that a scanner types and a person can read aloud.

use crate::ids::ExhibitId;

/// Crockford's base 32: no I, L, O or U, so nothing is misread.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Data characters: 65 bits, taken from the random end of the exhibit's identifier.
const DATA_CHARS: usize = 13;

/// The barcode of an exhibit: `E`, 13 characters, and one that checks them.
#[must_use]
pub fn barcode(exhibit: &ExhibitId) -> String {
    let bits = u128::from_str_radix(exhibit.as_str(), 16).unwrap_or_default();
    let mut text = String::with_capacity(DATA_CHARS + 2);
    text.push('E');
    let mut check = 0;
    for position in 0..DATA_CHARS {
        let digit = usize::try_from((bits >> (5 * position)) & 31).unwrap_or_default();
        check = (check * 2 + digit) % 31;
        text.push(char::from(ALPHABET[digit]));
    }
    text.push(char::from(ALPHABET[check]));
    text
}

/// Reads a barcode as scanned or typed: any case, blanks and hyphens ignored, O read as 0 and I or L
/// as 1. `None` when it is not one of ours or its check character is wrong.
#[must_use]
pub fn normalise(text: &str) -> Option<String> {
    let folded: String = text
        .chars()
        .filter(|c| !matches!(c, ' ' | '-'))
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    let digits = folded.strip_prefix('E')?;
    if digits.len() != DATA_CHARS + 1 {
        return None;
    }
    let value = |c: u8| ALPHABET.iter().position(|known| *known == c);
    let (data, check) = digits.as_bytes().split_at(DATA_CHARS);
    let sum = data.iter().try_fold(0, |sum, c| Some((sum * 2 + value(*c)?) % 31))?;
    (value(check[0])? == sum).then_some(folded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::IdSupply;
    use crate::time::Timestamp;

    #[test]
    fn a_barcode_reads_back_however_it_is_typed_and_a_single_slip_is_noticed() {
        let mut ids = IdSupply::new([3; 32]);
        let code = barcode(&ids.ordered(Timestamp::from_millis(1_795_339_920_007)));
        assert_eq!(normalise(&code), Some(code.clone()));
        let spoken = format!("{} {}", &code[..5].to_lowercase(), &code[5..]);
        assert_eq!(normalise(&spoken), Some(code.clone()));
        for position in 1..code.len() {
            let mut slip = code.clone().into_bytes();
            slip[position] = if slip[position] == b'7' { b'8' } else { b'7' };
            let slip = String::from_utf8(slip).unwrap();
            assert_eq!(normalise(&slip), None, "position {position}");
        }
    }
}
