//! A tree as a source for serde that takes nothing for something else: no list for a structure, no text for a number.
//!
//! Errors say what was found, what was asked for and where, but never a value. Their first part has the words that AWS
//! services of this protocol are known for (`STRING_VALUE cannot be converted to Integer`); the place is our addition.

use std::{borrow::Cow, fmt};

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor,
};

use super::Tree;

/// Why a tree is not what was asked for: what was found, what was wanted, and where.
#[derive(Debug, thiserror::Error)]
#[error("{what}{}", Place(.path))]
pub struct ReadError {
    what: Box<str>,
    /// The steps to the value, the last one first.
    path: Vec<Box<str>>,
}

/// Where a value stands, after a blank; nothing for the body as a whole.
struct Place<'a>(&'a [Box<str>]);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((first, rest)) = self.0.split_last() else {
            return Ok(());
        };
        write!(f, " at '{first}")?;
        for step in rest.iter().rev() {
            write!(f, ".{step}")?;
        }
        f.write_str("'")
    }
}

impl serde::de::Error for ReadError {
    fn custom<T: fmt::Display>(what: T) -> Self {
        Self {
            what: what.to_string().into(),
            path: Vec::new(),
        }
    }
}

impl ReadError {
    fn within(mut self, step: impl FnOnce() -> String) -> Self {
        self.path.push(step().into());
        self
    }
}

impl Tree<'_> {
    fn unlike(&self, wanted: &str) -> ReadError {
        let what = match self {
            Tree::List(_) => "Start of list found where not expected".to_owned(),
            Tree::Object(_) => "Start of structure or map found where not expected".to_owned(),
            _ => format!("{} cannot be converted to {wanted}", self.kind()),
        };
        serde::de::Error::custom(what)
    }
}

/// The name of a member as paths have it: `WindowId` is at `windowId`.
fn lower_camel(name: &str) -> String {
    let mut characters = name.chars();
    let first = characters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(characters).collect()
}

macro_rules! integers {
    ($($method:ident, $as:ident, $type:ty, $visit:ident;)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
            let number = match &self {
                Tree::Number(number) => number.$as().and_then(|number| <$type>::try_from(number).ok()),
                _ => None,
            };
            visitor.$visit(number.ok_or_else(|| self.unlike("Integer"))?)
        })*
    };
}

macro_rules! texts {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
            match self {
                Tree::Text(Cow::Borrowed(text)) => visitor.visit_borrowed_str(text),
                Tree::Text(Cow::Owned(text)) => visitor.visit_string(text),
                _ => Err(self.unlike("String")),
            }
        })*
    };
}

macro_rules! floats {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
            let number = match &self {
                Tree::Number(number) => number.as_f64(),
                _ => None,
            };
            visitor.visit_f64(number.ok_or_else(|| self.unlike("Double"))?)
        })*
    };
}

impl<'de> Deserializer<'de> for Tree<'de> {
    type Error = ReadError;

    integers! {
        deserialize_i8, as_i64, i8, visit_i8;
        deserialize_i16, as_i64, i16, visit_i16;
        deserialize_i32, as_i64, i32, visit_i32;
        deserialize_i64, as_i64, i64, visit_i64;
        deserialize_u8, as_u64, u8, visit_u8;
        deserialize_u16, as_u64, u16, visit_u16;
        deserialize_u32, as_u64, u32, visit_u32;
        deserialize_u64, as_u64, u64, visit_u64;
    }

    floats!(deserialize_f32 deserialize_f64);

    texts!(deserialize_char deserialize_str deserialize_string deserialize_bytes deserialize_byte_buf deserialize_identifier);

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match &self {
            Tree::Null => visitor.visit_unit(),
            Tree::Bool(_) => self.deserialize_bool(visitor),
            Tree::Number(number) if number.is_i64() => self.deserialize_i64(visitor),
            Tree::Number(number) if number.is_u64() => self.deserialize_u64(visitor),
            Tree::Number(_) => self.deserialize_f64(visitor),
            Tree::Text(_) => self.deserialize_str(visitor),
            Tree::List(_) => self.deserialize_seq(visitor),
            Tree::Object(_) => self.deserialize_map(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self {
            Tree::Bool(value) => visitor.visit_bool(value),
            _ => Err(self.unlike("Boolean")),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self {
            Tree::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self {
            Tree::Null => visitor.visit_unit(),
            _ => Err(self.unlike("null")),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self {
            Tree::List(items) => visitor.visit_seq(Items {
                rest: items.into_iter(),
                n_read: 0,
            }),
            _ => Err(self.unlike("List")),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.members(false, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.members(true, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        match self {
            Tree::Text(_) => visitor.visit_enum(Variant(self)),
            _ => Err(self.unlike("String")),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_unit()
    }
}

impl<'de> Tree<'de> {
    fn members<V: Visitor<'de>>(
        self,
        is_structure: bool,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        match self {
            Tree::Object(members) => visitor.visit_map(Members {
                rest: members.into_iter(),
                is_structure,
                n_read: 0,
                name: String::new(),
                value: Tree::Null,
            }),
            _ => Err(self.unlike(if is_structure { "Structure" } else { "Map" })),
        }
    }
}

struct Items<'de> {
    rest: std::vec::IntoIter<Tree<'de>>,
    n_read: usize,
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = ReadError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, ReadError> {
        let Some(item) = self.rest.next() else {
            return Ok(None);
        };
        self.n_read += 1;
        let read = seed.deserialize(item);
        read.map(Some)
            .map_err(|error| error.within(|| format!("{}.member", self.n_read)))
    }
}

struct Members<'de> {
    rest: std::vec::IntoIter<(Cow<'de, str>, Tree<'de>)>,
    is_structure: bool,
    n_read: usize,
    /// That of the value to be read, in a structure.
    name: String,
    value: Tree<'de>,
}

impl<'de> MapAccess<'de> for Members<'de> {
    type Error = ReadError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, ReadError> {
        let Some((name, value)) = self.rest.next() else {
            return Ok(None);
        };
        self.n_read += 1;
        self.value = value;
        if self.is_structure {
            self.name.clear();
            self.name.push_str(&name);
        }
        seed.deserialize(Tree::Text(name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, ReadError> {
        let value = std::mem::replace(&mut self.value, Tree::Null);
        seed.deserialize(value).map_err(|error| {
            // The names in a map may be as secret as its values.
            error.within(|| {
                if self.is_structure {
                    lower_camel(&self.name)
                } else {
                    format!("{}.member", self.n_read)
                }
            })
        })
    }
}

/// A variant by its name, without anything in it.
struct Variant<'de>(Tree<'de>);

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = ReadError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), ReadError> {
        Ok((seed.deserialize(self.0)?, Self(Tree::Null)))
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = ReadError;

    fn unit_variant(self) -> Result<(), ReadError> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, ReadError> {
        seed.deserialize(self.0)
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.0.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.0.deserialize_struct("", fields, visitor)
    }
}
