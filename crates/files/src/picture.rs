//! Pictures: decoded within limits, turned the way they were taken, freed of what is not picture, made smaller.

use crate::content::Picture;
use crate::strip::strip;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::webp::WebPEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits};
use std::io::Cursor;

/// The largest picture, in bytes.
pub const MOST_BYTES: i64 = 32 * 1024 * 1024;
/// The longest side, in pixels.
const LONGEST_SIDE: u32 = 16_384;
/// The most pixels: what the largest telephones take.
const MOST_PIXELS: u64 = 50_000_000;
/// The most memory that decoding one takes.
const MOST_MEMORY: u64 = 160 * 1024 * 1024;
/// How good pictures are that are made smaller, and those that are turned, of 100.
const QUALITY: u8 = 82;
const QUALITY_WHEN_TURNED: u8 = 92;
/// The widths that pictures are offered in, in pixels.
pub const WIDTHS: [u32; 9] = [64, 160, 320, 480, 640, 960, 1280, 1920, 2560];

/// A picture that can be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CleanPicture {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its width in pixels, as it is shown.
    pub width: u32,
    /// Its height in pixels, as it is shown.
    pub height: u32,
}

fn format(picture: Picture) -> ImageFormat {
    match picture {
        Picture::Jpeg => ImageFormat::Jpeg,
        Picture::Png => ImageFormat::Png,
        Picture::Gif => ImageFormat::Gif,
        Picture::WebP => ImageFormat::WebP,
    }
}

/// A picture decoded, and how it is to be turned.
fn decode(bytes: &[u8], picture: Picture) -> Result<(DynamicImage, Orientation, Option<Vec<u8>>), String> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format(picture));
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| told(&error))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS || decoder.total_bytes() > MOST_MEMORY {
        return Err(too_large());
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().ok().flatten();
    let decoded = DynamicImage::from_decoder(decoder).map_err(|error| told(&error))?;
    Ok((decoded, orientation, profile))
}

fn too_large() -> String {
    format!(
        "The picture has too many pixels (at most {} million, and {LONGEST_SIDE} on a side): make it smaller",
        MOST_PIXELS / 1_000_000
    )
}

fn told(error: &image::ImageError) -> String {
    match error {
        image::ImageError::Limits(_) => too_large(),
        _ => "The picture is damaged: it cannot be decoded".to_owned(),
    }
}

/// A picture as it is kept. Takes as long as decoding, and as much memory.
///
/// # Errors
/// A sentence that says why it is not taken.
pub fn clean(bytes: &[u8], picture: Picture) -> Result<CleanPicture, String> {
    let (mut decoded, orientation, profile) = decode(bytes, picture)?;
    if orientation == Orientation::NoTransforms {
        let bytes = strip(bytes, picture).ok_or("The picture is damaged: it is not built as its format says")?;
        return Ok(CleanPicture { bytes, width: decoded.width(), height: decoded.height() });
    }
    decoded.apply_orientation(orientation);
    let bytes = encode(&decoded, picture, QUALITY_WHEN_TURNED, profile).map_err(|error| told(&error))?;
    Ok(CleanPicture { bytes, width: decoded.width(), height: decoded.height() })
}

fn encode(
    picture: &DynamicImage,
    format: Picture,
    quality: u8,
    profile: Option<Vec<u8>>,
) -> Result<Vec<u8>, image::ImageError> {
    use image::ImageEncoder as _;
    let mut bytes = Vec::new();
    match format {
        Picture::Jpeg => {
            let mut encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
            if let Some(profile) = profile {
                // A picture without its profile is a little off, and no reason to refuse it.
                let _unsupported = encoder.set_icc_profile(profile);
            }
            picture.to_rgb8().write_with_encoder(encoder)?;
        }
        Picture::WebP => {
            let eight = if picture.color().has_alpha() {
                picture.to_rgba8().into()
            } else {
                DynamicImage::from(picture.to_rgb8())
            };
            eight.write_with_encoder(WebPEncoder::new_lossless(&mut bytes))?;
        }
        Picture::Png | Picture::Gif => picture.write_to(&mut Cursor::new(&mut bytes), self::format(format))?,
    }
    Ok(bytes)
}

/// The width that a picture is offered in which is asked for in another: the next larger one. None when the picture itself
/// is no wider.
#[must_use]
pub fn offered_width(asked: u32, own: u32) -> Option<u32> {
    let offered = WIDTHS.into_iter().find(|width| *width >= asked).unwrap_or(WIDTHS[WIDTHS.len() - 1]);
    (offered < own).then_some(offered)
}

