"""Reports: their formats, and the judging of many files in bounded memory."""
