//! The readable account of a case: one page, no script, made from the same events that are proved.

use crate::http::Problem;
use crate::http::html::escape;
use domain::event::ACTOR;
use domain::records::export::Export;
use ledger::event::{Opened, open};
use ledger::hash::leaf_hash;
use ledger::note::VerifyingKey;
use serde_json::Value;
use store::error::StoreError;
use store::model::StoredEvent;

const STYLE: &str = "body{font:16px/1.5 sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}\
section{border-top:2px solid #505a5f;margin-top:1.5rem}h2{font-size:1.2rem;margin:.6rem 0 .2rem}\
p{margin:.2rem 0 .6rem}code{overflow-wrap:anywhere}\
dl{display:grid;grid-template-columns:minmax(6rem,12rem) 1fr;gap:.15rem .8rem;margin:.2rem 0}\
dt{color:#505a5f}dd{margin:0;overflow-wrap:anywhere}ol{margin:0;padding-left:1.2rem}\
li{border-top:1px solid #b1b4b6}li:first-child{border-top:0}\
dl dl{display:block}dl dl>dt{float:left;clear:left;margin-right:.4rem}\
dl dl>dt::after{content:\":\"}dl dl ol{clear:left}\
dl dl dl{clear:left;padding-left:1rem;border-left:1px solid #b1b4b6}\
@media(max-width:40rem){dl{display:block}}@media print{section{break-inside:avoid}}";

/// The page.
pub fn account(
    lab_reference: &str,
    export: &Export,
    events: &[StoredEvent],
    key: &VerifyingKey,
) -> Result<String, Problem> {
    let mut account = String::new();
    for event in events {
        let opened = open(&event.header, &event.disclosures)
            .map_err(|error| StoreError::corrupt(format!("event {}: {error}", event.seq)))?;
        account.push_str(&section(event, opened));
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
         <p>Every section below is an event of the case's log. This page can be checked against the \
         events and proofs beside it: see HOW-TO-CHECK.txt. The log's key has the fingerprint \
         <code>{fingerprint}</code>; compare it with the one the force publishes.</p>\
         <p>There are {count} events.</p>{account}</main></body></html>\n",
        at = export.at,
        fingerprint = key.fingerprint(),
        count = events.len(),
    ))
}

fn section(event: &StoredEvent, mut opened: Opened) -> String {
    let seq = event.seq;
    let by = opened.fields.remove(ACTOR).map(|actor| person(&actor)).unwrap_or_default();
    let withheld = match opened.withheld {
        0 => String::new(),
        count => format!("<p>{count} values withheld or erased</p>"),
    };
    format!(
        "<section id=\"event-{seq}\"><h2>{seq}. {kind}</h2><p>Recorded {time}{by}</p>\
         {particulars}{withheld}<p>Leaf hash <code>{leaf}</code></p></section>",
        kind = escape(opened.header.kind.as_str()),
        time = escape(&opened.header.time),
        particulars = members(opened.fields.iter()),
        leaf = leaf_hash(&event.header),
    )
}

/// Who did it, as a reader wants it: name, number, unit.
fn person(actor: &Value) -> String {
    let parts: Vec<&str> = ["name", "number", "unit"]
        .iter()
        .filter_map(|part| actor[part].as_str())
        .filter(|part| !part.is_empty())
        .collect();
    format!(" by {}", escape(&parts.join(", ")))
}

/// Named values; those that are not there are left out.
fn members<'a>(values: impl Iterator<Item = (&'a String, &'a Value)>) -> String {
    let mut list = String::from("<dl>");
    for (name, value) in values.filter(|(_, value)| !value.is_null()) {
        let name = escape(&name.replace('_', " "));
        list.push_str(&format!("<dt>{name}</dt><dd>{}</dd>", shown(value)));
    }
    list.push_str("</dl>");
    list
}

/// A value in words. The exact text that is proved is in the event's own file.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => escape(text).replace('\n', "<br>"),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => {
            let items: String =
                items.iter().map(|item| format!("<li>{}</li>", shown(item))).collect();
            format!("<ol>{items}</ol>")
        }
        Value::Object(object) => members(object.iter()),
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
