//! The faces a report is set in: Hei for facts, Song for titles and law, fixed pitch for codes.
//!
//! The collections of Noto CJK hold the faces of every region over one set of outlines. Only the
//! faces of the mainland are taken, and a file is kept in memory once, whatever it serves.

use std::{
    fs,
    path::{Path, PathBuf},
};

use typst::{
    foundations::Bytes,
    text::{Font, FontBook, FontInfo},
    utils::LazyHash,
};

use crate::error::FontError;

/// The faces of a report; about 90 MB of outlines, so load once in a process and share.
pub struct Fonts {
    pub(crate) book: LazyHash<FontBook>,
    pub(crate) faces: Vec<Font>,
}

impl Fonts {
    /// Takes the wanted faces from these files, each from the first file that has it.
    pub fn load(paths: &[PathBuf]) -> Result<Fonts, FontError> {
        let mut found: [Option<Font>; FACES.len()] = [const { None }; FACES.len()];
        for path in paths {
            let bytes =
                fs::read(path).map_err(|source| FontError::Read { path: path.clone(), source })?;
            take_faces(Bytes::new(bytes), &mut found);
        }
        let mut faces = Vec::new();
        for (face, font) in FACES.iter().zip(found) {
            let missing = FontError::Missing { family: face.family, weight: face.weight };
            faces.push(font.ok_or(missing)?);
        }
        Ok(Fonts { book: LazyHash::new(FontBook::from_fonts(&faces)), faces })
    }

    /// Whether one of the faces has a shape for the character.
    pub(crate) fn covers(&self, character: char) -> bool {
        let code = u32::from(character);
        self.faces.iter().any(|face| face.info().coverage.contains(code))
    }
}

/// The Noto CJK files in the system's font folders, in the order of their names.
#[must_use]
pub fn default_font_paths() -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for folder in FOLDERS {
        collect(Path::new(folder), 0, &mut paths);
    }
    paths.sort();
    paths
}

struct Face {
    family: &'static str,
    weight: u16,
}

const FACES: [Face; 5] = [
    Face { family: "Noto Sans CJK SC", weight: 400 },
    Face { family: "Noto Sans CJK SC", weight: 700 },
    Face { family: "Noto Serif CJK SC", weight: 400 },
    Face { family: "Noto Serif CJK SC", weight: 700 },
    Face { family: "Noto Sans Mono CJK SC", weight: 400 },
];

const FOLDERS: [&str; 2] = ["/usr/share/fonts", "/usr/local/share/fonts"];

/// Deepest folder looked into under a font folder, so that a link to its parent ends.
const DEPTH: u32 = 5;

fn take_faces(bytes: Bytes, found: &mut [Option<Font>; FACES.len()]) {
    let infos: Vec<FontInfo> = FontInfo::iter(&bytes).collect();
    for (index, info) in (0u32..).zip(infos) {
        for (face, place) in FACES.iter().zip(found.iter_mut()) {
            let weight = info.variant.weight.to_number();
            let wanted = info.family == face.family && weight == face.weight;
            if wanted && place.is_none() {
                *place = Font::new(bytes.clone(), index);
            }
        }
    }
}

fn collect(folder: &Path, depth: u32, paths: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            if depth < DEPTH {
                collect(&path, depth + 1, paths);
            }
        } else if is_wanted(&path) {
            paths.push(path);
        }
    }
}

/// Whether the file is one of the four by its name; the other weights are not worth reading.
fn is_wanted(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return false };
    let Some((stem, _)) = name.rsplit_once('.') else { return false };
    let family = ["NotoSansCJK", "NotoSerifCJK", "NotoSansMonoCJK"];
    let weight = ["-Regular", "-Bold"];
    family.iter().any(|family| stem.starts_with(family))
        && weight.iter().any(|weight| stem.ends_with(weight))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_face_is_named() {
        let error = Fonts::load(&[]).err().map(|error| error.to_string());
        let expected = "no font file has Noto Sans CJK SC, weight 400; \
                        install Debian's fonts-noto-cjk or name its folder";
        assert_eq!(error.as_deref(), Some(expected));
    }

    #[test]
    fn files_are_known_by_name() {
        let check = |name: &str| is_wanted(Path::new(name));
        assert!(check("/f/NotoSansCJK-Regular.ttc"));
        assert!(check("/f/NotoSerifCJKsc-Bold.otf"));
        assert!(!check("/f/NotoSerifCJK-Black.ttc"));
        assert!(!check("/f/NotoSans-Regular.ttf"));
    }
}
