"""What every page needs whatever it shows: who may ask, how a session begins and ends, how an answer leaves."""
