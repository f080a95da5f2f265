"""Check the shipped documents: `python -m corpus`. Prints what is wrong, a line each, and exits 1 if anything is."""

from __future__ import annotations

import sys

from corpus.document import Document
from corpus.errors import CorpusError
from corpus.shipped import check_documents, document_paths, read_shipped
from corpus.tables import table_documents


def main() -> int:
    """Read every document, then compare them."""
    documents: list[Document] = []
    errors: list[CorpusError] = []
    for path in document_paths():
        try:
            documents.append(read_shipped(path))
        except CorpusError as error:
            errors.append(error)
    try:
        documents.extend(table_documents())
    except CorpusError as error:
        errors.append(error)
    errors.extend(check_documents(tuple(documents)))
    for found in errors:
        print(found)
    sections = sum(len(document.sections) for document in documents)
    print(f"{len(documents)} documents, {sections} sections, {len(errors)} errors")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
