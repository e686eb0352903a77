"""``signkit template sheet NAME``: a blank table with Japanese headings, to be filled in and rendered row by row."""

from __future__ import annotations

import sys

from signkit.cli.options import Output, Overwrite, TemplateName
from signkit.errors import UsageProblem
from signkit.words import Text


def run(name: TemplateName, output: Output = None, overwrite: Overwrite = False) -> None:
    """Write the table; as CSV to stdout where no file is named."""
    from signkit.contracts.bulk.input_sheet import csv_sheet, excel_sheet
    from signkit.contracts.template import find_template
    from signkit.output import write_checked
    from signkit.settings import load_settings

    kind = ".csv" if output is None else output.suffix.lower()
    if kind not in (".csv", ".xlsx"):
        raise UsageProblem(
            Text(f"{output}: the table is .xlsx or .csv", f"{output}: 記入用の表は .xlsx か .csv です"),
            Text("For example -o sheet.xlsx", "例: -o sheet.xlsx"),
        )
    template = find_template(name, load_settings())
    made = excel_sheet(template) if kind == ".xlsx" else csv_sheet(template)
    if output is None:
        sys.stdout.write(made.decode("utf-8-sig"))
        return
    write_checked(output, made, overwrite=overwrite)
    print(output)
