//! The readable account of a case: one page, no script, made from the same events that are proved.

use crate::http::Problem;
use crate::http::html::escape;
use domain::records::export::Export;
use ledger::event::{Opened, open};
use ledger::hash::leaf_hash;
use ledger::note::VerifyingKey;
use serde_json::Value;
use store::error::StoreError;
use store::model::StoredEvent;

const STYLE: &str = "body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
table{border-collapse:collapse;width:100%}caption{text-align:left;font-weight:bold}\
th,td{border:1px solid #505a5f;padding:.4rem;text-align:left;vertical-align:top}\
code{overflow-wrap:anywhere}dl{margin:0}dt{font-weight:bold}dd{margin:0 0 .3rem}\
@media print{thead{display:table-header-group}tr{break-inside:avoid}}";

/// The page.
pub fn account(
    lab_reference: &str,
    export: &Export,
    events: &[StoredEvent],
    key: &VerifyingKey,
) -> Result<String, Problem> {
    let mut rows = String::new();
    for event in events {
        let opened = open(&event.header, &event.disclosures)
            .map_err(|error| StoreError::corrupt(format!("event {}: {error}", event.seq)))?;
        rows.push_str(&row(event, &opened));
    }
    let reference = escape(lab_reference);
    let recipient = escape(export.recipient.as_deref().unwrap_or("(erased)"));
    let purpose = escape(export.purpose.as_deref().unwrap_or("(erased)"));
    Ok(format!(
        "<!doctype html>\n<html lang=\"en-GB\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>Continuity of {reference}</title><style>{STYLE}</style></head><body><main>\
         <h1>Continuity of case {reference}</h1>\
         <p>Exported for {recipient} on {at}. Purpose: {purpose}</p>\
         <p>Every line below is an event of the case's log. This page can be checked against the \
         events and proofs beside it: see HOW-TO-CHECK.txt. The log's key has the fingerprint \
         <code>{fingerprint}</code>; compare it with the one the force publishes.</p>\
         <table><caption>{count} events</caption><thead><tr><th scope=\"col\">Number</th>\
         <th scope=\"col\">Recorded</th><th scope=\"col\">What</th>\
         <th scope=\"col\">Particulars</th><th scope=\"col\">Leaf hash</th></tr></thead>\
         <tbody>{rows}</tbody></table></main></body></html>\n",
        at = export.at,
        fingerprint = key.fingerprint(),
        count = events.len(),
    ))
}

fn row(event: &StoredEvent, opened: &Opened) -> String {
    let mut particulars = String::from("<dl>");
    for (name, value) in &opened.fields {
        let name = escape(&name.replace('_', " "));
        particulars.push_str(&format!("<dt>{name}</dt><dd>{}</dd>", shown(value)));
    }
    particulars.push_str("</dl>");
    if opened.withheld > 0 {
        particulars.push_str(&format!("<p>{} values withheld or erased</p>", opened.withheld));
    }
    format!(
        "<tr id=\"event-{seq}\"><th scope=\"row\">{seq}</th><td>{time}</td><td>{kind}</td>\
         <td>{particulars}</td><td><code>{leaf}</code></td></tr>",
        seq = event.seq,
        time = escape(&opened.header.time),
        kind = escape(opened.header.kind.as_str()),
        leaf = leaf_hash(&event.header),
    )
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => escape(text).replace('\n', "<br>"),
        other => format!("<code>{}</code>", escape(&other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_looks_like_markup_comes_out_as_text() {
        let shown = shown(&Value::String("<img src=x onerror=\"alert('1')\">\n&".into()));
        assert_eq!(shown, "&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;<br>&amp;");
    }
}
