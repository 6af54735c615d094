"""What a journal records of offers: decided again, read, compared, masked."""
