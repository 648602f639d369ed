//! A deserialiser over a JSON tree whose errors know where they happened.

use super::strict::step;
use domain::refusal::FieldError;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, Expected, IntoDeserializer, MapAccess,
    SeqAccess, Unexpected, VariantAccess, Visitor, value::StringDeserializer,
};
use serde::forward_to_deserialize_any;
use serde_json::Value;
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    Unknown,
    Missing,
    Type,
    Variant,
    Value,
}

/// One fault and where it is.
#[derive(Debug)]
pub(super) struct Fault {
    pointer: String,
    why: Why,
    detail: String,
}

impl Fault {
    pub(super) fn pointer(&self) -> &str {
        &self.pointer
    }

    pub(super) fn is_unknown_member(&self) -> bool {
        self.why == Why::Unknown
    }

    pub(super) fn is_missing_member(&self) -> bool {
        self.why == Why::Missing
    }

    /// The pointer of the object and the plain name of the member.
    pub(super) fn split(&self) -> Option<(&str, String)> {
        let (parent, name) = self.pointer.rsplit_once('/')?;
        Some((parent, name.replace("~1", "/").replace("~0", "~")))
    }

    pub(super) fn to_error(&self) -> FieldError {
        let code = match self.why {
            Why::Unknown => "unknownMember",
            Why::Missing => "missingMember",
            Why::Type => "wrongType",
            Why::Variant => "unknownValue",
            Why::Value => "notValid",
        };
        let (pointer, detail) = (self.pointer.clone(), self.detail.clone());
        FieldError { pointer, code: code.into(), detail }
    }

    fn new(why: Why, pointer: String, detail: impl Into<String>) -> Fault {
        Fault { pointer, why, detail: detail.into() }
    }

    fn under(mut self, path: &str) -> Fault {
        self.pointer.insert_str(0, path);
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.pointer, self.detail)
    }
}

impl std::error::Error for Fault {}

impl Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Fault {
        Fault::new(Why::Value, String::new(), message.to_string())
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Fault {
        Fault::new(Why::Type, String::new(), format!("Should be {expected}."))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Fault {
        Fault::new(Why::Value, String::new(), format!("Should be {expected}."))
    }

    fn invalid_length(_: usize, expected: &dyn Expected) -> Fault {
        Fault::new(Why::Value, String::new(), format!("Should be {expected}."))
    }

    fn unknown_variant(_: &str, known: &'static [&'static str]) -> Fault {
        let detail = format!("Should be one of: {}.", known.join(", "));
        Fault::new(Why::Variant, String::new(), detail)
    }

    fn unknown_field(field: &str, _: &'static [&'static str]) -> Fault {
        Fault::new(Why::Unknown, step("", field), "There is no such member.")
    }

    fn missing_field(field: &'static str) -> Fault {
        Fault::new(Why::Missing, step("", field), "This member is required.")
    }
}

/// A tree with a place in it. At a mended place, whatever type is asked for gets an empty value
/// of that type.
#[derive(Clone)]
pub(super) struct Pointed<'t> {
    value: &'t Value,
    path: String,
    mended: &'t [String],
}

impl<'t> Pointed<'t> {
    pub(super) fn new(value: &'t Value, mended: &'t [String]) -> Pointed<'t> {
        Pointed { value, path: String::new(), mended }
    }

    fn child(&self, value: &'t Value, name: &str) -> Pointed<'t> {
        Pointed { value, path: step(&self.path, name), mended: self.mended }
    }

    fn is_stand_in(&self) -> bool {
        self.mended.contains(&self.path)
    }
}

/// Numbers, texts and the like: what a stand-in answers when a type is asked for by name.
macro_rules! stand_in {
    ($($ask:ident => $visit:ident($value:expr);)*) => {$(
        fn $ask<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            if self.is_stand_in() { visitor.$visit($value) } else { self.deserialize_any(visitor) }
        }
    )*};
}

