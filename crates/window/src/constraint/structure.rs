//! The macro that makes a structure and its row of the table from one text, so that neither can lack a member.

/// Defines a structure of the interface: the type, its [`Shape`](super::Shape), and the way of the checker through it.
///
/// Each line reads: field, name in the interface, type, shape, and `required` if it is.
///
/// The crate that uses it depends on `serde`.
#[macro_export]
macro_rules! structure {
    (
        $(#[$meta:meta])*
        $type:ident as $name:literal $(, $sensitive:ident)? {
            $( $(#[$doc:meta])* $field:ident $public:literal : $value:ty = $shape:expr $(, $required:ident)? ; )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Default, Eq, PartialEq, serde::Deserialize, serde::Serialize)]
        #[serde(default)]
        pub struct $type {
            $(
                $(#[$doc])*
                #[serde(rename = $public, skip_serializing_if = "Option::is_none")]
                pub $field: Option<$value>,
            )*
        }

        impl $type {
            /// Its row in the table of shapes.
            pub const SHAPE: &'static $crate::constraint::Shape = {
                static SHAPE: $crate::constraint::Shape = $crate::constraint::Shape::structure($name, &[
                    $( $crate::constraint::Member {
                        name: $public,
                        shape: &$shape,
                        required: $crate::structure!(@required $($required)?),
                    }, )*
                ])$(.$sensitive())?;
                &SHAPE
            };
        }

        impl $crate::constraint::Members for $type {
            fn visit<'a>(&'a self, each: &mut dyn FnMut(Option<$crate::constraint::Node<'a>>)) {
                $( each(self.$field.as_ref().map($crate::constraint::Value::node)); )*
                let _ = each; // a structure may have no members
            }
        }

        impl $crate::constraint::Value for $type {
            fn node(&self) -> $crate::constraint::Node<'_> {
                $crate::constraint::Node::Structure(self)
            }
        }

        /// Prints what is set; a sensitive value shows only that it is there.
        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $crate::constraint::debug(stringify!($type), Self::SHAPE, self, f)
            }
        }
    };
    (@required) => { false };
    (@required required) => { true };
}
pub use structure;
