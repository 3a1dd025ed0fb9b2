"""From the glyphs of a PDF to lines of Markdown: words, lines, columns, tables, code, pages."""