impl<'de> Deserializer<'de> for Pointed<'_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(value), _) => visitor.visit_u64(value),
                (None, Some(value)) => visitor.visit_i64(value),
                (None, None) => visitor.visit_f64(number.as_f64().unwrap_or(f64::NAN)),
            },
            Value::String(text) => visitor.visit_str(text),
            Value::Array(items) => visitor.visit_seq(Items { at: self, items, next: 0 }),
            Value::Object(members) => {
                visitor.visit_map(Members { at: self, members: members.iter(), value: None })
            }
        }
    }

    stand_in! {
        deserialize_bool => visit_bool(false);
        deserialize_i8 => visit_u64(0);
        deserialize_i16 => visit_u64(0);
        deserialize_i32 => visit_u64(0);
        deserialize_i64 => visit_u64(0);
        deserialize_u8 => visit_u64(0);
        deserialize_u16 => visit_u64(0);
        deserialize_u32 => visit_u64(0);
        deserialize_u64 => visit_u64(0);
        deserialize_f32 => visit_f64(0.0);
        deserialize_f64 => visit_f64(0.0);
        deserialize_str => visit_str("");
        deserialize_string => visit_str("");
        deserialize_seq => visit_seq(Nothing);
        deserialize_map => visit_map(Nothing);
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.value.is_null() || self.is_stand_in() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if self.is_stand_in() {
            visitor.visit_map(StandIns { at: self, fields: fields.iter(), field: None })
        } else if self.value.is_object() {
            self.deserialize_any(visitor)
        } else {
            // serde would also take an array for a struct; our contract does not.
            Err(Fault::new(Why::Type, String::new(), "Should be an object."))
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if self.is_stand_in() {
            let name = variants.first().copied().unwrap_or_default().to_owned();
            return visitor.visit_enum(Variant { at: self, name, content: Some(&Value::Null) });
        }
        match self.value {
            Value::String(name) => {
                visitor.visit_enum(Variant { name: name.clone(), content: None, at: self })
            }
            Value::Object(members) if members.len() == 1 => {
                let (name, content) = members.iter().next().expect("it has one member");
                visitor.visit_enum(Variant { name: name.clone(), content: Some(content), at: self })
            }
            _ => Err(Fault::new(
                Why::Type,
                String::new(),
                format!("Should be one of: {}.", variants.join(", ")),
            )),
        }
    }

    forward_to_deserialize_any! {
        i128 u128 char bytes byte_buf unit unit_struct tuple tuple_struct identifier ignored_any
    }
}

/// No members and no items.
struct Nothing;

impl<'de> SeqAccess<'de> for Nothing {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        _: T,
    ) -> Result<Option<T::Value>, Fault> {
        Ok(None)
    }
}

impl<'de> MapAccess<'de> for Nothing {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, _: K) -> Result<Option<K::Value>, Fault> {
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, _: V) -> Result<V::Value, Fault> {
        Err(Fault::custom("an empty map has no values"))
    }
}

/// A struct whose every field is a stand-in.
struct StandIns<'t> {
    at: Pointed<'t>,
    fields: std::slice::Iter<'static, &'static str>,
    field: Option<&'static str>,
}

impl<'de> MapAccess<'de> for StandIns<'_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        self.field = self.fields.next().copied();
        let Some(field) = self.field else { return Ok(None) };
        seed.deserialize(IntoDeserializer::<Fault>::into_deserializer(field)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        // The same place as the struct itself, so that every field is a stand-in too.
        seed.deserialize(self.at.clone())
    }
}

struct Items<'t> {
    at: Pointed<'t>,
    items: &'t [Value],
    next: usize,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Fault> {
        let Some(item) = self.items.get(self.next) else { return Ok(None) };
        let name = self.next.to_string();
        self.next += 1;
        let step = format!("/{name}");
        seed.deserialize(self.at.child(item, &name)).map(Some).map_err(|f| f.under(&step))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len() - self.next)
    }
}

struct Members<'t> {
    at: Pointed<'t>,
    members: serde_json::map::Iter<'t>,
    value: Option<(&'t str, &'t Value)>,
}

impl<'de> MapAccess<'de> for Members<'_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        let Some((name, value)) = self.members.next() else { return Ok(None) };
        self.value = Some((name, value));
        let name: StringDeserializer<Fault> = name.clone().into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let Some((name, value)) = self.value.take() else {
            return Err(Fault::custom("a value was asked for before its name"));
        };
        let place = step("", name);
        seed.deserialize(self.at.child(value, name)).map_err(|fault| fault.under(&place))
    }
}

struct Variant<'t> {
    at: Pointed<'t>,
    name: String,
    content: Option<&'t Value>,
}

impl<'de, 't> EnumAccess<'de> for Variant<'t> {
    type Error = Fault;
    type Variant = Content<'t>;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Content<'t>), Fault> {
        let name: StringDeserializer<Fault> = self.name.clone().into_deserializer();
        let variant = seed.deserialize(name)?;
        Ok((variant, Content { at: self.at, name: self.name, content: self.content }))
    }
}

struct Content<'t> {
    at: Pointed<'t>,
    name: String,
    content: Option<&'t Value>,
}

impl<'t> Content<'t> {
    /// The place of the content, and the step that leads to it from the enum.
    fn place(self) -> Result<(Pointed<'t>, String), Fault> {
        let Some(content) = self.content else {
            return Err(Fault::new(Why::Type, String::new(), "Should be an object with content."));
        };
        if self.at.is_stand_in() {
            return Ok((self.at, String::new()));
        }
        let step = step("", &self.name);
        Ok((self.at.child(content, &self.name), step))
    }
}

impl<'de> VariantAccess<'de> for Content<'_> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        match self.content {
            None | Some(Value::Null) => Ok(()),
            Some(_) => Err(Fault::new(Why::Type, String::new(), "Should be a plain text.")),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Fault> {
        let (place, step) = self.place()?;
        seed.deserialize(place).map_err(|fault| fault.under(&step))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        let (place, step) = self.place()?;
        place.deserialize_seq(visitor).map_err(|fault| fault.under(&step))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let (place, step) = self.place()?;
        place.deserialize_struct("", fields, visitor).map_err(|fault| fault.under(&step))
    }
}
