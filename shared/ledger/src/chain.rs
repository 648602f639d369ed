//! The hash chain of one case: proves order, and that nothing is missing in the middle, to someone
//! who sees only that case.

use crate::hash::{Hash, leaf_hash};
use crate::header::{ChainId, Header, HeaderError};

/// Where a chain stands after the events seen so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainHead {
    /// The position the next event takes.
    pub next_seq: u64,
    /// Leaf hash of the last event, [`Hash::ZERO`] if there is none.
    pub last: Hash,
    /// Time of the last event, if there is one.
    pub last_time: Option<String>,
}

impl ChainHead {
    /// The head of a chain without events.
    pub const EMPTY: Self = Self { next_seq: 0, last: Hash::ZERO, last_time: None };
}

/// Why an event does not continue its chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainReason {
    /// The bytes are not a header.
    #[error("{0}")]
    Header(#[from] HeaderError),
    /// It belongs to another log.
    #[error("belongs to another log than the first event")]
    Log,
    /// It belongs to another chain.
    #[error("belongs to another chain than the first event")]
    Case,
    /// Its position is not the next one.
    #[error("is numbered {found} where {expected} must follow")]
    Seq {
        /// The position that must follow.
        expected: u64,
        /// The position in the header.
        found: u64,
    },
    /// It does not name the previous event's hash.
    #[error("\"prev\" is not the hash of the event before it")]
    Prev,
    /// It is earlier than the event before it.
    #[error("is earlier than the event before it")]
    Time,
}

/// The first event that breaks a chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("event {seq:06}: {reason}")]
pub struct ChainError {
    /// Its place in the sequence of headers given, from 0.
    pub seq: u64,
    /// What is wrong with it.
    pub reason: ChainReason,
}

/// Checks one chain event by event, holding only its head.
#[derive(Debug, Clone, Default)]
pub struct ChainVerifier {
    stream: Option<(String, ChainId)>,
    position: u64,
    last: Option<(Hash, String)>,
}

impl ChainVerifier {
    /// A verifier that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next header's bytes. After a refusal the following event is still compared with
    /// the bytes given here, so that every faulty place of a chain can be named.
    ///
    /// # Errors
    /// The [`ChainReason`] if the event does not continue the chain.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Header, ChainReason> {
        let parsed = Header::parse(bytes);
        let result = parsed.map_err(ChainReason::from).and_then(|header| {
            self.check(&header)?;
            Ok(header)
        });
        self.position += 1;
        let earlier = self.last.take().map_or(String::new(), |(_, time)| time);
        let time = result.as_ref().map_or(earlier, |header| header.time.clone());
        self.last = Some((leaf_hash(bytes), time));
        result
    }

    fn check(&mut self, header: &Header) -> Result<(), ChainReason> {
        let stream = self.stream.get_or_insert_with(|| (header.log.clone(), header.case.clone()));
        if stream.0 != header.log {
            return Err(ChainReason::Log);
        }
        if stream.1 != header.case {
            return Err(ChainReason::Case);
        }
        if header.seq != self.position {
            return Err(ChainReason::Seq { expected: self.position, found: header.seq });
        }
        let (expected, time) = match &self.last {
            Some((hash, time)) => (*hash, time.as_str()),
            None => (Hash::ZERO, ""),
        };
        let unchained = header.case.is_access() && header.prev == Hash::ZERO;
        if header.prev != expected && !unchained {
            return Err(ChainReason::Prev);
        }
        // Times have one form, so that comparing their texts compares the times.
        if header.time.as_str() < time {
            return Err(ChainReason::Time);
        }
        Ok(())
    }

    /// Where the chain stands.
    pub fn head(&self) -> ChainHead {
        match &self.last {
            None => ChainHead::EMPTY,
            Some((last, time)) => {
                ChainHead { next_seq: self.position, last: *last, last_time: Some(time.clone()) }
            }
        }
    }
}

