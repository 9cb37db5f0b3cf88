//! Finds where two pictures of a page differ and frames those places.

use std::collections::BTreeSet;

use crate::draw::Bitmap;

/// Pixels of a side of the squares in which differences are sought.
const CELL: usize = 8;
/// Squares this far from each other belong to one place.
const NEAR: usize = 4;
/// How much red, green or blue may differ unseen.
const SAME: u8 = 12;
/// More places than this are told as one.
const MOST: usize = 24;
/// The colour of frames, and of the line around them that keeps them visible on dark pages.
const FRAME: [u8; 3] = [200, 16, 46];
const HALO: [u8; 3] = [255, 255, 255];

/// A place, in squares: from and to, both inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    left: usize,
    top: usize,
    right: usize,
    bottom: usize,
}

impl Place {
    fn near(&self, other: &Self) -> bool {
        self.left <= other.right + NEAR
            && other.left <= self.right + NEAR
            && self.top <= other.bottom + NEAR
            && other.top <= self.bottom + NEAR
    }
    fn with(&self, other: &Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }
}

/// The places where they differ. What one of them lacks differs.
pub(crate) fn places(a: &Bitmap, b: &Bitmap) -> Vec<Place> {
    if a == b {
        return Vec::new();
    }
    let (width, height) = (usize::from(a.width.max(b.width)), usize::from(a.height.max(b.height)));
    let mut cells = BTreeSet::new();
    for y in 0..height {
        let (mut left, mut right) = (row(a, y), row(b, y));
        for x in 0..width {
            let same = match (left.next(), right.next()) {
                (Some(p), Some(q)) => p.iter().zip(q).all(|(p, q)| p.abs_diff(*q) <= SAME),
                _ => false,
            };
            if !same {
                cells.insert((y / CELL, x / CELL));
            }
        }
    }
    let mut places: Vec<Place> = Vec::new();
    for (y, x) in cells {
        let mut place = Place { left: x, top: y, right: x, bottom: y };
        // taking one in may bring another near
        while let Some(at) = places.iter().position(|p| p.near(&place)) {
            place = place.with(&places.swap_remove(at));
        }
        places.push(place);
    }
    if places.len() > MOST {
        places = places.into_iter().reduce(|p, q| p.with(&q)).into_iter().collect();
    }
    places
}

fn row(bitmap: &Bitmap, y: usize) -> impl Iterator<Item = &[u8]> {
    let width = usize::from(bitmap.width) * 3;
    bitmap.rgb.get(y * width..(y + 1) * width).unwrap_or_default().chunks_exact(3)
}

/// Draws a frame around each place, as far as it lies on the picture.
pub(crate) fn frame(bitmap: &mut Bitmap, places: &[Place]) {
    for p in places {
        for (out, colour) in [(6, HALO), (5, FRAME), (4, FRAME), (3, FRAME), (2, HALO)] {
            rectangle(bitmap, p, out, colour);
        }
    }
}

/// A line of one pixel, `out` pixels outside the place.
fn rectangle(bitmap: &mut Bitmap, p: &Place, out: usize, colour: [u8; 3]) {
    let (width, height) = (usize::from(bitmap.width), usize::from(bitmap.height));
    let (left, top) = ((p.left * CELL).saturating_sub(out), (p.top * CELL).saturating_sub(out));
    let right = ((p.right + 1) * CELL - 1 + out).min(width.saturating_sub(1));
    let bottom = ((p.bottom + 1) * CELL - 1 + out).min(height.saturating_sub(1));
    let mut dot = |x: usize, y: usize| {
        let at = (y * width + x) * 3;
        if x < width
            && let Some(pixel) = bitmap.rgb.get_mut(at..at + 3)
        {
            pixel.copy_from_slice(&colour);
        }
    };
    for x in left..=right {
        dot(x, top);
        dot(x, bottom);
    }
    for y in top..=bottom {
        dot(left, y);
        dot(right, y);
    }
}
