"""What the product is about, as frozen data with its behaviour; nothing here does input or output."""
