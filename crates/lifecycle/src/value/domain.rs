//! The domain name that a server answers under.

use super::{Problem, text};

text! {
    /// A domain name of the owner's for a server: two or more labels with dots between them, up to 253 characters.
    ///
    /// A label is made of letters, digits and inner hyphens; the last one has 2 to 63 characters, the others 1 to
    /// 63. There is no scheme in front, although the prose of the interface shows one. Source: shape `CustomDomain`.
    CustomDomain, "custom domain", 0..=253, |text| {
        let expected = "two or more labels of letters, digits and inner `-` with dots between them, \
                        each up to 63 long and the last at least 2";
        let (rest, last) = text.rsplit_once('.').ok_or(Problem::Form { expected })?;
        if rest.split('.').all(is_label) && is_label(last) && last.len() >= 2 {
            Ok(())
        } else {
            Err(Problem::Form { expected })
        }
    }
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
