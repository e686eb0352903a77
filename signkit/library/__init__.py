"""The library's functions: the main line of SignKit for a program that embeds it, each as one plain call.

They take paths or bytes, give back frozen values, print nothing and ask nobody but the function that they are given.
What they do is what the commands do: both call the same rooms below.  Every error is a `SignKitError` and says in two
languages what is wrong and what to do; nothing is read from the user's ``signkit.toml`` unless its settings are passed
(`load_settings`).  Times are aware, in UTC unless said otherwise; lengths are millimetres or, where a PDF's own
coordinates are meant, points (1/72 inch).
"""
