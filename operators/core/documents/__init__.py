"""Documents of many formats as Markdown: what `document_to_markdown` reads them with."""
