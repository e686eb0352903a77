HELP = "x"


def run() -> None: ...
