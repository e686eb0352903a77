"""The look of the HTML report: on a screen wide or narrow, light or dark, and on paper."""

from __future__ import annotations

import base64
import hashlib

STYLE = """
:root{color-scheme:light dark;--ground:#fff;--panel:#f6f8fa;--ink:#1f2328;--soft:#57606a;--line:#d0d7de;
--passed:#1a7f37;--failed:#b3261e;--open:#8a5a00;--other:#57606a;--link:#0b57a4}
@media (prefers-color-scheme:dark){:root{--ground:#15181c;--panel:#20252b;--ink:#e6e9ec;--soft:#a5afb9;--line:#3b434b;
--passed:#5bc777;--failed:#ff8a80;--open:#e5b74f;--other:#a5afb9;--link:#8ab8f0}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);overflow-wrap:anywhere;
font:16px/1.65 system-ui,"Hiragino Sans","Yu Gothic UI","Noto Sans CJK JP","Noto Sans JP",sans-serif}
main{max-width:58rem;margin:0 auto;padding:1.5rem 1rem 3rem}
h1{font-size:1.5rem;line-height:1.35;margin:0 0 .6rem}
h2{font-size:1.35rem;line-height:1.35;margin:0 0 .1rem}
h3{font-size:1.05rem;margin:1.5rem 0 .4rem}
p{margin:.4rem 0}
.passed{--c:var(--passed)}.failed{--c:var(--failed)}.open{--c:var(--open)}.other{--c:var(--other)}
.file{border-top:1px solid var(--line);margin-top:2rem;padding-top:1.5rem}
.one .file{border-top:0;margin-top:.5rem;padding-top:0}
.one .back{display:none}
.index td.v{white-space:nowrap}
.verdict{border:2px solid var(--c);border-left-width:.6rem;border-radius:.4rem;padding:.6rem 1rem;margin:.8rem 0;
font-size:1.15rem}
.verdict strong,.v{color:var(--c);font-weight:bold}
.verdict strong{margin-right:.5em}
.caveat{border-left:.3rem solid var(--open);padding:.1rem .8rem;margin:.5rem 0}
.caveat.failed{border-color:var(--failed)}
.name,.note,figcaption,.facts{color:var(--soft);font-size:.9rem}
.next{background:var(--panel);border-radius:.4rem;padding:.6rem 1rem;margin:.8rem 0}
.next h3{margin:.1rem 0 .2rem}
.next ul,.findings{margin:.2rem 0;padding-left:1.4rem}
table{border-collapse:collapse;width:100%;font-size:.95rem}
th,td{text-align:left;vertical-align:top;padding:.35rem .8rem .35rem 0;border-bottom:1px solid var(--line)}
th{font-weight:normal;color:var(--soft)}
tbody th{width:12rem}
.who tbody th,.index tbody th{width:auto;color:var(--ink);font-weight:bold}
.counts{display:flex;flex-wrap:wrap;gap:.4rem 1.6rem;list-style:none;padding:0;margin:.4rem 0 1rem}
.counts b{color:var(--c);font-size:1.3rem}
details{border:1px solid var(--line);border-radius:.4rem;margin:.5rem 0;padding:0 1rem}
summary{cursor:pointer;padding:.45rem 0}
details>*:last-child{margin-bottom:.8rem}
figure{margin:1rem 0}
img{max-width:100%;height:auto;border:1px solid var(--line);background:#fff;display:block}
.page img{max-height:50rem;width:auto}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:.8rem}
.pair p{margin:0 0 .2rem;font-weight:bold;font-size:.9rem}
a{color:var(--link)}
code{font-size:.9em}
@media (max-width:640px){
main{padding:1rem .9rem 2rem}
.pair{grid-template-columns:1fr}
.who thead,.index thead{position:absolute;clip-path:inset(50%);height:1px;width:1px;overflow:hidden}
.who tr,.index tr,.facts-table tr{display:block;border-bottom:1px solid var(--line);padding:.4rem 0}
.who th,.who td,.index th,.index td,.facts-table th,.facts-table td{display:block;width:auto;border:0;padding:.1rem 0}
.who td[data-label]::before,.index td[data-label]::before{content:attr(data-label) ": ";color:var(--soft)}
}
@media print{
:root{color-scheme:light;--ground:#fff;--panel:#fff;--ink:#000;--soft:#444;--line:#bbb;--passed:#0f5f26;
--failed:#9c1c16;--open:#6d4700;--other:#444;--link:#000}
@page{margin:16mm 15mm}
body{font-size:10.5pt;line-height:1.5}
main{max-width:none;padding:0}
h1{font-size:15pt}h2{font-size:14pt}h3{font-size:11.5pt;break-after:avoid}
.several .pictured{border-top:0;margin-top:0;padding-top:0;break-before:page}
.back{display:none}
.verdict{font-size:12pt}
.next{border:1px solid var(--line)}
figure,tr,.verdict,.next,.caveat,summary{break-inside:avoid}
.page img{max-height:18cm}.pair img{max-height:12cm;width:auto}
.details:not(:has(details[open])),details:not([open]),.details>.note{display:none}
details{border:0;padding:0}
summary{list-style:none;font-weight:bold}
a{text-decoration:none}
}
"""

#: Nothing is fetched from anywhere and nothing runs: pictures stand in the page, and this style alone is applied.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; img-src data:; "
    f"style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'"
)
