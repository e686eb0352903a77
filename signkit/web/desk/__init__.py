"""The desk: what a broker or a clerk does with contracts, in a browser on the machine with the card reader."""
