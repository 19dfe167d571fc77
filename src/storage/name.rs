//! The name of a snapshot: enough to find one commit again, and to notice that a file is not the one that was meant.

use std::fmt;
use std::str::FromStr;

use super::header::FileId;
use super::manifest::ManifestRef;

/// Names one commit of one file. Displayed, and read, as `uuid:generation:offset:length:checksum` in hexadecimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SnapshotName {
    /// The file's uuid.
    pub file: FileId,
    /// The commit's manifest. Its checksum tells apart copies of one file that went different ways.
    pub manifest: ManifestRef,
}

/// A text is not the name of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not the name of a snapshot (uuid:generation:offset:length:checksum in hexadecimal)")]
pub struct BadSnapshotName {
    /// The text.
    pub text: String,
}

impl fmt::Display for SnapshotName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ManifestRef { generation, offset, len, checksum } = self.manifest;
        write!(f, "{}:{generation:x}:{offset:x}:{len:x}:{checksum:x}", self.file)
    }
}

impl FromStr for SnapshotName {
    type Err = BadSnapshotName;

    fn from_str(text: &str) -> Result<Self, BadSnapshotName> {
        let parts: Vec<&str> = text.split(':').collect();
        let number = |text: &str| {
            let plain = text.bytes().all(|byte| byte.is_ascii_hexdigit());
            u64::from_str_radix(text, 16).ok().filter(|_| plain)
        };
        let parse = || {
            let &[file, generation, offset, len, checksum] = parts.as_slice() else { return None };
            let manifest = ManifestRef {
                generation: number(generation)?,
                offset: number(offset)?,
                len: number(len)?,
                checksum: number(checksum)?,
            };
            Some(Self { file: file.parse().ok()?, manifest })
        };
        parse().ok_or_else(|| BadSnapshotName { text: text.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_is_five_hexadecimal_numbers() {
        let manifest = ManifestRef { generation: 10, offset: 12_288, len: 255, checksum: 1 };
        let name = SnapshotName { file: FileId([0xab; 16]), manifest };
        assert_eq!(name.to_string(), "abababababababababababababababab:a:3000:ff:1");
        for wrong in ["", "ab:1:2:3:4", "abababababababababababababababab:+a:3000:ff:1", &format!("{name}:1")]
        {
            assert!(wrong.parse::<SnapshotName>().is_err(), "{wrong}");
        }
    }

    proptest! {
        #![proptest_config(crate::storage::testing::cases())]

        #[test]
        fn names_come_back(file: [u8; 16], numbers: [u64; 4]) {
            let [generation, offset, len, checksum] = numbers;
            let name = SnapshotName { file: FileId(file), manifest: ManifestRef { generation, offset, len, checksum } };
            prop_assert_eq!(name.to_string().parse(), Ok(name));
        }

        #[test]
        fn any_text_is_a_name_or_an_error(text: String) {
            if let Ok(name) = text.parse::<SnapshotName>() {
                prop_assert_eq!(name.to_string().parse(), Ok(name));
            }
        }
    }
}
