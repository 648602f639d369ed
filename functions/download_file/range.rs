//! `Range` (RFC 9110 §14): one range of bytes, or everything.

/// Which bytes are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All of them: no range, or one we do not serve, which RFC 9110 §14.2 lets us ignore.
    All,
    /// Those from `start` to `end`, both included and both in the file.
    Part {
        /// The first.
        start: u64,
        /// The last.
        end: u64,
    },
    /// None: the range lies beyond the file.
    Nothing,
}

/// Reads a `Range` header for a file of `size` bytes, at least 1. Several ranges, other units and what
/// cannot be read count as no range.
#[must_use]
pub fn wanted(range: Option<&str>, size: u64) -> Wanted {
    let parts = range
        .and_then(|range| range.trim().split_once('='))
        .filter(|(unit, _)| unit.eq_ignore_ascii_case("bytes"))
        .and_then(|(_, range)| range.trim().split_once('-'));
    let Some((first, last)) = parts else { return Wanted::All };
    match (number(first), number(last)) {
        (Some(start), Some(end)) if start > end => Wanted::All,
        (Some(start), Some(_)) if start >= size => Wanted::Nothing,
        (Some(start), Some(end)) => Wanted::Part { start, end: end.min(size - 1) },
        (Some(start), None) if !last.is_empty() || start == u64::MAX => Wanted::All,
        (Some(start), None) if start >= size => Wanted::Nothing,
        (Some(start), None) => Wanted::Part { start, end: size - 1 },
        (None, Some(0)) if first.is_empty() => Wanted::Nothing,
        (None, Some(count)) if first.is_empty() => {
            Wanted::Part { start: size.saturating_sub(count), end: size - 1 }
        }
        _ => Wanted::All,
    }
}

fn number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn part(start: u64, end: u64) -> Wanted {
        Wanted::Part { start, end }
    }

    #[test]
    fn one_range_is_served_whichever_way_it_is_written() {
        assert_eq!(wanted(Some("bytes=0-0"), 10), part(0, 0));
        assert_eq!(wanted(Some("bytes=2-5"), 10), part(2, 5));
        assert_eq!(wanted(Some("bytes=2-"), 10), part(2, 9));
        assert_eq!(wanted(Some("bytes=-3"), 10), part(7, 9));
        assert_eq!(wanted(Some("BYTES= 2-99"), 10), part(2, 9));
        assert_eq!(wanted(Some("bytes=-99"), 10), part(0, 9));
    }

    #[test]
    fn a_range_beyond_the_end_is_nothing() {
        for range in ["bytes=10-", "bytes=10-11", "bytes=-0"] {
            assert_eq!(wanted(Some(range), 10), Wanted::Nothing, "{range}");
        }
        assert_eq!(wanted(Some("bytes=9-"), 10), part(9, 9));
    }

    #[test]
    fn what_is_not_one_range_of_bytes_is_ignored() {
        let odd =
            ["bytes=0-1,3-4", "lines=0-1", "bytes", "bytes=", "bytes=-", "bytes=5-2", "bytes=a-b"];
        for range in odd.into_iter().chain(["bytes=+1-2", "bytes=99999999999999999999-"]) {
            assert_eq!(wanted(Some(range), 10), Wanted::All, "{range}");
        }
        assert_eq!(wanted(None, 10), Wanted::All);
    }

    proptest! {
        #[test]
        fn a_part_always_lies_in_the_file(range in "bytes=[0-9]{0,20}-[0-9]{0,20}", size in 1_u64..) {
            if let Wanted::Part { start, end } = wanted(Some(&range), size) {
                prop_assert!(start <= end && end < size);
            }
        }
    }
}
