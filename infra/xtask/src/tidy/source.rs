//! Rust text split into what the compiler reads and what people read.

/// One Rust file, as three texts with the same lines: in each, what belongs to the others is blank.
pub struct Source {
    /// Code without comments and without the insides of literals.
    pub code: String,
    /// Comments, documentation included.
    pub comments: String,
}

/// What the scanner is inside of.
enum Inside {
    Code,
    LineComment,
    BlockComment(usize),
    Text,
    RawText(usize),
}

struct Scanner<'t> {
    rest: &'t str,
    code: String,
    comments: String,
}

impl Scanner<'_> {
    /// Moves past `count` bytes, keeping them in the code, in the comments, or in neither. Line
    /// ends are kept everywhere, so that line numbers agree.
    fn take(&mut self, count: usize, in_code: bool, in_comments: bool) {
        let (taken, rest) = self.rest.split_at(count);
        for letter in taken.chars() {
            let blank = if letter == '\n' { '\n' } else { ' ' };
            self.code.push(if in_code { letter } else { blank });
            self.comments.push(if in_comments { letter } else { blank });
        }
        self.rest = rest;
    }

    fn first_len(&self) -> usize {
        self.rest.chars().next().map_or(0, char::len_utf8)
    }

    /// One step in code; answers what comes next.
    fn code_step(&mut self) -> Inside {
        if self.rest.starts_with("//") {
            return Inside::LineComment;
        }
        if self.rest.starts_with("/*") {
            self.take(2, false, true);
            return Inside::BlockComment(1);
        }
        if let Some((length, hashes)) = raw_text_start(self.rest)
            && !self.code.ends_with(is_name)
        {
            self.take(length, true, false);
            return Inside::RawText(hashes);
        }
        if self.rest.starts_with('"') {
            self.take(1, true, false);
            return Inside::Text;
        }
        if let Some(length) = letter_literal(self.rest) {
            self.take(length, false, false);
            return Inside::Code;
        }
        let length = self.first_len();
        self.take(length, true, false);
        Inside::Code
    }

    fn block_step(&mut self, depth: usize) -> Inside {
        if self.rest.starts_with("/*") {
            self.take(2, false, true);
            return Inside::BlockComment(depth + 1);
        }
        if self.rest.starts_with("*/") {
            self.take(2, false, true);
            return if depth == 1 { Inside::Code } else { Inside::BlockComment(depth - 1) };
        }
        let length = self.first_len();
        self.take(length, false, true);
        Inside::BlockComment(depth)
    }

    fn text_step(&mut self) -> Inside {
        if self.rest.starts_with('"') {
            self.take(1, true, false);
            return Inside::Code;
        }
        if self.rest.starts_with('\\') {
            self.take(1, false, false);
        }
        let length = self.first_len();
        self.take(length, false, false);
        Inside::Text
    }

    fn raw_text_step(&mut self, hashes: usize) -> Inside {
        let end = format!("\"{}", "#".repeat(hashes));
        if self.rest.starts_with(&end) {
            self.take(end.len(), true, false);
            return Inside::Code;
        }
        let length = self.first_len();
        self.take(length, false, false);
        Inside::RawText(hashes)
    }
}

impl Source {
    /// Splits a file's text. Never fails: text that is not Rust is split somehow.
    pub fn split(text: &str) -> Source {
        let mut scanner = Scanner { rest: text, code: String::new(), comments: String::new() };
        let mut inside = Inside::Code;
        while !scanner.rest.is_empty() {
            inside = match inside {
                Inside::Code => scanner.code_step(),
                Inside::LineComment => {
                    let length = scanner.rest.find('\n').unwrap_or(scanner.rest.len());
                    scanner.take(length, false, true);
                    Inside::Code
                }
                Inside::BlockComment(depth) => scanner.block_step(depth),
                Inside::Text => scanner.text_step(),
                Inside::RawText(hashes) => scanner.raw_text_step(hashes),
            };
        }
        Source { code: scanner.code, comments: scanner.comments }
    }

    /// The code that ships: up to the first module of tests, which by our custom comes last.
    pub fn shipped(&self) -> &str {
        let begins = self.code.match_indices("#[cfg(test)]").find(|(at, mark)| {
            let after = self.code[at + mark.len()..].trim_start();
            let line = after.lines().next().unwrap_or_default();
            line.contains("mod ") && line.trim_end().ends_with('{')
        });
        begins.map_or(self.code.as_str(), |(at, _)| &self.code[..at])
    }
}

/// How long the opening of a raw text is, and how many hashes end it.
fn raw_text_start(rest: &str) -> Option<(usize, usize)> {
    let after = ["br", "cr", "r"].iter().find_map(|mark| rest.strip_prefix(mark))?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    let opening = rest.len() - after.len() + hashes + 1;
    after[hashes..].starts_with('"').then_some((opening, hashes))
}

/// How long a character literal is; `None` for anything else, lifetimes included.
fn letter_literal(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('\'')?;
    if let Some(escaped) = inner.strip_prefix('\\') {
        let skip = escaped.chars().next()?.len_utf8();
        return escaped[skip..].find('\'').map(|end| 1 + 1 + skip + end + 1);
    }
    let letter = inner.chars().next()?.len_utf8();
    inner[letter..].starts_with('\'').then_some(1 + letter + 1)
}

/// Whether a character can be part of a name.
pub fn is_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// The lines, from 1, on which `word` stands with no name running on into it or out of it.
pub fn lines_with<'t>(text: &'t str, word: &str) -> Vec<(usize, &'t str)> {
    let has = |line: &&str| {
        line.match_indices(word).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            let after = line[at + word.len()..].chars().next();
            let begins = word.starts_with(is_name) && before.is_some_and(is_name);
            let ends = word.ends_with(is_name) && after.is_some_and(is_name);
            !begins && !ends
        })
    };
    let numbered = text.lines().enumerate().map(|(index, line)| (index + 1, line));
    numbered.filter(|(_, line)| has(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_not_code() {
        let text = "let a = \"todo!() \\\" // no\"; // dbg!\n/* a /* b */ c */ let b = 'x';";
        let source = Source::split(text);
        assert!(!source.code.contains("todo!") && !source.code.contains("dbg!"));
        assert!(source.code.contains("let b =") && !source.code.contains('x'));
        assert!(source.comments.contains("dbg!") && source.comments.contains("a /* b */ c"));
        assert_eq!(source.code.lines().count(), 2);
    }

    #[test]
    fn raw_texts_end_at_their_own_hashes() {
        let text = "let a = r#\"say \"env::var\" now\"#; env::var(b);";
        let found = Source::split(text);
        assert_eq!(found.code.matches("env::var").count(), 1);
    }

    #[test]
    fn lifetimes_are_code_and_quotes_in_characters_open_no_text() {
        let source = Source::split("fn f<'a>(x: &'a str) { g('\"', '\\'', '\\u{1F}'); h() }");
        assert!(source.code.contains("&'a str") && source.code.contains("h() }"));
    }

    #[test]
    fn shipped_code_ends_where_the_tests_begin() {
        let text = "#[cfg(test)]\nuse a::b;\nfn f() {}\n#[cfg(test)]\nmod tests {\n now()\n}\n";
        let source = Source::split(text);
        assert!(source.shipped().contains("fn f") && !source.shipped().contains("now()"));
    }

    #[test]
    fn a_word_inside_another_is_not_that_word() {
        assert_eq!(lines_with("operand::x\nrand::y\n", "rand::").len(), 1);
        assert_eq!(lines_with("async fn f()\nasync fnord\n", "async fn"), [(1, "async fn f()")]);
    }
}
