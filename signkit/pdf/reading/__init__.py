"""Reading a PDF as a judge must: every revision, every object, with bounds, and without mending what is wrong."""
