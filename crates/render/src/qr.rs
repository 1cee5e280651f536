//! Two-dimensional codes as pictures that need neither script nor a file of their own.

use qrcode::{EcLevel, QrCode};

use crate::error::RenderError;

/// Light modules around a code, which readers look for.
const QUIET: usize = 4;

/// A code as SVG of one path, which takes its colours from the page's stylesheet.
pub fn svg(text: &str) -> Result<String, RenderError> {
    let code =
        QrCode::with_error_correction_level(text, EcLevel::M).map_err(RenderError::QrCode)?;
    let width = code.width();
    let side = width + 2 * QUIET;
    let mut path = String::new();
    for (index, colour) in code.to_colors().into_iter().enumerate() {
        if colour == qrcode::Color::Dark {
            let (x, y) = (index % width + QUIET, index / width + QUIET);
            path.push_str(&format!("M{x} {y}h1v1h-1z"));
        }
    }
    Ok(format!(
        "<svg class=\"qr\" viewBox=\"0 0 {side} {side}\" width=\"240\" height=\"240\" aria-hidden=\"true\" \
         focusable=\"false\" shape-rendering=\"crispEdges\"><rect class=\"qr__paper\" width=\"{side}\" \
         height=\"{side}\"/><path class=\"qr__ink\" d=\"{path}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_a_square_of_modules() {
        let svg = svg("otpauth://totp/Xinheng:shili01?secret=JBSWY3DPEHPK3PXP").unwrap();
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"));
        assert!(svg.contains("M4 4h1v1h-1z"), "the corner of the finder stands behind the margin");
        assert!(svg_too_long().is_err());
    }

    fn svg_too_long() -> Result<String, RenderError> {
        svg(&"长".repeat(3000))
    }
}