/// Checks a whole chain from its first event.
///
/// # Errors
/// The first event that breaks the chain.
pub fn verify_chain<B: AsRef<[u8]>>(
    headers: impl IntoIterator<Item = B>,
) -> Result<ChainHead, ChainError> {
    let mut chain = ChainVerifier::new();
    for (seq, bytes) in (0..).zip(headers) {
        chain.push(bytes.as_ref()).map_err(|reason| ChainError { seq, reason })?;
    }
    Ok(chain.head())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(access: bool) -> Vec<Header> {
        let case = ChainId::from_random([1; 16]);
        let mut prev = Hash::ZERO;
        (0..5u64)
            .map(|seq| {
                let header = Header {
                    log: "log.example.org".to_owned(),
                    case: if access { case.access() } else { case.clone() },
                    seq,
                    prev: if access { Hash::ZERO } else { prev },
                    kind: "exhibit.received".parse().unwrap(),
                    time: format!("2026-01-01T00:00:0{}.000Z", seq / 2),
                    cmd: "018f3e2a-0000-7000-8000-000000000001".parse().unwrap(),
                    fields: vec![],
                };
                prev = header.leaf();
                header
            })
            .collect()
    }

    fn verify(headers: &[Header]) -> Result<ChainHead, ChainError> {
        verify_chain(headers.iter().map(Header::to_bytes))
    }

    fn refused(headers: &[Header]) -> (u64, ChainReason) {
        let error = verify(headers).unwrap_err();
        (error.seq, error.reason)
    }

    #[test]
    fn a_sound_chain_leads_to_its_head() {
        let events = chain(false);
        let head = verify(&events).unwrap();
        assert_eq!((head.next_seq, head.last), (5, events[4].leaf()));
        assert_eq!(head.last_time.as_deref(), Some("2026-01-01T00:00:02.000Z"));
        assert_eq!(verify(&[]), Ok(ChainHead::EMPTY));
    }

    #[test]
    fn access_records_are_numbered_but_not_chained() {
        let mut events = chain(true);
        assert_eq!(verify(&events).unwrap().next_seq, 5);
        events[3].prev = events[0].leaf();
        assert_eq!(refused(&events), (3, ChainReason::Prev));
    }

    #[test]
    fn every_way_to_break_a_chain_names_the_event() {
        let sound = chain(false);
        let mut events = sound.clone();
        events.remove(2);
        assert_eq!(refused(&events), (2, ChainReason::Seq { expected: 2, found: 3 }));
        events.clone_from(&sound);
        events.swap(1, 2);
        assert_eq!(refused(&events), (1, ChainReason::Seq { expected: 1, found: 2 }));
        events.clone_from(&sound);
        events[1].kind = "exhibit.disposed".parse().unwrap();
        assert_eq!(refused(&events), (2, ChainReason::Prev));
        events.clone_from(&sound);
        events[4].time = "2026-01-01T00:00:01.999Z".to_owned();
        events[3].time = "2026-01-01T00:00:01.999Z".to_owned();
        events[4].prev = events[3].leaf();
        assert!(verify(&events).is_ok());
        events[4].time = "2026-01-01T00:00:01.998Z".to_owned();
        assert_eq!(refused(&events), (4, ChainReason::Time));
        events.clone_from(&sound);
        events[4].log = "other.example.org".to_owned();
        assert_eq!(refused(&events), (4, ChainReason::Log));
        events.clone_from(&sound);
        events[4].case = ChainId::from_random([2; 16]);
        assert_eq!(refused(&events), (4, ChainReason::Case));
        events.clone_from(&sound);
        events[0].time = "yesterday".to_owned();
        assert_eq!(refused(&events), (0, ChainReason::Header(HeaderError::Form("time"))));
    }

    #[test]
    fn a_verifier_goes_on_after_a_refusal() {
        let mut events = chain(false);
        events[1].time = "2026-01-01T00:00:00.500Z".to_owned();
        let mut verifier = ChainVerifier::new();
        let verdicts: Vec<_> =
            events.iter().map(|event| verifier.push(&event.to_bytes()).is_ok()).collect();
        assert_eq!(verdicts, [true, true, false, true, true]);
    }
}
