//! Pages: the frame every page of ours has, and text made safe to stand in one.

/// The style of every page, inline: the content security policy names its hash and allows no other.
pub const STYLE: &str = "body{font:1.1875rem/1.4 system-ui,sans-serif;margin:0;color:#0b0c0c}\
header{background:#1d3557;color:#fff;padding:.75rem 1rem;font-weight:bold}\
main{max-width:48rem;margin:1.5rem auto;padding:0 1rem}h1{font-size:2rem;line-height:1.2}\
ul{list-style:none;padding:0}li{border-top:1px solid #b1b4b6;padding:.6rem 0}\
form{display:flex;flex-wrap:wrap;gap:.25rem 1rem;align-items:center}\
button{font:inherit;min-height:2.75rem;padding:.25rem 1rem;color:#fff;background:#1d3557;\
border:2px solid transparent;cursor:pointer}button:hover{background:#14253d}\
:focus-visible{outline:3px solid #ffbf00;outline-offset:2px}\
textarea{font:1rem/1.4 monospace;width:100%;box-sizing:border-box}\
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f3f2f1;padding:1rem}\
@media (forced-colors:active){button{border-color:ButtonText}}";

/// A whole page. The title is text of ours; the content is markup, with what others wrote escaped.
#[must_use]
pub fn page(title: &str, content: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title} – Continuity</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <header>Continuity</header>\n<main>\n<h1>{title}</h1>\n{content}</main>\n</body>\n</html>\n"
    )
}

/// Text as it may stand in an element or in a quoted attribute.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::reply::PAGE_CSP;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    #[test]
    fn the_policy_names_the_hash_of_the_style() {
        let hash = STANDARD.encode(ledger::hash::sha256(STYLE.as_bytes()).as_bytes());
        assert!(PAGE_CSP.contains(&format!("'sha256-{hash}'")), "the hash is now sha256-{hash}");
    }

    #[test]
    fn text_that_looks_like_markup_comes_out_as_text() {
        assert_eq!(escape("<a href='x'>\"&"), "&lt;a href=&#39;x&#39;&gt;&quot;&amp;");
    }
}
