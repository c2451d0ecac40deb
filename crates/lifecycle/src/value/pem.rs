//! Certificates and private keys in PEM armour.

use super::{Problem, ends_line, secret::secret, text};

text! {
    /// A certificate, or a chain of them, in PEM armour: up to 2,097,152 characters.
    ///
    /// Only the armour is looked at. Whether the certificate is valid now, names the domain and fits the key is
    /// for whoever builds the server to find out. Source: shape `CustomCertificate`.
    CustomCertificate, "custom certificate", 0..=2_097_152, |text| {
        const EXPECTED: &str = "PEM from `-----BEGIN CERTIFICATE-----` to `-----END CERTIFICATE-----`";
        text.trim_matches(is_space)
            .strip_prefix("-----BEGIN CERTIFICATE-----")
            .and_then(|rest| rest.strip_suffix("-----END CERTIFICATE-----"))
            .filter(|body| !body.is_empty())
            .map(|_| ())
            .ok_or(Problem::Form { expected: EXPECTED })
    }
}

secret! {
    /// A private key in PEM armour: up to 4,096 characters, and never shown.
    ///
    /// Only the armour is looked at. Source: shape `CustomPrivateKey`.
    CustomPrivateKey, "custom private key", 0..=4_096, |text| {
        let expected = "PEM from `-----BEGIN ... PRIVATE KEY-----` to `-----END ... PRIVATE KEY-----`, each on its line";
        let mut lines = text.split(ends_line).filter(|line| !line.chars().all(is_space));
        let first = lines.next().is_some_and(|line| is_armour(line, "-----BEGIN "));
        let last = lines.next_back().is_some_and(|line| is_armour(line, "-----END "));
        if first && last { Ok(()) } else { Err(Problem::Form { expected }) }
    }
}

fn is_armour(line: &str, opening: &str) -> bool {
    line.strip_prefix(opening)
        .is_some_and(|rest| rest.ends_with("PRIVATE KEY-----"))
}

/// White space as the patterns of this interface know it: the six characters of ASCII.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\u{b}' | '\u{c}' | '\r')
}
