// SPDX-License-Identifier: MIT OR Apache-2.0
//! Text in columns.

use std::iter;

/// Lays `rows` out below `header`, two spaces between columns, each as wide as its longest text.
pub fn render<const N: usize>(header: [&str; N], rows: &[[String; N]]) -> String {
    let header = header.map(str::to_owned);
    let widths: Vec<usize> = (0..N)
        .map(|column| {
            iter::once(&header)
                .chain(rows)
                .map(|row| row[column].chars().count())
                .max()
                .unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    for row in iter::once(&header).chain(rows) {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(&format!("{cell:width$}  "));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_longest_text() {
        let rows = [["1", "größer"], ["twelve", "x"]].map(|row| row.map(str::to_owned));
        assert_eq!(
            render(["ID", "NAME"], &rows),
            "ID      NAME\n1       größer\ntwelve  x\n"
        );
        assert_eq!(render(["ID", "NAME"], &[]), "ID  NAME\n");
    }
}
