"""Tables of offers: files to cells, cells to offers, and back."""