/// A picture made smaller: as JPEG where it is a photograph, as WebP where it has clear places or is smaller so. Takes as
/// long as decoding, and as much memory.
///
/// # Errors
/// A sentence that says why it could not be.
pub fn resized(bytes: &[u8], picture: Picture, width: u32) -> Result<(Vec<u8>, Picture), String> {
    let (decoded, _, profile) = decode(bytes, picture)?;
    let small = decoded.resize(width, u32::MAX, FilterType::CatmullRom);
    drop(decoded);
    let as_jpeg = |profile| encode(&small, Picture::Jpeg, QUALITY, profile).map(|bytes| (bytes, Picture::Jpeg));
    let as_webp = || encode(&small, Picture::WebP, QUALITY, None).map(|bytes| (bytes, Picture::WebP));
    let made = match (picture, small.color().has_alpha()) {
        (_, true) => as_webp(),
        (Picture::Jpeg, false) => as_jpeg(profile),
        (_, false) => {
            as_jpeg(None).and_then(|jpeg| Ok(std::cmp::min_by_key(as_webp()?, jpeg, |(bytes, _)| bytes.len())))
        }
    };
    made.map_err(|error| told(&error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ImageEncoder as _, RgbImage};

    const SECRET: &[u8] = b"where it was taken";

    /// A picture wider than high, the left half red and the right half blue, with a note of how it was held.
    fn photograph(format: Picture, orientation: u8) -> Vec<u8> {
        let pixels = RgbImage::from_fn(80, 40, |x, _| image::Rgb(if x < 40 { [255, 0, 0] } else { [0, 0, 255] }));
        let mut exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
        exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
        exif.extend_from_slice(SECRET);
        let mut bytes = Vec::new();
        match format {
            Picture::Jpeg => {
                let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 95);
                encoder.set_exif_metadata(exif).expect("EXIF");
                pixels.write_with_encoder(encoder).expect("encoded");
            }
            Picture::Png => {
                let mut encoder = image::codecs::png::PngEncoder::new(&mut bytes);
                encoder.set_exif_metadata(exif).expect("EXIF");
                pixels.write_with_encoder(encoder).expect("encoded");
            }
            Picture::WebP => {
                let mut encoder = WebPEncoder::new_lossless(&mut bytes);
                encoder.set_exif_metadata(exif).expect("EXIF");
                pixels.write_with_encoder(encoder).expect("encoded");
            }
            Picture::Gif => {
                DynamicImage::from(pixels).write_to(&mut Cursor::new(&mut bytes), ImageFormat::Gif).expect("encoded")
            }
        }
        bytes
    }

    fn holds(bytes: &[u8], what: &[u8]) -> bool {
        bytes.windows(what.len()).any(|some| some == what)
    }

    #[test]
    fn what_is_not_picture_goes_and_the_pixels_stay() {
        for format in [Picture::Jpeg, Picture::Png, Picture::Gif, Picture::WebP] {
            let mut sent = photograph(format, 1);
            let pixels = decode(&sent, format).expect("decoded").0;
            // The archive that such tricks hide behind a picture.
            sent.extend_from_slice(b"PK\x03\x04<script>alert(1)</script>");
            let kept = clean(&sent, format).unwrap_or_else(|why| panic!("{format:?}: {why}"));
            assert!(!holds(&kept.bytes, SECRET) && !holds(&kept.bytes, b"<script>"), "{format:?}");
            assert_eq!((kept.width, kept.height), (80, 40));
            assert_eq!(decode(&kept.bytes, format).expect("decoded").0, pixels, "{format:?}");
            assert_eq!(clean(&kept.bytes, format).expect("clean"), kept, "{format:?} is clean already");
        }
    }

    #[test]
    fn a_picture_is_turned_the_way_it_was_taken() {
        for format in [Picture::Jpeg, Picture::Png, Picture::WebP] {
            // To be turned a quarter to the right: what is left comes up.
            let kept = clean(&photograph(format, 6), format).expect("a picture");
            assert_eq!((kept.width, kept.height), (40, 80), "{format:?}");
            let (shown, orientation, _) = decode(&kept.bytes, format).expect("decoded");
            let [red, _, blue] = shown.to_rgb8().get_pixel(20, 10).0;
            assert!(red > 200 && blue < 50, "{format:?}: {red} {blue}");
            assert_eq!(orientation, Orientation::NoTransforms);
            assert!(!holds(&kept.bytes, SECRET));
        }
    }

    #[test]
    fn a_picture_is_made_smaller_and_keeps_its_clear_places() {
        let (small, format) = resized(&photograph(Picture::Jpeg, 1), Picture::Jpeg, 64).expect("made");
        assert_eq!(format, Picture::Jpeg);
        assert_eq!(decode(&small, format).expect("decoded").0.width(), 64);
        let clear = DynamicImage::from(image::RgbaImage::from_pixel(200, 100, image::Rgba([9, 9, 9, 0])));
        let mut png = Vec::new();
        clear.write_to(&mut Cursor::new(&mut png), ImageFormat::Png).expect("encoded");
        let (small, format) = resized(&png, Picture::Png, 64).expect("made");
        let shown = decode(&small, format).expect("decoded").0;
        assert_eq!(
            (format, shown.width(), shown.height(), shown.to_rgba8().get_pixel(3, 3).0[3]),
            (Picture::WebP, 64, 32, 0)
        );
        assert_eq!(
            (offered_width(100, 4000), offered_width(9999, 4000), offered_width(700, 800)),
            (Some(160), Some(2560), None)
        );
    }

    #[test]
    fn what_would_fill_the_memory_or_is_damaged_is_refused_and_nothing_panics() {
        // A PNG that says it is 50,000 pixels wide and high.
        let mut huge = photograph(Picture::Png, 1);
        huge[16..20].copy_from_slice(&50_000_u32.to_be_bytes());
        huge[20..24].copy_from_slice(&50_000_u32.to_be_bytes());
        assert!(clean(&huge, Picture::Png).is_err());
        for format in [Picture::Jpeg, Picture::Png, Picture::Gif, Picture::WebP] {
            let whole = photograph(format, 1);
            for cut in [0, 1, 10, 20, whole.len() / 2, whole.len() - 1] {
                let _refused_or_mended = clean(&whole[..cut], format);
            }
            assert!(clean(&whole[..whole.len() / 4], format).is_err(), "{format:?}");
        }
        assert!(clean(b"GIF89a=1;alert(1)//", Picture::Gif).is_err());
    }
}
